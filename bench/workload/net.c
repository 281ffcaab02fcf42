/* SPDX-License-Identifier: GPL-2.0-only */
/* A TCP stream from send to sink, which answers with one byte when all has come. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "workload.h"

#define SAMPLES 5
#define CHUNK   (128 << 10)

static char chunk[CHUNK];

static void stream(const struct sockaddr_in *to, uint64_t bytes)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0)
        die("connect");
    while (bytes > 0) {
        ssize_t sent = write(fd, chunk, bytes < CHUNK ? bytes : CHUNK);

        if (sent <= 0)
            die("send");
        bytes -= (uint64_t)sent;
    }
    shutdown(fd, SHUT_WR);
    if (read(fd, chunk, 1) != 1)
        die("no answer");
    close(fd);
}

int send_main(int argc, char **argv)
{
    unsigned int first = number(argc == 5 ? argv[1] : "MARK"), mib = number(argv[4]);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)number(argv[3])) };

    if (inet_pton(AF_INET, argv[2], &to.sin_addr) != 1)
        number(argv[2]);
    for (unsigned int i = 0; i < SAMPLES; i++) {
        uint64_t began = nanoseconds();

        mark(first);
        stream(&to, (uint64_t)mib << 20);
        mark(first + 1);
        printf("@bench time %u %llu\n", first, (unsigned long long)(nanoseconds() - began));
    }
    return 0;
}

int sink_main(int argc, char **argv)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    at.sin_port = htons((uint16_t)number(argc == 2 ? argv[1] : "PORT"));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 4) < 0)
        die("listen");
    for (;;) {
        int peer = accept(fd, NULL, NULL);

        if (peer < 0)
            die("accept");
        while (read(peer, chunk, sizeof(chunk)) > 0)
            ;
        if (write(peer, "k", 1) != 1)
            perror("answer");
        close(peer);
    }
}
