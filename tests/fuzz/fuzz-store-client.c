/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libFuzzer target: any bytes as what a store daemon sends to a client that waits for answers and
 * events. Needs tools/libctl/store/ *.c.
 */
#include "../../tools/libctl/store/private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *data, size_t size)
{
    struct ctl_store_perm perm;
    char **names = NULL, text[32];
    size_t n = 0, total = 0;

    (void)wire_errno(data, size);
    if (wire_make_list(data, size, &names, &n) < 0)
        return;
    for (size_t i = 0; i < n; i++) {
        total += strlen(names[i]) + 1;
        if (wire_parse_perm(names[i], &perm) == 0 &&
            wire_format_perm(&perm, text, sizeof(text)) < 0)
            abort();
    }
    if (total != size || names[n])
        abort();
    free(names);
}

static struct sockaddr_un address = {.sun_family = AF_UNIX};

static int listen_once(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/fuzz-store-client-%d", getpid());
    unlink(address.sun_path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 4) < 0)
        abort();
    return fd;
}

static void check_op(struct ctl_store *s, struct ctl_store_op *op)
{
    (void)s;
    if (op->result == -EINPROGRESS || op->result > 0)
        abort();
    if (op->value && op->value[op->len] != '\0')
        abort();
    free(op->value);
    op->value = NULL;
}

static void see_event(struct ctl_store *s, int error, const char *path, void *arg)
{
    (void)s;
    (void)arg;
    if (!error == !path)
        abort();
}

/* Requests 1 to 6, which the bytes may answer. */
static void ask(struct ctl_store *s, struct ctl_store_op *ops)
{
    static const enum ctl_store_op_kind kinds[] = {CTL_STORE_OP_READ, CTL_STORE_OP_DIRECTORY,
                                                   CTL_STORE_OP_GET_PERMS, CTL_STORE_OP_BEGIN,
                                                   CTL_STORE_OP_WRITE};
    struct ctl_store_watch *watch;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        ops[i] = (struct ctl_store_op){.kind = kinds[i], .path = "/a", .done = check_op};
        if (ctl_store_submit(s, 0, &ops[i]) < 0)
            abort();
    }
    if (ctl_store_watch_start(s, "/w", 1, see_event, NULL, &watch) < 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int listen_fd = -1;
    struct ctl_store_op ops[5];
    struct ctl_store *s;
    char *path, *token;
    int fd;

    check_text((const char *)data, size);
    if (listen_fd < 0)
        listen_fd = listen_once();
    if (ctl_store_open_at(address.sun_path, CTL_STORE_SOCKET_ONLY, &s) < 0)
        abort();
    fd = accept(listen_fd, NULL, NULL);
    if (fd < 0)
        abort();
    ask(s, ops);
    if (size > 0 && send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
        abort();
    for (size_t i = 0; i < 2 + size / 16384 && s->fd >= 0; i++)
        (void)ctl_store_dispatch(s);
    while (s->fd >= 0 && ctl_store_next_event(s, 0, &path, &token) == 0) {
        free(path);
        free(token);
    }
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
        ctl_store_cancel(s, &ops[i]);
    ctl_store_close(s);
    close(fd);
    return 0;
}
