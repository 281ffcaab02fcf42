/* SPDX-License-Identifier: GPL-2.0-only */
#include "floods.h"

#include <stdio.h>
#include <string.h>

#define DIRECTORY_NODES 900
#define WATCHES         120
#define DEPTH           450

static size_t message(char *out, uint32_t type, uint32_t tx, const char *data, size_t len)
{
    struct xsd_sockmsg h = { type, 1, tx, (uint32_t)len };

    memcpy(out, &h, sizeof(h));
    memcpy(out + sizeof(h), data, len);
    return sizeof(h) + len;
}

static size_t next_read(struct flooder *f, char *out)
{
    if (!f->made)
        return message(out, XS_WRITE, 0, "k\0v", 3);
    return message(out, XS_READ, 0, "k", 2);
}

static size_t next_write(struct flooder *f, char *out)
{
    char data[16];
    int n = snprintf(data, sizeof(data), "k%c%llu", 0, (unsigned long long)(f->made % 1000));

    return message(out, XS_WRITE, 0, data, (size_t)n);
}

/* As large as they may be, and different each time. */
static size_t next_large_write(struct flooder *f, char *out)
{
    char data[2040] = "big";

    memset(data + 4, 'a' + (int)(f->made % 26), sizeof(data) - 4);
    return message(out, XS_WRITE, 0, data, sizeof(data));
}

/* Each write is told once for each watch. */
static size_t next_watched_write(struct flooder *f, char *out)
{
    char data[32];
    int n;

    if (f->made >= WATCHES)
        return next_write(f, out);
    n = snprintf(data, sizeof(data), "k%c%u%c", 0, (unsigned int)f->made, 0);
    return message(out, XS_WATCH, 0, data, (size_t)n);
}

static size_t next_watch(struct flooder *f, char *out)
{
    return message(out, f->made % 2 ? XS_UNWATCH : XS_WATCH, 0, "k\0token", 8);
}

/* Their numbers are known before they are told: they count up. */
static size_t next_transaction(struct flooder *f, char *out)
{
    uint32_t tx = (uint32_t)(f->made / 4 + 1);

    switch (f->made % 4) {
    case 0:
        return message(out, XS_TRANSACTION_START, 0, "", 1);
    case 1:
        return message(out, XS_READ, tx, "k", 2);
    case 2:
        return message(out, XS_WRITE, tx, "k\0v", 3);
    default:
        return message(out, XS_TRANSACTION_END, tx, "T", 2);
    }
}

/* None of them ends. */
static size_t next_open_transaction(struct flooder *f, char *out)
{
    return f->made % 2 ? next_write(f, out) : message(out, XS_TRANSACTION_START, 0, "", 1);
}

static size_t next_directory(struct flooder *f, char *out)
{
    char data[32];
    int n;

    if (f->made >= DIRECTORY_NODES)
        return message(out, XS_DIRECTORY, 0, "d", 2);
    n = snprintf(data, sizeof(data), "d/%u%c", (unsigned int)f->made, 0);
    return message(out, XS_MKDIR, 0, data, (size_t)n);
}

/* Hundreds of nodes are made by one request, and removed by the next. */
static size_t next_deep(struct flooder *f, char *out)
{
    char data[2 * DEPTH];

    for (int i = 0; i < DEPTH; i++) {
        data[2 * i] = 'a';
        data[2 * i + 1] = '/';
    }
    data[2 * DEPTH - 1] = '\0';
    return f->made % 2 ? message(out, XS_RM, 0, "a", 2)
                       : message(out, XS_MKDIR, 0, data, sizeof(data));
}

/* The same where each node that goes is watched. */
static size_t next_watched_deep(struct flooder *f, char *out)
{
    char data[2 * WATCHES + 8];
    int n = 0;

    if (f->made >= WATCHES)
        return next_deep(f, out);
    for (unsigned int i = 0; i <= f->made; i++)
        n += snprintf(data + n, sizeof(data) - (size_t)n, i ? "/a" : "a");
    n += snprintf(data + n, sizeof(data) - (size_t)n, "%ct%c", 0, 0);
    return message(out, XS_WATCH, 0, data, (size_t)n);
}

