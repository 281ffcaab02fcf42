/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libFuzzer target: any bytes as an xl.cfg file. What is accepted must survive the way through JSON.
 * Needs tools/libctl/config with its generated parts, yajl and libuuid.
 */
#include <libctl/config.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctl_domain_config cfg, back;
    char *first, *second;

    if (ctl_config_parse_text("fuzz", (const char *)data, size, NULL, &cfg)) {
        if (!ctl_config_from_json((const char *)data, size, &cfg, NULL))
            ctl_domain_config_dispose(&cfg);
        return 0;
    }
    /* Bytes that are no UTF-8 have no JSON. */
    if (!ctl_config_to_json(&cfg, &first)) {
        if (!ctl_config_from_json(first, strlen(first), &back, NULL)) {
            if (ctl_config_to_json(&back, &second) || strcmp(first, second))
                abort();
            free(second);
            ctl_domain_config_dispose(&back);
        }
        free(first);
    }
    ctl_domain_config_dispose(&cfg);
    return 0;
}
