/* SPDX-License-Identifier: GPL-2.0-only */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"

#define CHUNK      (64u << 10)
#define WINDOW_MIN (16u << 20)
#define BOOT_ID    "/proc/sys/kernel/random/boot_id"

static size_t padded(size_t len)
{
    return (len + 7) & ~(size_t)7;
}

uint32_t journal_sum(const void *items, size_t len)
{
    const unsigned char *p = items;
    uint64_t h = 0x9e3779b97f4a7c15u ^ len, word;

    for (size_t i = 0; i < len; i += 8) {
        memcpy(&word, p + i, 8);
        h = (h ^ word) * 0xff51afd7ed558ccdu;
        h ^= h >> 29;
    }
    return (uint32_t)(h ^ h >> 32);
}

static void boot_id(char *out, size_t size)
{
    int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, out, size - 1) : 0;

    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    if (fd >= 0)
        close(fd);
}

static struct journal *journal_new(const char *path)
{
    struct journal *j = mem_zalloc(sizeof(*j));

    j->fd = -1;
    j->path = mem_strdup(path);
    return j;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    if (j->head)
        munmap(j->head, JOURNAL_LOG);
    if (j->log)
        munmap(j->log, j->mapped);
    if (j->fd >= 0)
        close(j->fd);
    free(j->path);
    free(j);
}

static int journal_map(struct journal *j, size_t cap)
{
    void *p = mmap(NULL, JOURNAL_LOG, PROT_READ | PROT_WRITE, MAP_SHARED, j->fd, 0);

    if (p == MAP_FAILED)
        return -errno;
    j->head = p;
    if (!cap)
        return 0;
    p = mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_SHARED, j->fd, JOURNAL_LOG);
    if (p == MAP_FAILED)
        return -errno;
    j->log = p;
    j->cap = j->mapped = cap;
    return 0;
}

/* Room in our address space, which costs nothing, in steps that make moving the mapping rare. */
static int journal_map_more(struct journal *j, size_t cap)
{
    size_t window = 2 * cap > WINDOW_MIN ? 2 * cap : WINDOW_MIN;
    void *p;

    if (cap <= j->mapped)
        return 0;
    p = j->log ? mremap(j->log, j->mapped, window, MREMAP_MAYMOVE)
               : mmap(NULL, window, PROT_READ | PROT_WRITE, MAP_SHARED, j->fd, JOURNAL_LOG);
    if (p == MAP_FAILED)
        return -errno;
    j->log = p;
    j->mapped = window;
    return 0;
}

/*
 * Memory is asked for before it is written to: a full file system is an error, not a signal. It
 * comes in small chunks, because everybody waits while it is zeroed.
 */
static int journal_grow(struct journal *j, size_t need)
{
    size_t cap = (j->cap + (need > CHUNK ? need : CHUNK) + 4095) & ~(size_t)4095;
    int r = -posix_fallocate(j->fd, (off_t)(JOURNAL_LOG + j->cap), (off_t)(cap - j->cap));

    if (!r)
        r = journal_map_more(j, cap);
    if (!r)
        j->cap = cap;
    return r;
}

static void temporary_name(const char *path, char *out, size_t size)
{
    snprintf(out, size, "%s.new", path);
}

int journal_create(const char *path, struct journal **out)
{
    struct journal *j = journal_new(path);
    char name[256];
    int r;

    temporary_name(path, name, sizeof(name));
    unlink(name);
    j->fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    r = j->fd < 0 ? -errno : -posix_fallocate(j->fd, 0, JOURNAL_WORDS);
    if (!r && ftruncate(j->fd, JOURNAL_LOG) < 0)
        r = -errno;
    if (!r)
        r = journal_map(j, 0);
    if (!r)
        r = journal_grow(j, CHUNK);
    if (r) {
        unlink(name);
        journal_close(j);
        return r;
    }
    memcpy(j->head->magic, JOURNAL_MAGIC, sizeof(j->head->magic));
    j->head->version = JOURNAL_VERSION;
    j->head->log = JOURNAL_LOG;
    j->head->tail = JOURNAL_LOG;
    boot_id(j->head->boot, sizeof(j->head->boot));
    *out = j;
    return 0;
}

int journal_publish(struct journal *j)
{
    char name[256];

    temporary_name(j->path, name, sizeof(name));
    j->head->snapshot = JOURNAL_LOG + j->used;
    if (!j->failed && rename(name, j->path) < 0)
        j->failed = -errno;
    if (j->failed)
        unlink(name);
    return j->failed;
}

