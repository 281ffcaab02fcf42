/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts the items of a state file into effect. Nothing in them is believed before it is checked. */
#include "state-load.h"

#include <errno.h>
#include <stdlib.h>

#include "domain.h"
#include "mem.h"
#include "server.h"

static void ignore_event(struct watch *w, const char *path)
{
    (void)w;
    (void)path;
}

static const char *(*const load_kinds[STATE_KINDS])(struct state_loader *l,
                                                    const struct item *i) = {
    [STATE_GEN] = load_gen,
    [STATE_QUOTA] = load_quota,
    [STATE_DIED] = load_died,
    [STATE_PERMS] = load_perms,
    [STATE_NODE] = load_node,
    [STATE_LEAF] = load_node,
    [STATE_SPECIAL] = load_special,
    [STATE_WRITE] = load_change,
    [STATE_MKDIR] = load_change,
    [STATE_REMOVE] = load_change,
    [STATE_SET_PERMS] = load_change,
    [STATE_GONE] = load_gone,
    [STATE_INTRODUCE] = load_introduce,
    [STATE_RELEASE] = load_release,
    [STATE_TARGET] = load_domain,
    [STATE_SHUTDOWN] = load_domain,
    [STATE_RESET] = load_domain,
    [STATE_WATCH] = load_watch,
    [STATE_UNWATCH] = load_watch,
    [STATE_NO_WATCHES] = load_no_watches,
    [STATE_TXN] = load_txn,
    [STATE_INPUT] = load_input,
    [STATE_TAKEN] = load_domain,
    [STATE_OUTPUT] = load_output,
    [STATE_SOCKET] = load_socket,
    [STATE_SETTING] = load_setting,
};

struct state_loader *state_loader_new(struct server *s, bool sockets)
{
    struct state_loader *l = mem_zalloc(sizeof(*l));

    l->server = s;
    l->sockets = sockets;
    l->recall = mem_zalloc(PERM_DOMIDS * sizeof(*l->recall));
    s->store.watches.deliver = ignore_event;
    return l;
}

void state_loader_free(struct state_loader *l)
{
    l->server->store.watches.deliver = conn_send_event;
    for (uint32_t i = 0; i < l->nr_perms; i++)
        perms_put(l->perms[i]);
    free(l->perms);
    free(l->recall);
    free(l);
}

int state_load_items(struct state_loader *l, const unsigned char *items, uint64_t len,
                     const char **why)
{
    while (len) {
        struct journal_item head;
        struct item i;

        *why = "an item is longer than its entry";
        if (len < sizeof(head))
            return -EBADMSG;
        memcpy(&head, items, sizeof(head));
        items += sizeof(head);
        len -= sizeof(head);
        if (head.len > len || ((uint64_t)head.len + 7) / 8 * 8 > len)
            return -EBADMSG;
        i = (struct item){ head.kind, head.domid, items, head.len };
        *why = "an item is of an unknown kind";
        if (head.kind >= STATE_KINDS || !load_kinds[head.kind])
            return -EBADMSG;
        if (head.kind != STATE_NODE && head.kind != STATE_LEAF && head.kind != STATE_PERMS)
            l->depth = 0;
        *why = load_kinds[head.kind](l, &i);
        if (*why)
            return -EBADMSG;
        items += (head.len + 7u) & ~7u;
        len -= (head.len + 7u) & ~7u;
    }
    return 0;
}

/* A message that is there in full would have been taken as one. */
static void drop_whole_input(struct conn *c)
{
    struct xsd_sockmsg h = { .len = 0 };

    if (c->in_len < sizeof(h))
        return;
    memcpy(&h, c->in, sizeof(h));
    if (c->in_len - sizeof(h) < h.len)
        return;
    free(c->in);
    c->in = NULL;
    c->in_len = 0;
}

/* Brings together what the entries say of a ring and what its word says. */
static void ring_settle(struct domain *d, const struct recall *rc, uint64_t word)
{
    struct ring *ring = &d->ring;
    struct conn *c = &d->conn;
    uint32_t sent;

    ring_recall(ring, word);
    if (rc->has_cons && (int32_t)(rc->req_cons - ring->req_cons) > 0)
        ring->req_cons = rc->req_cons;
    drop_whole_input(c);
    sent = ring->rsp_prod - rc->out_pos;
    if (c->out.len && (int32_t)sent > 0)
        fifo_drop(&c->out, sent < c->out.len ? sent : c->out.len);
    if (!c->out.len)
        c->nr_replies = 0;
}

int state_load(struct server *s, const struct journal *j, bool sockets, struct journal_fault *fault)
{
    struct state_loader *l = state_loader_new(s, sockets);
    const uint64_t *words = (const uint64_t *)((const char *)j->head + JOURNAL_WORDS);
    const unsigned char *items;
    uint64_t at = 0, start = 0;
    int64_t len;

    s->state->loading = true;
    while ((len = journal_next(j, &at, &items, fault)) > 0) {
        if (state_load_items(l, items, (uint64_t)len, &fault->why)) {
            fault->offset = JOURNAL_LOG + start;
            break;
        }
        start = at;
    }
    for (uint32_t id = 0; id < s->domains_end; id++)
        if (s->domains[id])
            ring_settle(s->domains[id], &l->recall[id], words[id]);
    /* Generations that clients have seen do not come again. */
    s->store.gen += (uint64_t)1 << 32;
    state_loader_free(l);
    s->state->loading = false;
    return fault->why ? -EBADMSG : 0;
}
