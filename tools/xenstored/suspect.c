/* SPDX-License-Identifier: GPL-2.0-only */
#include "suspect.h"

#include <string.h>

#include "log.h"
#include "proto.h"
#include "server.h"
#include "state-items.h"

/* The names are compared alone: how often and whether is beside them. */
static bool same(const struct journal_flight *a, const struct journal_flight *b)
{
    return a->domid == b->domid && a->type == b->type && a->len == b->len &&
           !memcmp(a->start, b->start, sizeof(a->start));
}

static struct journal_flight *find(struct journal_head *h, const struct journal_flight *f)
{
    for (unsigned int i = 0; i < JOURNAL_SUSPECTS; i++)
        if (h->suspect[i].nr_ends && same(&h->suspect[i], f))
            return &h->suspect[i];
    return NULL;
}

/* The place of one that is not suspected yet: that of the least suspected. */
static struct journal_flight *least(struct journal_head *h)
{
    struct journal_flight *found = &h->suspect[0];

    for (unsigned int i = 1; i < JOURNAL_SUSPECTS; i++)
        if (h->suspect[i].nr_ends < found->nr_ends)
            found = &h->suspect[i];
    return found;
}

void suspect_recall(struct journal *j)
{
    struct journal_head *h = j->head;
    struct journal_flight *f;

    if (!h->flight.busy)
        return;
    f = find(h, &h->flight);
    if (!f) {
        f = least(h);
        *f = h->flight;
        f->nr_ends = 0;
    }
    f->nr_ends++;
    h->flight.busy = 0;
    h->nr_suspects = 1;
}

void suspect_copy(struct journal *to, const struct journal *from)
{
    to->head->flight = from->head->flight;
    to->head->nr_suspects = from->head->nr_suspects;
    memcpy(to->head->suspect, from->head->suspect, sizeof(to->head->suspect));
}

bool suspect_begin(struct server *s, uint16_t domid, const struct xsd_sockmsg *h,
                   const char *payload)
{
    struct journal_head *head;
    struct journal_flight *f;
    const struct journal_flight *known;

    if (!s->state)
        return true;
    head = s->state->journal->head;
    f = &head->flight;
    f->domid = domid;
    f->type = h->type;
    f->len = h->len;
    if (h->len < sizeof(f->start))
        memset(f->start, 0, sizeof(f->start));
    memcpy(f->start, payload, h->len < sizeof(f->start) ? h->len : sizeof(f->start));
    __atomic_store_n(&f->busy, 1, __ATOMIC_RELEASE);
    if (!head->nr_suspects)
        return true;
    known = find(head, f);
    if (!known || known->nr_ends < SUSPECT_ENDS)
        return true;
    f->busy = 0;
    s->nr_refused++;
    log_line("%s of %u bytes by domain %u is refused: %u daemons ended while they handled it",
             proto_name(h->type), h->len, domid, known->nr_ends);
    return false;
}

/* One that came through is none; where all have, there is nothing more to compare with. */
static void acquit(struct journal_head *h)
{
    struct journal_flight *known = find(h, &h->flight);

    if (known)
        known->nr_ends = 0;
    for (unsigned int i = 0; i < JOURNAL_SUSPECTS; i++)
        if (h->suspect[i].nr_ends)
            return;
    h->nr_suspects = 0;
}

void suspect_end(struct server *s)
{
    struct journal_head *h = s->state ? s->state->journal->head : NULL;

    if (!h || !h->flight.busy)
        return;
    __atomic_store_n(&h->flight.busy, 0, __ATOMIC_RELEASE);
    if (h->nr_suspects)
        acquit(h);
}
