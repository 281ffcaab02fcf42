/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Configurations as JSON, with libxl's member names and order. Values that are libxl's defaults are left
 * out, as libxl does.
 */
#include <libctl/config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>
#include <yajl/yajl_gen.h>

/* libxl's names of the actions differ from those of xl.cfg. */
static const char *const action_json[] = {
    [CTL_ACTION_DESTROY] = "destroy",
    [CTL_ACTION_RESTART] = "restart",
    [CTL_ACTION_RENAME_RESTART] = "restart_rename",
    [CTL_ACTION_PRESERVE] = "preserve",
    [CTL_ACTION_COREDUMP_DESTROY] = "coredump_destroy",
    [CTL_ACTION_COREDUMP_RESTART] = "coredump_restart",
    [CTL_ACTION_SOFT_RESET] = "soft_reset",
};

static const char *const tsc_json[] = { "default", "always_emulate", "native", "native_paravirt" };

/* The generator remembers its first failure, so that results need not be looked at one by one. */
static void put_text(yajl_gen g, const char *text)
{
    yajl_gen_string(g, (const unsigned char *)text, strlen(text));
}

static void put_string(yajl_gen g, const char *key, const char *value)
{
    if (!value)
        return;
    put_text(g, key);
    put_text(g, value);
}

static void put_number(yajl_gen g, const char *key, uint64_t value)
{
    put_text(g, key);
    yajl_gen_integer(g, (long long)value);
}

static void put_tristate(yajl_gen g, const char *key, enum ctl_tristate value)
{
    if (value != CTL_DEFAULT)
        put_string(g, key, value == CTL_TRUE ? "True" : "False");
}

static void put_empty_map(yajl_gen g, const char *key)
{
    put_text(g, key);
    yajl_gen_map_open(g);
    yajl_gen_map_close(g);
}

static void put_map(yajl_gen g, const struct ctl_cpumap *map)
{
    unsigned int cpu;

    yajl_gen_array_open(g);
    for (cpu = 0; cpu < CTL_MAX_CPUS; cpu++)
        if (ctl_cpumap_test(map, cpu))
            yajl_gen_integer(g, cpu);
    yajl_gen_array_close(g);
}

static void put_maps(yajl_gen g, const char *key, const struct ctl_cpumap *maps, uint32_t count)
{
    uint32_t i;

    if (!count)
        return;
    put_text(g, key);
    yajl_gen_array_open(g);
    for (i = 0; i < count; i++)
        put_map(g, &maps[i]);
    yajl_gen_array_close(g);
}

static void put_c_info(yajl_gen g, const struct ctl_domain_config *cfg)
{
    static const uint8_t no_uuid[16];
    char uuid[UUID_STR_LEN];

    put_text(g, "c_info");
    yajl_gen_map_open(g);
    put_string(g, "type", "pvh");
    put_string(g, "name", cfg->name);
    if (memcmp(cfg->uuid, no_uuid, sizeof(no_uuid))) {
        uuid_unparse_lower(cfg->uuid, uuid);
        put_string(g, "uuid", uuid);
    }
    put_string(g, "pool_name", cfg->pool);
    put_tristate(g, "run_hotplug_scripts",
                 cfg->run_hotplug_scripts == CTL_DEFAULT ? CTL_TRUE : cfg->run_hotplug_scripts);
    put_tristate(g, "driver_domain", cfg->driver_domain);
    yajl_gen_map_close(g);
}

static void put_vcpus(yajl_gen g, const struct ctl_domain_config *cfg)
{
    uint32_t i;

    put_number(g, "max_vcpus", cfg->max_vcpus);
    put_text(g, "avail_vcpus");
    yajl_gen_array_open(g);
    for (i = 0; i < cfg->vcpus; i++)
        yajl_gen_integer(g, i);
    yajl_gen_array_close(g);
    put_maps(g, "vcpu_hard_affinity", cfg->hard_affinity, cfg->nr_hard_affinity);
    put_maps(g, "vcpu_soft_affinity", cfg->soft_affinity, cfg->nr_soft_affinity);
    if (cfg->nr_hard_affinity || cfg->nr_soft_affinity)
        put_string(g, "numa_placement", "False");
}

