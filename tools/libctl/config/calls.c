/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys of xl.cfg whose values need more than storing. */
#include "keys.h"
#include "spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

/* 16 TiB: more than the nested page tables of a guest can name sensibly. */
#define MAX_MEMORY_MB (16u << 20)
#define MAX_DISKS 256
#define MAX_VIFS 64

void cfg_call_cmdline(struct cfg_builder *b, const struct cfg_setting *s)
{
    const char *text = cfg_scalar(b, s);

    if (!text)
        return;
    if (s->key[0] == 'c')
        b->cmdline = text;
    else if (s->key[0] == 'r')
        b->root = text;
    else
        b->extra = text;
}

void cfg_call_memory(struct cfg_builder *b, const struct cfg_setting *s)
{
    uint64_t mb;

    if (cfg_number(b, s, 1, MAX_MEMORY_MB, &mb))
        b->cfg->target_memkb = mb << 10;
}

void cfg_call_maxmem(struct cfg_builder *b, const struct cfg_setting *s)
{
    uint64_t mb;

    if (!cfg_number(b, s, 1, MAX_MEMORY_MB, &mb))
        return;
    b->cfg->max_memkb = mb << 10;
    b->has_maxmem = true;
}

void cfg_call_maxvcpus(struct cfg_builder *b, const struct cfg_setting *s)
{
    uint64_t count;

    if (!cfg_number(b, s, 1, CTL_MAX_VCPUS, &count))
        return;
    b->cfg->max_vcpus = (uint32_t)count;
    b->has_maxvcpus = true;
}

void cfg_call_uuid(struct cfg_builder *b, const struct cfg_setting *s)
{
    const char *text = cfg_scalar(b, s);

    if (!text)
        return;
    if (uuid_parse(text, b->cfg->uuid))
        cfg_error(b, &s->value->pos, "uuid = \"%s\" is no UUID: 32 hexadecimal digits are needed, as in "
                  "\"00112233-4455-6677-8899-aabbccddeeff\"", text);
    else
        b->has_uuid = true;
}

void cfg_call_type(struct cfg_builder *b, const struct cfg_setting *s)
{
    const char *text = cfg_scalar(b, s);

    if (!text || !strcmp(text, "pvh"))
        return;
    if (!strcmp(text, "pv") || !strcmp(text, "hvm"))
        cfg_error(b, &s->value->pos, "type = \"%s\" is not supported: guests are PVH only; write "
                  "type=\"pvh\" and give a kernel with a PVH entry (Linux 4.11 or later)", text);
    else
        cfg_error(b, &s->value->pos, "type = \"%s\" is unknown: write type=\"pvh\"", text);
}

void cfg_call_builder(struct cfg_builder *b, const struct cfg_setting *s)
{
    const char *text = cfg_scalar(b, s);

    if (!text)
        return;
    if (!strcmp(text, "hvm"))
        cfg_error(b, &s->value->pos, "builder = \"hvm\" is not supported: guests are PVH only; write "
                  "type=\"pvh\"");
    else
        cfg_warn(b, &s->pos, "builder is ignored: the guest will be PVH; write type=\"pvh\" instead");
}

void cfg_call_hap(struct cfg_builder *b, const struct cfg_setting *s)
{
    uint64_t value;

    if (cfg_number(b, s, 0, 1, &value) && !value)
        cfg_error(b, &s->value->pos, "hap = 0 is not supported: guests always use nested paging; "
                  "remove the line");
}

void cfg_call_tsc_mode(struct cfg_builder *b, const struct cfg_setting *s)
{
    static const char *const names[] = {
        "default", "always_emulate", "native", "native_paravirt",
    };
    const char *text = cfg_scalar(b, s);
    unsigned int i;

    if (!text)
        return;
    for (i = 0; i < 4; i++) {
        if (!strcmp(text, names[i]) || (text[0] == (char)('0' + i) && !text[1])) {
            b->cfg->tsc_mode = i;
            return;
        }
    }
    cfg_error(b, &s->value->pos, "tsc_mode = \"%s\" is unknown: default, always_emulate, native or "
              "native_paravirt", text);
}

static bool parse_map(struct cfg_builder *b, const struct cfg_setting *s, const struct cfg_value *v,
                      struct ctl_cpumap *map)
{
    char *why = NULL;

    if (v->is_list)
        cfg_error(b, &v->pos, "%s holds a list in a list: one string per vcpu is needed", s->key);
    else if (!ctl_cpumap_parse(v->text, map, &why))
        return true;
    else
        cfg_error(b, &v->pos, "%s: %s", s->key, why ? why : "out of memory");
    free(why);
    return false;
}

