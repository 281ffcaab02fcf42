/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_PEER_H
#define XSD_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "perms.h"
#include "quota.h"

#define PEER_NO_TARGET (-1)

/* Who asks: a domain, and perhaps the domain it acts for. Domain 0 may do everything. */
struct peer {
    uint16_t domid;
    bool privileged;
    int32_t target;
};

/*
 * The rights of peer by an access list. usage is the table of all domains, which
 * tells the entries that name a domain that has died since.
 */
unsigned int peer_rights(const struct peer *peer, const struct perms *perms,
                         const struct usage *usage);

#endif
