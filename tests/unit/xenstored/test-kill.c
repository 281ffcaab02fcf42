/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon is killed again and again while guests and programs work. Usage: test-kill [KILLS
 * [SEED]]. Every worker knows what it has been promised, and ends with a complaint where the
 * store says otherwise: a request of a guest is done exactly once and answered exactly
 * once, in order, and each event comes exactly once; a program that was answered finds
 * what it did, and one whose connection broke finds all of it or nothing.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kill-world.h"

#define NR_WORKERS (WORLD_GUESTS + 1 + WORLD_CLIENTS)
#define BIG        2000

struct worker {
    struct caller c;
    char home[40];
    uint64_t seq, count, big;
    uint64_t pending_count; /* that a broken connection may or may not have committed */
};

static void path_in(const struct worker *w, const char *name, char *out)
{
    snprintf(out, 64, "%s/%s", w->home, name);
}

static void write_number(struct worker *w, const char *path, uint64_t n)
{
    char text[24];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
    caller_must(&w->c, XS_WRITE, path, text);
}

static uint64_t read_number(struct worker *w, const char *path)
{
    char out[XENSTORE_PAYLOAD_MAX + 1] = "";
    int n = caller_call(&w->c, XS_READ, path, strlen(path) + 1, out, sizeof(out));

    if (n < 0 && !w->c.lost && strcmp(out, "ENOENT") != 0)
        give_up("%s: %s", path, out);
    return n < 0 ? 0 : strtoull(out, NULL, 10);
}

static void expect_number(struct worker *w, const char *path, uint64_t n)
{
    uint64_t got = read_number(w, path);

    if (got != n && !w->c.lost)
        give_up("%s is %llu and should be %llu", path, (unsigned long long)got,
                (unsigned long long)n);
}

/* Requests that are all under way at once, answered in order. */
static void do_burst(struct worker *w)
{
    char data[100], out[XENSTORE_PAYLOAD_MAX + 1];
    uint32_t first = w->c.next_id + 1;
    int nr = 1 + rand() % 15;

    for (int i = 0; i < nr; i++) {
        int len = snprintf(data, 64, "%s/seq", w->home) + 1;

        len += snprintf(data + len, 24, "%llu", (unsigned long long)++w->seq);
        caller_send(&w->c, XS_WRITE, data, (size_t)len);
    }
    for (int i = 0; i < nr; i++)
        if (caller_receive(&w->c, first + (uint32_t)i, out, sizeof(out)) < 0 && !w->c.lost)
            give_up("%s: burst: %s", w->home, out);
}

/* Longer than a ring, both ways. */
static void do_big(struct worker *w)
{
    char data[64 + BIG], out[XENSTORE_PAYLOAD_MAX + 1];
    int head;

    w->big++;
    path_in(w, "big", data);
    head = (int)strlen(data) + 1;
    memset(data + head, 'a' + (int)(w->big % 26), BIG);
    if (caller_call(&w->c, XS_WRITE, data, (size_t)head + BIG, out, sizeof(out)) < 0) {
        if (!w->c.lost)
            give_up("%s: %s", data, out);
        return;
    }
    if (caller_call(&w->c, XS_READ, data, (size_t)head, out, sizeof(out)) != BIG ||
        memcmp(out, data + head, BIG) != 0)
        if (!w->c.lost)
            give_up("%s is not what was written", data);
}

static bool begin(struct worker *w)
{
    char out[XENSTORE_PAYLOAD_MAX + 1] = "";

    if (caller_call(&w->c, XS_TRANSACTION_START, "", 1, out, sizeof(out)) < 0) {
        if (!w->c.lost)
            give_up("no transaction: %s", out);
        return false;
    }
    w->c.tx = (uint32_t)strtoul(out, NULL, 10);
    return true;
}

/* True when the transaction counts, false when it is to be tried again. */
static bool commit(struct worker *w)
{
    char out[XENSTORE_PAYLOAD_MAX + 1] = "";
    int n = caller_call(&w->c, XS_TRANSACTION_END, "T", 2, out, sizeof(out));

    w->c.tx = 0;
    if (n < 0 && !w->c.lost && strcmp(out, "EAGAIN") != 0)
        give_up("a transaction ended in %s", out);
    return n >= 0;
}

/* Counts one up, for itself and for all, in one transaction. */
static void do_count(struct worker *w)
{
    char mine[64];

    path_in(w, "count", mine);
    for (int i = 0; i < 50; i++) {
        if (!begin(w))
            return;
        expect_number(w, mine, w->count);
        write_number(w, mine, w->count + 1);
        write_number(w, "/shared/count", read_number(w, "/shared/count") + 1);
        if (w->c.lost) {
            w->c.tx = 0;
            w->pending_count = 1;
            return;
        }
        if (commit(w)) {
            w->count++;
            __atomic_add_fetch(&world->counted, 1, __ATOMIC_SEQ_CST);
            return;
        }
        w->pending_count = w->c.lost;
        if (w->c.lost)
            return;
    }
}

