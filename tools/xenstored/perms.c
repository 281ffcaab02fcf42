/* SPDX-License-Identifier: GPL-2.0-only */
#include "perms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "quota.h"

static const char perm_letters[] = { 'n', 'r', 'w', 'b' };

struct perms *perms_new(const struct perm *e, unsigned int nr, uint64_t gen)
{
    struct perms *p = mem_alloc(sizeof(*p) + nr * sizeof(*e));

    p->ref = 1;
    p->nr = (uint16_t)nr;
    p->gen = gen;
    memcpy(p->e, e, nr * sizeof(*e));
    return p;
}

struct perms *perms_get(struct perms *p)
{
    p->ref++;
    return p;
}

void perms_put(struct perms *p)
{
    if (p && !--p->ref)
        free(p);
}

bool perms_counts(const struct perms *p, unsigned int i, const struct usage *usage)
{
    return !usage || p->gen > usage[p->e[i].domid].died;
}

struct perms *perms_inherit(struct perms *parent, uint16_t owner, uint64_t gen,
                            const struct usage *usage)
{
    struct perms *p;
    uint16_t nr = 1;

    if (perms_owner(parent) == owner && perms_counts(parent, 0, usage))
        return perms_get(parent);
    p = perms_new(parent->e, parent->nr, gen);
    p->e[0].domid = owner;
    for (unsigned int i = 1; i < parent->nr; i++)
        if (perms_counts(parent, i, usage))
            p->e[nr++] = parent->e[i];
    p->nr = nr;
    return p;
}

int perm_parse(const char *text, struct perm *out)
{
    unsigned long id = 0;
    const char *s = text;
    unsigned int right;

    for (right = 0; right < sizeof(perm_letters); right++)
        if (*s == perm_letters[right])
            break;
    if (right == sizeof(perm_letters) || !s[1])
        return -EINVAL;
    for (s++; *s; s++) {
        if (*s < '0' || *s > '9')
            return -EINVAL;
        id = id * 10 + (unsigned long)(*s - '0');
        if (id >= PERM_DOMIDS)
            return -EINVAL;
    }
    out->domid = (uint16_t)id;
    out->rights = (uint8_t)right;
    return 0;
}

int perm_format(const struct perm *p, char *out, size_t size)
{
    return snprintf(out, size, "%c%u", perm_letters[p->rights & 3], p->domid);
}
