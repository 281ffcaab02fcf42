/* SPDX-License-Identifier: GPL-2.0-only */
/* Watches: setting them, setting them again with a new daemon, and handing out their events. */
#include "private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tokens of watches with callbacks begin so; the number after it is never given twice. */
#define CALLBACK_TOKEN "libctl/"

static struct ctl_store_watch *watch_new(const char *path, const char *token)
{
    size_t path_len = strlen(path) + 1, token_len = strlen(token) + 1;
    struct ctl_store_watch *w = calloc(1, sizeof(*w));

    if (!w || !(w->path = malloc(path_len + token_len))) {
        free(w);
        return NULL;
    }
    w->token = w->path + path_len;
    w->depth = CTL_STORE_ANY_DEPTH;
    memcpy(w->path, path, path_len);
    memcpy(w->token, token, token_len);
    return w;
}

static void watch_free(struct ctl_store_watch *w)
{
    free(w->path);
    free(w);
}

static struct ctl_store_watch **watch_find(struct ctl_store *s, const char *path, const char *token)
{
    struct ctl_store_watch **at = &s->watches;

    while (*at && (strcmp((*at)->token, token) != 0 || (path && strcmp((*at)->path, path) != 0)))
        at = &(*at)->next;
    return at;
}

static bool is_listed(struct ctl_store *s, const struct ctl_store_watch *w)
{
    const struct ctl_store_watch *each = s->watches;

    while (each && each != w)
        each = each->next;
    return each;
}

static int add_event(struct store_events *list, const char *path, const char *token)
{
    size_t path_len = strlen(path) + 1, token_len = strlen(token) + 1;
    struct store_event *e = calloc(1, sizeof(*e));

    if (!e || !(e->path = malloc(path_len + token_len))) {
        free(e);
        return -ENOMEM;
    }
    e->token = e->path + path_len;
    memcpy(e->path, path, path_len);
    memcpy(e->token, token, token_len);
    if (list->first)
        list->last->next = e;
    else
        list->first = e;
    list->last = e;
    return 0;
}

static struct store_event *take_event(struct store_events *list)
{
    struct store_event *e = list->first;

    if (e)
        list->first = e->next;
    return e;
}

static void free_event(struct store_event *e)
{
    free(e->path);
    free(e);
}

int watch_take_event(struct ctl_store *s, const char *payload, size_t len)
{
    const char *parts[2];
    bool callback;

    if (wire_split(payload, len, parts, 2) < 2)
        return -EPROTO;
    callback = strncmp(parts[1], CALLBACK_TOKEN, sizeof(CALLBACK_TOKEN) - 1) == 0;
    return add_event(callback ? &s->callouts : &s->events, parts[0], parts[1]);
}

static int watch_call(struct ctl_store *s, struct ctl_store_watch *w, struct store_call **out)
{
    bool deep = w->depth != CTL_STORE_ANY_DEPTH && !w->plain;
    char depth[12];
    struct store_part parts[] = {
        {w->path, strlen(w->path) + 1}, {w->token, strlen(w->token) + 1}, {depth, 0}};

    parts[2].len = (size_t)snprintf(depth, sizeof(depth), "%u", w->depth) + 1;
    w->registering = true;
    return call_new(s, XS_WATCH, 0, parts, deep ? 3 : 2, out);
}

/* Tells a callback of an error from within ctl_store_dispatch(). */
static void watch_failed(struct ctl_store *s, struct ctl_store_watch *w, int error)
{
    w->error = error;
    if (w->fn)
        (void)add_event(&s->callouts, w->path, w->token);
}

static void watch_set(struct ctl_store *s, struct store_call *c, int result, const char *data,
                      size_t len)
{
    struct ctl_store_watch *w = c->arg;
    struct store_call *again;

    (void)data;
    (void)len;
    if (!is_listed(s, w))
        return; /* stopped meanwhile */
    w->registering = false;
    /* Daemons before the depth feature refuse a third string; the depth is minded here as well. */
    if (result == -EINVAL && w->depth != CTL_STORE_ANY_DEPTH && !w->plain) {
        w->plain = true;
        result = watch_call(s, w, &again);
        if (result == 0) {
            call_queue(s, again, watch_set, w);
            return;
        }
    }
    if (result < 0 && result != -EEXIST)
        watch_failed(s, w, result);
}

void watch_repeat(struct ctl_store *s)
{
    struct store_call *kept = s->calls, **kept_tail = s->calls_tail;

    s->calls = NULL;
    s->calls_tail = &s->calls;
    s->unsent = NULL;
    for (struct ctl_store_watch *w = s->watches; w; w = w->next) {
        struct store_call *c;

        if (w->registering)
            continue; /* its first call is among those kept */
        if (watch_call(s, w, &c) == 0)
            call_queue(s, c, watch_set, w);
    }
    if (kept) {
        *s->calls_tail = kept;
        s->calls_tail = kept_tail;
    }
    s->unsent = s->calls;
    s->sent = 0;
}

