/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads every MSR of the known ranges and writes wild values: each attempt works or is a #GP, no more. */
#include "lib/guest.h"

const char test_name[] = "msrs";

struct access {
    uint32_t msr;
    uint64_t value;
};

static void do_read(void *argument)
{
    struct access *access = argument;

    access->value = rdmsr(access->msr);
}

static void do_write(void *argument)
{
    struct access *access = argument;

    wrmsr(access->msr, access->value);
}

/* Writing these by chance takes away what this kernel stands on: its long mode, APIC, hypercall page. */
static bool is_suicide(uint32_t msr)
{
    return msr == 0xc0000080 || msr == 0x1b || (msr >= 0x800 && msr < 0x900) ||
           (msr >= 0x40000000 && msr < 0x40001000);
}

static int one_msr(uint32_t msr, unsigned int *readable)
{
    static const uint64_t wild[] = { 0, ~0ull, 0x5a5a5a5a5a5a5a5aull, 1ull << 63 };
    struct access original = { .msr = msr }, access = { .msr = msr };
    int vector = try_call(do_read, &original);

    if (vector != VECTOR_NONE && vector != VECTOR_GP)
        return fail("reading MSR 0x%x raised exception %d", msr, vector);
    if (vector == VECTOR_NONE)
        (*readable)++;
    if (is_suicide(msr) || (vector == VECTOR_GP && msr % 8))
        return 0;
    for (unsigned int i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
        access.value = wild[i];
        vector = try_call(do_write, &access);
        if (vector != VECTOR_NONE && vector != VECTOR_GP)
            return fail("writing MSR 0x%x raised exception %d", msr, vector);
    }
    try_call(do_write, &original);
    return 0;
}

int main(void)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = { { 0, 0x1fff },
                   { 0x40000000, 0x400001ff },
                   { 0xc0000000, 0xc00003ff },
                   { 0xc0010000, 0xc00113ff },
                   { 0xfffffff0, 0xfffffffe } };
    unsigned int readable = 0;

    for (unsigned int i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        for (uint32_t msr = ranges[i].first; msr <= ranges[i].last; msr++) {
            if (one_msr(msr, &readable))
                return 1;
        }
    }
    print("%u MSRs can be read\n", readable);
    return 0;
}
