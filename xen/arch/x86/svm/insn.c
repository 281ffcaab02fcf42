/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions of the guest: the length of the few that exit (the processor
 * may not tell), and the moves that reach emulated memory. This is not an
 * emulator: what is not in these tables is a fault for the guest.
 */
#include "private.h"
#include <asm/cpu.h>
#include <asm/guest-walk.h>
#include <asm/hvm-io.h>
#include <asm/io-dispatch.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/p2m.h>
#include <xen/string.h>

#define MAX_INSN 15

struct insn {
    uint8_t bytes[MAX_INSN];
    unsigned fetched, pos;
    bool mode64, opsize_override, addrsize_override, lock, rep;
    unsigned code_bits; /* 16, 32 or 64 */
    uint8_t rex, modrm;
    uint16_t opcode;    /* 0x0fXX for two bytes */
};

uint64_t guest_reg(const struct vcpu *v, unsigned n)
{
    const struct cpu_regs *r = &v->arch.regs;

    switch (n) {
    case 0: return v->arch.vmcb->rax;
    case 1: return r->rcx;
    case 2: return r->rdx;
    case 3: return r->rbx;
    case 4: return v->arch.vmcb->rsp;
    case 5: return r->rbp;
    case 6: return r->rsi;
    case 7: return r->rdi;
    case 8: return r->r8;
    case 9: return r->r9;
    case 10: return r->r10;
    case 11: return r->r11;
    case 12: return r->r12;
    case 13: return r->r13;
    case 14: return r->r14;
    default: return r->r15;
    }
}

static uint64_t *reg_ptr(struct vcpu *v, unsigned n)
{
    struct cpu_regs *r = &v->arch.regs;
    uint64_t *const table[16] = { &v->arch.vmcb->rax, &r->rcx, &r->rdx, &r->rbx, &v->arch.vmcb->rsp, &r->rbp,
                                  &r->rsi, &r->rdi, &r->r8, &r->r9, &r->r10, &r->r11, &r->r12, &r->r13,
                                  &r->r14, &r->r15 };

    return table[n & 15];
}

void guest_reg_set(struct vcpu *v, unsigned n, uint64_t value, unsigned bytes)
{
    uint64_t *r = reg_ptr(v, n);

    switch (bytes) {
    case 1: *r = (*r & ~0xffUL) | (value & 0xff); break;
    case 2: *r = (*r & ~0xffffUL) | (value & 0xffff); break;
    case 4: *r = (uint32_t)value; break;
    default: *r = value;
    }
}

/* As many bytes as there are up to the length limit; the second page may be absent. */
static unsigned fetch(struct vcpu *v, uint8_t *buf)
{
    const struct vmcb *b = v->arch.vmcb;
    uint64_t va = b->cs.base + b->rip;
    struct guest_paging g;
    unsigned got = 0;

    if (b->cs.attr & 0x200)
        va = b->rip;
    guest_paging_of(v, &g);
    while (got < MAX_INSN) {
        unsigned n = min((unsigned)(PAGE_SIZE - (va & ~PAGE_MASK)), MAX_INSN - got);
        paddr_t gpa;

        if (!guest_walk(v->domain, &g, va, WALK_FETCH | (b->cpl == 3 ? WALK_USER : 0), &gpa) ||
            p2m_copy_from(v->domain, buf + got, gpa, n))
            break;
        got += n;
        va += n;
    }
    return got;
}

static bool next_byte(struct insn *i, uint8_t *byte)
{
    if (i->pos >= i->fetched)
        return false;
    *byte = i->bytes[i->pos++];
    return true;
}

/* Prefixes and opcode. */
static bool decode_opcode(struct vcpu *v, struct insn *i)
{
    const struct vmcb *b = v->arch.vmcb;
    uint8_t c;

    memset(i, 0, sizeof(*i));
    i->fetched = fetch(v, i->bytes);
    i->mode64 = (b->cs.attr & 0x200) && (b->efer & EFER_LMA);
    i->code_bits = i->mode64 ? 64 : (b->cs.attr & 0x400) ? 32 : 16;
    for (;;) {
        if (!next_byte(i, &c))
            return false;
        if (c == 0x66)
            i->opsize_override = true;
        else if (c == 0x67)
            i->addrsize_override = true;
        else if (c == 0xf0)
            i->lock = true;
        else if (c == 0xf2 || c == 0xf3)
            i->rep = true;
        else if (c != 0x26 && c != 0x2e && c != 0x36 && c != 0x3e && c != 0x64 && c != 0x65)
            break;
    }
    if (i->mode64 && (c & 0xf0) == 0x40) {
        i->rex = c;
        if (!next_byte(i, &c))
            return false;
    }
    i->opcode = c;
    if (c == 0x0f) {
        if (!next_byte(i, &c))
            return false;
        i->opcode = (uint16_t)(0x0f00 | c);
    }
    return true;
}