/* WATCH and UNWATCH of the calls that wait. */
static int talk(struct ctl_store *s, uint32_t type, const char *path, const char *token)
{
    size_t path_len = strlen(path) + 1, token_len = strlen(token) + 1;
    char payload[XENSTORE_PAYLOAD_MAX];
    struct ctl_store_op op = {.kind = CTL_STORE_OP_REQUEST, .type = type, .data = payload,
                              .data_len = path_len + token_len};
    int rc;

    if (path_len > sizeof(payload) || token_len > sizeof(payload) - path_len)
        return -E2BIG;
    memcpy(payload, path, path_len);
    memcpy(payload + path_len, token, token_len);
    rc = ctl_store_submit(s, 0, &op);
    if (rc == 0)
        rc = op_wait(s, &op);
    free(op.value);
    return rc;
}

int ctl_store_watch(struct ctl_store *s, const char *path, const char *token)
{
    struct ctl_store_watch *w = watch_new(path, token);
    int rc;

    if (!w)
        return -ENOMEM;
    rc = talk(s, XS_WATCH, path, token);
    if (rc < 0) {
        watch_free(w);
        return rc;
    }
    w->next = s->watches;
    s->watches = w;
    return 0;
}

static void watch_remove(struct ctl_store_watch **at)
{
    struct ctl_store_watch *w = *at;

    if (!w)
        return;
    *at = w->next;
    watch_free(w);
}

int ctl_store_unwatch(struct ctl_store *s, const char *path, const char *token)
{
    watch_remove(watch_find(s, path, token));
    return talk(s, XS_UNWATCH, path, token);
}

int ctl_store_watch_start(struct ctl_store *s, const char *path, uint32_t depth,
                          ctl_store_watch_fn *fn, void *arg, struct ctl_store_watch **out)
{
    char token[sizeof(CALLBACK_TOKEN) + 11];
    struct ctl_store_watch *w;
    struct store_call *c;
    int rc;

    snprintf(token, sizeof(token), CALLBACK_TOKEN "%u", s->next_token++);
    w = watch_new(path, token);
    if (!w)
        return -ENOMEM;
    w->depth = depth;
    w->fn = fn;
    w->arg = arg;
    rc = watch_call(s, w, &c);
    if (rc < 0) {
        watch_free(w);
        return rc;
    }
    w->next = s->watches;
    s->watches = w;
    call_queue(s, c, watch_set, w);
    if (s->fd >= 0 && link_flush(s) < 0)
        call_lost(s, -ECONNRESET);
    link_arm(s);
    *out = w;
    return 0;
}

void ctl_store_watch_stop(struct ctl_store *s, struct ctl_store_watch *w)
{
    struct store_part parts[] = {{w->path, strlen(w->path) + 1}, {w->token, strlen(w->token) + 1}};
    struct store_call *c;

    if (w->error == 0 && call_new(s, XS_UNWATCH, 0, parts, 2, &c) == 0) {
        call_queue(s, c, call_ignore, NULL);
        if (s->fd >= 0 && link_flush(s) < 0)
            call_lost(s, -ECONNRESET);
        link_arm(s);
    }
    for (struct ctl_store_watch **at = &s->watches; *at; at = &(*at)->next) {
        if (*at == w) {
            watch_remove(at);
            return;
        }
    }
}

/* How many levels path is below the watch's own; special watches have none. */
static uint32_t depth_below(const struct ctl_store_watch *w, const char *path)
{
    size_t len = strlen(w->path);
    uint32_t depth = 0;

    if (path[0] == '@' || strncmp(path, w->path, len) != 0)
        return 0;
    for (path += len > 1 ? len : 0; *path; path++)
        depth += *path == '/';
    return depth;
}

static void run_event(struct ctl_store *s, const struct store_event *e)
{
    struct ctl_store_watch **at = watch_find(s, NULL, e->token), *w = *at;

    if (!w)
        return; /* stopped meanwhile */
    if (w->error != 0) {
        ctl_store_watch_fn *fn = w->fn;
        void *arg = w->arg;
        int error = w->error;

        watch_remove(at);
        fn(s, error, NULL, arg);
    } else if (depth_below(w, e->path) <= w->depth) {
        w->fn(s, 0, e->path, w->arg);
    }
}

void watch_run(struct ctl_store *s)
{
    struct store_event *e, *last = s->callouts.first ? s->callouts.last : NULL;
    bool more = last;

    /* What callbacks cause has its turn in the next round. */
    while (more && (e = take_event(&s->callouts)) != NULL) {
        more = e != last;
        run_event(s, e);
        free_event(e);
    }
}

void watch_close(struct ctl_store *s)
{
    struct store_event *e;

    while ((e = take_event(&s->events)) || (e = take_event(&s->callouts)))
        free_event(e);
    while (s->watches)
        watch_remove(&s->watches);
}
