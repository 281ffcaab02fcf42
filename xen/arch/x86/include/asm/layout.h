/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor's virtual address space. */
#ifndef ASM_LAYOUT_H
#define ASM_LAYOUT_H

#define VIRT_START 0xffffffff80000000 /* the image: physical address + this */
#define DIRECTMAP_START 0xffff800000000000 /* pages of the heap, and only those */
#define DIRECTMAP_END 0xffff808000000000   /* 512 GiB of physical address space */
#define WINDOW_START 0xffff900000000000    /* map_domain_page(): 2 MiB for each processor */
#define WINDOW_END 0xffff900040000000
#define RECORDS_START 0xffff900040000000   /* page records, 2 MiB for each GiB that has RAM */
#define IOREMAP_START 0xffffa00000000000   /* device memory */
#define IOREMAP_SIZE 0x40000000

#define HYPERVISOR_CS 0x08
#define HYPERVISOR_DS 0x10
#define HYPERVISOR_TSS 0x18

#endif