/* Each of these would fail if it were done twice, or not at all. */
static void do_watch(struct worker *w)
{
    char path[64], token[24];

    path_in(w, "w", path);
    snprintf(token, sizeof(token), "%u", w->c.next_id);
    caller_must(&w->c, XS_WATCH, path, token);
    if (!w->c.lost)
        caller_must(&w->c, XS_UNWATCH, path, token);
    w->c.events--;
}

static void do_nodes(struct worker *w)
{
    char path[64], below[64], owner[12];

    path_in(w, "d", path);
    path_in(w, "d/e", below);
    snprintf(owner, sizeof(owner), "n%d", w->c.domid > 0 ? w->c.domid : 0);
    caller_must(&w->c, XS_MKDIR, below);
    caller_must(&w->c, XS_SET_PERMS, below, owner, "r3");
    caller_must(&w->c, XS_DIRECTORY, path);
    caller_must(&w->c, XS_RM, path);
}

/* Writes to a node that the next guest watches. */
static void do_tell(struct worker *w)
{
    int next = w->c.domid % WORLD_GUESTS + 1;
    char path[64];

    snprintf(path, sizeof(path), "/local/domain/%d/in", next);
    write_number(w, path, world->told[next] + 1);
    world->told[next]++;
}

static void work_once(struct worker *w)
{
    char path[64];

    switch (rand() % 7) {
    case 0:
        do_burst(w);
        break;
    case 1:
        do_big(w);
        break;
    case 2:
        do_count(w);
        break;
    case 3:
        do_watch(w);
        break;
    case 4:
        do_nodes(w);
        break;
    case 5:
        if (w->c.domid > 0)
            do_tell(w);
        break;
    default:
        path_in(w, "seq", path);
        expect_number(w, path, w->seq);
    }
}

/* What a broken connection has done: all of a request or nothing. */
static void find_out(struct worker *w, uint64_t seq_before)
{
    char path[64];
    uint64_t got;

    do {
        if (w->c.lost)
            close(w->c.fd);
        w->c.tx = 0;
        caller_connect(&w->c, -1);
        path_in(w, "seq", path);
        got = read_number(w, path);
        if (!w->c.lost && (got < seq_before || got > w->seq))
            give_up("%s is %llu, not from %llu to %llu", path, (unsigned long long)got,
                    (unsigned long long)seq_before, (unsigned long long)w->seq);
        if (!w->c.lost) {
            w->seq = got;
            path_in(w, "count", path);
            got = read_number(w, path);
        }
    } while (w->c.lost);
    if (got != w->count && got != w->count + w->pending_count)
        give_up("%s is %llu after %llu", path, (unsigned long long)got,
                (unsigned long long)w->count);
    __atomic_add_fetch(&world->counted, got - w->count, __ATOMIC_SEQ_CST);
    w->count = got;
    w->pending_count = 0;
}

static void rendezvous(void)
{
    struct timespec step = { 0, 1000000 };

    __atomic_add_fetch(&world->nr_stopped, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&world->nr_stopped, __ATOMIC_SEQ_CST) < NR_WORKERS)
        nanosleep(&step, NULL);
}

static void run_worker(int domid, int client, unsigned int seed)
{
    struct worker w = { .pending_count = 0 };
    char path[64];
    uint64_t want;

    srand(seed);
    caller_connect(&w.c, domid);
    if (domid >= 0)
        snprintf(w.home, sizeof(w.home), "/local/domain/%d", domid);
    else
        snprintf(w.home, sizeof(w.home), "/client/%d", client);
    while (!__atomic_load_n(&world->stop, __ATOMIC_SEQ_CST)) {
        uint64_t seq = w.seq;

        work_once(&w);
        if (w.c.lost)
            find_out(&w, seq);
    }
    rendezvous();
    /* Nobody kills any more. Events come before the answers to later requests. */
    path_in(&w, "seq", path);
    expect_number(&w, path, w.seq);
    path_in(&w, "count", path);
    expect_number(&w, path, w.count);
    expect_number(&w, "/shared/count", world->counted);
    want = domid > 0 && domid <= WORLD_GUESTS ? world->told[domid] + 1 : 0;
    if (want && w.c.events != want)
        give_up("domain %d was told %llu times, not %llu", domid, (unsigned long long)w.c.events,
                (unsigned long long)want);
    if (w.c.lost)
        give_up("the last daemon broke off");
    _exit(0);
}

