/* SPDX-License-Identifier: GPL-2.0-only */
/* Life of the configuration structures: defaults, copies, disposal, and checks of the whole. */
#include <libctl/config.h>
#include "spec.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_MEMORY_KB (32u << 10)
#define DEFAULT_EVENT_CHANNELS 1023
#define NR_VIF_STRINGS 8
#define NR_CONFIG_STRINGS 5

void ctl_disk_init(struct ctl_disk *disk)
{
    memset(disk, 0, sizeof(*disk));
    disk->format = CTL_DISK_FORMAT_RAW;
    disk->readwrite = true;
    disk->discard = CTL_DEFAULT;
    disk->trusted = CTL_DEFAULT;
}

void ctl_disk_dispose(struct ctl_disk *disk)
{
    free(disk->target);
    free(disk->vdev);
    free(disk->backend_domname);
    free(disk->script);
    ctl_disk_init(disk);
}

void ctl_vif_init(struct ctl_vif *vif)
{
    memset(vif, 0, sizeof(*vif));
    vif->devid = -1;
    vif->trusted = CTL_DEFAULT;
}

/* The strings of a vif, for the loops that free and copy them. */
static char **vif_string(struct ctl_vif *vif, unsigned int i)
{
    char **all[] = { &vif->bridge, &vif->ip, &vif->script, &vif->ifname, &vif->gatewaydev,
                     &vif->model, &vif->vlan, &vif->backend_domname };

    _Static_assert(sizeof(all) / sizeof(all[0]) == NR_VIF_STRINGS, "count them");
    return all[i];
}

void ctl_vif_dispose(struct ctl_vif *vif)
{
    unsigned int i;

    for (i = 0; i < NR_VIF_STRINGS; i++)
        free(*vif_string(vif, i));
    ctl_vif_init(vif);
}

void ctl_domain_config_init(struct ctl_domain_config *cfg)
{
    memset(cfg, 0, sizeof(*cfg));
    cfg->type = CTL_DOMAIN_PVH;
    cfg->max_memkb = cfg->target_memkb = DEFAULT_MEMORY_KB;
    cfg->vcpus = cfg->max_vcpus = 1;
    cfg->max_grant_frames = CTL_LIMIT_DEFAULT;
    cfg->max_maptrack_frames = CTL_LIMIT_DEFAULT;
    cfg->max_grant_version = CTL_LIMIT_DEFAULT;
    cfg->max_event_channels = DEFAULT_EVENT_CHANNELS;
    cfg->on_poweroff = CTL_ACTION_DESTROY;
    cfg->on_reboot = CTL_ACTION_RESTART;
    cfg->on_crash = CTL_ACTION_DESTROY;
    cfg->on_watchdog = CTL_ACTION_DESTROY;
    cfg->on_soft_reset = CTL_ACTION_SOFT_RESET;
    cfg->acpi = CTL_DEFAULT;
    cfg->nomigrate = cfg->driver_domain = CTL_DEFAULT;
    cfg->run_hotplug_scripts = CTL_DEFAULT;
}

static char **config_string(struct ctl_domain_config *cfg, unsigned int i)
{
    char **all[] = { &cfg->name, &cfg->pool, &cfg->kernel, &cfg->ramdisk, &cfg->cmdline };

    _Static_assert(sizeof(all) / sizeof(all[0]) == NR_CONFIG_STRINGS, "count them");
    return all[i];
}

void ctl_domain_config_dispose(struct ctl_domain_config *cfg)
{
    uint32_t i;

    for (i = 0; i < NR_CONFIG_STRINGS; i++)
        free(*config_string(cfg, i));
    free(cfg->hard_affinity);
    free(cfg->soft_affinity);
    for (i = 0; i < cfg->nr_disks; i++)
        ctl_disk_dispose(&cfg->disks[i]);
    free(cfg->disks);
    for (i = 0; i < cfg->nr_vifs; i++)
        ctl_vif_dispose(&cfg->vifs[i]);
    free(cfg->vifs);
    ctl_domain_config_init(cfg);
}

/* Replaces the borrowed string in *field by a copy; on failure by NULL, so that disposal is safe. */
static bool own(char **field)
{
    char *borrowed = *field;

    *field = borrowed ? strdup(borrowed) : NULL;
    return !borrowed || *field;
}

static bool own_disk(struct ctl_disk *disk)
{
    bool ok = own(&disk->target);

    ok &= own(&disk->vdev);
    ok &= own(&disk->backend_domname);
    ok &= own(&disk->script);
    return ok;
}

static bool own_vif(struct ctl_vif *vif)
{
    bool ok = true;
    unsigned int i;

    for (i = 0; i < NR_VIF_STRINGS; i++)
        ok &= own(vif_string(vif, i));
    return ok;
}