/* The rest of the bytes by which an exit's instruction is known; -1: only the opcode counts. */
struct known_insn {
    uint32_t exitcode;
    uint16_t opcode;
    int16_t modrm;
};

static const struct known_insn known[] = {
    { VMEXIT_CPUID, 0x0fa2, -1 },     { VMEXIT_HLT, 0xf4, -1 },         { VMEXIT_INVD, 0x0f08, -1 },
    { VMEXIT_WBINVD, 0x0f09, -1 },    { VMEXIT_RDPMC, 0x0f33, -1 },     { VMEXIT_MSR, 0x0f30, -1 },
    { VMEXIT_MSR, 0x0f32, -1 },       { VMEXIT_VMMCALL, 0x0f01, 0xd9 }, { VMEXIT_XSETBV, 0x0f01, 0xd1 },
    { VMEXIT_MONITOR, 0x0f01, 0xc8 }, { VMEXIT_MWAIT, 0x0f01, 0xc9 },
};

static unsigned decode_length(struct vcpu *v, uint32_t exitcode)
{
    struct insn i;
    uint8_t modrm;

    if (!decode_opcode(v, &i))
        return 0;
    for (unsigned k = 0; k < ARRAY_SIZE(known); k++) {
        if (known[k].exitcode != exitcode || known[k].opcode != i.opcode)
            continue;
        if (known[k].modrm < 0)
            return i.pos;
        if (i.pos < i.fetched && (modrm = i.bytes[i.pos]) == known[k].modrm)
            return i.pos + 1;
    }
    return 0;
}

/*
 * A kernel's code does not change its lengths, so what was decoded at an
 * address is remembered. A guest that rewrites its own code without care can
 * only mislead itself.
 */
unsigned svm_insn_len(struct vcpu *v, uint32_t exitcode)
{
    const struct vmcb *b = v->arch.vmcb;
    bool cacheable = guest_in_kernel64(b);
    unsigned slot = (unsigned)(b->rip ^ (b->rip >> 5) ^ exitcode) % ARRAY_SIZE(v->arch.insn_cache), len;

    if (cacheable && v->arch.insn_cache[slot].rip == b->rip && v->arch.insn_cache[slot].exit == exitcode)
        return v->arch.insn_cache[slot].len;
    len = decode_length(v, exitcode);
    if (!len) {
        inject_exception(v, TRAP_GP, 0);
        return 0;
    }
    if (cacheable) {
        v->arch.insn_cache[slot].rip = b->rip;
        v->arch.insn_cache[slot].exit = exitcode;
        v->arch.insn_cache[slot].len = (uint8_t)len;
    }
    return len;
}

void svm_advance(struct vcpu *v, unsigned len)
{
    struct vmcb *b = v->arch.vmcb;

    b->rip += len;
    if (!(b->cs.attr & 0x200))
        b->rip &= 0xffffffff;
    b->interrupt_shadow = 0;
    if (b->rflags & RFLAGS_TF)
        inject_exception(v, TRAP_DB, -1);
}

/* ---- Moves to and from emulated memory ---- */

/* Skips ModRM's SIB and displacement. */
static bool skip_modrm(struct insn *i)
{
    unsigned mod, rm, disp = 0;
    uint8_t sib;

    if (!next_byte(i, &i->modrm))
        return false;
    mod = i->modrm >> 6;
    rm = i->modrm & 7;
    if (mod == 3)
        return false;
    if (i->code_bits == 16 ? !i->addrsize_override : i->code_bits == 32 && i->addrsize_override) {
        disp = mod == 1 ? 1 : mod == 2 || rm == 6 ? 2 : 0;
    } else {
        if (rm == 4) {
            if (!next_byte(i, &sib))
                return false;
            if (mod == 0 && (sib & 7) == 5)
                disp = 4;
        } else if (mod == 0 && rm == 5) {
            disp = 4;
        }
        if (mod == 1)
            disp = 1;
        else if (mod == 2)
            disp = 4;
    }
    i->pos += disp;
    return i->pos <= i->fetched;
}

struct mmio_op {
    bool write;
    unsigned bytes;      /* of the access */
    bool imm, sign, zero, high; /* high: AH, CH, DH or BH */
    unsigned reg, reg_bytes;
    uint64_t value;
    enum { MMIO_MOVE, MMIO_AND, MMIO_OR, MMIO_XOR } alu;
};

static unsigned operand_size(const struct insn *i)
{
    if (i->rex & 8)
        return 8;
    return (i->code_bits == 16) != i->opsize_override ? 2 : 4;
}