/* A sum over everything that a program can see of the store. */
static uint64_t digest(struct caller *c, const char *path, uint64_t h)
{
    static const uint32_t types[] = { XS_READ, XS_GET_PERMS, XS_DIRECTORY };
    char out[XENSTORE_PAYLOAD_MAX + 1], kid[256];
    int n = 0;

    for (int t = 0; t < 3; t++) {
        n = caller_call(c, types[t], path, strlen(path) + 1, out, sizeof(out));
        if (n < 0)
            give_up("%s: %s", path, out);
        for (int i = 0; i < n; i++)
            h = (h ^ (unsigned char)out[i]) * 1099511628211u;
    }
    for (int i = 0; i < n; i += (int)strlen(out + i) + 1) {
        snprintf(kid, sizeof(kid), "%s/%s", path[1] ? path : "", out + i);
        h = digest(c, kid, h);
    }
    return h;
}

static void set_up(void)
{
    struct caller c = { .next_id = 0 };
    char path[40], domid[12], perms[12];

    caller_connect(&c, -1);
    caller_must(&c, XS_WRITE, "/shared/count", "0");
    caller_must(&c, XS_SET_PERMS, "/shared/count", "b0");
    for (int i = 1; i <= WORLD_GUESTS; i++) {
        snprintf(domid, sizeof(domid), "%d", i);
        snprintf(perms, sizeof(perms), "n%d", i);
        snprintf(path, sizeof(path), "/local/domain/%d", i);
        caller_must(&c, XS_MKDIR, path);
        caller_must(&c, XS_SET_PERMS, path, perms);
        snprintf(path, sizeof(path), "/local/domain/%d/in", i);
        caller_must(&c, XS_WRITE, path, "0");
        caller_must(&c, XS_SET_PERMS, path, "b0");
        caller_must(&c, XS_INTRODUCE, domid, "1", "3");
    }
    for (int i = 1; i <= WORLD_GUESTS; i++) {
        struct caller guest = { .next_id = 0 };

        caller_connect(&guest, i);
        snprintf(path, sizeof(path), "/local/domain/%d/in", i);
        caller_must(&guest, XS_WATCH, path, "token");
    }
    if (c.lost)
        give_up("the first daemon broke off");
    close(c.fd);
}

static void kill_daemon(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, WNOHANG))
        give_up("the daemon ended by itself, status %#x", status);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
}

static void wait_workers(int nr)
{
    int status;

    for (; nr; nr--)
        if (wait(&status) < 0 || status)
            give_up("a worker or the daemon failed, status %#x", status);
}

static void check_digest(pid_t daemon)
{
    struct caller c = { .next_id = 0 };
    uint64_t before, after;
    char path[100];

    caller_connect(&c, -1);
    before = digest(&c, "/", 1);
    close(c.fd);
    kill_daemon(daemon);
    daemon = world_start_daemon();
    caller_connect(&c, -1);
    after = digest(&c, "/", 1);
    if (before != after)
        give_up("the store is not the same after the last restart");
    kill_daemon(daemon);
    snprintf(path, sizeof(path), "%s/state.corrupt", world->dir);
    if (!access(path, F_OK))
        give_up("a state file was found corrupt: %s", path);
}

static void remove_files(void)
{
    static const char *const names[] = { "socket", "state", "state.new" };
    char path[100];

    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s", world->dir, names[i]);
        unlink(path);
    }
    rmdir(world->dir);
}

int main(int argc, char **argv)
{
    int kills = argc > 1 ? atoi(argv[1]) : 20;
    unsigned int seed = argc > 2 ? (unsigned int)atoi(argv[2]) : (unsigned int)time(NULL);
    uint64_t before = 0;
    pid_t daemon;

    printf("%d kills, seed %u\n", kills, seed);
    fflush(stdout);
    world_init();
    daemon = world_start_daemon();
    set_up();
    for (int i = 0; i <= WORLD_GUESTS + WORLD_CLIENTS; i++)
        if (!world_fork())
            run_worker(i <= WORLD_GUESTS ? i : -1, i, seed + (unsigned int)i);
    srand(seed);
    for (int i = 0; i < kills; i++) {
        struct timespec life = { 0, rand() % 30000 * 1000 };

        nanosleep(&life, NULL);
        /* Now and then the work must come through before the next. */
        while (i % 4 == 0 && __atomic_load_n(&world->nr_requests, __ATOMIC_RELAXED) < before + 100)
            nanosleep(&life, NULL);
        before = __atomic_load_n(&world->nr_requests, __ATOMIC_RELAXED);
        kill_daemon(daemon);
        daemon = world_start_daemon();
    }
    __atomic_store_n(&world->stop, true, __ATOMIC_SEQ_CST);
    wait_workers(NR_WORKERS);
    check_digest(daemon);
    remove_files();
    printf("%llu requests, %llu counted\n", (unsigned long long)world->nr_requests,
           (unsigned long long)world->counted);
    return 0;
}
