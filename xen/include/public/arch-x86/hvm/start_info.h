/* SPDX-License-Identifier: MIT */
/*
 * What a PVH guest finds at its start: ebx holds the physical address of struct hvm_start_info.
 * Addresses are guest-physical; 0 means that a thing is not there.
 */
#ifndef XEN_PUBLIC_ARCH_X86_HVM_START_INFO_H
#define XEN_PUBLIC_ARCH_X86_HVM_START_INFO_H

#include <stdint.h>

#define XEN_HVM_START_MAGIC_VALUE 0x336ec578 /* bytes: x, E + 0x80, n, 3 */

/* Types of memory; as in E820. */
#define XEN_HVM_MEMMAP_TYPE_RAM      1
#define XEN_HVM_MEMMAP_TYPE_RESERVED 2
#define XEN_HVM_MEMMAP_TYPE_ACPI     3
#define XEN_HVM_MEMMAP_TYPE_NVS      4
#define XEN_HVM_MEMMAP_TYPE_UNUSABLE 5
#define XEN_HVM_MEMMAP_TYPE_DISABLED 6
#define XEN_HVM_MEMMAP_TYPE_PMEM     7

struct hvm_start_info {
    uint32_t magic;   /* XEN_HVM_START_MAGIC_VALUE */
    uint32_t version; /* 1; in 0 the structure ended with rsdp_paddr */
    uint32_t flags;   /* SIF_* of xen.h */
    uint32_t nr_modules;
    uint64_t modlist_paddr; /* struct hvm_modlist_entry, nr_modules of them */
    uint64_t cmdline_paddr; /* zero-terminated */
    uint64_t rsdp_paddr;    /* ACPI's root pointer */
    uint64_t memmap_paddr;  /* struct hvm_memmap_table_entry, memmap_entries of them */
    uint32_t memmap_entries;
    uint32_t reserved; /* 0 */
};

struct hvm_modlist_entry {
    uint64_t paddr;
    uint64_t size; /* bytes */
    uint64_t cmdline_paddr;
    uint64_t reserved;
};

struct hvm_memmap_table_entry {
    uint64_t addr;
    uint64_t size; /* bytes */
    uint32_t type; /* XEN_HVM_MEMMAP_TYPE_* */
    uint32_t reserved;
};

#endif
