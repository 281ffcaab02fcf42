/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_PERMS_H
#define XSD_PERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERM_NONE  0u
#define PERM_READ  1u
#define PERM_WRITE 2u
#define PERM_OWNER 4u

/* First domain id that no guest can have (DOMID_FIRST_RESERVED). */
#define PERM_DOMIDS 0x7ff0u

struct perm {
    uint16_t domid;
    uint8_t rights; /* PERM_READ | PERM_WRITE */
};

/*
 * An immutable, counted access list. Entry 0 names the owner and the rights of
 * everybody who is not listed. gen is the store's generation when the list was
 * given: an entry that names a domain which died later counts for nothing, so a
 * later domain with the same number inherits no rights.
 */
struct perms {
    uint32_t ref;
    uint16_t nr;
    uint64_t gen;
    struct perm e[];
};

struct perms *perms_new(const struct perm *e, unsigned int nr, uint64_t gen);
struct perms *perms_get(struct perms *p);
void perms_put(struct perms *p);

struct usage;

/* Whether entry i still counts. usage is the table of all domains; NULL: none has died. */
bool perms_counts(const struct perms *p, unsigned int i, const struct usage *usage);

/*
 * A list like parent, but owned by owner; shares parent where that is the same. A list of its
 * own is as old as gen, and so leaves out the entries of domains that have died before.
 */
struct perms *perms_inherit(struct perms *parent, uint16_t owner, uint64_t gen,
                            const struct usage *usage);

static inline uint16_t perms_owner(const struct perms *p)
{
    return p->e[0].domid;
}

/*
 * The text form is a letter (n, r, w, b) and a decimal domain id.
 * perm_parse: 0 or -EINVAL. perm_format: out must hold 8 bytes; returns the length.
 */
int perm_parse(const char *text, struct perm *out);
int perm_format(const struct perm *p, char *out, size_t size);

#endif
