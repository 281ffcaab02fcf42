/* SPDX-License-Identifier: GPL-2.0-only */
/* The store's requests. */
#include "private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int ctl_store_open(struct ctl_store **out)
{
    struct ctl_store *s = calloc(1, sizeof(*s));
    int rc;

    if (!s)
        return -ENOMEM;
    rc = store_conn_open(s);
    if (rc < 0) {
        free(s);
        return rc;
    }
    *out = s;
    return 0;
}

void ctl_store_close(struct ctl_store *s)
{
    if (!s)
        return;
    store_conn_close(s);
    free(s);
}

int ctl_store_fd(const struct ctl_store *s)
{
    return s->fd;
}

static int request_once(struct ctl_store *s, uint32_t type, uint32_t tx,
                        const struct store_part *parts, size_t nr_parts,
                        struct store_reply *reply)
{
    struct xsd_sockmsg h = {.type = type, .req_id = s->next_id++, .tx_id = tx};
    char msg[sizeof(h) + XENSTORE_PAYLOAD_MAX];
    int rc;

    for (size_t i = 0; i < nr_parts; i++) {
        if (parts[i].len > XENSTORE_PAYLOAD_MAX - h.len)
            return -E2BIG;
        if (parts[i].len > 0)
            memcpy(msg + sizeof(h) + h.len, parts[i].data, parts[i].len);
        h.len += (uint32_t)parts[i].len;
    }
    memcpy(msg, &h, sizeof(h));
    rc = store_conn_send(s, msg, sizeof(h) + h.len);
    return rc < 0 ? rc : store_conn_reply(s, h.req_id, type, reply);
}

int store_request(struct ctl_store *s, uint32_t type, uint32_t tx, const struct store_part *parts,
                  size_t nr_parts, struct store_reply *reply)
{
    int rc = request_once(s, type, tx, parts, nr_parts, reply);

    if (!store_conn_lost(rc))
        return rc;
    rc = store_conn_recover(s);
    if (rc < 0)
        return rc;
    return tx ? -EAGAIN : request_once(s, type, tx, parts, nr_parts, reply);
}

/* A request whose payload is one NUL-terminated string. */
static int request_string(struct ctl_store *s, uint32_t type, uint32_t tx, const char *text,
                          struct store_reply *reply)
{
    struct store_part part = {text, strlen(text) + 1};

    return store_request(s, type, tx, &part, 1, reply);
}

int ctl_store_read(struct ctl_store *s, uint32_t tx, const char *path, char **value, size_t *len)
{
    struct store_reply reply;
    int rc = request_string(s, XS_READ, tx, path, &reply);

    if (rc < 0)
        return rc;
    *value = reply.payload;
    if (len)
        *len = reply.len;
    return 0;
}

int ctl_store_write(struct ctl_store *s, uint32_t tx, const char *path, const void *value,
                    size_t len)
{
    struct store_part parts[] = {{path, strlen(path) + 1}, {value, len}};

    return store_request(s, XS_WRITE, tx, parts, 2, NULL);
}

int ctl_store_mkdir(struct ctl_store *s, uint32_t tx, const char *path)
{
    return request_string(s, XS_MKDIR, tx, path, NULL);
}

int ctl_store_rm(struct ctl_store *s, uint32_t tx, const char *path)
{
    return request_string(s, XS_RM, tx, path, NULL);
}

