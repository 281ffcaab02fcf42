/* SPDX-License-Identifier: GPL-2.0-only */
#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "domain.h"
#include "log.h"
#include "mem.h"
#include "server.h"
#include "setting.h"
#include "state-items.h"
#include "suspect.h"

/* A new file is begun when this much, and as much as the store itself needs, is out of date. */
#define GARBAGE_MIN (4u << 20)
/* A file that ends so many daemons that read it is put aside. */
#define LOADS_MAX 8u

#define RETRY_FIRST_MS 1000u
#define RETRY_LAST_MS  30000u
#define NS_PER_MS      1000000u

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 * NS_PER_MS + (uint64_t)t.tv_nsec;
}

/* The journal to note something in, or NULL. */
static struct journal *state_journal(const struct server *s)
{
    return s->state && !s->state->loading ? s->state->journal : NULL;
}

/* The same for a connection, if it is one that outlives us. */
static struct journal *conn_journal(const struct conn *c)
{
    return c->ops->lasting && !c->dead ? state_journal(c->server) : NULL;
}

static void add(struct journal *j, enum state_kind kind, uint16_t domid, const void *fixed,
                size_t len)
{
    journal_add(j, (uint16_t)kind, domid, fixed, len, NULL, 0, NULL, 0);
}

static void add_number(struct journal *j, enum state_kind kind, uint16_t domid, uint32_t n)
{
    uint32_t body[2] = { n, 0 };

    add(j, kind, domid, body, sizeof(body));
}

void state_add_perms(struct journal *j, uint16_t kind, uint16_t domid, const void *fixed,
                     size_t fixed_len, const void *path, size_t path_len, const struct perms *perms)
{
    size_t len = sizeof(struct state_perms) + perms->nr * sizeof(uint32_t);
    struct state_perms *p = mem_alloc(len);

    p->gen = perms->gen;
    for (unsigned int i = 0; i < perms->nr; i++)
        p->e[i] = perms->e[i].domid | (uint32_t)perms->e[i].rights << 16;
    journal_add(j, kind, domid, fixed, fixed_len, path, path_len, p, len);
    free(p);
}

/* The store has changed. */
static void state_changed(void *arg, const struct store_change *c)
{
    static const uint16_t kinds[] = {
        [STORE_CHANGE_WRITE] = STATE_WRITE,   [STORE_CHANGE_MKDIR] = STATE_MKDIR,
        [STORE_CHANGE_REMOVE] = STATE_REMOVE, [STORE_CHANGE_PERMS] = STATE_SET_PERMS,
        [STORE_CHANGE_GONE] = STATE_GONE,
    };
    struct journal *j = state_journal(arg);
    struct state_change change = { .owner = c->owner };

    if (!j)
        return;
    if (c->kind == STORE_CHANGE_GONE) {
        add(j, STATE_GONE, (uint16_t)c->owner, NULL, 0);
        return;
    }
    if (c->kind == STORE_CHANGE_DIED) {
        const struct server *s = arg;

        add(j, STATE_DIED, (uint16_t)c->owner, &s->store.usage[c->owner].died, sizeof(uint64_t));
        return;
    }
    if (c->kind == STORE_CHANGE_SPECIAL) {
        uint32_t which[2] = { (uint32_t)store_special_of(c->path), 0 };

        state_add_perms(j, STATE_SPECIAL, 0, which, sizeof(which), NULL, 0, c->perms);
        return;
    }
    change.path_len = (uint32_t)strlen(c->path);
    if (c->perms)
        state_add_perms(j, kinds[c->kind], 0, &change, sizeof(change), c->path, change.path_len,
                        c->perms);
    else
        journal_add(j, kinds[c->kind], 0, &change, sizeof(change), c->path, change.path_len,
                    c->value.data, c->value.len);
}

void state_note_watch(struct conn *c, const struct watch *w)
{
    struct journal *j = conn_journal(c);
    struct state_watch body = { w->depth, w->front };

    if (j)
        journal_add(j, STATE_WATCH, c->peer.domid, &body, sizeof(body), w->path, w->path_len + 1,
                    w->token, strlen(w->token) + 1);
}

void state_note_unwatch(struct conn *c, const char *path, const char *token)
{
    struct journal *j = conn_journal(c);

    if (j)
        journal_add(j, STATE_UNWATCH, c->peer.domid, NULL, 0, path, strlen(path) + 1, token,
                    strlen(token) + 1);
}

void state_note_drop_watches(struct conn *c)
{
    struct journal *j = conn_journal(c);

    if (j && c->watches.count)
        add(j, STATE_NO_WATCHES, c->peer.domid, NULL, 0);
}

