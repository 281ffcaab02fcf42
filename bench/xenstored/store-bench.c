/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store-bench SOCKET PID ROW CLIENTS OPERATIONS: so many operations on a store daemon, by so many
 * clients that each wait for their answer. Prints operations, wall time and the daemon's processor
 * time (both in ns), and the daemon's memory (in KiB) after it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <public/io/xs_wire.h>

#define IN_MAX 65536

struct client {
    int fd;
    unsigned int nr, step;
    uint32_t tx;
    bool waits; /* for an answer */
    size_t have;
    char in[IN_MAX];
};

/* Fills in the next request of a client; returns the length of its payload. */
struct row {
    const char *name;
    size_t (*request)(struct client *c, struct xsd_sockmsg *h, char *out);
    unsigned int requests; /* in one operation */
    void (*prepare)(struct client *c);
};

static struct client *clients;
static unsigned int nr_clients;
static uint64_t nr_events;
static const char *socket_path;

static void die(const char *what)
{
    fprintf(stderr, "store-bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int connect_store(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(a.sun_path, sizeof(a.sun_path), "%s", socket_path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
        die(socket_path);
    return fd;
}

static void transmit(struct client *c, struct xsd_sockmsg *h, const char *payload, size_t len)
{
    char out[sizeof(*h) + XENSTORE_PAYLOAD_MAX];

    h->req_id = 1;
    h->len = (uint32_t)len;
    memcpy(out, h, sizeof(*h));
    memcpy(out + sizeof(*h), payload, len);
    if (send(c->fd, out, sizeof(*h) + len, MSG_NOSIGNAL) != (ssize_t)(sizeof(*h) + len))
        die("send");
    c->waits = true;
}

/* Takes one whole message out of what has come in; false when there is none. */
static bool take(struct client *c, struct xsd_sockmsg *h, char *payload)
{
    if (c->have < sizeof(*h))
        return false;
    memcpy(h, c->in, sizeof(*h));
    if (c->have < sizeof(*h) + h->len)
        return false;
    memcpy(payload, c->in + sizeof(*h), h->len);
    payload[h->len] = '\0';
    c->have -= sizeof(*h) + h->len;
    memmove(c->in, c->in + sizeof(*h) + h->len, c->have);
    return true;
}

static void receive(struct client *c)
{
    ssize_t n = recv(c->fd, c->in + c->have, IN_MAX - c->have, 0);

    if (n <= 0)
        die("the daemon hung up");
    c->have += (size_t)n;
}

/* Handles what has come in; true when an answer was among it. */
static bool handle(struct client *c)
{
    char payload[XENSTORE_PAYLOAD_MAX + 1];
    struct xsd_sockmsg h;
    bool answered = false;

    while (take(c, &h, payload)) {
        if (h.type == XS_WATCH_EVENT) {
            nr_events++;
            continue;
        }
        answered = true;
        c->waits = false;
        if (h.type == XS_TRANSACTION_START)
            c->tx = (uint32_t)strtoul(payload, NULL, 10);
        if (h.type == XS_ERROR && strcmp(payload, "EAGAIN") != 0) {
            fprintf(stderr, "store-bench: client %u: %s\n", c->nr, payload);
            exit(1);
        }
    }
    return answered;
}

static void call(struct client *c, uint32_t type, const char *payload, size_t len)
{
    struct xsd_sockmsg h = { type, 0, 0, 0 };

    transmit(c, &h, payload, len);
    do {
        receive(c);
    } while (!handle(c));
}

static size_t path_of(const struct client *c, char *out, const char *leaf)
{
    return (size_t)sprintf(out, "/bench/%u/%s", c->nr, leaf) + 1;
}

static void write_node(struct client *c, const char *leaf, const char *value)
{
    char out[256];
    size_t len = path_of(c, out, leaf);

    strcpy(out + len, value);
    call(c, XS_WRITE, out, len + strlen(value));
}

static void prepare_nodes(struct client *c)
{
    write_node(c, "device/vif/0/state", "4");
}

static void prepare_list(struct client *c)
{
    char leaf[32];

    for (int i = 0; i < 32; i++) {
        sprintf(leaf, "list/entry-%d", i);
        write_node(c, leaf, "");
    }
}

/* Everybody watches the node that the first client writes. */
static void prepare_events(struct client *c)
{
    static const char arg[] = "/bench/0/device\0token";

    prepare_nodes(c);
    call(c, XS_WATCH, arg, sizeof(arg));
}

static size_t request_read(struct client *c, struct xsd_sockmsg *h, char *out)
{
    h->type = XS_READ;
    return path_of(c, out, "device/vif/0/state");
}

static size_t request_write(struct client *c, struct xsd_sockmsg *h, char *out)
{
    size_t len = path_of(c, out, "device/vif/0/state");

    h->type = XS_WRITE;
    return len + (size_t)sprintf(out + len, "%u", c->step % 7);
}

static size_t request_list(struct client *c, struct xsd_sockmsg *h, char *out)
{
    h->type = XS_DIRECTORY;
    return path_of(c, out, "list");
}

static size_t request_transaction(struct client *c, struct xsd_sockmsg *h, char *out)
{
    h->tx_id = c->step % 4 ? c->tx : 0;
    switch (c->step % 4) {
    case 0:
        h->type = XS_TRANSACTION_START;
        out[0] = '\0';
        return 1;
    case 1:
        return request_read(c, h, out);
    case 2:
        return request_write(c, h, out);
    default:
        h->type = XS_TRANSACTION_END;
        strcpy(out, "T");
        return 2;
    }
}

static size_t request_watch(struct client *c, struct xsd_sockmsg *h, char *out)
{
    size_t len = path_of(c, out, "device/vif/0");

    h->type = c->step % 2 ? XS_UNWATCH : XS_WATCH;
    strcpy(out + len, "token");
    return len + 6;
}

/* Nodes that are not there yet, in folders of a hundred. */
static size_t request_fill(struct client *c, struct xsd_sockmsg *h, char *out)
{
    unsigned int i = c->step;

    h->type = XS_WRITE;
    return (size_t)sprintf(out, "/fill/%u/%u/node-%u%cvalue %u", c->nr, i / 100, i, 0, i % 1000);
}

/* Watches that nothing fires, on nodes of the filled store. */
static size_t request_fill_watches(struct client *c, struct xsd_sockmsg *h, char *out)
{
    unsigned int i = c->step;

    h->type = XS_WATCH;
    return (size_t)sprintf(out, "/fill/%u/%u/node-%u%ctoken-%u", c->nr, i / 100, i, 0, i) + 1;
}

static const struct row rows[] = {
    { "read", request_read, 1, prepare_nodes },
    { "write", request_write, 1, prepare_nodes },
    { "list", request_list, 1, prepare_list },
    { "transaction", request_transaction, 4, prepare_nodes },
    { "events", request_write, 1, prepare_events },
    { "watch+unwatch", request_watch, 2, prepare_nodes },
    { "fill", request_fill, 1, NULL },
    { "fill-watches", request_fill_watches, 1, NULL },
};

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Nanoseconds that the process has had a processor for. */
static uint64_t processor_time(const char *pid)
{
    unsigned long long ns = 0;
    char path[64];
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%s/schedstat", pid);
    f = fopen(path, "r");
    if (!f || fscanf(f, "%llu", &ns) != 1)
        die(path);
    fclose(f);
    return ns;
}

static unsigned long memory_of(const char *pid)
{
    unsigned long kib = 0;
    char path[64], line[128];
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%s/status", pid);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "VmRSS: %lu", &kib) == 1)
            break;
    if (f)
        fclose(f);
    return kib;
}

static void next_request(const struct row *row, struct client *c)
{
    struct xsd_sockmsg h = { 0, 0, 0, 0 };
    char out[512];
    size_t len = row->request(c, &h, out);

    c->step++;
    transmit(c, &h, out, len);
}

static void run(const struct row *row, uint64_t nr_requests)
{
    bool writer_only = !strcmp(row->name, "events");
    uint64_t sent = 0, answered = 0, events = nr_events;
    struct epoll_event ev[64];
    int poll_fd = epoll_create1(0);

    for (unsigned int i = 0; i < nr_clients; i++) {
        ev[0] = (struct epoll_event){ .events = EPOLLIN, .data.ptr = &clients[i] };
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, clients[i].fd, &ev[0]);
        if ((!writer_only || !i) && sent++ < nr_requests)
            next_request(row, &clients[i]);
    }
    while (answered < nr_requests || (writer_only && nr_events - events < answered * nr_clients)) {
        int n = epoll_wait(poll_fd, ev, 64, 30000);

        if (n <= 0)
            die("nothing came for 30 seconds");
        for (int i = 0; i < n; i++) {
            struct client *c = ev[i].data.ptr;

            receive(c);
            if (!handle(c))
                continue;
            answered++;
            if (sent < nr_requests) {
                sent++;
                next_request(row, c);
            }
        }
    }
    close(poll_fd);
}