/* One map for all vcpus, or a list with one for each. Called after the number of vcpus is known. */
void cfg_call_cpus(struct cfg_builder *b, const struct cfg_setting *s)
{
    bool soft = !strcmp(s->key, "cpus_soft"), all_full = true;
    const struct cfg_value *v = s->value;
    uint32_t max = b->has_maxvcpus ? b->cfg->max_vcpus : b->cfg->vcpus;
    uint32_t count = max, i;
    struct ctl_cpumap *maps;

    if (v->is_list && v->nr_items < count)
        count = (uint32_t)v->nr_items;
    if (v->is_list && v->nr_items > max)
        cfg_warn(b, &v->items[max]->pos, "%s has %zu entries for %u vcpus: the rest is ignored",
                 s->key, v->nr_items, max);
    maps = calloc(count ? count : 1, sizeof(*maps));
    if (!maps) {
        b->no_memory = true;
        return;
    }
    for (i = 0; i < count; i++) {
        if (!parse_map(b, s, v->is_list ? v->items[i] : v, &maps[i]))
            break;
        all_full &= ctl_cpumap_is_full(&maps[i]);
    }
    if (i < count || all_full) {
        free(maps);
        return;
    }
    free(soft ? b->cfg->soft_affinity : b->cfg->hard_affinity);
    *(soft ? &b->cfg->soft_affinity : &b->cfg->hard_affinity) = maps;
    *(soft ? &b->cfg->nr_soft_affinity : &b->cfg->nr_hard_affinity) = count;
}

/* The list of a device key; false after reporting. */
static bool check_list(struct cfg_builder *b, const struct cfg_setting *s, size_t max)
{
    const struct cfg_value *v = s->value;
    size_t i;

    if (!v->is_list) {
        cfg_error(b, &v->pos, "%s = \"%s\" is no list: put the specification in brackets, "
                  "%s=['%s']", s->key, v->text, s->key, v->text);
        return false;
    }
    if (v->nr_items > max) {
        cfg_error(b, &v->pos, "%s has %zu entries: at most %zu are possible", s->key, v->nr_items, max);
        return false;
    }
    for (i = 0; i < v->nr_items; i++) {
        if (!v->items[i]->is_list)
            continue;
        cfg_error(b, &v->items[i]->pos, "%s holds a list in a list: strings are needed", s->key);
        return false;
    }
    return true;
}

void cfg_call_disk(struct cfg_builder *b, const struct cfg_setting *s)
{
    const struct cfg_value *v = s->value;
    struct ctl_domain_config *cfg = b->cfg;
    size_t i;

    if (!check_list(b, s, MAX_DISKS) || !v->nr_items)
        return;
    cfg->disks = calloc(v->nr_items, sizeof(*cfg->disks));
    if (!cfg->disks) {
        b->no_memory = true;
        return;
    }
    for (i = 0; i < v->nr_items; i++) {
        char *why = NULL;

        if (!ctl_disk_parse(v->items[i]->text, &cfg->disks[cfg->nr_disks], &why))
            cfg->nr_disks++;
        else
            cfg_error(b, &v->items[i]->pos, "disk: %s", why ? why : "out of memory");
        free(why);
    }
}

void cfg_call_vif(struct cfg_builder *b, const struct cfg_setting *s)
{
    const struct cfg_value *v = s->value;
    struct ctl_domain_config *cfg = b->cfg;
    size_t i;

    if (!check_list(b, s, MAX_VIFS) || !v->nr_items)
        return;
    cfg->vifs = calloc(v->nr_items, sizeof(*cfg->vifs));
    if (!cfg->vifs) {
        b->no_memory = true;
        return;
    }
    for (i = 0; i < v->nr_items; i++) {
        struct ctl_vif *vif = &cfg->vifs[cfg->nr_vifs];
        char *why = NULL;

        if (ctl_vif_parse(v->items[i]->text, b->options->defaults, vif, &why)) {
            cfg_error(b, &v->items[i]->pos, "vif: %s", why ? why : "out of memory");
            free(why);
            continue;
        }
        if (vif->devid < 0)
            vif->devid = (int)i;
        if (strstr(v->items[i]->text, "netdev="))
            cfg_warn(b, &v->items[i]->pos, "netdev= is the old name of gatewaydev=");
        cfg->nr_vifs++;
    }
}
