/* SPDX-License-Identifier: GPL-2.0-only */
/* One client of xenstored on its socket: reads, writes, and transactions of four steps. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "workload.h"

#include <public/io/xs_wire.h>

#define SAMPLES    11
#define OPERATIONS 100
#define SOCKET     "/run/xenstored/socket"
#define NODE       "/tool/bench/node"

struct client {
    int fd;
    char answer[XENSTORE_PAYLOAD_MAX + 1];
};

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

/* Sends one request and takes its answer, which is to be of the same type. */
static void request(struct client *client, uint32_t type, uint32_t transaction, const void *payload,
                    size_t size)
{
    char message[256];
    struct xsd_sockmsg header = { .type = type, .tx_id = transaction, .len = (uint32_t)size };

    memcpy(message, &header, sizeof(header));
    memcpy(message + sizeof(header), payload, size);
    if (write(client->fd, message, sizeof(header) + size) != (ssize_t)(sizeof(header) + size))
        die("send");
    all_read(client->fd, &header, sizeof(header));
    if (header.len > XENSTORE_PAYLOAD_MAX) {
        errno = EPROTO;
        die("an answer of %u bytes", header.len);
    }
    all_read(client->fd, client->answer, header.len);
    client->answer[header.len] = '\0';
    if (header.type != type) {
        errno = EPROTO;
        die("request %u was answered by type %u, %s", type, header.type, client->answer);
    }
}

static void store_read(void *data)
{
    request(data, XS_READ, 0, NODE, sizeof(NODE));
}

static void store_write(void *data)
{
    static const char payload[] = NODE "\0sixteen bytes ..";

    request(data, XS_WRITE, 0, payload, sizeof(payload) - 1);
}

/* Start, read, write, end. */
static void store_transaction(void *data)
{
    static const char payload[] = NODE "\0sixteen bytes ..";
    struct client *client = data;
    uint32_t id;

    request(client, XS_TRANSACTION_START, 0, "", 1);
    id = (uint32_t)strtoul(client->answer, NULL, 10);
    request(client, XS_READ, id, NODE, sizeof(NODE));
    request(client, XS_WRITE, id, payload, sizeof(payload) - 1);
    request(client, XS_TRANSACTION_END, id, "T", 2);
}

int store_main(int argc, char **argv)
{
    unsigned int first = number(argc == 2 ? argv[1] : "MARK");
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };
    static struct client client;

    client.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client.fd < 0 || connect(client.fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        die(SOCKET);
    store_write(&client);
    sample(first, SAMPLES, OPERATIONS, store_read, &client);
    sample(first + 2, SAMPLES, OPERATIONS, store_write, &client);
    sample(first + 4, SAMPLES, OPERATIONS, store_transaction, &client);
    return 0;
}