static const struct row *find_row(const char *name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!strcmp(rows[i].name, name))
            return &rows[i];
    fprintf(stderr, "store-bench: no row %s\n", name);
    exit(2);
}

int main(int argc, char **argv)
{
    struct rlimit files = { 20000, 20000 };
    const struct row *row;
    uint64_t ops, wall, cpu;

    if (argc != 6) {
        fprintf(stderr, "usage: store-bench SOCKET PID ROW CLIENTS OPERATIONS\n");
        return 2;
    }
    setrlimit(RLIMIT_NOFILE, &files);
    socket_path = argv[1];
    row = find_row(argv[3]);
    nr_clients = (unsigned int)atoi(argv[4]);
    ops = strtoull(argv[5], NULL, 10);
    clients = calloc(nr_clients, sizeof(*clients));
    if (!clients)
        die("memory");
    for (unsigned int i = 0; i < nr_clients; i++) {
        clients[i].fd = connect_store();
        clients[i].nr = i;
        if (row->prepare)
            row->prepare(&clients[i]);
    }
    wall = now();
    cpu = processor_time(argv[2]);
    run(row, ops * row->requests);
    cpu = processor_time(argv[2]) - cpu;
    wall = now() - wall;
    printf("%llu %llu %llu %lu\n", (unsigned long long)ops, (unsigned long long)wall,
           (unsigned long long)cpu, memory_of(argv[2]));
    fflush(stdout);
    if (getenv("STORE_BENCH_HOLD")) /* so that what was set stays set */
        while (getchar() != EOF)
            ;
    return 0;
}
