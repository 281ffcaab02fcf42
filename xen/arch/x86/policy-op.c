/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUID policies as the toolstack reads and sets them. */
#include <asm/cpu-policy-leaves.h>
#include <asm/cpu-policy.h>
#include <asm/domctl-arch.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest-access.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/string.h>

#define BASIC_LAST 0xdu          /* highest leaves of any policy */
#define EXTENDED_LAST 0x80000021u
#define LEAVES_ROOM 160u         /* so many at most */
#define MSRS_ROOM 2u
#define SET_LEAVES_MAX 512u

static bool has_subleaves(uint32_t leaf)
{
    return leaf == 4 || leaf == 7 || leaf == 0xb || leaf == 0xd;
}

/* ---- Reading ---- */

struct out {
    XEN_GUEST_HANDLE(xen_cpuid_leaf_t) to;
    unsigned used, room;
    const struct policy_leaf *from;
    unsigned nr_from;
    bool raw; /* as the processor says it */
};

static struct cpuid_leaf look_up(const struct out *o, uint32_t leaf, uint32_t subleaf)
{
    for (unsigned i = 0; i < o->nr_from; i++)
        if (o->from[i].leaf == leaf && o->from[i].subleaf == subleaf)
            return o->raw ? cpuid(leaf, subleaf) : o->from[i].res;
    return (struct cpuid_leaf){ 0, 0, 0, 0 };
}

static long put(struct out *o, uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_leaf r = look_up(o, leaf, subleaf);
    xen_cpuid_leaf_t l = {
        .leaf = leaf,
        .subleaf = has_subleaves(leaf) ? subleaf : XEN_CPUID_NO_SUBLEAF,
        .a = r.a, .b = r.b, .c = r.c, .d = r.d,
    };

    if (o->used == o->room)
        return -ENOBUFS;
    if (copy_to_guest_offset(o->to, o->used, &l, 1))
        return -EFAULT;
    o->used++;
    return 0;
}

static unsigned nr_subleaves(const struct out *o, uint32_t leaf)
{
    struct cpuid_leaf r = look_up(o, leaf, 0);
    uint64_t states = r.a | (uint64_t)r.d << 32;

    switch (leaf) {
    case 4: return 6;
    case 7: return 2;
    case 0xb: return 2;
    case 0xd: return states >> 2 ? 64 - (unsigned)__builtin_clzl(states) : 2;
    default: return 1;
    }
}

/*
 * Every leaf up to the highest one, also those without content: libxc writes
 * out as many into a buffer of as many entries as we gave.
 */
static long put_range(struct out *o, uint32_t first, uint32_t last)
{
    for (uint32_t leaf = first; leaf <= last; leaf++)
        for (uint32_t sub = 0; sub < nr_subleaves(o, leaf); sub++) {
            long rc = put(o, leaf, sub);

            if (rc)
                return rc;
        }
    return 0;
}

/* nr: room or, for a null handle, the answer. */
static long copy_leaves(XEN_GUEST_HANDLE(xen_cpuid_leaf_t) h, uint32_t *nr, const struct policy_leaf *p,
                        unsigned nr_p, bool raw)
{
    struct out o = { .to = h, .room = *nr, .from = p, .nr_from = nr_p, .raw = raw };
    long rc;

    if (guest_handle_is_null(h)) {
        *nr = LEAVES_ROOM;
        return 0;
    }
    rc = put_range(&o, 0, min(look_up(&o, 0, 0).a, BASIC_LAST));
    if (!rc)
        rc = put_range(&o, 0x40000000, 0x40000000);
    if (!rc)
        rc = put_range(&o, 0x40000100, 0x40000100);
    if (!rc)
        rc = put_range(&o, 0x80000000, min(look_up(&o, 0x80000000, 0).a, EXTENDED_LAST));
    if (!rc)
        *nr = o.used;
    return rc;
}

