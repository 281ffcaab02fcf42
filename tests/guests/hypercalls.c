/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every hypercall number with every low command and wild arguments: null, unmapped, non-canonical and
 * huge pointers, and pointers to noise. Whatever comes back, the hypervisor lives on. From ring 3 no
 * hypercall may do anything.
 */
#include <public/errno.h>
#include <public/sched.h>

#include "lib/guest.h"

#define NUMBERS  64
#define COMMANDS 32

const char test_name[] = "hypercalls";

#define ROOM 8192 /* for answers that are longer than the noise */

static uint64_t noise[512 + ROOM] __attribute__((aligned(4096)));

/* Calls that by their nature end or stop this domain, or take its console away. */
static bool is_suicide(unsigned int number, uint64_t command)
{
    switch (number) {
    case __HYPERVISOR_sched_op:
        return command <= SCHEDOP_poll + 1;
    case __HYPERVISOR_sched_op_compat:
        return true;
    case __HYPERVISOR_vcpu_op:
        return command <= 2;
    case __HYPERVISOR_multicall: /* writes results all over the list, which is our memory */
        return true;
    default:
        return false;
    }
}

static uint64_t wild(unsigned int kind)
{
    switch (kind) {
    case 0:
        return 0;
    case 1:
        return 0xdeadbeef00ull;         /* canonical, not mapped */
    case 2:
        return 0x8000000000000000ull;   /* not canonical */
    case 3:
        return ~0ull;
    case 4:
        return (uintptr_t)noise;
    default:
        return (uintptr_t)(noise + 512) - 3; /* runs out of the page */
    }
}

static void one_number(unsigned int number)
{
    for (uint64_t command = 0; command < COMMANDS; command++) {
        if (is_suicide(number, command))
            continue;
        for (unsigned int kind = 0; kind < 6; kind++) {
            for (unsigned int i = 0; i < 16; i++)
                noise[i] = random_next();
            hypercall(number, command, wild(kind), wild((kind + 3) % 6), random_next(),
                      wild((kind + 1) % 6));
        }
    }
}

static void call_from_user(void)
{
    __asm__ volatile("vmmcall\n\tint3" : : "a"((uint64_t)__HYPERVISOR_xen_version), "D"(0ull));
}

static void user_attempt(void *argument)
{
    (void)argument;
    enter_user(call_from_user);
}

int main(void)
{
    long version = hypercall(__HYPERVISOR_xen_version, 0, 0, 0, 0, 0);
    int vector;

    if (version <= 0)
        return fail("xen_version gave %ld", version);
    for (unsigned int number = 0; number < NUMBERS; number++) {
        print("hypercall %u\n", number);
        one_number(number);
        if (hypercall(__HYPERVISOR_xen_version, 0, 0, 0, 0, 0) != version)
            return fail("xen_version changed after hypercall %u", number);
    }
    for (unsigned int i = 0; i < 64; i++) {
        long ret = hypercall(NUMBERS - 1, random_next(), random_next(), 0, 0, 0);

        if (ret != -XEN_ENOSYS)
            return fail("hypercall %u, which does not exist, gave %ld", NUMBERS - 1, ret);
    }
    hypercall(__HYPERVISOR_multicall, wild(1), ~0ull, 0, 0, 0);
    hypercall(__HYPERVISOR_multicall, wild(2), 1, 0, 0, 0);
    hypercall(__HYPERVISOR_multicall, (uintptr_t)noise, 64, 0, 0, 0);
    vector = try_call(user_attempt, NULL);
    if (vector == VECTOR_BP && (long)trap_rax >= 0)
        return fail("a hypercall from ring 3 gave %ld", (long)trap_rax);
    return 0;
}
