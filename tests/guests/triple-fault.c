/* SPDX-License-Identifier: GPL-2.0-only */
/* A triple fault ends this domain and nothing else. */
#include "lib/guest.h"

const char test_name[] = "triple-fault";

int main(void)
{
    static const struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) nothing;

    print("verdict: triple-fault goes\n");
    __asm__ volatile("lidt %0\n\tint3" : : "m"(nothing));
    return fail("still here");
}