/* No MSR is part of a policy here. */
static void count_msrs(XEN_GUEST_HANDLE(xen_msr_entry_t) h, uint32_t *nr)
{
    *nr = guest_handle_is_null(h) ? MSRS_ROOM : 0;
}

long domctl_get_cpu_policy(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_cpu_policy *c = &op->u.cpu_policy;
    const struct cpu_policy *p = d->arch.policy;

    count_msrs(c->msrs, &c->nr_msrs);
    return copy_leaves(c->leaves, &c->nr_leaves, p->leaf, p->nr, false);
}

long sysctl_get_cpu_policy(struct xen_sysctl *op)
{
    struct xen_sysctl_cpu_policy *c = &op->u.cpu_policy;
    const struct policy_leaf *leaves;
    unsigned nr = cpu_policy_host(&leaves);

    if (c->_rsvd)
        return -EINVAL;
    switch (c->index) {
    case XEN_SYSCTL_cpu_policy_raw:
    case XEN_SYSCTL_cpu_policy_host:
    case XEN_SYSCTL_cpu_policy_hvm_max:
    case XEN_SYSCTL_cpu_policy_hvm_default: break;
    case XEN_SYSCTL_cpu_policy_pv_max:
    case XEN_SYSCTL_cpu_policy_pv_default: return -EOPNOTSUPP;
    default: return -EINVAL;
    }
    count_msrs(c->msrs, &c->nr_msrs);
    return copy_leaves(c->leaves, &c->nr_leaves, leaves, nr, c->index == XEN_SYSCTL_cpu_policy_raw);
}

/* ---- Features alone ---- */

/* Words of the feature set in the order of Xen's ABI: leaf and register. */
static const struct { uint32_t leaf, subleaf; uint8_t reg; } words[] = {
    { 1, 0, 3 }, { 1, 0, 2 }, { 0x80000001, 0, 3 }, { 0x80000001, 0, 2 }, { 0xd, 1, 0 },
    { 7, 0, 1 }, { 7, 0, 2 }, { 0x80000007, 0, 3 }, { 0x80000008, 0, 1 }, { 7, 0, 3 },
    { 7, 1, 0 }, { 0x80000021, 0, 0 }, { 7, 1, 1 },
};

static uint32_t register_of(struct cpuid_leaf l, unsigned reg)
{
    const uint32_t r[4] = { l.a, l.b, l.c, l.d };

    return r[reg];
}

static uint32_t feature_word(unsigned i, bool raw)
{
    const struct policy_leaf *p;
    unsigned nr = cpu_policy_host(&p);

    for (unsigned k = 0; k < nr; k++)
        if (p[k].leaf == words[i].leaf && p[k].subleaf == words[i].subleaf)
            return register_of(raw ? cpuid(p[k].leaf, p[k].subleaf) : p[k].res, words[i].reg);
    return 0;
}

long sysctl_get_cpu_featureset(struct xen_sysctl *op)
{
    struct xen_sysctl_cpu_featureset *f = &op->u.cpu_featureset;
    uint32_t nr = ARRAY_SIZE(words);
    bool raw = f->index == XEN_SYSCTL_cpu_featureset_raw;

    switch (f->index) {
    case XEN_SYSCTL_cpu_featureset_pv:
    case XEN_SYSCTL_cpu_featureset_pv_max: return -EOPNOTSUPP;
    default:
        if (f->index > XEN_SYSCTL_cpu_featureset_hvm_max)
            return -EINVAL;
    }
    if (guest_handle_is_null(f->features)) {
        f->nr_features = nr;
        return 0;
    }
    if (f->nr_features < nr)
        return -ENOBUFS;
    for (unsigned i = 0; i < nr; i++) {
        uint32_t w = feature_word(i, raw);

        if (copy_to_guest_offset(f->features, i, &w, 1))
            return -EFAULT;
    }
    f->nr_features = nr;
    return 0;
}

/* ---- Setting ---- */

