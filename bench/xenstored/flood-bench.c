/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long three guests wait for their answers while a fourth floods the daemon, beside how long
 * they wait else: quiet and flooded moments take turns, so that what else the computer does falls
 * on both. The daemon has one processor, the guests the other; the flooder runs when they do not.
 * As root, all of them go before whatever else the computer has to do.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../tests/unit/xenstored/floods.h"
#include "../../tests/unit/xenstored/kill-world.h"

#define FLOODER  WORLD_GUESTS
#define WORKERS  3
#define SAMPLES  200000u
#define PHASE_MS 100
#define THINK_US 300

enum { QUIET, FLOODED, PHASES };

struct shared {
    int phase;
    bool stop;
    uint32_t nr[WORKERS][PHASES];
    uint32_t us10[WORKERS][PHASES][SAMPLES]; /* tenths of microseconds */
};

static struct shared *shared;

static void on_processor(int nr)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((size_t)nr, &set);
    sched_setaffinity(0, sizeof(set), &set);
}

static void before_all_others(int priority)
{
    const struct sched_param p = { .sched_priority = priority };

    sched_setscheduler(0, SCHED_FIFO, &p);
}

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void sleep_us(long us)
{
    nanosleep(&(struct timespec){ us / 1000000, us % 1000000 * 1000 }, NULL);
}

static void run_flooder(const struct flood *kind)
{
    const struct sched_param none = { 0 };
    bool fifo = sched_getscheduler(0) == SCHED_FIFO;
    struct flooder f;
    uint64_t one = 1;

    on_processor(1);
    if (fifo)
        before_all_others(1);
    else
        sched_setscheduler(0, SCHED_IDLE, &none);
    flooder_begin(&f, kind, &world->page[FLOODER]);
    while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
        if (__atomic_load_n(&shared->phase, __ATOMIC_RELAXED) == QUIET) {
            sleep_us(500);
            continue;
        }
        flooder_step(&f);
        __atomic_store_n(&world->pending[FAKE_PORT(FLOODER)], 1, __ATOMIC_SEQ_CST);
        if (write(world->daemon_fd, &one, sizeof(one)) != sizeof(one))
            give_up("an eventfd broke");
    }
    _exit(0);
}

static void run_worker(int nr)
{
    struct caller c = { 0 };
    char out[XENSTORE_PAYLOAD_MAX], data[32];

    on_processor(1);
    caller_connect(&c, nr + 1);
    caller_must(&c, XS_WATCH, "w", "token");
    for (unsigned int i = 0; !__atomic_load_n(&shared->stop, __ATOMIC_RELAXED); i++) {
        int phase = __atomic_load_n(&shared->phase, __ATOMIC_RELAXED), n;
        uint64_t start = now_ns();

        n = snprintf(data, sizeof(data), "w%c%u", 0, i % 1000);
        if (i % 2)
            caller_call(&c, XS_READ, "w", 2, out, sizeof(out));
        else
            caller_call(&c, XS_WRITE, data, (size_t)n, out, sizeof(out));
        start = (now_ns() - start) / 100;
        if (phase == shared->phase && shared->nr[nr][phase] < SAMPLES)
            shared->us10[nr][phase][shared->nr[nr][phase]++] = (uint32_t)start;
        sleep_us(THINK_US);
    }
    _exit(0);
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* Half of all, and 99 of 100, were answered within this many microseconds. */
static void quantiles(int phase, double *half, double *most)
{
    static uint32_t all[WORKERS * SAMPLES];
    size_t nr = 0;

    for (int i = 0; i < WORKERS; i++) {
        memcpy(all + nr, shared->us10[i][phase], shared->nr[i][phase] * sizeof(all[0]));
        nr += shared->nr[i][phase];
    }
    if (!nr)
        give_up("nothing was measured");
    qsort(all, nr, sizeof(all[0]), by_size);
    *half = all[nr / 2] / 10.0;
    *most = all[nr * 99 / 100] / 10.0;
}

static long memory_kib(pid_t pid)
{
    char path[40], line[128];
    long kib = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    f = fopen(path, "re");
    if (!f)
        give_up("the daemon is gone");
    while (fgets(line, sizeof(line), f))
        if (sscanf(line, "VmRSS: %ld", &kib) == 1)
            break;
    fclose(f);
    return kib;
}

static void introduce_all(void)
{
    struct caller c = { 0 };
    char path[32], owner[8], domid[8];

    caller_connect(&c, -1);
    for (int i = 1; i <= WORLD_GUESTS; i++) {
        snprintf(path, sizeof(path), "/local/domain/%d", i);
        snprintf(owner, sizeof(owner), "n%d", i);
        snprintf(domid, sizeof(domid), "%d", i);
        caller_must(&c, XS_MKDIR, path);
        caller_must(&c, XS_SET_PERMS, path, owner);
        caller_must(&c, XS_INTRODUCE, domid, "1", "3");
    }
    close(c.fd);
}

static void remove_files(void)
{
    char path[100];

    snprintf(path, sizeof(path), "%s/state", world->dir);
    unlink(path);
    snprintf(path, sizeof(path), "%s/socket", world->dir);
    unlink(path);
    rmdir(world->dir);
}

static void measure(const struct flood *kind, int phases)
{
    double half[PHASES], most[PHASES];
    pid_t child[WORKERS + 1], daemon;
    long before;

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        give_up("no memory");
    on_processor(0);
    before_all_others(2);
    world_init();
    daemon = world_start_daemon();
    introduce_all();
    for (int i = 0; i <= WORKERS; i++) {
        child[i] = world_fork();
        if (!child[i] && i == WORKERS)
            run_flooder(kind);
        else if (!child[i])
            run_worker(i);
    }
    sleep_us(50000);
    before = memory_kib(daemon);
    for (int i = 0; i < phases; i++) {
        __atomic_store_n(&shared->phase, i % PHASES, __ATOMIC_RELAXED);
        sleep_us(PHASE_MS * 1000L);
    }
    __atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i <= WORKERS; i++)
        waitpid(child[i], NULL, 0);
    quantiles(QUIET, &half[QUIET], &most[QUIET]);
    quantiles(FLOODED, &half[FLOODED], &most[FLOODED]);
    printf("%-20s %8.1f %8.1f %6.2f %9.1f %8.1f %6.2f %8ld %8ld\n", kind->name, half[QUIET],
           half[FLOODED], half[FLOODED] / half[QUIET], most[QUIET], most[FLOODED],
           most[FLOODED] / most[QUIET], before, memory_kib(daemon));
    fflush(stdout);
    kill(daemon, SIGKILL);
    waitpid(daemon, NULL, 0);
    remove_files();
}

/* flood-bench [PHASES [NAME]]: a phase is a tenth of a second. */
int main(int argc, char **argv)
{
    int phases = argc > 1 ? atoi(argv[1]) : 40;

    setenv("TMPDIR", "/dev/shm", 0); /* the state file is in memory, as it is in /run */
    printf("%-20s %8s %8s %6s %9s %8s %6s %8s %8s\n", "us", "p50", "flooded", "x", "p99", "flooded",
           "x", "KiB", "after");
    fflush(stdout);
    for (unsigned int i = 0; i < nr_floods; i++) {
        pid_t pid;
        int status;

        if (argc > 2 && strcmp(argv[2], floods[i].name) != 0)
            continue;
        pid = world_fork();
        if (!pid) {
            measure(&floods[i], phases);
            _exit(0);
        }
        if (waitpid(pid, &status, 0) != pid || status)
            return 1;
    }
    return 0;
}
