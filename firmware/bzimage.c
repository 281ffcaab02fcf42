/* SPDX-License-Identifier: GPL-2.0-only */
/* Linux/x86 boot protocol: the setup header, as far as it locates the compressed kernel. */
#include "bzimage.h"

#include "bytes.h"

#define HDR_SETUP_SECTS    0x1f1
#define HDR_BOOT_FLAG      0x1fe
#define HDR_MAGIC          0x202
#define HDR_VERSION        0x206
#define HDR_PAYLOAD_OFFSET 0x248
#define HDR_PAYLOAD_LENGTH 0x24c
#define HDR_PREF_ADDRESS   0x258
#define HDR_INIT_SIZE      0x260
#define HDR_END            0x264

#define BOOT_FLAG      0xaa55
#define MAGIC          0x53726448 /* "HdrS" */
#define VERSION_LOADED 0x0208     /* payload_offset and payload_length exist */
#define VERSION_PREF   0x020a     /* pref_address and init_size exist */
#define SECTOR         512

bool bzimage_probe(const uint8_t *file, size_t len)
{
    return len >= HDR_END && get_le16(file + HDR_BOOT_FLAG) == BOOT_FLAG &&
           get_le32(file + HDR_MAGIC) == MAGIC;
}

int bzimage_parse(const uint8_t *file, size_t len, struct bzimage *out, struct fw_error *e)
{
    unsigned version, sectors;
    size_t setup, offset, size;

    if (!bzimage_probe(file, len))
        return fw_fail(e, EINVAL, "it has no bzImage setup header");
    version = get_le16(file + HDR_VERSION);
    if (version < VERSION_LOADED)
        return fw_fail(e, EINVAL, "its boot protocol is %u.%u; 2.8 or later is needed",
                       version >> 8, version & 0xff);
    sectors = file[HDR_SETUP_SECTS];
    setup = ((sectors ? sectors : 4) + 1) * (size_t)SECTOR;
    offset = setup + get_le32(file + HDR_PAYLOAD_OFFSET);
    size = get_le32(file + HDR_PAYLOAD_LENGTH);
    if (offset > len || size > len - offset)
        return fw_fail(e, EINVAL,
                       "its compressed kernel should end at byte %zu, but the file ends at %zu: "
                       "it is truncated",
                       offset + size, len);
    if (size < 8)
        return fw_fail(e, EINVAL, "its setup header gives the compressed kernel only %zu bytes",
                       size);
    out->payload_offset = offset;
    out->payload_size = size;
    out->unpacked_size = get_le32(file + offset + size - 4);
    out->pref_address = version >= VERSION_PREF ? get_le64(file + HDR_PREF_ADDRESS) : 0;
    out->init_size = version >= VERSION_PREF ? get_le32(file + HDR_INIT_SIZE) : 0;
    if (!out->unpacked_size)
        return fw_fail(e, EINVAL, "its compressed kernel claims to unpack to nothing");
    return 0;
}