/* Registers of a leaf whose bits are features, which may only go. */
static unsigned feature_registers(uint32_t leaf, uint32_t subleaf)
{
    switch (leaf) {
    case 1: return 1u << 2 | 1u << 3;
    case 7: return subleaf ? 15 : 1u << 1 | 1u << 2 | 1u << 3;
    case 0xd: return subleaf == 1 ? 1 : 0;
    case 0x80000001: return 1u << 2 | 1u << 3;
    case 0x80000007: return 1u << 3;
    case 0x80000008: return 1u << 1;
    case 0x80000021: return 1;
    default: return 0;
    }
}

static uint32_t narrow(unsigned reg, unsigned features, uint32_t most, uint32_t wanted)
{
    return features >> reg & 1 ? most & wanted : wanted;
}

/* Addresses must not become wider than the machine's, nor the state larger than what is saved. */
static void bound_sizes(const struct policy_leaf *most, struct policy_leaf *l)
{
    if (l->leaf == 0x80000008) {
        uint32_t pa = min(l->res.a & 0xff, most->res.a & 0xff);
        uint32_t la = min(l->res.a >> 8 & 0xff, most->res.a >> 8 & 0xff);

        l->res.a = la << 8 | pa;
    }
    if (l->leaf == 0xd && l->subleaf != 1) {
        struct cpuid_leaf r = most->res;

        if (l->subleaf == 0) {
            r.a &= l->res.a;
            r.d &= l->res.d;
        }
        l->res = r;
    }
}

/* -EINVAL: more leaves than the machine has. Leaves that no guest can have are passed over. */
static int merge(struct cpu_policy *p, const struct policy_leaf *most, unsigned nr_most, const xen_cpuid_leaf_t *l)
{
    uint32_t subleaf = l->subleaf == XEN_CPUID_NO_SUBLEAF ? 0 : l->subleaf;

    for (unsigned i = 0; i < nr_most; i++) {
        struct policy_leaf *out = &p->leaf[i];
        unsigned f = feature_registers(l->leaf, subleaf);

        if (most[i].leaf != l->leaf || (has_subleaves(l->leaf) && most[i].subleaf != subleaf))
            continue;
        if ((l->leaf == 0 || l->leaf == 0x80000000) && l->a > most[i].res.a)
            return -EINVAL;
        out->res.a = narrow(0, f, most[i].res.a, l->a);
        out->res.b = narrow(1, f, most[i].res.b, l->b);
        out->res.c = narrow(2, f, most[i].res.c, l->c);
        out->res.d = narrow(3, f, most[i].res.d, l->d);
        bound_sizes(&most[i], out);
        break;
    }
    return 0;
}

static long merge_all(struct cpu_policy *p, struct xen_domctl_cpu_policy *c)
{
    const struct policy_leaf *most;
    unsigned nr_most = cpu_policy_host(&most);

    for (unsigned i = 0; i < c->nr_leaves; i++) {
        xen_cpuid_leaf_t l;
        int rc;

        if (copy_from_guest_offset(&l, c->leaves, i, 1))
            return -EFAULT;
        rc = merge(p, most, nr_most, &l);
        if (rc) {
            c->err_leaf = l.leaf;
            c->err_subleaf = l.subleaf;
            return rc;
        }
    }
    return 0;
}

/* MSRs of a policy say what the processor is free of; guests are told nothing of that. */
long domctl_set_cpu_policy(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_cpu_policy *c = &op->u.cpu_policy;
    struct cpu_policy *p, *old = d->arch.policy;
    long rc;

    c->err_leaf = c->err_subleaf = c->err_msr = ~0u;
    if (d->creation_finished)
        return -EEXIST;
    if (c->nr_leaves > SET_LEAVES_MAX)
        return -E2BIG;
    p = xzalloc(struct cpu_policy);
    if (!p)
        return -ENOMEM;
    memcpy(p, old, sizeof(*p));
    rc = merge_all(p, c);
    if (rc) {
        xfree(p);
        return rc;
    }
    d->arch.policy = p; /* no vcpu has run yet, so none is reading the old one */
    xfree(old);
    return 0;
}
