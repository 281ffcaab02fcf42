/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_SETTING_H
#define XSD_SETTING_H

#include <public/io/xs_wire.h>
#include <stdbool.h>
#include <stdint.h>

#include "store.h"

/* What the daemon can do for a guest; each bit of it may be withheld from one. */
#define SETTING_FEATURES                                                                           \
    (XENSTORE_SERVER_FEATURE_RECONNECTION | XENSTORE_SERVER_FEATURE_ERROR |                        \
     XENSTORE_SERVER_FEATURE_WATCHDEPTH)

/*
 * What domain 0 has set for one domain: from before it is introduced until it is gone.
 * Domains without one have the store's limits and all features.
 */
struct setting {
    uint32_t withheld;  /* of SETTING_FEATURES */
    uint32_t has_limit; /* bits by enum quota_kind */
    uint32_t limit[QUOTA_KINDS];
};

/* The limit that counts for a domain; UINT32_MAX: none. */
uint32_t setting_limit(const struct store *s, uint16_t domid, enum quota_kind kind);
void setting_set_limit(struct store *s, uint16_t domid, enum quota_kind kind, uint32_t limit);

uint32_t setting_features(const struct store *s, uint16_t domid);
/* 0, or -EINVAL for a feature that there is not. */
int setting_set_features(struct store *s, uint16_t domid, uint32_t features);

/* For saving and restoring: NULL where nothing is set. What is put is made to make sense. */
const struct setting *setting_get(const struct store *s, uint16_t domid);
void setting_put(struct store *s, uint16_t domid, const struct setting *value);
void setting_clear(struct store *s, uint16_t domid);

#endif