/* A copy of count elements; NULL with *nr = 0 when there are none or memory is out (then *ok = false). */
static void *own_array(const void *from, uint32_t *nr, size_t size, bool *ok)
{
    void *copy = NULL;

    if (*nr) {
        copy = malloc(*nr * size);
        if (copy)
            memcpy(copy, from, *nr * size);
        else
            *ok = false;
    }
    if (!copy)
        *nr = 0;
    return copy;
}

int ctl_domain_config_copy(struct ctl_domain_config *dst, const struct ctl_domain_config *src)
{
    bool ok = true;
    uint32_t i;

    *dst = *src;
    for (i = 0; i < NR_CONFIG_STRINGS; i++)
        ok &= own(config_string(dst, i));
    dst->hard_affinity = own_array(src->hard_affinity, &dst->nr_hard_affinity,
                                   sizeof(*src->hard_affinity), &ok);
    dst->soft_affinity = own_array(src->soft_affinity, &dst->nr_soft_affinity,
                                   sizeof(*src->soft_affinity), &ok);
    dst->disks = own_array(src->disks, &dst->nr_disks, sizeof(*src->disks), &ok);
    for (i = 0; i < dst->nr_disks; i++)
        ok &= own_disk(&dst->disks[i]);
    dst->vifs = own_array(src->vifs, &dst->nr_vifs, sizeof(*src->vifs), &ok);
    for (i = 0; i < dst->nr_vifs; i++)
        ok &= own_vif(&dst->vifs[i]);
    if (ok)
        return 0;
    ctl_domain_config_dispose(dst);
    return -ENOMEM;
}

/* Names go into store paths, file names and columns that scripts split at blanks. */
static int check_name(const char *name, char **why)
{
    const char *p;

    if (!name || !*name)
        return spec_fail(why, "the domain has no name: set name=\"…\"");
    if (strlen(name) > CTL_NAME_MAX)
        return spec_fail(why, "the name is longer than %d characters", CTL_NAME_MAX);
    if (strspn(name, "0123456789") == strlen(name))
        return spec_fail(why, "the name \"%s\" is all digits and would be taken for a domain id: "
                         "add a letter", name);
    for (p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("-_.+:@~", *p))
            return spec_fail(why, "the name \"%s\" has a character that is none of "
                             "A-Z a-z 0-9 - _ . + : @ ~", name);
    return 0;
}

static int check_disks(const struct ctl_domain_config *cfg, char **why)
{
    uint32_t i, j;

    for (i = 0; i < cfg->nr_disks; i++) {
        int number = cfg->disks[i].vdev ? ctl_vdev_number(cfg->disks[i].vdev, NULL, NULL) : -EINVAL;

        if (number < 0)
            return spec_fail(why, "disk %u has no valid vdev: give a name such as xvda", i + 1);
        for (j = 0; j < i; j++)
            if (ctl_vdev_number(cfg->disks[j].vdev, NULL, NULL) == number)
                return spec_fail(why, "disks %u and %u both are %s: give each a vdev of its own",
                                 j + 1, i + 1, cfg->disks[i].vdev);
    }
    return 0;
}

static int check_vifs(const struct ctl_domain_config *cfg, char **why)
{
    static const uint8_t none[6];
    uint32_t i, j;

    for (i = 0; i < cfg->nr_vifs; i++) {
        const struct ctl_vif *a = &cfg->vifs[i];

        for (j = 0; j < i; j++) {
            const struct ctl_vif *b = &cfg->vifs[j];

            if (a->devid >= 0 && a->devid == b->devid)
                return spec_fail(why, "vifs %u and %u both have devid %d", j + 1, i + 1, a->devid);
            if (a->ifname && b->ifname && !strcmp(a->ifname, b->ifname))
                return spec_fail(why, "vifs %u and %u both are named %s", j + 1, i + 1, a->ifname);
            if (memcmp(a->mac, none, 6) && !memcmp(a->mac, b->mac, 6))
                return spec_fail(why, "vifs %u and %u have the same MAC address", j + 1, i + 1);
        }
    }
    return 0;
}

int ctl_domain_config_check(const struct ctl_domain_config *cfg, char **why)
{
    int rc = check_name(cfg->name, why);

    if (rc)
        return rc;
    if (!cfg->kernel || !*cfg->kernel)
        return spec_fail(why, "there is no kernel to boot: set kernel=\"/path/of/vmlinuz\"");
    if (cfg->vcpus < 1 || cfg->max_vcpus > CTL_MAX_VCPUS || cfg->vcpus > cfg->max_vcpus)
        return spec_fail(why, "vcpus is %u and maxvcpus %u: 1 <= vcpus <= maxvcpus <= %d is needed",
                         cfg->vcpus, cfg->max_vcpus, CTL_MAX_VCPUS);
    if (!cfg->target_memkb || cfg->target_memkb > cfg->max_memkb)
        return spec_fail(why, "memory is %llu KiB and maxmem %llu KiB: 0 < memory <= maxmem is needed",
                         (unsigned long long)cfg->target_memkb, (unsigned long long)cfg->max_memkb);
    rc = check_disks(cfg, why);
    return rc ? rc : check_vifs(cfg, why);
}
