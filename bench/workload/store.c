/* SPDX-License-Identifier: GPL-2.0-only */
/* Clients of xenstored on its socket: one alone, then 32 that ask at the same time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "workload.h"

#include <public/io/xs_wire.h>

#define SAMPLES     11
#define OPERATIONS  100 /* with one client; with more, each does some */
#define MANY        32
#define MANY_ROUNDS 10
#define ENTRIES     32 /* in the folder that is listed */

struct client {
    int fd;
    uint32_t transaction;
    unsigned int nr_events; /* that have come and were not waited for yet */
    char node[64], folder[64];
    char answer[XENSTORE_PAYLOAD_MAX + 1];
};

static struct client clients[MANY];
static unsigned int nr_clients;
static const char *socket_path = "/run/xenstored/socket";

static void all_read(int fd, void *to, size_t size)
{
    char *at = to;

    while (size > 0) {
        ssize_t got = read(fd, at, size);

        if (got <= 0)
            die("the store hung up");
        at += got;
        size -= (size_t)got;
    }
}

static void ask(struct client *client, uint32_t type, uint32_t transaction, const char *payload,
                size_t size)
{
    char message[256];
    struct xsd_sockmsg header = { .type = type, .tx_id = transaction, .len = (uint32_t)size };

    memcpy(message, &header, sizeof(header));
    memcpy(message + sizeof(header), payload, size);
    if (write(client->fd, message, sizeof(header) + size) != (ssize_t)(sizeof(header) + size))
        die("send");
}

/* Takes the next message of this type. Events that come before an answer are kept for later. */
static void take(struct client *client, uint32_t type)
{
    struct xsd_sockmsg header;

    if (type == XS_WATCH_EVENT && client->nr_events > 0) {
        client->nr_events--;
        return;
    }
    for (;;) {
        all_read(client->fd, &header, sizeof(header));
        if (header.len > XENSTORE_PAYLOAD_MAX) {
            errno = EPROTO;
            die("an answer of %u bytes", header.len);
        }
        all_read(client->fd, client->answer, header.len);
        client->answer[header.len] = '\0';
        if (header.type == type)
            return;
        if (header.type != XS_WATCH_EVENT)
            break;
        client->nr_events++;
    }
    /* A transaction may have been in another's way. */
    if (type == XS_TRANSACTION_END && !strcmp(client->answer, "EAGAIN"))
        return;
    errno = EPROTO;
    die("request %u was answered by type %u, %s", type, header.type, client->answer);
}

static void take_all(uint32_t type)
{
    for (unsigned int i = 0; i < nr_clients; i++)
        take(&clients[i], type);
}

/* A path, and behind its zero a second string, of which this many zeros are sent too. */
static void ask_pair(struct client *client, uint32_t type, uint32_t transaction, const char *path,
                     const char *second, unsigned int zeros)
{
    char payload[160];
    int size = snprintf(payload, sizeof(payload), "%s%c%s", path, '\0', second);

    ask(client, type, transaction, payload, (size_t)size + zeros);
}

static void ask_write(struct client *client, const char *path, uint32_t transaction)
{
    ask_pair(client, XS_WRITE, transaction, path, "sixteen bytes ..", 0);
}

static void store_read(void *data)
{
    (void)data;
    for (unsigned int i = 0; i < nr_clients; i++)
        ask(&clients[i], XS_READ, 0, clients[i].node, strlen(clients[i].node) + 1);
    take_all(XS_READ);
}

static void store_write(void *data)
{
    (void)data;
    for (unsigned int i = 0; i < nr_clients; i++)
        ask_write(&clients[i], clients[i].node, 0);
    take_all(XS_WRITE);
}

static void store_list(void *data)
{
    (void)data;
    for (unsigned int i = 0; i < nr_clients; i++)
        ask(&clients[i], XS_DIRECTORY, 0, clients[i].folder, strlen(clients[i].folder) + 1);
    take_all(XS_DIRECTORY);
}

/* Start, read, write, end. */
static void store_transaction(void *data)
{
    (void)data;
    for (unsigned int i = 0; i < nr_clients; i++)
        ask(&clients[i], XS_TRANSACTION_START, 0, "", 1);
    for (unsigned int i = 0; i < nr_clients; i++) {
        take(&clients[i], XS_TRANSACTION_START);
        clients[i].transaction = (uint32_t)strtoul(clients[i].answer, NULL, 10);
    }
    for (unsigned int i = 0; i < nr_clients; i++)
        ask(&clients[i], XS_READ, clients[i].transaction, clients[i].node,
            strlen(clients[i].node) + 1);
    take_all(XS_READ);
    for (unsigned int i = 0; i < nr_clients; i++)
        ask_write(&clients[i], clients[i].node, clients[i].transaction);
    take_all(XS_WRITE);
    for (unsigned int i = 0; i < nr_clients; i++)
        ask(&clients[i], XS_TRANSACTION_END, clients[i].transaction, "T", 2);
    take_all(XS_TRANSACTION_END);
}

static void watch_all(uint32_t type, const char *path)
{
    for (unsigned int i = 0; i < nr_clients; i++)
        ask_pair(&clients[i], type, 0, path ? path : clients[i].folder, "token", 1);
    take_all(type);
    if (type == XS_WATCH) /* each is told once that its watch is there */
        take_all(XS_WATCH_EVENT);
}

static void store_watch(void *data)
{
    (void)data;
    watch_all(XS_WATCH, NULL);
    watch_all(XS_UNWATCH, NULL);
}

/* One write that everybody is told of. */
static void store_events(void *data)
{
    (void)data;
    ask_write(&clients[0], clients[0].node, 0);
    take(&clients[0], XS_WRITE);
    take_all(XS_WATCH_EVENT);
}

static void prepare(struct client *client, unsigned int nr)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char path[128];

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->fd < 0 || connect(client->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        die("%s", socket_path);
    snprintf(client->node, sizeof(client->node), "/tool/bench/%u/node", nr);
    snprintf(client->folder, sizeof(client->folder), "/tool/bench/%u/folder", nr);
    ask_write(client, client->node, 0);
    take(client, XS_WRITE);
    for (unsigned int i = 0; i < ENTRIES; i++) {
        snprintf(path, sizeof(path), "%s/entry-%u", client->folder, i);
        ask_write(client, path, 0);
        take(client, XS_WRITE);
    }
}

static void sample_all(unsigned int first, unsigned int rounds)
{
    sample(first, SAMPLES, rounds, store_read, NULL);
    sample(first + 2, SAMPLES, rounds, store_write, NULL);
    sample(first + 4, SAMPLES, rounds, store_transaction, NULL);
    sample(first + 6, SAMPLES, rounds, store_list, NULL);
    sample(first + 8, SAMPLES, rounds, store_watch, NULL);
    watch_all(XS_WATCH, clients[0].node);
    sample(first + 10, SAMPLES, rounds, store_events, NULL);
    watch_all(XS_UNWATCH, clients[0].node);
}

int store_main(int argc, char **argv)
{
    unsigned int first = number(argc > 1 ? argv[1] : "MARK");

    if (argc > 2)
        socket_path = argv[2];
    for (unsigned int i = 0; i < MANY; i++)
        prepare(&clients[i], i);
    nr_clients = 1;
    sample_all(first, OPERATIONS);
    nr_clients = MANY;
    sample_all(first + 12, MANY_ROUNDS);
    return 0;
}
