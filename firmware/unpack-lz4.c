/* SPDX-License-Identifier: GPL-2.0-only */
/* lz4's legacy frame, which Linux uses: a magic number, then blocks of up to 8 MiB with their size. */
#include <lz4.h>

#include "bytes.h"
#include "unpack.h"

#define LEGACY_MAGIC 0x184c2102
#define BLOCK_MAX    (8u << 20)

/* The largest a block of BLOCK_MAX bytes can become; a bigger number is not a block's size. */
#define PACKED_MAX LZ4_COMPRESSBOUND(BLOCK_MAX)

/* How much a block may unpack to when @max fit at @out: no more than up to where its data ends. */
static size_t block_room(const uint8_t *out, size_t max, const uint8_t *block_end)
{
    if ((uintptr_t)block_end > (uintptr_t)out && (uintptr_t)block_end - (uintptr_t)out < max)
        max = (uintptr_t)block_end - (uintptr_t)out;
    return max < BLOCK_MAX ? max : BLOCK_MAX;
}

int unpack_lz4(const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len,
               struct fw_error *e)
{
    size_t pos = 4, done = 0;

    if (len < 4 || get_le32(in) != LEGACY_MAGIC)
        return fw_fail(e, EINVAL, "its lz4 data does not begin with the legacy magic number");
    while (len - pos >= 4) {
        uint32_t size = get_le32(in + pos);
        size_t room;
        int n;

        if (size == LEGACY_MAGIC) { /* frames may follow each other */
            pos += 4;
            continue;
        }
        /* Linux appends the unpacked size, which then stands where a block's size would. */
        if (len - pos == 4)
            break;
        if (size > PACKED_MAX || size > len - pos - 4)
            return fw_fail(e, EINVAL,
                           "its lz4 data gives a block at byte %zu the size %u: it is corrupt or "
                           "truncated",
                           pos, size);
        room = block_room(out + done, cap - done, in + pos + 4 + size);
        if (!room)
            return fw_fail(e, ENOSPC, "its lz4 data unpacks to more than %zu bytes", cap);
        n = LZ4_decompress_safe((const char *)in + pos + 4, (char *)out + done, size, room);
        if (n < 0)
            return fw_fail(e, EINVAL, "its lz4 data is corrupt in the block at byte %zu of %zu",
                           pos, len);
        pos += 4 + (size_t)size;
        done += n;
    }
    if (!done)
        return fw_fail(e, EINVAL, "its lz4 data holds no block");
    *out_len = done;
    return 0;
}
