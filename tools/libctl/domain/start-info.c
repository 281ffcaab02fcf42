/* SPDX-License-Identifier: GPL-2.0-only */
/* The PVH start info block. */
#include "start-info.h"

#include <public/xen.h>
#include <public/arch-x86/hvm/start_info.h>

#include <string.h>

size_t start_info_size(const struct layout *l, const char *cmdline, const char *names,
                       unsigned int nr_modules)
{
    return sizeof(struct hvm_start_info) + nr_modules * sizeof(struct hvm_modlist_entry) +
           l->nr_ranges * sizeof(struct hvm_memmap_table_entry) + strlen(cmdline) + 1 +
           (names ? strlen(names) + 1 : 0);
}

void start_info_build(void *buf, uint64_t gpa, const struct layout *l, const char *cmdline,
                      const struct start_module *modules, unsigned int nr_modules,
                      uint64_t rsdp_gpa)
{
    struct hvm_start_info *info = buf;
    struct hvm_modlist_entry *mods = (struct hvm_modlist_entry *)(info + 1);
    struct hvm_memmap_table_entry *map = (struct hvm_memmap_table_entry *)(mods + nr_modules);
    char *text = (char *)(map + l->nr_ranges);
    char *name = text + strlen(cmdline) + 1;

    *info = (struct hvm_start_info){
        .magic = XEN_HVM_START_MAGIC_VALUE,
        .version = 1,
        .nr_modules = nr_modules,
        .modlist_paddr = nr_modules ? gpa + (uint64_t)((char *)mods - (char *)buf) : 0,
        .cmdline_paddr = gpa + (uint64_t)(text - (char *)buf),
        .rsdp_paddr = rsdp_gpa,
        .memmap_paddr = gpa + (uint64_t)((char *)map - (char *)buf),
        .memmap_entries = l->nr_ranges,
    };
    for (unsigned int i = 0; i < nr_modules; i++) {
        mods[i] = (struct hvm_modlist_entry){.paddr = modules[i].gpa, .size = modules[i].size};
        if (modules[i].name) {
            mods[i].cmdline_paddr = gpa + (uint64_t)(name - (char *)buf);
            name = stpcpy(name, modules[i].name) + 1;
        }
    }
    for (unsigned int i = 0; i < l->nr_ranges; i++)
        map[i] = (struct hvm_memmap_table_entry){
            .addr = l->ranges[i].addr,
            .size = l->ranges[i].size,
            .type = l->ranges[i].kind,
        };
    strcpy(text, cmdline);
}
