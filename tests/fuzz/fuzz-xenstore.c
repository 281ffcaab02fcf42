/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any bytes as what domain 0 or a guest sends to the store daemon: first one byte that
 * says who, then the stream. Build with -fsanitize=fuzzer,address,undefined together with
 * tools/xenstored/ *.c except confine.c, keeper.c, main.c, options.c and platform-xen.c.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/xenstored/conn.h"
#include "../../tools/xenstored/log.h"
#include "../../tools/xenstored/mem.h"
#include "../../tools/xenstored/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct stream {
    struct conn conn;
    const uint8_t *data;
    size_t len;
};

static ssize_t stream_read(struct conn *c, char *to, size_t max)
{
    struct stream *s = (struct stream *)c;

    if (max > s->len)
        max = s->len;
    if (!max)
        return -EAGAIN;
    memcpy(to, s->data, max);
    s->data += max;
    s->len -= max;
    return (ssize_t)max;
}

static ssize_t stream_write(struct conn *c, const char *from, size_t len)
{
    (void)c;
    (void)from;
    return (ssize_t)len;
}

static void stream_release(struct conn *c)
{
    free(c);
}

static const struct conn_ops stream_ops = {
    .read = stream_read,
    .write = stream_write,
    .release = stream_release,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool quiet;
    const struct peer dom0 = { 0, true, PEER_NO_TARGET };
    const struct perm home = { 2, 0 };
    struct server *server;
    struct stream *s;

    if (!quiet)
        log_to_syslog();
    quiet = true;
    if (!size || server_new(&server))
        return 0;
    store_mkdir(&server->store, NULL, &dom0, "/local/domain/2");
    store_set_perms(&server->store, NULL, &dom0, "/local/domain/2", &home, 1);
    s = mem_zalloc(sizeof(*s));
    conn_init(&s->conn, server, &stream_ops, data[0] & 1 ? 2 : 0);
    s->data = data + 1;
    s->len = size - 1;
    s->conn.input = true;
    conn_wake(&s->conn);
    while (server->first_ready || server->first_again)
        server_round(server, 0);
    server_free(server);
    return 0;
}