static size_t next_nonsense(struct flooder *f, char *out)
{
    return message(out, (uint32_t)f->made % 200, (uint32_t)f->made % 3, "/\0\xff/../", 8);
}

/* One byte at a time, and the last one never. */
static void step_half(struct flooder *f)
{
    static const struct xsd_sockmsg h = { XS_WRITE, 1, 0, XENSTORE_PAYLOAD_MAX };
    struct xenstore_domain_interface *p = f->page;

    if (f->made >= sizeof(h) + XENSTORE_PAYLOAD_MAX - 1 ||
        p->req_prod - __atomic_load_n(&p->req_cons, __ATOMIC_ACQUIRE) >= XENSTORE_RING_SIZE)
        return;
    p->req[p->req_prod % XENSTORE_RING_SIZE] =
        f->made < sizeof(h) ? ((const char *)&h)[f->made] : 'x';
    __atomic_store_n(&p->req_prod, p->req_prod + 1, __ATOMIC_RELEASE);
    f->made++;
}

static void step_nothing(struct flooder *f)
{
    f->made++;
}

/* The ring breaks, and is connected again. */
static void step_indexes(struct flooder *f)
{
    struct xenstore_domain_interface *p = f->page;

    if (f->made++ % 2)
        __atomic_store_n(&p->connection, XENSTORE_RECONNECT, __ATOMIC_RELEASE);
    else
        __atomic_store_n(&p->req_prod, p->req_cons + 5000, __ATOMIC_RELEASE);
}

static void step_reconnection(struct flooder *f)
{
    f->made++;
    __atomic_store_n(&f->page->connection, XENSTORE_RECONNECT, __ATOMIC_RELEASE);
}

const struct flood floods[] = {
    { .name = "reads", .next = next_read },
    { .name = "writes", .next = next_write },
    { .name = "large writes", .next = next_large_write },
    { .name = "unread answers", .next = next_read, .deaf = true, .stops = true },
    { .name = "watched writes", .next = next_watched_write },
    { .name = "unread events", .next = next_watched_write, .deaf = true, .stops = true },
    { .name = "watch, unwatch", .next = next_watch },
    { .name = "transactions", .next = next_transaction },
    { .name = "open transactions", .next = next_open_transaction },
    { .name = "huge directory", .next = next_directory },
    { .name = "deep tree", .next = next_deep },
    { .name = "watched deep tree", .next = next_watched_deep },
    { .name = "nonsense", .next = next_nonsense },
    { .name = "half a message", .step = step_half, .stops = true },
    { .name = "notifications", .step = step_nothing, .stops = true },
    { .name = "wrong indexes", .step = step_indexes, .stops = true },
    { .name = "reconnections", .step = step_reconnection, .stops = true },
};
const unsigned int nr_floods = sizeof(floods) / sizeof(floods[0]);

void flooder_begin(struct flooder *f, const struct flood *kind,
                   struct xenstore_domain_interface *page)
{
    f->kind = kind;
    f->page = page;
    f->made = 0;
    f->len = f->sent = 0;
}

static void flooder_fill(struct flooder *f)
{
    struct xenstore_domain_interface *p = f->page;
    uint32_t prod = p->req_prod;
    uint32_t room = XENSTORE_RING_SIZE - (prod - __atomic_load_n(&p->req_cons, __ATOMIC_ACQUIRE));

    for (; room && room <= XENSTORE_RING_SIZE; room--) {
        if (f->sent == f->len) {
            f->len = f->kind->next(f, f->message);
            f->sent = 0;
            f->made++;
        }
        p->req[prod++ % XENSTORE_RING_SIZE] = f->message[f->sent++];
    }
    __atomic_store_n(&p->req_prod, prod, __ATOMIC_SEQ_CST);
}

void flooder_step(struct flooder *f)
{
    struct xenstore_domain_interface *p = f->page;

    if (!f->kind->deaf)
        __atomic_store_n(&p->rsp_cons, __atomic_load_n(&p->rsp_prod, __ATOMIC_ACQUIRE),
                         __ATOMIC_SEQ_CST);
    if (f->kind->step)
        f->kind->step(f);
    else
        flooder_fill(f);
}