static const char *head_fault(const struct journal_head *h, uint64_t size)
{
    char boot[sizeof(h->boot)];

    boot_id(boot, sizeof(boot));
    if (memcmp(h->magic, JOURNAL_MAGIC, sizeof(h->magic)) != 0)
        return "it does not begin as a state file does";
    if (h->version != JOURNAL_VERSION || h->log != JOURNAL_LOG)
        return "it has another version than this daemon's";
    if (strncmp(h->boot, boot, sizeof(boot)) != 0)
        return "it was made before the machine was started";
    if (h->tail < JOURNAL_LOG || h->tail > size || h->tail % 8)
        return "its tail lies outside of the file";
    return NULL;
}

int journal_open(const char *path, struct journal **out, struct journal_fault *fault)
{
    struct journal *j = journal_new(path);
    struct stat st = { .st_size = 0 };
    int r = 0;

    *fault = (struct journal_fault){ 0, NULL };
    j->fd = open(path, O_RDWR | O_CLOEXEC);
    if (j->fd < 0 || fstat(j->fd, &st) < 0)
        r = -errno;
    if (!r && (uint64_t)st.st_size <= JOURNAL_LOG)
        fault->why = "it is too short to be one";
    if (!r && !fault->why)
        r = journal_map(j, (size_t)st.st_size - JOURNAL_LOG);
    if (!r && !fault->why)
        fault->why = head_fault(j->head, (uint64_t)st.st_size);
    if (fault->why)
        r = -EBADMSG;
    if (r) {
        journal_close(j);
        return r;
    }
    j->used = j->head->tail - JOURNAL_LOG;
    *out = j;
    return 0;
}

static unsigned char *journal_space(struct journal *j, size_t len)
{
    size_t end = j->used + sizeof(struct journal_entry) + j->staged;

    if (!j->failed && len > j->cap - end)
        j->failed = journal_grow(j, len);
    if (j->failed)
        return NULL;
    return j->log + end;
}

void journal_add(struct journal *j, uint16_t kind, uint16_t domid, const void *fixed,
                 size_t fixed_len, const void *a, size_t a_len, const void *b, size_t b_len)
{
    size_t len = fixed_len + a_len + b_len, total = sizeof(struct journal_item) + padded(len);
    struct journal_item item = { kind, domid, (uint32_t)len };
    /* Room for the next entry's header too, so that there always is one. */
    unsigned char *to = journal_space(j, total + sizeof(struct journal_entry));

    if (!to)
        return;
    memset(to + total - 8, 0, 8);
    memcpy(to, &item, sizeof(item));
    to += sizeof(item);
    if (fixed_len)
        memcpy(to, fixed, fixed_len);
    if (a_len)
        memcpy(to + fixed_len, a, a_len);
    if (b_len)
        memcpy(to + fixed_len + a_len, b, b_len);
    j->staged += total;
}

void journal_commit(struct journal *j)
{
    unsigned char *at = j->log + j->used;
    struct journal_entry e;

    if (!j->staged || j->failed)
        return;
    e.len = (uint32_t)j->staged;
    e.sum = journal_sum(at + sizeof(e), j->staged);
    memcpy(at, &e, sizeof(e));
    j->used += sizeof(e) + j->staged;
    j->staged = 0;
    __atomic_store_n(&j->head->tail, JOURNAL_LOG + j->used, __ATOMIC_RELEASE);
}

uint64_t *journal_word(struct journal *j, uint16_t domid)
{
    uint64_t *words = (uint64_t *)((char *)j->head + JOURNAL_WORDS);
    int r = posix_fallocate(j->fd, (off_t)(JOURNAL_WORDS + domid * 8u), 8);

    if (r && !j->failed)
        j->failed = -r;
    return r ? NULL : &words[domid];
}

static int64_t fault_at(struct journal_fault *fault, uint64_t at, const char *why)
{
    fault->offset = JOURNAL_LOG + at;
    fault->why = why;
    return -EBADMSG;
}

int64_t journal_next(const struct journal *j, uint64_t *at, const unsigned char **items,
                     struct journal_fault *fault)
{
    struct journal_entry e;
    uint64_t left = j->used - *at;

    if (!left)
        return 0;
    if (left < sizeof(e))
        return fault_at(fault, *at, "an entry is cut off");
    memcpy(&e, j->log + *at, sizeof(e));
    if (e.len > left - sizeof(e) || e.len % 8 || e.len < sizeof(struct journal_item))
        return fault_at(fault, *at, "an entry has an impossible length");
    *items = j->log + *at + sizeof(e);
    if (journal_sum(*items, e.len) != e.sum)
        return fault_at(fault, *at, "the sum over an entry is wrong");
    *at += sizeof(e) + e.len;
    return e.len;
}
