/* SPDX-License-Identifier: GPL-2.0-only */
/* Layout of the handover block, shared by C and assembly. Offsets in bytes from its start. */
#ifndef FIRMWARE_HANDOVER_ASM_H
#define FIRMWARE_HANDOVER_ASM_H

#define HANDOVER_GDT        0x00 /* four descriptors */
#define HANDOVER_GDTR       0x20 /* limit and 64-bit base */
#define HANDOVER_ENTRY      0x2c /* the kernel's entry */
#define HANDOVER_START_INFO 0x30 /* what EBX is to hold there */
#define HANDOVER_NR_MOVES   0x34
#define HANDOVER_CODE       0x40
#define HANDOVER_MOVES      0x100 /* struct handover_move */

#define HANDOVER_MAX_MOVES 64

/* Selectors, and descriptors: flat, present, ring 0, accessed. */
#define HANDOVER_CS32 0x08
#define HANDOVER_DS   0x10
#define HANDOVER_CS64 0x18

#define HANDOVER_DESC_CS32 0x00cf9b000000ffff
#define HANDOVER_DESC_DS   0x00cf93000000ffff
#define HANDOVER_DESC_CS64 0x00af9b000000ffff

#endif