void state_note_txn(struct conn *c, uint32_t id, bool open)
{
    struct journal *j = conn_journal(c);
    struct state_txn body = { id, open };

    if (j)
        add(j, STATE_TXN, c->peer.domid, &body, sizeof(body));
}

void state_note_reset(struct conn *c)
{
    struct journal *j = conn_journal(c);

    if (j)
        add(j, STATE_RESET, c->peer.domid, NULL, 0);
}

void state_note_input(struct conn *c, const char *data, uint32_t len)
{
    struct journal *j = conn_journal(c);
    uint32_t body[2] = { 0, 0 };

    if (!j)
        return;
    body[0] = ((struct domain *)c)->ring.req_cons + len;
    journal_add(j, STATE_INPUT, c->peer.domid, body, sizeof(body), data, len, NULL, 0);
}

void state_note_introduce(struct domain *d)
{
    struct journal *j = conn_journal(&d->conn);
    struct state_introduce body = { d->gfn, d->remote_port, 0 };

    if (j)
        add(j, STATE_INTRODUCE, d->conn.peer.domid, &body, sizeof(body));
}

void state_note_release(struct server *s, uint16_t domid)
{
    struct journal *j = state_journal(s);

    if (j)
        add(j, STATE_RELEASE, domid, NULL, 0);
}

void state_note_target(struct domain *d)
{
    struct journal *j = conn_journal(&d->conn);

    if (j)
        add_number(j, STATE_TARGET, d->conn.peer.domid, (uint32_t)d->conn.peer.target);
}

void state_note_setting(struct server *s, uint16_t domid)
{
    const struct setting *own = setting_get(&s->store, domid);
    struct journal *j = state_journal(s);

    if (j)
        add(j, STATE_SETTING, domid, own, own ? sizeof(*own) : 0);
}

void state_note_shutdown(struct domain *d)
{
    struct journal *j = conn_journal(&d->conn);

    if (j)
        add_number(j, STATE_SHUTDOWN, d->conn.peer.domid, d->shutdown);
}

bool state_is_clean(const struct conn *c)
{
    const struct server *s = c->server;

    if (!s->state)
        return true;
    return !s->state->journal->staged &&
           (!s->first_fresh || (s->first_fresh == c && !c->next_fresh));
}

static void add_output(struct journal *j, const struct conn *c)
{
    const struct ring *ring = &((const struct domain *)c)->ring;
    size_t before = c->out.len - c->fresh;
    struct state_output body = { ring->rsp_prod + (uint32_t)before, c->nr_replies };

    journal_add(j, STATE_OUTPUT, c->peer.domid, &body, sizeof(body), fifo_data(&c->out) + before,
                c->fresh, NULL, 0);
}

static void state_keep_words(struct server *s, struct journal *j)
{
    for (uint32_t id = 0; id < s->domains_end; id++)
        if (s->domains[id])
            ring_keep(&s->domains[id]->ring, j ? journal_word(j, (uint16_t)id) : NULL);
}

/* Everything into a new file, which then takes the old one's place. */
int state_renew(struct server *s, const char *path, bool sockets)
{
    struct journal *j, *old = s->state->journal;
    int r = journal_create(path, &j);

    if (r)
        return r;
    state_save(s, j, sockets);
    /* Another program may do better with what ended this one. */
    if (old && !sockets)
        suspect_copy(j, old);
    j->head->nr_starts = s->state_retry.nr_starts;
    state_keep_words(s, j);
    r = journal_publish(j);
    if (r) {
        state_keep_words(s, old);
        journal_close(j);
        return r;
    }
    s->state->journal = j;
    journal_close(old);
    return 0;
}

static void state_drop(struct server *s)
{
    state_keep_words(s, NULL);
    journal_close(s->state->journal);
    free(s->state);
    s->state = NULL;
    s->store.changed = NULL;
}

/* The next time is twice as far away as the last. */
static void state_retry_later(struct server *s)
{
    struct state_retry *t = &s->state_retry;

    t->pause_ms = t->pause_ms ? t->pause_ms * 2 : RETRY_FIRST_MS;
    if (t->pause_ms > RETRY_LAST_MS)
        t->pause_ms = RETRY_LAST_MS;
    t->at = now_ns() + (uint64_t)t->pause_ms * NS_PER_MS;
}

/* The disk is full, or worse: nothing that is kept from here on could be relied on. */
static void state_give_up(struct server *s, const char *path, int error)
{
    struct state_retry *t = &s->state_retry;

    log_line("the state file %s cannot be written: %s; until it can be, a restart loses everything",
             path, strerror(-error));
    free(t->path);
    t->path = mem_strdup(path);
    t->pause_ms = 0;
    t->nr_losses++;
    unlink(path);
    state_drop(s);
    state_retry_later(s);
}