/* A list too long for one message comes in parts, which count only while the generation stays. */
static int directory_parts(struct ctl_store *s, uint32_t tx, const char *path, char **all,
                           size_t *all_len)
{
    char generation[32] = "", offset[24];
    char *list = NULL;
    size_t len = 0;

    for (;;) {
        struct store_part parts[] = {{path, strlen(path) + 1}, {offset, 0}};
        struct store_reply reply;
        size_t head, body;
        char *bigger;
        int rc;

        parts[1].len = (size_t)snprintf(offset, sizeof(offset), "%zu", len) + 1;
        rc = store_request(s, XS_DIRECTORY_PART, tx, parts, 2, &reply);
        if (rc < 0) {
            free(list);
            return rc;
        }
        head = strlen(reply.payload) + 1; /* copy_payload() put a NUL at the end */
        if (head > reply.len || head > sizeof(generation)) {
            rc = -EPROTO;
        } else if (len > 0 && strcmp(generation, reply.payload) != 0) {
            len = 0;
            free(reply.payload);
            continue;
        }
        body = reply.len - head;
        bigger = rc < 0 ? NULL : realloc(list, len + body + 1);
        if (!bigger) {
            free(reply.payload);
            free(list);
            return rc < 0 ? rc : -ENOMEM;
        }
        list = bigger;
        memcpy(generation, reply.payload, head);
        memcpy(list + len, reply.payload + head, body);
        len += body;
        free(reply.payload);
        /* The end is an extra NUL after the last name, or nothing at all in an empty list. */
        if (body == 0 || (len >= 1 && list[len - 1] == '\0' && (len == 1 || list[len - 2] == '\0'))) {
            *all = list;
            *all_len = body == 0 ? len : len - 1;
            return 0;
        }
    }
}

int ctl_store_directory(struct ctl_store *s, uint32_t tx, const char *path, char ***names,
                        size_t *count)
{
    struct store_reply reply = {0};
    int rc = request_string(s, XS_DIRECTORY, tx, path, &reply);

    if (rc == -E2BIG)
        rc = directory_parts(s, tx, path, &reply.payload, &reply.len);
    if (rc < 0)
        return rc;
    rc = wire_make_list(reply.payload, reply.len, names, count);
    free(reply.payload);
    return rc;
}

int ctl_store_get_perms(struct ctl_store *s, uint32_t tx, const char *path,
                        struct ctl_store_perm **perms, size_t *count)
{
    struct store_reply reply;
    struct ctl_store_perm *list = NULL;
    char **texts = NULL;
    size_t n = 0;
    int rc = request_string(s, XS_GET_PERMS, tx, path, &reply);

    if (rc < 0)
        return rc;
    rc = wire_make_list(reply.payload, reply.len, &texts, &n);
    free(reply.payload);
    if (rc == 0 && !(list = calloc(n ? n : 1, sizeof(*list))))
        rc = -ENOMEM;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = wire_parse_perm(texts[i], &list[i]);
    free(texts);
    if (rc < 0) {
        free(list);
        return rc;
    }
    *perms = list;
    *count = n;
    return 0;
}

/* The strings of a SET_PERMS payload after the path, in buf. */
static int format_perms(const struct ctl_store_perm *perms, size_t count, char *buf, size_t len)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        int n = wire_format_perm(&perms[i], buf + used, len - used);

        if (n < 0)
            return n;
        used += (size_t)n;
    }
    return (int)used;
}

int ctl_store_set_perms(struct ctl_store *s, uint32_t tx, const char *path,
                        const struct ctl_store_perm *perms, size_t count)
{
    char text[512];
    int n = format_perms(perms, count, text, sizeof(text));
    struct store_part parts[] = {{path, strlen(path) + 1}, {text, 0}};

    if (n < 0)
        return n;
    parts[1].len = (size_t)n;
    return store_request(s, XS_SET_PERMS, tx, parts, 2, NULL);
}

int ctl_store_transaction_start(struct ctl_store *s, uint32_t *tx)
{
    struct store_reply reply;
    char *end;
    unsigned long id;
    int rc = request_string(s, XS_TRANSACTION_START, 0, "", &reply);

    if (rc < 0)
        return rc;
    errno = 0;
    id = strtoul(reply.payload, &end, 10);
    rc = errno || end == reply.payload || *end || id == 0 || id > UINT32_MAX ? -EPROTO : 0;
    free(reply.payload);
    *tx = (uint32_t)id;
    return rc;
}

int ctl_store_transaction_end(struct ctl_store *s, uint32_t tx, bool abort)
{
    return request_string(s, XS_TRANSACTION_END, tx, abort ? "F" : "T", NULL);
}

static int request_pair(struct ctl_store *s, uint32_t type, const char *a, const char *b)
{
    struct store_part parts[] = {{a, strlen(a) + 1}, {b, strlen(b) + 1}};

    return store_request(s, type, 0, parts, 2, NULL);
}

