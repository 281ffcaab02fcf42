/* SPDX-License-Identifier: GPL-2.0-only */
/* The HVM context: a domain's processors as a row of records. */
#include <asm/cpu.h>
#include <asm/domctl-arch.h>
#include <asm/svm.h>
#include <asm/time.h>
#include <asm/vmcb.h>
#include <public/arch-x86/hvm/save.h>
#include <public/hvm/save.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest-access.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/sched.h>
#include <xen/string.h>

#define CONTEXT_SIZE_MAX (1u << 20)
#define MTRR_DEF_TYPE_KNOWN 0xc07UL

/* The largest record there is. */
union record {
    struct hvm_save_header header;
    struct hvm_hw_cpu cpu;
    struct hvm_hw_lapic lapic;
    struct hvm_hw_lapic_regs lapic_regs;
    struct hvm_hw_mtrr mtrr;
};

/* ---- One record ---- */

static void save_header(struct vcpu *v, union record *r)
{
    (void)v;
    r->header = (struct hvm_save_header){
        .magic = HVM_FILE_MAGIC,
        .version = HVM_FILE_VERSION,
        .changeset = ~0UL,
        .cpuid = cpuid(1, 0).a,
        .gtsc_khz = (uint32_t)tsc_khz,
    };
}

static int load_header(struct vcpu *v, const union record *r)
{
    (void)v;
    return r->header.magic == HVM_FILE_MAGIC && r->header.version == HVM_FILE_VERSION ? 0 : -EINVAL;
}

static void save_cpu(struct vcpu *v, union record *r)
{
    arch_vcpu_save_hvm_cpu(v, &r->cpu);
}

/* As in Xen, a vcpu that has been given its registers is up. */
static int load_cpu(struct vcpu *v, const union record *r)
{
    int rc;

    spin_lock(&v->domain->hypercall_lock);
    rc = arch_vcpu_load_hvm_cpu(v, &r->cpu);
    if (!rc)
        v->initialised = true;
    spin_unlock(&v->domain->hypercall_lock);
    if (!rc && __atomic_fetch_and(&v->pause_flags, ~VPF_DOWN, __ATOMIC_SEQ_CST) & VPF_DOWN)
        vcpu_wake(v);
    return rc;
}

static void save_lapic(struct vcpu *v, union record *r)
{
    vlapic_save(v, &r->lapic);
}

static int load_lapic(struct vcpu *v, const union record *r)
{
    return vlapic_load(v, &r->lapic);
}

static void save_lapic_regs(struct vcpu *v, union record *r)
{
    vlapic_save_regs(v, &r->lapic_regs);
}

static int load_lapic_regs(struct vcpu *v, const union record *r)
{
    return vlapic_load_regs(v, &r->lapic_regs);
}

/* Ranges do not exist; PAT and the default type alone say how memory is cached. */
static void save_mtrr(struct vcpu *v, union record *r)
{
    memset(&r->mtrr, 0, sizeof(r->mtrr));
    r->mtrr.msr_pat_cr = v->arch.vmcb->g_pat;
    r->mtrr.msr_mtrr_def_type = v->arch.msr_mtrr_def_type;
}

static int load_mtrr(struct vcpu *v, const union record *r)
{
    uint64_t pat = r->mtrr.msr_pat_cr;

    for (unsigned i = 0; i < 8; i++) {
        unsigned type = (unsigned)(pat >> (i * 8)) & 0xff;

        if (type > 7 || type == 2 || type == 3)
            return -EINVAL;
    }
    if (r->mtrr.msr_mtrr_def_type & ~MTRR_DEF_TYPE_KNOWN)
        return -EINVAL;
    v->arch.vmcb->g_pat = pat;
    v->arch.msr_mtrr_def_type = r->mtrr.msr_mtrr_def_type;
    return 0;
}

/* In the order in which they are written. */
static const struct record_type {
    uint16_t code;
    bool per_vcpu;
    uint32_t length;
    void (*save)(struct vcpu *v, union record *r);
    int (*load)(struct vcpu *v, const union record *r);
} types[] = {
    { HVM_SAVE_CODE_HEADER, false, HVM_SAVE_LENGTH(HEADER), save_header, load_header },
    { HVM_SAVE_CODE_CPU, true, HVM_SAVE_LENGTH(CPU), save_cpu, load_cpu },
    { HVM_SAVE_CODE_LAPIC, true, HVM_SAVE_LENGTH(LAPIC), save_lapic, load_lapic },
    { HVM_SAVE_CODE_LAPIC_REGS, true, HVM_SAVE_LENGTH(LAPIC_REGS), save_lapic_regs, load_lapic_regs },
    { HVM_SAVE_CODE_MTRR, true, HVM_SAVE_LENGTH(MTRR), save_mtrr, load_mtrr },
};

static const struct record_type *type_of(uint32_t code)
{
    for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
        if (types[i].code == code)
            return &types[i];
    return NULL;
}

