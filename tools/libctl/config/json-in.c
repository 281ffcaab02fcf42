/* SPDX-License-Identifier: GPL-2.0-only */
/* Configurations from JSON: the reverse of json-out.c. */
#include <libctl/config.h>
#include "spec.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>
#include <yajl/yajl_tree.h>

/* Longest array that is read: disks, vcpus. */
#define MAX_ITEMS 1024
#define MAX_JSON (4u << 20)
/* yajl frees its tree by recursion; our own layout is 6 deep. */
#define MAX_DEPTH 64

struct reader {
    char **why;
    int rc;                         /* the first failure */
};

static void fail(struct reader *r, const char *key, const char *wanted)
{
    if (!r->rc)
        r->rc = spec_fail(r->why, "the JSON member \"%s\" is not %s", key, wanted);
}

static yajl_val member(yajl_val object, const char *key)
{
    const char *path[] = { key, NULL };

    return object ? yajl_tree_get(object, path, yajl_t_any) : NULL;
}

static void get_string(struct reader *r, yajl_val object, const char *key, char **field)
{
    yajl_val v = member(object, key);
    const char *text;

    if (!v || YAJL_IS_NULL(v))
        return;
    text = YAJL_GET_STRING(v);
    if (!text)
        fail(r, key, "a string");
    else if (spec_set(field, text, strlen(text)))
        r->rc = -ENOMEM;
}

/* True when the member is there and is a number in range. */
static bool get_number(struct reader *r, yajl_val object, const char *key, uint64_t max, uint64_t *out)
{
    yajl_val v = member(object, key);

    if (!v || YAJL_IS_NULL(v))
        return false;
    if (!YAJL_IS_INTEGER(v) || YAJL_GET_INTEGER(v) < 0 || (uint64_t)YAJL_GET_INTEGER(v) > max) {
        fail(r, key, "a number in range");
        return false;
    }
    *out = (uint64_t)YAJL_GET_INTEGER(v);
    return true;
}

static void get_u32(struct reader *r, yajl_val object, const char *key, uint32_t *field)
{
    uint64_t value;

    if (get_number(r, object, key, UINT32_MAX, &value))
        *field = (uint32_t)value;
}

static void get_tristate(struct reader *r, yajl_val object, const char *key,
                         enum ctl_tristate *field)
{
    yajl_val v = member(object, key);
    const char *text = v ? YAJL_GET_STRING(v) : NULL;

    if (!v)
        return;
    if (text && !strcmp(text, "True"))
        *field = CTL_TRUE;
    else if (text && !strcmp(text, "False"))
        *field = CTL_FALSE;
    else if (!text || strcmp(text, "<default>"))
        fail(r, key, "\"True\", \"False\" or \"<default>\"");
}

/* Truth values that libxl writes as 0 and 1, or as JSON's own. */
static bool get_flag(yajl_val object, const char *key)
{
    yajl_val v = member(object, key);

    return v && (YAJL_IS_TRUE(v) || (YAJL_IS_INTEGER(v) && YAJL_GET_INTEGER(v)));
}

/* The array of that name, or NULL when it is not there. */
static yajl_val get_array(struct reader *r, yajl_val object, const char *key)
{
    yajl_val v = member(object, key);

    if (!v || YAJL_IS_NULL(v))
        return NULL;
    if (!YAJL_IS_ARRAY(v) || v->u.array.len > MAX_ITEMS) {
        fail(r, key, "an array of sensible length");
        return NULL;
    }
    return v;
}

static void get_action(struct reader *r, yajl_val object, const char *key, enum ctl_action *field)
{
    static const char *const other[][2] = {
        { "restart_rename", "rename-restart" },
        { "coredump_destroy", "coredump-destroy" },
        { "coredump_restart", "coredump-restart" },
        { "soft_reset", "soft-reset" },
    };
    yajl_val v = member(object, key);
    const char *text = v ? YAJL_GET_STRING(v) : NULL;
    size_t i;

    /* libxl leaves out what is 1, "destroy", whatever xl's default for the key is. */
    *field = CTL_ACTION_DESTROY;
    if (!v)
        return;
    for (i = 0; text && i < sizeof(other) / sizeof(other[0]); i++)
        if (!strcmp(text, other[i][0]))
            text = other[i][1];
    if (!text || ctl_action_from_name(text, field))
        fail(r, key, "an action");
}

static void get_map(struct reader *r, const char *key, yajl_val list, struct ctl_cpumap *map)
{
    size_t i;

    if (!YAJL_IS_ARRAY(list)) {
        fail(r, key, "an array of arrays");
        return;
    }
    for (i = 0; i < list->u.array.len; i++) {
        yajl_val v = list->u.array.values[i];

        if (YAJL_IS_INTEGER(v) && YAJL_GET_INTEGER(v) >= 0 && YAJL_GET_INTEGER(v) < CTL_MAX_CPUS)
            ctl_cpumap_set(map, (unsigned int)YAJL_GET_INTEGER(v));
        else
            fail(r, key, "made of processor numbers");
    }
}

