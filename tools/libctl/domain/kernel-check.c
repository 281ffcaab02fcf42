/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The checksum of a bzImage (Documentation/x86/boot: "the image checksum"). The build computes it before
 * the kernel is signed for UEFI, and signing changes two fields of the PE header inside: those count as
 * zero. The signature itself stands behind what the checksum covers.
 */
#include "kernel-check.h"

#include "bytes.h"
#include "xz.h"

#define SETUP_SECTS 0x1f1
#define SYSSIZE 0x1f4 /* of what follows the setup sectors, in units of 16 bytes */
#define BOOT_FLAG 0x1fe
#define MAGIC 0x202
#define VERSION 0x206
#define PREF_ADDRESS 0x258
#define INIT_SIZE 0x260
#define HEADER_END 0x264

#define BOOT_FLAG_VALUE 0xaa55
#define MAGIC_VALUE 0x53726448u /* "HdrS" */
#define VERSION_NEEDED 0x020a   /* has INIT_SIZE; checksums exist since 0x208 */
#define SECTOR 512u

#define PE_OFFSET 0x3c
#define PE_MAGIC 0x4550u /* "PE" and two zero bytes */
#define PE_OPTIONAL 24u  /* where the optional header begins */
#define PE_PLUS 0x20bu   /* its magic number for 64 bits */
#define PE_CHECKSUM (PE_OPTIONAL + 64)
#define PE_CERTIFICATES (PE_OPTIONAL + 144)
#define PE_END (PE_CERTIFICATES + 8)

/* What the CRC of an image and its own CRC behind it comes to, after the usual inversion. */
#define CRC_OF_WHOLE UINT32_MAX

/* The two changed fields are in the first bytes; the file's are in the way of nothing. */
#define HEAD 4096u

/* Zeroes what signing changed, in a copy of the beginning. */
static void clear_signed_fields(uint8_t head[HEAD])
{
    uint32_t pe = get_le32(head + PE_OFFSET);

    if (pe > HEAD - PE_END || get_le32(head + pe) != PE_MAGIC ||
        get_le16(head + pe + PE_OPTIONAL) != PE_PLUS)
        return;
    memset(head + pe + PE_CHECKSUM, 0, 4);
    memset(head + pe + PE_CERTIFICATES, 0, 8);
}

bool kernel_is_whole(const uint8_t *image, size_t len, uint64_t *end)
{
    uint8_t head[HEAD];
    uint64_t size;
    uint32_t sectors, crc;

    if (len < HEAD)
        return false;
    memcpy(head, image, HEAD);
    if (get_le16(head + BOOT_FLAG) != BOOT_FLAG_VALUE || get_le32(head + MAGIC) != MAGIC_VALUE ||
        get_le16(head + VERSION) < VERSION_NEEDED)
        return false;
    sectors = head[SETUP_SECTS] ? head[SETUP_SECTS] : 4;
    size = (sectors + 1) * SECTOR + get_le32(head + SYSSIZE) * 16ull;
    if (size < HEAD || size > len)
        return false;
    *end = get_le64(head + PREF_ADDRESS);
    if (*end > UINT64_MAX - UINT32_MAX)
        return false;
    *end += get_le32(head + INIT_SIZE);
    clear_signed_fields(head);
    crc = xz_crc32(head, HEAD);
    return xz_crc32_more(crc, image + HEAD, (size_t)size - HEAD) == CRC_OF_WHOLE;
}