/* ---- Out ---- */

struct out {
    uint64_t va;
    uint32_t size, used;
    bool count_only;
};

static long put(struct out *o, const struct hvm_save_descriptor *desc, const void *data)
{
    uint32_t len = (uint32_t)sizeof(*desc) + desc->length;

    if (!o->count_only) {
        if (o->size - o->used < len)
            return -ENOSPC;
        if (copy_to_guest_va(o->va + o->used, desc, sizeof(*desc)) ||
            copy_to_guest_va(o->va + o->used + sizeof(*desc), data, desc->length))
            return -EFAULT;
    }
    o->used += len;
    return 0;
}

static long put_type(struct out *o, struct domain *d, const struct record_type *t)
{
    struct hvm_save_descriptor desc = { .typecode = t->code, .length = t->length };
    union record r;
    struct vcpu *v;
    unsigned i;

    for_each_vcpu (d, v, i) {
        long rc;

        desc.instance = (uint16_t)i;
        if (!o->count_only)
            t->save(v, &r);
        rc = put(o, &desc, &r);
        if (rc || !t->per_vcpu)
            return rc;
    }
    return 0;
}

long domctl_get_hvm_context(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_hvmcontext *c = &op->u.hvmcontext;
    const struct hvm_save_descriptor end = { .typecode = HVM_SAVE_CODE_END };
    struct out o = {
        .va = (uint64_t)(uintptr_t)c->buffer.p,
        .size = c->size,
        .count_only = guest_handle_is_null(c->buffer),
    };
    long rc = 0;

    if (!d->vcpu[0])
        return -EINVAL;
    domain_pause(d);
    for (unsigned i = 0; i < ARRAY_SIZE(types) && !rc; i++)
        rc = put_type(&o, d, &types[i]);
    domain_unpause(d);
    if (!rc)
        rc = put(&o, &end, NULL);
    if (!rc)
        c->size = o.used;
    return rc;
}

/* One record without its descriptor; a null buffer asks for its size. */
long domctl_get_hvm_context_partial(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_hvmcontext_partial *p = &op->u.hvmcontext_partial;
    const struct record_type *t = type_of(p->type);
    struct vcpu *v = domain_vcpu(d, p->instance);
    union record r;

    if (!t)
        return -EINVAL;
    if (!v || (!t->per_vcpu && p->instance))
        return -ENOENT;
    if (guest_handle_is_null(p->buffer)) {
        p->bufsz = t->length;
        return 0;
    }
    domain_pause(d);
    t->save(v, &r);
    domain_unpause(d);
    p->bufsz = min((uint64_t)t->length, (uint64_t)p->bufsz);
    return copy_to_guest_va((uint64_t)(uintptr_t)p->buffer.p, &r, p->bufsz) ? -EFAULT : 0;
}

/* ---- In ---- */

static int load_one(struct domain *d, const struct hvm_save_descriptor *desc, const uint8_t *data)
{
    const struct record_type *t = type_of(desc->typecode);
    struct vcpu *v = domain_vcpu(d, desc->instance);
    union record r;

    if (!t || !v || desc->length != t->length) {
        printk(XENLOG_WARNING "d%u: HVM context with record %u of vcpu %u, %u bytes, is not for this domain\n",
               d->domain_id, desc->typecode, desc->instance, desc->length);
        return -EINVAL;
    }
    memcpy(&r, data, t->length);
    return t->load(v, &r);
}

static int load_all(struct domain *d, const uint8_t *p, uint32_t size)
{
    bool header_seen = false;
    uint32_t at = 0;

    while (size - at >= sizeof(struct hvm_save_descriptor)) {
        struct hvm_save_descriptor desc;
        int rc;

        memcpy(&desc, p + at, sizeof(desc));
        at += (uint32_t)sizeof(desc);
        if (desc.length > size - at)
            return -EINVAL;
        if (desc.typecode == HVM_SAVE_CODE_END)
            return header_seen ? 0 : -EINVAL;
        if (!header_seen && desc.typecode != HVM_SAVE_CODE_HEADER)
            return -EINVAL;
        header_seen = true;
        rc = load_one(d, &desc, p + at);
        if (rc)
            return rc;
        at += desc.length;
    }
    return -EINVAL; /* no end */
}

long domctl_set_hvm_context(struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_hvmcontext *c = &op->u.hvmcontext;
    uint8_t *copy;
    long rc;

    if (!c->size || c->size > CONTEXT_SIZE_MAX)
        return -EINVAL;
    copy = xzalloc_bytes(c->size);
    if (!copy)
        return -ENOMEM;
    rc = copy_from_guest(copy, c->buffer, c->size) ? -EFAULT : 0;
    if (!rc) {
        domain_pause(d);
        rc = load_all(d, copy, c->size);
        domain_unpause(d);
    }
    xfree(copy);
    return rc;
}