static void get_maps(struct reader *r, yajl_val object, const char *key, struct ctl_cpumap **maps,
                     uint32_t *count)
{
    yajl_val v = get_array(r, object, key);
    size_t i;

    if (!v || !v->u.array.len)
        return;
    *maps = calloc(v->u.array.len, sizeof(**maps));
    if (!*maps) {
        r->rc = -ENOMEM;
        return;
    }
    *count = (uint32_t)v->u.array.len;
    for (i = 0; i < *count; i++)
        get_map(r, key, v->u.array.values[i], &(*maps)[i]);
}

static void get_c_info(struct reader *r, yajl_val c, struct ctl_domain_config *cfg)
{
    char *type = NULL, *uuid = NULL;

    get_string(r, c, "type", &type);
    if (type && strcmp(type, "pvh"))
        fail(r, "type", "\"pvh\", the only supported type");
    get_string(r, c, "name", &cfg->name);
    get_string(r, c, "uuid", &uuid);
    if (uuid && uuid_parse(uuid, cfg->uuid))
        fail(r, "uuid", "a UUID");
    get_string(r, c, "pool_name", &cfg->pool);
    get_tristate(r, c, "run_hotplug_scripts", &cfg->run_hotplug_scripts);
    get_tristate(r, c, "driver_domain", &cfg->driver_domain);
    free(type);
    free(uuid);
}

static void get_tsc_mode(struct reader *r, yajl_val b, struct ctl_domain_config *cfg)
{
    static const char *const names[] = {
        "default", "always_emulate", "native", "native_paravirt",
    };
    yajl_val v = member(b, "tsc_mode");
    const char *text = v ? YAJL_GET_STRING(v) : NULL;
    uint32_t i;

    for (i = 0; text && i < 4; i++) {
        if (!strcmp(text, names[i])) {
            cfg->tsc_mode = i;
            return;
        }
    }
    if (v)
        fail(r, "tsc_mode", "a TSC mode");
}

static void get_b_info(struct reader *r, yajl_val b, struct ctl_domain_config *cfg)
{
    yajl_val avail = get_array(r, b, "avail_vcpus");
    yajl_val sched = member(b, "sched_params");

    get_u32(r, b, "max_vcpus", &cfg->max_vcpus);
    cfg->vcpus = avail ? (uint32_t)avail->u.array.len : cfg->max_vcpus;
    get_maps(r, b, "vcpu_hard_affinity", &cfg->hard_affinity, &cfg->nr_hard_affinity);
    get_maps(r, b, "vcpu_soft_affinity", &cfg->soft_affinity, &cfg->nr_soft_affinity);
    get_tsc_mode(r, b, cfg);
    get_number(r, b, "max_memkb", INT64_MAX, &cfg->max_memkb);
    get_number(r, b, "target_memkb", INT64_MAX, &cfg->target_memkb);
    get_tristate(r, b, "disable_migrate", &cfg->nomigrate);
    get_u32(r, b, "max_grant_frames", &cfg->max_grant_frames);
    get_u32(r, b, "max_maptrack_frames", &cfg->max_maptrack_frames);
    get_u32(r, b, "max_grant_version", &cfg->max_grant_version);
    get_u32(r, sched, "weight", &cfg->weight);
    get_u32(r, sched, "cap", &cfg->cap);
    get_u32(r, b, "event_channels", &cfg->max_event_channels);
    get_string(r, b, "kernel", &cfg->kernel);
    get_string(r, b, "cmdline", &cfg->cmdline);
    get_string(r, b, "ramdisk", &cfg->ramdisk);
    get_tristate(r, b, "acpi", &cfg->acpi);
}

static void get_disk(struct reader *r, yajl_val v, struct ctl_disk *disk)
{
    char *text = NULL;
    unsigned int i;

    get_u32(r, v, "backend_domid", &disk->backend_domid);
    get_string(r, v, "backend_domname", &disk->backend_domname);
    get_string(r, v, "pdev_path", &disk->target);
    get_string(r, v, "vdev", &disk->vdev);
    get_string(r, v, "script", &disk->script);
    get_string(r, v, "format", &text);
    disk->format = CTL_DISK_FORMAT_UNKNOWN;
    for (i = 0; text && ctl_disk_format_name(i); i++)
        if (!strcmp(text, ctl_disk_format_name(i)))
            disk->format = i;
    free(text);
    text = NULL;
    get_string(r, v, "backend", &text);
    for (i = 0; text && ctl_disk_backend_name(i); i++)
        if (!strcmp(text, ctl_disk_backend_name(i)))
            disk->backend = i;
    free(text);
    disk->removable = get_flag(v, "removable");
    disk->readwrite = get_flag(v, "readwrite");
    disk->is_cdrom = get_flag(v, "is_cdrom");
    disk->direct_io_safe = get_flag(v, "direct_io_safe");
    get_tristate(r, v, "discard_enable", &disk->discard);
    get_tristate(r, v, "trusted", &disk->trusted);
}

