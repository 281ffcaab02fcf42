/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands that plug disks and network interfaces in and out, and list them. */
#include "xl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words from the one at first on, as one specification; to be freed. */
static char *join_words(int argc, char **argv, int first)
{
    size_t len = 1;
    char *text;
    int i;

    for (i = first; i < argc; i++)
        len += strlen(argv[i]) + 1;
    text = calloc(1, len);
    for (i = first; text && i < argc; i++) {
        if (i > first)
            strcat(text, ",");
        strcat(text, argv[i]);
    }
    return text;
}

/* What was asked for on the command line; which member counts, the kind says. */
union device_spec {
    struct ctl_disk disk;
    struct ctl_vif vif;
};

/* What differs between disks and network interfaces when one is plugged in. */
struct device_kind {
    const char *name; /* in the dry run's output */
    int (*parse)(const char *spec, union device_spec *d, char **why);
    void (*dispose)(union device_spec *d);
    int (*to_json)(const union device_spec *d, char **json);
    int (*attach)(struct ctl_ctx *ctx, uint32_t domid, union device_spec *d, struct ctl_error *err);
};

static int disk_parse(const char *spec, union device_spec *d, char **why)
{
    return ctl_disk_parse(spec, &d->disk, why);
}

static void disk_dispose(union device_spec *d)
{
    ctl_disk_dispose(&d->disk);
}

static int disk_to_json(const union device_spec *d, char **json)
{
    return ctl_disk_to_json(&d->disk, json);
}

static int disk_attach(struct ctl_ctx *ctx, uint32_t domid, union device_spec *d,
                       struct ctl_error *err)
{
    return ctl_disk_attach(ctx, domid, &d->disk, err);
}

static int vif_parse(const char *spec, union device_spec *d, char **why)
{
    return ctl_vif_parse(spec, xl_defaults(), &d->vif, why);
}

static void vif_dispose(union device_spec *d)
{
    ctl_vif_dispose(&d->vif);
}

static int vif_to_json(const union device_spec *d, char **json)
{
    return ctl_vif_to_json(&d->vif, json);
}

static int vif_attach(struct ctl_ctx *ctx, uint32_t domid, union device_spec *d,
                      struct ctl_error *err)
{
    return ctl_vif_attach(ctx, domid, &d->vif, err);
}

static const struct device_kind disk_kind = {
    "disk", disk_parse, disk_dispose, disk_to_json, disk_attach,
};
static const struct device_kind vif_kind = {
    "vif", vif_parse, vif_dispose, vif_to_json, vif_attach,
};

static int print_spec(const struct device_kind *kind, const union device_spec *d)
{
    char *json = NULL;

    if (kind->to_json(d, &json) || !json) {
        xl_say("xl: out of memory");
        return XL_FAILURE;
    }
    printf("%s: %s\n", kind->name, json);
    free(json);
    return XL_OK;
}

static int attach(struct xl *xl, const struct device_kind *kind, const char *domain,
                  union device_spec *d)
{
    struct ctl_error err;
    uint32_t domid;

    if (xl->dry_run)
        return print_spec(kind, d);
    if (!xl_find_domain(xl, domain, &domid))
        return XL_FAILURE;
    return xl_outcome(kind->attach(xl->ctx, domid, d, &err), &err);
}

static int parse_and_attach(struct xl *xl, const struct device_kind *kind, int argc, char **argv)
{
    union device_spec d;
    char *spec, *why = NULL;
    int rc = 0;

    if (xl_getopt(xl, argc, argv, "h", NULL, &rc) == -2)
        return rc;
    spec = join_words(argc, argv, optind + 1);
    if (!spec)
        return XL_FAILURE;
    if (kind->parse(spec, &d, &why)) {
        xl_say("command line: %s", why ? why : "out of memory");
        rc = XL_FAILURE;
    } else {
        rc = attach(xl, kind, argv[optind], &d);
        kind->dispose(&d);
    }
    free(spec);
    free(why);
    return rc;
}

int xl_main_block_attach(struct xl *xl, int argc, char **argv)
{
    return parse_and_attach(xl, &disk_kind, argc, argv);
}

int xl_main_network_attach(struct xl *xl, int argc, char **argv)
{
    return parse_and_attach(xl, &vif_kind, argc, argv);
}

static void print_vif(const struct ctl_device_info *d)
{
    printf("%-3u %-2u %02x:%02x:%02x:%02x:%02x:%02x", d->devid, d->backend_domid, d->mac[0], d->mac[1],
           d->mac[2], d->mac[3], d->mac[4], d->mac[5]);
    printf("%6u %5d %6d %5d/%-11d %-30s\n", d->devid, d->state, d->evtchn, d->tx_ref, d->rx_ref,
           d->backend_path ? d->backend_path : "");
}

