/* SPDX-License-Identifier: GPL-2.0-only */
/* libFuzzer target: any bytes as what a store daemon sends. Needs tools/libctl/store/wire.c. */
#include "../../tools/libctl/store/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctl_store_perm perm;
    char **names = NULL, text[32];
    size_t n = 0, total = 0;

    (void)wire_errno((const char *)data, size);
    if (wire_make_list((const char *)data, size, &names, &n) < 0)
        return 0;
    for (size_t i = 0; i < n; i++) {
        total += strlen(names[i]) + 1;
        if (wire_parse_perm(names[i], &perm) == 0 &&
            wire_format_perm(&perm, text, sizeof(text)) < 0)
            abort();
    }
    if (total != size || names[n])
        abort();
    free(names);
    return 0;
}
