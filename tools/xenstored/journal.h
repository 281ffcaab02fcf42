/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_JOURNAL_H
#define XSD_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A file in shared memory that outlives the process: entries that are only ever added,
 * and one word for each domain that changes in place. An entry counts from the moment
 * that the file's tail moves behind it, which is one store: a process that is killed
 * leaves each entry whole or not at all. It is no help against a loss of power, and
 * need not be: the file lives in /run.
 *
 *   0        struct journal_head
 *   4096     the words, by domain id
 *   266240   entries: struct journal_entry, then its items, each padded to 8 bytes
 */
#define JOURNAL_MAGIC   "clxstate"
#define JOURNAL_VERSION 1u
#define JOURNAL_DOMAINS 0x8000u
#define JOURNAL_WORDS   4096u
#define JOURNAL_LOG     (JOURNAL_WORDS + JOURNAL_DOMAINS * 8u)

#define JOURNAL_SUSPECTS 4u

/* A request that is being handled, or was when a daemon ended: suspect.h. */
struct journal_flight {
    uint32_t busy;
    uint32_t nr_ends; /* of daemons in a row */
    uint32_t type, len;
    uint16_t domid, zero[3];
    unsigned char start[48]; /* of the payload */
};

struct journal_head {
    char magic[8];
    uint32_t version;
    uint32_t log;      /* JOURNAL_LOG */
    char boot[40];     /* of which boot of the machine */
    uint64_t tail;     /* offset behind the last entry */
    uint64_t snapshot; /* offset behind the entries that the file began with */
    uint32_t
        nr_loads; /* daemons in a row that began to read the file and did not come to its end */
    uint32_t nr_suspects; /* 0: none */
    uint32_t nr_starts;   /* daemons that have had this state */
    uint32_t zero;
    struct journal_flight flight, suspect[JOURNAL_SUSPECTS];
};

struct journal_entry {
    uint32_t len; /* of the items */
    uint32_t sum;
};

struct journal_item {
    uint16_t kind;
    uint16_t domid;
    uint32_t len; /* of the body, without its padding */
};

struct journal {
    int fd;
    char *path;
    struct journal_head *head; /* mapped, with the words behind it */
    unsigned char *log;        /* mapped */
    size_t cap;                /* bytes of log that there is memory for */
    size_t mapped;             /* with room for the file to grow */
    size_t used;               /* up to the tail */
    size_t staged;             /* bytes of items that are not committed yet */
    int failed;                /* -errno of the first thing that went wrong, else 0 */
};

/* Where reading ended and why; why is NULL when nothing is wrong. */
struct journal_fault {
    uint64_t offset;
    const char *why;
};

/* Makes an empty file under a name of its own; journal_publish() gives it its path. 0 or -errno. */
int journal_create(const char *path, struct journal **out);
int journal_publish(struct journal *j);
/* Opens a file that is there. 0 or -errno; -EBADMSG with a fault when it is not a journal. */
int journal_open(const char *path, struct journal **out, struct journal_fault *fault);
/* Leaves the file as it is. */
void journal_close(struct journal *j);

/* Adds an item to the next entry; its body is the parts, of which the last two may be empty. */
void journal_add(struct journal *j, uint16_t kind, uint16_t domid, const void *fixed,
                 size_t fixed_len, const void *a, size_t a_len, const void *b, size_t b_len);
/* Makes the items added since the last commit an entry that counts. */
void journal_commit(struct journal *j);

/* The word of a domain, after making sure that there is memory for it. */
uint64_t *journal_word(struct journal *j, uint16_t domid);

/*
 * Reads entries: *at starts at 0 and moves on. Returns the bytes of the entry's items, 0 at
 * the end, or -EBADMSG with the fault.
 */
int64_t journal_next(const struct journal *j, uint64_t *at, const unsigned char **items,
                     struct journal_fault *fault);
/* The sum of an entry's items, len a multiple of 8. */
uint32_t journal_sum(const void *items, size_t len);

#endif
