/* SPDX-License-Identifier: GPL-2.0-only */
/* The boot payload: unpacks the kernel it was given and steps aside. */
#include <string.h>

#include "boot-info.h"
#include "console.h"
#include "cpu.h"
#include "fatal.h"
#include "handover.h"
#include "hypercall.h"
#include "libc.h"
#include "load.h"

#define VERBOSE_WORD "cloister.boot=verbose"

static struct boot_info info;
static struct mem_map memory;
static struct load load;

/* True when @word stands in the command line between spaces. */
static bool cmdline_has(const char *line, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = line; *p; p++)
        if ((p == line || p[-1] == ' ') && strnlen(p, n) == n && !memcmp(p, word, n) &&
            (p[n] == ' ' || !p[n]))
            return true;
    return false;
}

static void report(uint32_t block, uint64_t cycles)
{
    char text[512];

    fw_format(text, sizeof(text),
              "cloister-boot: %s, %lu bytes, %s; unpacked to %zu bytes at 0x%lx; loaded from 0x%lx; "
              "entry 0x%x; start info in 0x%x; %lu TSC cycles\n",
              load.kind, (unsigned long)info.modules[0].size, load.packing, load.elf_size,
              (unsigned long)load.elf, (unsigned long)load.image.segments[0].paddr,
              load.image.entry, block, (unsigned long)cycles);
    console_write(text);
}

static void fail(const struct fw_error *e)
{
    char text[512];
    const char *name = info.modules[0].cmdline;

    if (info.nr_modules && load.kind)
        fw_format(text, sizeof(text), "kernel module %s%s(%s, %lu bytes): %s", name ? name : "",
                  name && *name ? " " : "", load.kind, (unsigned long)info.modules[0].size,
                  e->text);
    else
        fw_format(text, sizeof(text), "%s", e->text);
    fatal(text);
}

/* Called by entry.S. */
void boot_main(uint32_t start_info) __attribute__((noreturn));
void boot_main(uint32_t start_info)
{
    uint64_t start = cpu_rdtsc();
    struct fw_error e = { "" };
    uint32_t block;

    libc_guard_init();
    fatal_catch_traps();
    hypercall_init();
    if (boot_info_read(&info, start_info, &e) || boot_info_memory(&info, &memory, &e))
        fail(&e);
    libc_heap_init(&memory);
    load.bi = &info;
    load.mem = &memory;
    load.kind = "unknown type";
    load.packing = "not packed";
    if (load_kernel(&load, &e))
        fail(&e);
    block = handover_prepare(&info, &memory, load.moves, load.image.nr_segments, load.image.entry);
    if (!block)
        fatal("there is no memory left for the start info: the guest has too little memory");
    if (cmdline_has(info.cmdline, VERBOSE_WORD))
        report(block, cpu_rdtsc() - start);
    console_tell_done();
    handover_enter(block);
}