static bool read_imm(struct insn *i, unsigned bytes, uint64_t *value)
{
    int32_t v = 0;

    bytes = min(bytes, 4u);
    if (i->pos + bytes > i->fetched)
        return false;
    memcpy(&v, i->bytes + i->pos, bytes);
    i->pos += bytes;
    *value = bytes == 1 ? (uint64_t)(int8_t)v : bytes == 2 ? (uint64_t)(int16_t)v : (uint64_t)(int64_t)v;
    return true;
}

static void set_reg(const struct insn *i, struct mmio_op *op)
{
    op->reg = ((i->modrm >> 3) & 7) | (i->rex & 4 ? 8 : 0);
    op->reg_bytes = op->bytes;
    if (op->bytes == 1 && !i->rex && op->reg >= 4) {
        op->high = true;
        op->reg -= 4;
    }
}

static bool decode_moffs(struct insn *i, struct mmio_op *op, bool write)
{
    op->write = write;
    op->reg = 0;
    op->reg_bytes = op->bytes;
    i->pos += i->mode64 ? (i->addrsize_override ? 4 : 8) : (i->code_bits == 16) != i->addrsize_override ? 2 : 4;
    return i->pos <= i->fetched;
}

/* Register extended from a smaller access. */
static bool decode_extend(struct insn *i, struct mmio_op *op, unsigned bytes, bool sign)
{
    unsigned size = operand_size(i);

    op->bytes = 4; /* so that AH and its like are not taken */
    if (!skip_modrm(i))
        return false;
    set_reg(i, op);
    op->high = false;
    op->bytes = bytes;
    op->reg_bytes = size;
    op->sign = sign;
    op->zero = !sign;
    return true;
}

static bool decode_mmio(struct insn *i, struct mmio_op *op)
{
    memset(op, 0, sizeof(*op));
    op->bytes = i->opcode & 1 ? operand_size(i) : 1;
    switch (i->opcode) {
    case 0x20: case 0x21: op->alu = MMIO_AND; op->write = true; break;
    case 0x08: case 0x09: op->alu = MMIO_OR; op->write = true; break;
    case 0x30: case 0x31: op->alu = MMIO_XOR; op->write = true; break;
    case 0x88: case 0x89: op->write = true; break;
    case 0x8a: case 0x8b: break;
    case 0xa0: case 0xa1: return decode_moffs(i, op, false);
    case 0xa2: case 0xa3: return decode_moffs(i, op, true);
    case 0xc6: case 0xc7:
        op->write = op->imm = true;
        return skip_modrm(i) && !(i->modrm & 0x38) && read_imm(i, op->bytes, &op->value);
    case 0x0fb6: return decode_extend(i, op, 1, false);
    case 0x0fb7: return decode_extend(i, op, 2, false);
    case 0x0fbe: return decode_extend(i, op, 1, true);
    case 0x0fbf: return decode_extend(i, op, 2, true);
    case 0x63: return i->mode64 && decode_extend(i, op, 4, true);
    default: return false;
    }
    if (!skip_modrm(i))
        return false;
    set_reg(i, op);
    return true;
}

static uint64_t source_value(struct vcpu *v, const struct mmio_op *op)
{
    uint64_t r = op->imm ? op->value : guest_reg(v, op->reg);

    if (op->high)
        r >>= 8;
    return op->bytes == 8 ? r : r & ((1UL << (op->bytes * 8)) - 1);
}

static void do_write(struct vcpu *v, paddr_t gpa, const struct mmio_op *op)
{
    uint64_t value = source_value(v, op), old;

    if (op->alu != MMIO_MOVE) {
        old = hvm_mmio_read(v, gpa, op->bytes);
        value = op->alu == MMIO_AND ? old & value : op->alu == MMIO_OR ? old | value : old ^ value;
    }
    hvm_mmio_write(v, gpa, op->bytes, value);
}

static void do_read(struct vcpu *v, paddr_t gpa, const struct mmio_op *op)
{
    uint64_t value = hvm_mmio_read(v, gpa, op->bytes);

    if (op->sign) {
        unsigned shift = 64 - op->bytes * 8;

        value = (uint64_t)((int64_t)(value << shift) >> shift);
    }
    if (op->high)
        guest_reg_set(v, op->reg, (guest_reg(v, op->reg) & 0xff) | (value & 0xff) << 8, 2);
    else
        guest_reg_set(v, op->reg, value, op->reg_bytes);
}

void svm_emulate_mmio(struct vcpu *v, paddr_t gpa)
{
    struct mmio_op op;
    struct insn i;

    if (!decode_opcode(v, &i) || !decode_mmio(&i, &op) || i.rep ||
        (gpa & ~PAGE_MASK) + op.bytes > PAGE_SIZE) {
        inject_exception(v, TRAP_GP, 0);
        return;
    }
    if (op.write)
        do_write(v, gpa, &op);
    else
        do_read(v, gpa, &op);
    svm_advance(v, i.pos);
}