static void put_limit(yajl_gen g, const char *key, uint32_t value)
{
    if (value != CTL_LIMIT_DEFAULT)
        put_number(g, key, value);
}

static void put_b_info(yajl_gen g, const struct ctl_domain_config *cfg)
{
    put_text(g, "b_info");
    yajl_gen_map_open(g);
    put_vcpus(g, cfg);
    if (cfg->tsc_mode && cfg->tsc_mode < 4)
        put_string(g, "tsc_mode", tsc_json[cfg->tsc_mode]);
    put_number(g, "max_memkb", cfg->max_memkb);
    put_number(g, "target_memkb", cfg->target_memkb);
    put_tristate(g, "disable_migrate", cfg->nomigrate);
    put_limit(g, "max_grant_frames", cfg->max_grant_frames);
    put_limit(g, "max_maptrack_frames", cfg->max_maptrack_frames);
    put_limit(g, "max_grant_version", cfg->max_grant_version);
    put_text(g, "sched_params");
    yajl_gen_map_open(g);
    if (cfg->weight)
        put_number(g, "weight", cfg->weight);
    if (cfg->cap)
        put_number(g, "cap", cfg->cap);
    yajl_gen_map_close(g);
    put_string(g, "claim_mode", "True");
    if (cfg->max_event_channels != 1023)
        put_number(g, "event_channels", cfg->max_event_channels);
    put_string(g, "kernel", cfg->kernel);
    put_string(g, "cmdline", cfg->cmdline);
    put_string(g, "ramdisk", cfg->ramdisk);
    put_tristate(g, "acpi", cfg->acpi);
    put_empty_map(g, "type.pvh");
    put_empty_map(g, "arch_arm");
    put_empty_map(g, "arch_x86");
    yajl_gen_map_close(g);
}

static void put_disk(yajl_gen g, const struct ctl_disk *disk)
{
    yajl_gen_map_open(g);
    if (disk->backend_domid)
        put_number(g, "backend_domid", disk->backend_domid);
    put_string(g, "backend_domname", disk->backend_domname);
    put_string(g, "pdev_path", disk->target);
    put_string(g, "vdev", disk->vdev);
    if (disk->backend != CTL_DISK_BACKEND_UNKNOWN)
        put_string(g, "backend", ctl_disk_backend_name(disk->backend));
    put_string(g, "format", ctl_disk_format_name(disk->format));
    put_string(g, "script", disk->script);
    if (disk->removable)
        put_number(g, "removable", 1);
    if (disk->readwrite)
        put_number(g, "readwrite", 1);
    if (disk->is_cdrom)
        put_number(g, "is_cdrom", 1);
    if (disk->direct_io_safe) {
        put_text(g, "direct_io_safe");
        yajl_gen_bool(g, 1);
    }
    put_tristate(g, "discard_enable", disk->discard);
    put_tristate(g, "trusted", disk->trusted);
    yajl_gen_map_close(g);
}

static void put_vif(yajl_gen g, const struct ctl_vif *vif)
{
    static const uint8_t no_mac[6];
    char mac[18];

    yajl_gen_map_open(g);
    if (vif->backend_domid)
        put_number(g, "backend_domid", vif->backend_domid);
    put_string(g, "backend_domname", vif->backend_domname);
    if (vif->devid >= 0)
        put_number(g, "devid", (uint64_t)vif->devid);
    if (vif->mtu)
        put_number(g, "mtu", vif->mtu);
    put_string(g, "model", vif->model);
    if (memcmp(vif->mac, no_mac, sizeof(no_mac))) {
        snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", vif->mac[0], vif->mac[1],
                 vif->mac[2], vif->mac[3], vif->mac[4], vif->mac[5]);
        put_string(g, "mac", mac);
    }
    put_string(g, "ip", vif->ip);
    put_string(g, "bridge", vif->bridge);
    put_string(g, "ifname", vif->ifname);
    put_string(g, "script", vif->script);
    if (vif->rate_bytes) {
        put_number(g, "rate_bytes_per_interval", vif->rate_bytes);
        put_number(g, "rate_interval_usecs", vif->rate_interval_usecs);
    }
    put_string(g, "gatewaydev", vif->gatewaydev);
    put_string(g, "vlan", vif->vlan);
    put_tristate(g, "trusted", vif->trusted);
    yajl_gen_map_close(g);
}

