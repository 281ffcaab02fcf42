/* SPDX-License-Identifier: GPL-2.0-only */
/* gzip by zlib: one call, the output is its own window. */
#include <limits.h>
#include <zlib.h>

#include "unpack.h"

#define GZIP_ONLY (16 + MAX_WBITS)

int unpack_gzip(const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len,
                struct fw_error *e)
{
    z_stream z = { .next_in = (uint8_t *)in, .avail_in = len, .next_out = out };
    int rc;

    if (len > UINT_MAX)
        return fw_fail(e, EINVAL, "its gzip data is larger than 4 GiB");
    z.avail_out = cap > UINT_MAX ? UINT_MAX : cap;
    if (inflateInit2(&z, GZIP_ONLY) != Z_OK)
        return fw_fail(e, ENOMEM, "there is no memory to unpack gzip");
    rc = inflate(&z, Z_FINISH);
    *out_len = z.total_out;
    inflateEnd(&z);
    if (rc == Z_STREAM_END)
        return 0;
    if (rc == Z_MEM_ERROR)
        return fw_fail(e, ENOMEM, "there is no memory to unpack gzip");
    if (rc != Z_BUF_ERROR && rc != Z_OK)
        return fw_fail(e, EINVAL, "its gzip data is corrupt at byte %lu of %zu (%s)", z.total_in,
                       len, z.msg ? z.msg : "check failed");
    if (z.avail_out == 0)
        return fw_fail(e, ENOSPC, "its gzip data unpacks to more than %zu bytes", cap);
    return fw_fail(e, EINVAL, "its gzip data ends too early, at byte %zu: it is truncated", len);
}
