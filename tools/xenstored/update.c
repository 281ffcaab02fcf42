/* SPDX-License-Identifier: GPL-2.0-only */
#include "update.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conn.h"
#include "log.h"
#include "mem.h"
#include "server.h"
#include "sock.h"
#include "state.h"
#include "state-items.h"

#define ARGS_MAX 64

void update_release(struct update *u)
{
    free(u->binary);
    free(u->command_line);
    memset(u, 0, sizeof(*u));
}

static int update_set(char **where, const char *what)
{
    free(*where);
    *where = mem_strdup(what);
    return UPDATE_DONE;
}

/* Guests' transactions would have to begin again; rather wait for their end, unless forced. */
static bool update_must_wait(const struct server *s)
{
    for (const struct conn *c = s->conns; c; c = c->next)
        if (c->txns && !c->dead)
            return true;
    return false;
}

static int update_start(const struct request *rq, char **arg, int nr)
{
    struct server *s = rq->server;
    struct update *u = &s->update;
    bool force = false;

    for (int i = 0; i < nr; i++) {
        if (!strcmp(arg[i], "-F"))
            force = true;
        else if (strcmp(arg[i], "-t") != 0 || ++i == nr || request_number(arg[i], 1000000) < 0)
            return -EINVAL;
    }
    if (!u->binary || rq->conn->ops->lasting)
        return -EINVAL;
    if (!s->state)
        return -ENOENT;
    if (!force && update_must_wait(s))
        return UPDATE_BUSY;
    u->asker = rq->conn;
    u->request = rq->h;
    u->wanted = true;
    s->stop = true;
    return UPDATE_LATER;
}

int update_control(const struct request *rq, char **arg, int nr)
{
    struct update *u = &rq->server->update;

    if (nr == 2 && !strcmp(arg[0], "-f")) {
        if (arg[1][0] != '/' || access(arg[1], X_OK) < 0)
            return -ENOENT;
        return update_set(&u->binary, arg[1]);
    }
    if (nr == 2 && !strcmp(arg[0], "-c"))
        return update_set(&u->command_line, arg[1]);
    if (nr == 1 && !strcmp(arg[0], "-a")) {
        update_release(u);
        return UPDATE_DONE;
    }
    if (nr && !strcmp(arg[0], "-s"))
        return update_start(rq, arg + 1, nr - 1);
    return -EINVAL;
}

/* The new program's arguments: argv's or the given ones, without an older --inherit. */
static void update_arguments(const struct update *u, char **argv, char *inherit, char **out)
{
    char *word, *rest = u->command_line;
    int nr = 0;

    out[nr++] = u->binary;
    if (rest)
        while ((word = strsep(&rest, " ")) && nr < ARGS_MAX - 2)
            if (*word)
                out[nr++] = word;
    for (int i = 1; !u->command_line && argv[i] && nr < ARGS_MAX - 2; i++)
        if (strncmp(argv[i], "--inherit=", 10) != 0)
            out[nr++] = argv[i];
    out[nr++] = inherit;
    out[nr] = NULL;
}

static void keep_open(const struct server *s, int listener, bool keep)
{
    fcntl(listener, F_SETFD, keep ? 0 : FD_CLOEXEC);
    for (const struct conn *c = s->conns; c; c = c->next)
        if (!c->ops->lasting && !c->dead)
            fcntl(sock_fd(c), F_SETFD, keep ? 0 : FD_CLOEXEC);
}

static bool update_asker_lives(const struct server *s)
{
    const struct conn *c = s->conns;

    while (c && c != s->update.asker)
        c = c->next;
    return c && !c->dead;
}

static void update_answer(struct server *s, uint32_t type, const char *text)
{
    const struct xsd_sockmsg *h = &s->update.request;

    if (update_asker_lives(s))
        conn_send(s->update.asker, type, h->req_id, h->tx_id, text, strlen(text) + 1);
}

void update_run(struct server *s, char **argv, int listener)
{
    struct update *u = &s->update;
    char inherit[32], *args[ARGS_MAX];
    bool asked = update_asker_lives(s);
    size_t queued = asked ? u->asker->out.len : 0;
    int r;

    snprintf(inherit, sizeof(inherit), "--inherit=%d", listener);
    update_arguments(u, argv, inherit, args);
    log_line("updating to %s", u->binary);
    /* The answer goes with the state, so that it is the new program's to send. */
    update_answer(s, XS_CONTROL, "OK");
    r = state_renew(s, s->state->journal->path, true);
    if (!r) {
        keep_open(s, listener, true);
        execv(u->binary, args);
        r = -errno;
        keep_open(s, listener, false);
    }
    log_line("cannot update to %s: %s", u->binary, strerror(-r));
    if (asked)
        u->asker->out.len = queued;
    update_answer(s, XS_ERROR, "EIO");
    state_renew(s, s->state->journal->path, false);
    update_release(u);
    s->stop = false;
}
