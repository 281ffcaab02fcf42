/* SPDX-License-Identifier: GPL-2.0-only */
/* xz by liblzma. */
#include <lzma.h>

#include "unpack.h"

int unpack_xz(const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len,
              struct fw_error *e)
{
    uint64_t memlimit = UINT64_MAX;
    size_t in_pos = 0;
    lzma_ret rc;

    *out_len = 0;
    rc = lzma_stream_buffer_decode(&memlimit, 0, NULL, in, &in_pos, len, out, out_len, cap);
    if (rc == LZMA_OK)
        return 0;
    if (rc == LZMA_MEM_ERROR)
        return fw_fail(e, ENOMEM, "there is no memory to unpack xz");
    if (rc == LZMA_BUF_ERROR)
        return fw_fail(e, ENOSPC, "its xz data is truncated or unpacks to more than %zu bytes",
                       cap);
    return fw_fail(e, EINVAL, "its xz data is corrupt (liblzma error %u)", (unsigned)rc);
}
