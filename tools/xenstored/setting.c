/* SPDX-License-Identifier: GPL-2.0-only */
#include "setting.h"

#include <errno.h>
#include <stdlib.h>

#include "mem.h"

static struct setting *setting_of(struct store *s, uint16_t domid)
{
    struct usage *u = &s->usage[domid];

    if (!u->own)
        u->own = mem_zalloc(sizeof(*u->own));
    store_usage_used(s, domid);
    return u->own;
}

uint32_t setting_limit(const struct store *s, uint16_t domid, enum quota_kind kind)
{
    const struct setting *own = s->usage[domid].own;
    uint32_t limit = s->quota.limit[kind];

    if (own && own->has_limit & 1u << kind)
        limit = own->limit[kind];
    return limit ? limit : UINT32_MAX;
}

void setting_set_limit(struct store *s, uint16_t domid, enum quota_kind kind, uint32_t limit)
{
    struct setting *own = setting_of(s, domid);

    own->has_limit |= 1u << kind;
    own->limit[kind] = limit;
}

uint32_t setting_features(const struct store *s, uint16_t domid)
{
    const struct setting *own = s->usage[domid].own;

    return SETTING_FEATURES & ~(own ? own->withheld : 0);
}

int setting_set_features(struct store *s, uint16_t domid, uint32_t features)
{
    if (features & ~(uint32_t)SETTING_FEATURES)
        return -EINVAL;
    setting_of(s, domid)->withheld = SETTING_FEATURES & ~features;
    return 0;
}

const struct setting *setting_get(const struct store *s, uint16_t domid)
{
    return s->usage[domid].own;
}

void setting_put(struct store *s, uint16_t domid, const struct setting *value)
{
    struct setting *own = setting_of(s, domid);

    *own = *value;
    own->withheld &= SETTING_FEATURES;
    own->has_limit &= (1u << QUOTA_KINDS) - 1;
}

void setting_clear(struct store *s, uint16_t domid)
{
    free(s->usage[domid].own);
    s->usage[domid].own = NULL;
}
