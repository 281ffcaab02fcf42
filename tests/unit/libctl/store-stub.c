/* SPDX-License-Identifier: GPL-2.0-only */
#include "store-stub.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct ctl_store *store;
int server_fd, listen_fd;
static char socket_path[64];
static pthread_t server;
static const struct exchange *script_table;
static size_t script_steps;

static void read_all(void *buf, size_t len)
{
    char *p = buf;

    while (len > 0) {
        ssize_t r = read(server_fd, p, len);

        if (r <= 0)
            pthread_exit(NULL);
        p += r;
        len -= (size_t)r;
    }
}

void get_request(struct request *q)
{
    read_all(&q->h, sizeof(q->h));
    ck_assert_uint_le(q->h.len, XENSTORE_PAYLOAD_MAX);
    read_all(q->payload, q->h.len);
    q->payload[q->h.len] = '\0';
}

void put(uint32_t type, uint32_t id, const char *payload, size_t len)
{
    struct xsd_sockmsg h = {.type = type, .req_id = id, .len = (uint32_t)len};

    if (write(server_fd, &h, sizeof(h)) < 0 || write(server_fd, payload, len) < 0)
        pthread_exit(NULL);
}

void put_event(const char *path, const char *token)
{
    char text[128];
    int n = snprintf(text, sizeof(text), "%s%c%s", path, 0, token);

    put(XS_WATCH_EVENT, 0, text, (size_t)n + 1);
}

void start(void *(*script)(void *))
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};

    snprintf(socket_path, sizeof(socket_path), "/tmp/libctl-test-%d", getpid());
    unlink(socket_path);
    strcpy(addr.sun_path, socket_path);
    setenv("XENSTORED_PATH", socket_path, 1);
    listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listen_fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
    ck_assert_int_eq(listen(listen_fd, 1), 0);
    ck_assert_int_eq(ctl_store_open(&store), 0);
    server_fd = accept(listen_fd, NULL, NULL);
    ck_assert_int_ge(server_fd, 0);
    ck_assert_int_eq(pthread_create(&server, NULL, script, NULL), 0);
}

void stop(void)
{
    ctl_store_close(store);
    pthread_join(server, NULL);
    close(server_fd);
    close(listen_fd);
    unlink(socket_path);
}

void come_back(void)
{
    shutdown(server_fd, SHUT_RDWR);
    close(server_fd);
    server_fd = accept(listen_fd, NULL, NULL);
}

void serve(const struct exchange *table, size_t nr)
{
    struct request q = {0};

    for (const struct exchange *e = table; e < table + nr; e++) {
        if (!e->unasked)
            get_request(&q);
        if (e->text) {
            ck_assert_uint_eq(q.h.type, e->want);
            ck_assert_uint_eq(q.h.len, e->text_len);
            ck_assert_mem_eq(q.payload, e->text, e->text_len);
        }
        if (e->tx)
            ck_assert_uint_eq(q.h.tx_id, e->tx);
        if (e->answer)
            put(e->type, e->unasked ? 0 : q.h.req_id, e->answer, e->len);
        if (e->dies)
            come_back();
    }
}

static void *serve_script_table(void *arg)
{
    serve(script_table, script_steps);
    return arg;
}

void start_exchanges(const struct exchange *table, size_t nr)
{
    script_table = table;
    script_steps = nr;
    start(serve_script_table);
}
