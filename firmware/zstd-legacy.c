/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libzstd also reads what its versions before 0.8 wrote, in 80 KiB of code. No kernel was ever packed
 * so: these names keep the linker from taking that part. unpack_zstd() looks at the magic number first.
 */
#include "fatal.h"

static void __attribute__((noreturn)) legacy_absent(void)
{
    fatal("libzstd took the data for a format of before version 0.8");
}

#define ABSENT(name)                                                                               \
    void name(void);                                                                               \
    void name(void)                                                                                \
    {                                                                                              \
        legacy_absent();                                                                           \
    }

#define ABSENT_VERSION(v)                                                                          \
    ABSENT(ZSTD##v##_createDCtx)                                                                   \
    ABSENT(ZSTD##v##_freeDCtx)                                                                     \
    ABSENT(ZSTD##v##_decompress_usingDict)                                                         \
    ABSENT(ZSTD##v##_findFrameSizeInfoLegacy)                                                      \
    ABSENT(ZSTD##v##_getFrameParams)                                                               \
    ABSENT(ZBUFF##v##_createDCtx)                                                                  \
    ABSENT(ZBUFF##v##_freeDCtx)                                                                    \
    ABSENT(ZBUFF##v##_decompressInitDictionary)                                                    \
    ABSENT(ZBUFF##v##_decompressContinue)

/* clang-format off */
ABSENT_VERSION(v05)
ABSENT_VERSION(v06)
ABSENT_VERSION(v07)