static void state_begin(struct server *s)
{
    s->state = mem_zalloc(sizeof(*s->state));
    s->store.changed = state_changed;
    s->store.changed_arg = s;
}

/* Everything is in the new file, or there is none. */
static void state_try_again(struct server *s)
{
    struct state_retry *t = &s->state_retry;

    if (!t->path || t->at > now_ns())
        return;
    state_begin(s);
    s->state->quota = s->store.quota;
    /* What is queued goes into the file with everything else. */
    conn_settle_fresh(s);
    if (state_renew(s, t->path, false)) {
        state_drop(s);
        state_retry_later(s);
        return;
    }
    log_line("the state file %s can be written again", t->path);
    free(t->path);
    t->path = NULL;
}

int state_timeout(const struct server *s)
{
    uint64_t now;

    if (!s->state_retry.path)
        return -1;
    now = now_ns();
    return s->state_retry.at > now ? (int)((s->state_retry.at - now) / NS_PER_MS) + 1 : 0;
}

void state_commit(struct server *s, struct conn *c, uint32_t taken)
{
    struct journal *j = state_journal(s);

    if (!j) {
        conn_settle_fresh(s);
        return;
    }
    if (memcmp(&s->state->quota, &s->store.quota, sizeof(struct quota)) != 0) {
        s->state->quota = s->store.quota;
        add(j, STATE_QUOTA, 0, &s->store.quota, sizeof(s->store.quota));
    }
    for (const struct conn *to = s->first_fresh; to; to = to->next_fresh)
        if (to->fresh && !to->dead)
            add_output(j, to);
    if (c && taken && !c->dead)
        add_number(j, STATE_TAKEN, c->peer.domid, ((struct domain *)c)->ring.req_cons + taken);
    conn_settle_fresh(s);
    journal_commit(j);
    if (j->failed)
        state_give_up(s, j->path, j->failed);
}

uint64_t *state_word(struct server *s, uint16_t domid)
{
    struct journal *j = state_journal(s);

    return j ? journal_word(j, domid) : NULL;
}

void state_round(struct server *s)
{
    struct journal *j = state_journal(s);
    uint64_t live, garbage;
    int r;

    if (!j) {
        state_try_again(s);
        return;
    }
    state_commit(s, NULL, 0);
    if (!s->state)
        return;
    live = j->head->snapshot - JOURNAL_LOG;
    garbage = j->head->tail - j->head->snapshot;
    if (garbage < GARBAGE_MIN || garbage < live)
        return;
    r = state_renew(s, j->path, false);
    if (r)
        state_give_up(s, j->path, r);
}

static void fault_aside(const char *path, const struct journal_fault *fault)
{
    char aside[300];

    snprintf(aside, sizeof(aside), "%s.corrupt", path);
    log_line("the state file %s is not sound at byte %llu: %s; what stands before is used, the "
             "file is kept as %s",
             path, (unsigned long long)fault->offset, fault->why, aside);
    if (rename(path, aside) < 0)
        log_line("cannot rename %s to %s: %s", path, aside, strerror(errno));
}

static int state_load_file(struct server *s, struct journal *j, bool sockets,
                           struct journal_fault *fault)
{
    int r;

    if (j->head->nr_loads >= LOADS_MAX) {
        *fault = (struct journal_fault){ JOURNAL_LOG, "every daemon that read it ended" };
        return -EBADMSG;
    }
    j->head->nr_loads++;
    suspect_recall(j);
    r = state_load(s, j, sockets, fault);
    j->head->nr_loads = 0;
    return r;
}

int state_start(struct server *s, const struct state_options *o)
{
    struct journal_fault fault = { 0, NULL };
    struct state *st;
    int r;

    state_begin(s);
    st = s->state;
    r = journal_open(o->path, &st->journal, &fault);
    if (!r)
        r = state_load_file(s, st->journal, o->inherit, &fault);
    if (fault.why)
        fault_aside(o->path, &fault);
    st->quota = s->store.quota;
    s->state_retry.nr_starts = 1;
    if (st->journal)
        s->state_retry.nr_starts = ++st->journal->head->nr_starts;
    /* Whatever an older daemon left is now either right or aside. */
    if (r || o->inherit || !st->journal)
        r = state_renew(s, o->path, false);
    if (r) {
        state_give_up(s, o->path, r);
        return r;
    }
    return 0;
}

void state_stop(struct server *s)
{
    free(s->state_retry.path);
    s->state_retry.path = NULL;
    if (s->state)
        state_drop(s);
}
