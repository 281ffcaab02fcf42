/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any bytes as the entries of a state file, with sums that are right (the first byte is even) or
 * as they come. What is taken in must come out of a new file the same. Build with
 * -fsanitize=fuzzer,address,undefined together with tools/xenstored/ *.c except confine.c, keeper.c,
 * main.c, options.c and platform-xen.c.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/xenstored/mem.h"
#include "../../tools/xenstored/server.h"
#include "../../tools/xenstored/state-items.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct server *new_server(void)
{
    struct server *s;

    if (server_new(&s))
        abort();
    s->state = mem_zalloc(sizeof(*s->state));
    return s;
}

static void end_server(struct server *s)
{
    free(s->state);
    s->state = NULL;
    server_free(s);
}

/* The entries of a file that holds everything of s. */
static unsigned char *saved(struct server *s, size_t *len)
{
    char path[64];
    struct journal *j;
    unsigned char *out;

    snprintf(path, sizeof(path), "/dev/shm/fuzz-xenstore-state-%d", (int)getpid());
    if (journal_create(path, &j))
        abort();
    state_save(s, j, false);
    *len = j->used;
    out = memcpy(mem_alloc(j->used), j->log, j->used);
    journal_close(j);
    strcat(path, ".new");
    unlink(path);
    return out;
}

static int load(struct server *s, unsigned char *entries, size_t len)
{
    struct journal j = { .log = entries, .used = len };
    struct state_loader *l = state_loader_new(s, false);
    struct journal_fault fault = { 0, NULL };
    const unsigned char *items;
    uint64_t at = 0;
    int64_t n;
    int r = 0;

    s->state->loading = true;
    while (!r && (n = journal_next(&j, &at, &items, &fault)) > 0)
        r = state_load_items(l, items, (uint64_t)n, &fault.why);
    state_loader_free(l);
    s->state->loading = false;
    if ((r || n < 0) && !fault.why)
        abort();
    return r || n < 0 ? -1 : 0;
}

/* Gives each entry the sum that it should have, and a length that ends inside of the data. */
static void mend(unsigned char *p, size_t len)
{
    struct journal_entry e;

    for (size_t at = 0; len - at >= sizeof(e) + 8; at += sizeof(e) + e.len) {
        memcpy(&e, p + at, sizeof(e));
        e.len &= 0xfff8;
        if (!e.len || e.len > len - at - sizeof(e))
            e.len = (uint32_t)((len - at - sizeof(e)) & ~(size_t)7);
        e.sum = journal_sum(p + at + sizeof(e), e.len);
        memcpy(p + at, &e, sizeof(e));
    }
}

static void check_round_trip(struct server *s)
{
    struct server *again = new_server();
    unsigned char *first, *second;
    size_t first_len, second_len;

    first = saved(s, &first_len);
    if (load(again, first, first_len))
        abort();
    second = saved(again, &second_len);
    if (first_len != second_len || memcmp(first, second, first_len) != 0)
        abort();
    free(first);
    free(second);
    end_server(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t len = size ? (size - 1) & ~(size_t)7 : 0;
    unsigned char *entries = mem_alloc(len);
    struct server *s = new_server();

    if (len)
        memcpy(entries, data + 1, len);
    if (len && !(data[0] & 1))
        mend(entries, len);
    /* Also after a fault: what stood before it is in effect. */
    if (load(s, entries, len) == 0 || (data[0] & 2))
        check_round_trip(s);
    free(entries);
    end_server(s);
    return 0;
}
