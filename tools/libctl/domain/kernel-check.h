/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a Linux kernel's file is undamaged, told from the file alone. The kernel's build puts a CRC-32
 * behind the bzImage; only numbers at fixed places are read here, nothing is unpacked or followed.
 */
#ifndef LIBCTL_DOMAIN_KERNEL_CHECK_H
#define LIBCTL_DOMAIN_KERNEL_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * True when the len bytes are a bzImage whose checksum agrees; *end is then the physical address up to
 * which the unpacked kernel wants memory. False says nothing: not every whole kernel has a checksum.
 * The bytes must not change meanwhile, but whatever they are, nothing outside of them is touched.
 */
bool kernel_is_whole(const uint8_t *image, size_t len, uint64_t *end);

#endif
