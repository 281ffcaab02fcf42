/* SPDX-License-Identifier: GPL-2.0-only */
/* zstd in one call: the output is its own window, whatever window the frame asks for. */
#include <zstd.h>

#include "unpack.h"

int unpack_zstd(const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len,
                struct fw_error *e)
{
    size_t frame = ZSTD_findFrameCompressedSize(in, len);
    ZSTD_DCtx *ctx;
    size_t n;

    if (ZSTD_isError(frame))
        return fw_fail(e, EINVAL, "its zstd data is corrupt or truncated within %zu bytes (%s)",
                       len, ZSTD_getErrorName(frame));
    ctx = ZSTD_createDCtx();
    if (!ctx)
        return fw_fail(e, ENOMEM, "there is no memory to unpack zstd");
    n = ZSTD_decompressDCtx(ctx, out, cap, in, frame);
    ZSTD_freeDCtx(ctx);
    if (ZSTD_isError(n))
        return fw_fail(e, EINVAL, "its zstd data (%zu bytes, into at most %zu) is corrupt (%s)",
                       frame, cap, ZSTD_getErrorName(n));
    *out_len = n;
    return 0;
}
