/* SPDX-License-Identifier: GPL-2.0-only */
/* What a guest can do to keep the store's daemon busy, by its ring alone. */
#ifndef TEST_FLOODS_H
#define TEST_FLOODS_H

#include <public/io/xs_wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flooder;

struct flood {
    const char *name;
    /* Makes the next message: returns its length. NULL: step does it all. */
    size_t (*next)(struct flooder *f, char *out);
    /* Instead of messages: does something to the page. */
    void (*step)(struct flooder *f);
    bool deaf;  /* answers stay in the ring */
    bool stops; /* no more of it is served, and need not be */
};

struct flooder {
    const struct flood *kind;
    struct xenstore_domain_interface *page;
    uint64_t made; /* messages */
    char message[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX];
    size_t len, sent;
};

extern const struct flood floods[];
extern const unsigned int nr_floods;

void flooder_begin(struct flooder *f, const struct flood *kind,
                   struct xenstore_domain_interface *page);
/* Throws away what came and fills the ring. Whoever calls it fires the guest's event channel. */
void flooder_step(struct flooder *f);

#endif
