/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the toolstack learns what became of the payload: a word at the end of the console page, where no
 * ring reaches. The builder writes WORKING, or TRUSTED when it knows that the kernel is whole and has
 * room, so that nobody need wait for it; the payload writes DONE when it is about to enter the kernel.
 * A guest that shut down without DONE never entered its kernel, and why is in the ring.
 */
#ifndef FIRMWARE_BOOT_STATUS_H
#define FIRMWARE_BOOT_STATUS_H

#define BOOT_STATUS_OFFSET  4092
#define BOOT_STATUS_WORKING 0x6b726f77u
#define BOOT_STATUS_TRUSTED 0x74737274u
#define BOOT_STATUS_DONE    0x656e6f64u

/* What the payload needs between the kernel's own memory and the boot files, to unpack and hand over. */
#define BOOT_PAYLOAD_ROOM (4u << 20)

/* What the payload's words begin with. */
#define BOOT_STATUS_SPEAKER "cloister-boot: "

#endif
