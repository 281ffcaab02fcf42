/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libFuzzer target: any text as a disk, vif, vdev and processor specification.
 * Needs tools/libctl/config.
 */
#include <libctl/config.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void one(const char *text)
{
    struct ctl_cpumap map;
    struct ctl_disk disk;
    struct ctl_vif vif;
    char *why = NULL;

    if (!ctl_disk_parse(text, &disk, &why)) {
        if (!disk.vdev || ctl_vdev_number(disk.vdev, NULL, NULL) < 0)
            abort();
        ctl_disk_dispose(&disk);
    }
    free(why);
    if (!ctl_vif_parse(text, NULL, &vif, &why)) {
        if (vif.rate_bytes && !vif.rate_interval_usecs)
            abort();
        ctl_vif_dispose(&vif);
    }
    free(why);
    ctl_vdev_number(text, NULL, NULL);
    if (!ctl_cpumap_parse(text, &map, &why) && ctl_cpumap_is_empty(&map))
        abort();
    free(why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    one(text);
    free(text);
    return 0;
}