static void put_devices(yajl_gen g, const struct ctl_domain_config *cfg)
{
    uint32_t i;

    if (cfg->nr_disks) {
        put_text(g, "disks");
        yajl_gen_array_open(g);
        for (i = 0; i < cfg->nr_disks; i++)
            put_disk(g, &cfg->disks[i]);
        yajl_gen_array_close(g);
    }
    if (cfg->nr_vifs) {
        put_text(g, "nics");
        yajl_gen_array_open(g);
        for (i = 0; i < cfg->nr_vifs; i++)
            put_vif(g, &cfg->vifs[i]);
        yajl_gen_array_close(g);
    }
}

static void put_action(yajl_gen g, const char *key, enum ctl_action action)
{
    if (action > CTL_ACTION_DESTROY && action <= CTL_ACTION_SOFT_RESET)
        put_string(g, key, action_json[action]);
}

static void put_config(yajl_gen g, const struct ctl_domain_config *cfg)
{
    yajl_gen_map_open(g);
    put_c_info(g, cfg);
    put_b_info(g, cfg);
    put_devices(g, cfg);
    put_action(g, "on_poweroff", cfg->on_poweroff);
    put_action(g, "on_reboot", cfg->on_reboot);
    put_action(g, "on_watchdog", cfg->on_watchdog);
    put_action(g, "on_crash", cfg->on_crash);
    put_action(g, "on_soft_reset", cfg->on_soft_reset);
    yajl_gen_map_close(g);
}

/* Runs put on a fresh generator and hands out its text. */
static int generate(void (*put)(yajl_gen g, const void *object), const void *object, char **out)
{
    yajl_gen g = yajl_gen_alloc(NULL);
    const unsigned char *text;
    size_t len;

    *out = NULL;
    if (!g)
        return -ENOMEM;
    yajl_gen_config(g, yajl_gen_beautify, 1);
    yajl_gen_config(g, yajl_gen_indent_string, "    ");
    put(g, object);
    if (yajl_gen_get_buf(g, &text, &len) == yajl_gen_status_ok)
        *out = strndup((const char *)text, len);
    yajl_gen_free(g);
    return *out ? 0 : -ENOMEM;
}

static void put_config_object(yajl_gen g, const void *object)
{
    put_config(g, object);
}

int ctl_config_to_json(const struct ctl_domain_config *cfg, char **out)
{
    return generate(put_config_object, cfg, out);
}

struct list_object {
    const uint32_t *domids;
    const struct ctl_domain_config *const *cfgs;
    size_t count;
};

static void put_list_object(yajl_gen g, const void *object)
{
    const struct list_object *list = object;
    size_t i;

    yajl_gen_array_open(g);
    for (i = 0; i < list->count; i++) {
        yajl_gen_map_open(g);
        put_number(g, "domid", list->domids[i]);
        put_text(g, "config");
        put_config(g, list->cfgs[i]);
        yajl_gen_map_close(g);
    }
    yajl_gen_array_close(g);
}

int ctl_config_list_to_json(const uint32_t *domids, const struct ctl_domain_config *const *cfgs,
                            size_t count, char **out)
{
    struct list_object list = { .domids = domids, .cfgs = cfgs, .count = count };

    return generate(put_list_object, &list, out);
}

/* One device, as the dry run of an attach prints it. */
static void put_disk_object(yajl_gen g, const void *object)
{
    put_disk(g, object);
}

static void put_vif_object(yajl_gen g, const void *object)
{
    put_vif(g, object);
}

int ctl_disk_to_json(const struct ctl_disk *disk, char **out)
{
    return generate(put_disk_object, disk, out);
}

int ctl_vif_to_json(const struct ctl_vif *vif, char **out)
{
    return generate(put_vif_object, vif, out);
}