static void get_vif(struct reader *r, yajl_val v, struct ctl_vif *vif)
{
    char *mac = NULL, *spec = NULL;
    struct ctl_vif parsed;
    uint64_t devid;

    get_u32(r, v, "backend_domid", &vif->backend_domid);
    get_string(r, v, "backend_domname", &vif->backend_domname);
    if (get_number(r, v, "devid", INT_MAX, &devid))
        vif->devid = (int)devid;
    get_u32(r, v, "mtu", &vif->mtu);
    get_string(r, v, "model", &vif->model);
    get_string(r, v, "mac", &mac);
    get_string(r, v, "ip", &vif->ip);
    get_string(r, v, "bridge", &vif->bridge);
    get_string(r, v, "ifname", &vif->ifname);
    get_string(r, v, "script", &vif->script);
    get_number(r, v, "rate_bytes_per_interval", UINT32_MAX, &vif->rate_bytes);
    get_u32(r, v, "rate_interval_usecs", &vif->rate_interval_usecs);
    get_string(r, v, "gatewaydev", &vif->gatewaydev);
    get_string(r, v, "vlan", &vif->vlan);
    get_tristate(r, v, "trusted", &vif->trusted);
    if (!mac)
        return;
    /* The specification's own parser knows MAC addresses. */
    spec = malloc(strlen(mac) + 5);
    if (spec) {
        strcpy(spec, "mac=");
        strcat(spec, mac);
    }
    if (!spec || strchr(mac, ',') || ctl_vif_parse(spec, NULL, &parsed, NULL)) {
        fail(r, "mac", "a MAC address");
    } else {
        memcpy(vif->mac, parsed.mac, sizeof(vif->mac));
        ctl_vif_dispose(&parsed);
    }
    free(spec);
    free(mac);
}

static void get_devices(struct reader *r, yajl_val root, struct ctl_domain_config *cfg)
{
    yajl_val disks = get_array(r, root, "disks"), nics = get_array(r, root, "nics");
    size_t i;

    if (disks && disks->u.array.len)
        cfg->disks = calloc(disks->u.array.len, sizeof(*cfg->disks));
    for (i = 0; cfg->disks && i < disks->u.array.len; i++) {
        ctl_disk_init(&cfg->disks[cfg->nr_disks]);
        get_disk(r, disks->u.array.values[i], &cfg->disks[cfg->nr_disks++]);
    }
    if (nics && nics->u.array.len)
        cfg->vifs = calloc(nics->u.array.len, sizeof(*cfg->vifs));
    for (i = 0; cfg->vifs && i < nics->u.array.len; i++) {
        ctl_vif_init(&cfg->vifs[cfg->nr_vifs]);
        get_vif(r, nics->u.array.values[i], &cfg->vifs[cfg->nr_vifs++]);
    }
}

static void get_config(struct reader *r, yajl_val root, struct ctl_domain_config *cfg)
{
    if (!YAJL_IS_OBJECT(root)) {
        if (!r->rc)
            r->rc = spec_fail(r->why, "the JSON text is no object");
        return;
    }
    get_c_info(r, member(root, "c_info"), cfg);
    get_b_info(r, member(root, "b_info"), cfg);
    get_devices(r, root, cfg);
    get_action(r, root, "on_poweroff", &cfg->on_poweroff);
    get_action(r, root, "on_reboot", &cfg->on_reboot);
    get_action(r, root, "on_watchdog", &cfg->on_watchdog);
    get_action(r, root, "on_crash", &cfg->on_crash);
    get_action(r, root, "on_soft_reset", &cfg->on_soft_reset);
}

static bool is_too_deep(const char *text)
{
    unsigned int depth = 0;
    bool quoted = false;

    for (; *text; text++) {
        if (quoted && *text == '\\' && text[1])
            text++;
        else if (*text == '"')
            quoted = !quoted;
        else if (!quoted && (*text == '[' || *text == '{'))
            depth++;
        else if (!quoted && (*text == ']' || *text == '}') && depth)
            depth--;
        if (depth > MAX_DEPTH)
            return true;
    }
    return false;
}

int ctl_config_from_json(const char *json, size_t len, struct ctl_domain_config *cfg, char **why)
{
    char message[256] = "", *text = NULL;
    struct reader r = { .why = why };
    yajl_val root = NULL;

    if (why)
        *why = NULL;
    ctl_domain_config_init(cfg);
    if (len > MAX_JSON)
        return spec_fail(why, "the JSON text is longer than %u MiB", MAX_JSON >> 20);
    text = strndup(json, len);
    if (!text)
        return -ENOMEM;
    if (!is_too_deep(text))
        root = yajl_tree_parse(text, message, sizeof(message));
    else
        strcpy(message, "it is nested too deep");
    message[strcspn(message, "\n")] = '\0';
    if (root)
        get_config(&r, root, cfg);
    else
        r.rc = spec_fail(why, "the text is no JSON: %s", message);
    yajl_tree_free(root);
    free(text);
    if (r.rc)
        ctl_domain_config_dispose(cfg);
    return r.rc;
}