int ctl_store_watch(struct ctl_store *s, const char *path, const char *token)
{
    size_t path_len = strlen(path) + 1, token_len = strlen(token) + 1;
    struct store_watch *w = calloc(1, sizeof(*w));
    int rc;

    if (!w || !(w->path = malloc(path_len + token_len))) {
        free(w);
        return -ENOMEM;
    }
    w->token = w->path + path_len;
    memcpy(w->path, path, path_len);
    memcpy(w->token, token, token_len);
    rc = request_pair(s, XS_WATCH, path, token);
    if (rc < 0) {
        free(w->path);
        free(w);
        return rc;
    }
    w->next = s->watches;
    s->watches = w;
    return 0;
}

static void forget_watch(struct ctl_store *s, const char *path, const char *token)
{
    for (struct store_watch **at = &s->watches; *at; at = &(*at)->next) {
        struct store_watch *w = *at;

        if (strcmp(w->path, path) == 0 && strcmp(w->token, token) == 0) {
            *at = w->next;
            free(w->path);
            free(w);
            return;
        }
    }
}

int ctl_store_unwatch(struct ctl_store *s, const char *path, const char *token)
{
    forget_watch(s, path, token);
    return request_pair(s, XS_UNWATCH, path, token);
}

int ctl_store_next_event(struct ctl_store *s, int timeout_ms, char **path, char **token)
{
    struct store_event *e;
    int rc = 0;

    while (!s->events) {
        rc = store_conn_take_event(s, timeout_ms);
        if (store_conn_lost(rc)) {
            rc = store_conn_recover(s);
            if (rc == 0)
                continue;
        }
        if (rc < 0)
            return rc;
        if (rc == 0)
            return -EAGAIN;
    }
    e = s->events;
    *token = strdup(e->token);
    if (!*token)
        return -ENOMEM;
    *path = e->path;
    s->events = e->next;
    if (!s->events)
        s->events_tail = &s->events;
    free(e);
    return 0;
}

int ctl_store_introduce(struct ctl_store *s, uint32_t domid, uint64_t gfn, uint32_t evtchn)
{
    char text[3][24];
    struct store_part parts[3];

    snprintf(text[0], sizeof(text[0]), "%u", domid);
    snprintf(text[1], sizeof(text[1]), "%llu", (unsigned long long)gfn);
    snprintf(text[2], sizeof(text[2]), "%u", evtchn);
    for (int i = 0; i < 3; i++)
        parts[i] = (struct store_part){text[i], strlen(text[i]) + 1};
    return store_request(s, XS_INTRODUCE, 0, parts, 3, NULL);
}

static int request_domid(struct ctl_store *s, uint32_t type, uint32_t domid,
                         struct store_reply *reply)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", domid);
    return request_string(s, type, 0, text, reply);
}

int ctl_store_release(struct ctl_store *s, uint32_t domid)
{
    return request_domid(s, XS_RELEASE, domid, NULL);
}

int ctl_store_is_introduced(struct ctl_store *s, uint32_t domid, bool *introduced)
{
    struct store_reply reply;
    int rc = request_domid(s, XS_IS_DOMAIN_INTRODUCED, domid, &reply);

    if (rc < 0)
        return rc;
    *introduced = reply.payload[0] == 'T';
    free(reply.payload);
    return 0;
}

int ctl_store_get_domain_path(struct ctl_store *s, uint32_t domid, char **path)
{
    struct store_reply reply;
    int rc = request_domid(s, XS_GET_DOMAIN_PATH, domid, &reply);

    if (rc == 0)
        *path = reply.payload;
    return rc;
}

int ctl_store_control(struct ctl_store *s, const char *const *args, size_t count, char **reply)
{
    struct store_part parts[16];
    struct store_reply answer;
    int rc;

    if (count > sizeof(parts) / sizeof(parts[0]))
        return -E2BIG;
    for (size_t i = 0; i < count; i++)
        parts[i] = (struct store_part){args[i], strlen(args[i]) + 1};
    rc = store_request(s, XS_CONTROL, 0, parts, count, &answer);
    if (rc == 0)
        *reply = answer.payload;
    return rc;
}
