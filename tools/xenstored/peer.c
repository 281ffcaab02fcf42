/* SPDX-License-Identifier: GPL-2.0-only */
#include "peer.h"

static bool peer_is(const struct peer *peer, uint16_t domid)
{
    return domid == peer->domid || domid == peer->target;
}

unsigned int peer_rights(const struct peer *peer, const struct perms *perms,
                         const struct usage *usage)
{
    if (peer->privileged)
        return PERM_READ | PERM_WRITE | PERM_OWNER;
    for (unsigned int i = 0; i < perms->nr; i++) {
        const struct perm *e = &perms->e[i];

        if (!peer_is(peer, e->domid) || !perms_counts(perms, i, usage))
            continue;
        return i ? e->rights : PERM_READ | PERM_WRITE | PERM_OWNER;
    }
    return perms->e[0].rights;
}