static void print_vbd(const struct ctl_device_info *d)
{
    printf("%-5u %-3u %-6u %-5d %-6d %-8d %-30s\n", d->devid, d->backend_domid, d->domid, d->state,
           d->evtchn, d->rx_ref, d->backend_path ? d->backend_path : "");
}

static int list_devices(struct xl *xl, int argc, char **argv, const char *kind,
                        void (*print)(const struct ctl_device_info *d))
{
    int rc = XL_OK;
    size_t i;

    for (; optind < argc; optind++) {
        struct ctl_device_info *list;
        struct ctl_error err;
        uint32_t domid;
        size_t count;

        if (!xl_find_domain(xl, argv[optind], &domid)) {
            rc = XL_FAILURE;
        } else if (ctl_device_list(xl->ctx, domid, kind, &list, &count, &err)) {
            xl_report(&err);
            rc = XL_FAILURE;
        } else {
            for (i = 0; i < count; i++)
                print(&list[i]);
            ctl_device_list_free(list, count);
        }
    }
    return rc;
}

int xl_main_network_list(struct xl *xl, int argc, char **argv)
{
    int rc = 0;

    if (xl_getopt(xl, argc, argv, "h", NULL, &rc) == -2)
        return rc;
    printf("%-3s %-2s %-17s %-6s %-5s %-6s %5s/%-5s %-30s\n", "Idx", "BE", "Mac Addr.", "handle",
           "state", "evt-ch", "tx-", "rx-ring-ref", "BE-path");
    return list_devices(xl, argc, argv, "vif", print_vif);
}

int xl_main_block_list(struct xl *xl, int argc, char **argv)
{
    int rc = 0;

    if (xl_getopt(xl, argc, argv, "h", NULL, &rc) == -2)
        return rc;
    printf("%-5s %-3s %-6s %-5s %-6s %-8s %-30s\n", "Vdev", "BE", "handle", "state", "evt-ch",
           "ring-ref", "BE-path");
    return list_devices(xl, argc, argv, "vbd", print_vbd);
}

/* The interface with that number or MAC address. */
static bool find_vif(struct xl *xl, uint32_t domid, const char *text, uint32_t *devid)
{
    struct ctl_device_info *list;
    struct ctl_error err;
    size_t count, i;
    bool found = false;

    if (ctl_device_list(xl->ctx, domid, "vif", &list, &count, &err)) {
        xl_report(&err);
        return false;
    }
    for (i = 0; i < count && !found; i++) {
        const uint8_t *m = list[i].mac;
        char mac[18];
        uint32_t number;

        snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4],
                 m[5]);
        found = !strcasecmp(mac, text) ||
                (xl_parse_u32(text, UINT16_MAX, &number) && number == list[i].devid);
        *devid = list[i].devid;
    }
    ctl_device_list_free(list, count);
    if (!found)
        xl_say("Unknown device %s.", text);
    return found;
}

int xl_main_network_detach(struct xl *xl, int argc, char **argv)
{
    struct ctl_error err;
    bool force = xl->force;
    uint32_t domid, devid;
    int o, rc = 0;

    while ((o = xl_getopt(xl, argc, argv, "hf", NULL, &rc)) >= 0)
        force |= o == 'f';
    if (o == -2)
        return rc;
    if (!xl_find_domain(xl, argv[optind], &domid) ||
        !find_vif(xl, domid, argv[optind + 1], &devid))
        return XL_FAILURE;
    return xl_outcome(ctl_vif_detach(xl->ctx, domid, devid, force, &err), &err);
}

int xl_main_block_detach(struct xl *xl, int argc, char **argv)
{
    static const struct option longs[] = { { "force", no_argument, NULL, 'f' },
                                           { "help", no_argument, NULL, 'h' },
                                           { 0 } };
    struct ctl_error err;
    bool force = xl->force;
    uint32_t domid;
    int o, number, rc = 0;

    while ((o = xl_getopt(xl, argc, argv, "hf", longs, &rc)) >= 0)
        force |= o == 'f';
    if (o == -2)
        return rc;
    if (!xl_find_domain(xl, argv[optind], &domid))
        return XL_FAILURE;
    number = ctl_vdev_number(argv[optind + 1], NULL, NULL);
    rc = number < 0 ? -ENOENT : ctl_disk_detach(xl->ctx, domid, (uint32_t)number, force, &err);
    if (rc != -ENOENT)
        return xl_outcome(rc, &err);
    xl_say("Error: Device %s not connected.", argv[optind + 1]);
    return XL_FAILURE;
}
