/* SPDX-License-Identifier: GPL-2.0-only */
/* A vcpu's state as dumpers get it, from a vcpu of which every register has a value of its own. */
#ifndef __XEN__ /* as the hypervisor is compiled; cppcheck is not told */
#define __XEN__ 1
#endif

#include <asm/domctl-arch.h>
#include <asm/svm.h>
#include <check.h>
#include <public/arch-x86/hvm/save.h>
#include <stdlib.h>
#include <string.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest-access.h>
#include <xen/mm.h>
#include <xen/sched.h>

#include "../run-suite.h"

static struct hvm_hw_cpu cpu;
static struct vcpu vcpu;
static struct domain domain;
static struct vcpu_guest_context got;
static struct xen_domctl op;
static int paused;          /* now */
static unsigned allocations; /* not freed */
static bool no_memory, no_access;

/* ---- What is around it ---- */

void arch_vcpu_save_hvm_cpu(struct vcpu *v, struct hvm_hw_cpu *c)
{
    ck_assert_ptr_eq(v, &vcpu);
    ck_assert_int_eq(paused, 1);
    *c = cpu;
}

struct vcpu *domain_vcpu(const struct domain *d, unsigned id)
{
    (void)d;
    return id == 1 ? &vcpu : NULL;
}

void domain_pause(struct domain *d)
{
    ck_assert_ptr_eq(d, &domain);
    paused++;
}

void domain_unpause(struct domain *d)
{
    ck_assert_ptr_eq(d, &domain);
    paused--;
}

void *xzalloc_bytes(size_t size)
{
    if (no_memory)
        return NULL;
    allocations++;
    return calloc(1, size);
}

void xfree(void *p)
{
    allocations--;
    free(p);
}

size_t copy_to_guest_va(uint64_t va, const void *from, size_t len)
{
    if (no_access)
        return len;
    ck_assert_uint_eq(va, (uint64_t)(uintptr_t)&got);
    ck_assert_uint_eq(len, sizeof(got));
    memcpy(&got, from, len);
    return 0;
}

static void setup(void)
{
    /* Each register the offset at which it lies. */
    for (size_t i = 0; i < sizeof(cpu); i += 8)
        memcpy((char *)&cpu + i, &i, sizeof(cpu) - i < 8 ? sizeof(cpu) - i : 8);
    cpu.cs_sel = 0x8;
    memset(&got, 0xee, sizeof(got));
    vcpu = (struct vcpu){ .domain = &domain, .vcpu_id = 1, .initialised = true };
    memset(&op, 0, sizeof(op));
    op.u.vcpucontext.vcpu = 1;
    op.u.vcpucontext.ctxt.p = &got;
    no_memory = no_access = false;
    allocations = 0;
    paused = 0;
}

static long get(void)
{
    long rc = domctl_get_vcpu_context(&domain, &op);

    ck_assert_int_eq(paused, 0);
    ck_assert_uint_eq(allocations, 0);
    return rc;
}

/* ---- Tests ---- */

START_TEST(registers_are_in_their_places)
{
    const struct cpu_user_regs *r = &got.user_regs;

    ck_assert_int_eq(get(), 0);
    ck_assert(r->rax == cpu.rax && r->rbx == cpu.rbx && r->rcx == cpu.rcx && r->rdx == cpu.rdx);
    ck_assert(r->rsi == cpu.rsi && r->rdi == cpu.rdi && r->rbp == cpu.rbp && r->rsp == cpu.rsp);
    ck_assert(r->r8 == cpu.r8 && r->r9 == cpu.r9 && r->r10 == cpu.r10 && r->r11 == cpu.r11);
    ck_assert(r->r12 == cpu.r12 && r->r13 == cpu.r13 && r->r14 == cpu.r14 && r->r15 == cpu.r15);
    ck_assert(r->rip == cpu.rip && r->rflags == cpu.rflags);
    ck_assert(r->cs == 8 && r->ss == (uint16_t)cpu.ss_sel && r->ds == (uint16_t)cpu.ds_sel);
    ck_assert(r->es == (uint16_t)cpu.es_sel && r->fs == (uint16_t)cpu.fs_sel);
    ck_assert(r->gs == (uint16_t)cpu.gs_sel);
    ck_assert(got.ctrlreg[0] == cpu.cr0 && got.ctrlreg[2] == cpu.cr2);
    ck_assert(got.ctrlreg[3] == cpu.cr3 && got.ctrlreg[4] == cpu.cr4);
    ck_assert(got.debugreg[0] == cpu.dr0 && got.debugreg[3] == cpu.dr3);
    ck_assert(got.debugreg[6] == cpu.dr6 && got.debugreg[7] == cpu.dr7);
    ck_assert_int_eq(memcmp(&got.fpu_ctxt, cpu.fpu_regs, sizeof(got.fpu_ctxt)), 0);
    /* What a guest with nested paging does not have is zero, not what lay there. */
    ck_assert_uint_eq(got.trap_ctxt[255].address, 0);
    ck_assert_uint_eq(got.gdt_ents, 0);
}
END_TEST

START_TEST(gs_bases_are_told_by_privilege)
{
    ck_assert_int_eq(get(), 0);
    ck_assert(got.fs_base == cpu.fs_base);
    ck_assert(got.gs_base_kernel == cpu.gs_base && got.gs_base_user == cpu.shadow_gs);
    cpu.cs_sel = 0x33;
    ck_assert_int_eq(get(), 0);
    ck_assert(got.gs_base_kernel == cpu.shadow_gs && got.gs_base_user == cpu.gs_base);
}
END_TEST

START_TEST(vcpu_that_is_down_says_so)
{
    ck_assert_int_eq(get(), 0);
    ck_assert(got.flags == (VGCF_online | VGCF_i387_valid));
    vcpu.pause_flags = VPF_DOWN;
    ck_assert_int_eq(get(), 0);
    ck_assert(got.flags == VGCF_i387_valid);
}
END_TEST

START_TEST(errors_leave_nothing)
{
    op.u.vcpucontext.vcpu = UINT32_MAX;
    ck_assert_int_eq(get(), -EINVAL);
    op.u.vcpucontext.vcpu = 1;
    vcpu.initialised = false;
    ck_assert_int_eq(get(), -ENODATA);
    vcpu.initialised = true;
    no_memory = true;
    ck_assert_int_eq(get(), -ENOMEM);
    no_memory = false;
    no_access = true;
    ck_assert_int_eq(get(), -EFAULT);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("vcpu-context");
    TCase *t = tcase_create("context");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, registers_are_in_their_places);
    tcase_add_test(t, gs_bases_are_told_by_privilege);
    tcase_add_test(t, vcpu_that_is_down_says_so);
    tcase_add_test(t, errors_leave_nothing);
    suite_add_tcase(s, t);
    return run_suite(s);
}
