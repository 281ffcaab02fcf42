/* SPDX-License-Identifier: GPL-2.0-only */
#include <asm/bootinfo.h>
#include <xen/lib.h>
#include <xen/mm-frame.h>
#include <xen/string.h>

#define MB1_MAGIC 0x2BADB002
#define MB2_MAGIC 0x36d76289

struct __packed mb1_info {
    uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4];
    uint32_t mmap_length, mmap_addr, drives[2], config_table, loader_name;
};

struct __packed mb1_mmap {
    uint32_t size;
    uint64_t addr, len;
    uint32_t type;
};

struct mb1_module {
    uint32_t start, end, string, reserved;
};

struct mb2_tag {
    uint32_t type, size;
};

enum { MB2_END, MB2_CMDLINE, MB2_LOADER, MB2_MODULE, MB2_MMAP = 6, MB2_ACPI_OLD = 14, MB2_ACPI_NEW = 15 };

struct boot_info bootinfo;

/* The loader's memory lies in the first 4 GiB, which are mapped one to one while booting. */
static const void *__init low(uint32_t pa)
{
    return (const void *)(uintptr_t)pa;
}

static void __init e820_add(uint64_t addr, uint64_t size, uint32_t type)
{
    if (size && bootinfo.nr_e820 < MAX_E820)
        bootinfo.e820[bootinfo.nr_e820++] = (struct e820_entry){ addr, size, type };
}

static void __init module_add(uint32_t start, uint32_t end, const char *cmdline)
{
    struct boot_module *m = &bootinfo.module[bootinfo.nr_modules];

    if (bootinfo.nr_modules == MAX_MODULES || end <= start)
        return;
    bootinfo.nr_modules++;
    m->start = start;
    m->size = end - start;
    strlcpy(m->cmdline, cmdline, sizeof(m->cmdline));
}

static void __init parse_mb1(uint32_t pa)
{
    const struct mb1_info *mbi = low(pa);

    if (mbi->flags & (1u << 2))
        strlcpy(bootinfo.cmdline, low(mbi->cmdline), sizeof(bootinfo.cmdline));
    if (mbi->flags & (1u << 9))
        strlcpy(bootinfo.loader, low(mbi->loader_name), sizeof(bootinfo.loader));
    if (mbi->flags & (1u << 3)) {
        const struct mb1_module *mod = low(mbi->mods_addr);

        for (uint32_t i = 0; i < mbi->mods_count; i++)
            module_add(mod[i].start, mod[i].end, mod[i].string ? low(mod[i].string) : "");
    }
    if (!(mbi->flags & (1u << 6)))
        panic("the boot loader gave no memory map");
    for (uint32_t off = 0; off < mbi->mmap_length;) {
        const struct mb1_mmap *e = low(mbi->mmap_addr + off);

        e820_add(e->addr, e->len, e->type);
        off += e->size + 4;
    }
}

static void __init parse_mb2_mmap(const char *tag, uint32_t size)
{
    uint32_t entry_size = *(const uint32_t *)(tag + 8);

    for (uint32_t off = 16; entry_size >= 20 && off + entry_size <= size; off += entry_size) {
        const uint64_t *range = (const uint64_t *)(tag + off);

        e820_add(range[0], range[1], *(const uint32_t *)(tag + off + 16));
    }
}

static void __init parse_mb2(uint32_t pa)
{
    uint32_t total = *(const uint32_t *)low(pa);

    for (uint32_t off = 8; off + 8 <= total;) {
        const struct mb2_tag *tag = low(pa + off);
        const char *body = (const char *)(tag + 1);

        if (tag->type == MB2_END || tag->size < 8)
            break;
        switch (tag->type) {
        case MB2_CMDLINE:
            strlcpy(bootinfo.cmdline, body, sizeof(bootinfo.cmdline));
            break;
        case MB2_LOADER:
            strlcpy(bootinfo.loader, body, sizeof(bootinfo.loader));
            break;
        case MB2_MODULE:
            module_add(((const uint32_t *)body)[0], ((const uint32_t *)body)[1], body + 8);
            break;
        case MB2_MMAP:
            parse_mb2_mmap((const char *)tag, tag->size);
            break;
        case MB2_ACPI_OLD:
        case MB2_ACPI_NEW: {
            /* A copy of the RSDP; where it lies does not matter, as only the tables are used. */
            bootinfo.rsdp = (paddr_t)(uintptr_t)body;
            break;
        }
        }
        off += ROUNDUP(tag->size, 8u);
    }
}

/* Of two types for the same memory, the one that promises less. */
static uint32_t __init stricter(uint32_t a, uint32_t b)
{
    static const uint8_t rank[] = { 0, 1, 3, 2, 4, 5 };

    if (a > E820_UNUSABLE || b > E820_UNUSABLE)
        return E820_RESERVED;
    return rank[a] > rank[b] ? a : b;
}

unsigned __init e820_sanitize(struct e820_entry *map, unsigned nr, unsigned max)
{
    static uint64_t edge[2 * MAX_E820] __initdata;
    static struct e820_entry out[MAX_E820] __initdata;
    unsigned edges = 0, n = 0;

    for (unsigned i = 0; i < nr; i++) {
        edge[edges++] = map[i].addr;
        edge[edges++] = map[i].addr + map[i].size;
    }
    for (unsigned i = 1; i < edges; i++)
        for (unsigned j = i; j && edge[j - 1] > edge[j]; j--) {
            uint64_t t = edge[j];

            edge[j] = edge[j - 1];
            edge[j - 1] = t;
        }
    for (unsigned i = 0; i + 1 < edges; i++) {
        uint32_t type = 0;

        if (edge[i] == edge[i + 1])
            continue;
        for (unsigned j = 0; j < nr; j++)
            if (map[j].addr <= edge[i] && edge[i] < map[j].addr + map[j].size)
                type = stricter(type, map[j].type);
        if (!type)
            continue;
        if (n && out[n - 1].type == type && out[n - 1].addr + out[n - 1].size == edge[i])
            out[n - 1].size += edge[i + 1] - edge[i];
        else if (n < max && n < MAX_E820)
            out[n++] = (struct e820_entry){ edge[i], edge[i + 1] - edge[i], type };
    }
    memcpy(map, out, n * sizeof(*map));
    return n;
}

uint32_t e820_type_at(paddr_t pa)
{
    for (unsigned i = 0; i < bootinfo.nr_e820; i++)
        if (pa >= bootinfo.e820[i].addr && pa - bootinfo.e820[i].addr < bootinfo.e820[i].size)
            return bootinfo.e820[i].type;
    return E820_RESERVED;
}

/* Every loader but GRUB 2 puts the file's name before the options. */
static void __init strip_file_name(char *line)
{
    char *p = line;

    if (!strncmp(bootinfo.loader, "GRUB 2", 6))
        return;
    while (*p == ' ')
        p++;
    while (*p && *p != ' ')
        p++;
    while (*p == ' ')
        p++;
    memmove(line, p, strlen(p) + 1);
}

void __init bootinfo_parse(uint32_t magic, uint32_t pa)
{
    if (magic == MB1_MAGIC)
        parse_mb1(pa);
    else if (magic == MB2_MAGIC)
        parse_mb2(pa);
    else
        panic("not started by a multiboot loader (magic %x)", magic);
    strip_file_name(bootinfo.cmdline);
    for (unsigned i = 0; i < bootinfo.nr_modules; i++)
        strip_file_name(bootinfo.module[i].cmdline);
    bootinfo.nr_e820 = e820_sanitize(bootinfo.e820, bootinfo.nr_e820, MAX_E820);
}
