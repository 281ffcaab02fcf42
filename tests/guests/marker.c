/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Puts words that are found nowhere else into a page, says where that page is, and spins with a known
 * value in rbx: for those who dump its memory. An NMI crashes it.
 */
#include "lib/guest.h"

#define WORD  0x6b72616d2d736968ull /* "his-mark" */
#define VALUE 0x5eed5eed5eed5eedull

const char test_name[] = "marker";

static volatile uint64_t page[512] __attribute__((aligned(4096)));

int main(void)
{
    /* The word is nowhere in the kernel's file, nor are two in a row anywhere else. */
    for (unsigned int i = 0; i < 512; i += 2) {
        page[i] = WORD;
        page[i + 1] = ~WORD ^ i;
    }
    print("marker: gfn %lu\n", (unsigned long)((uintptr_t)page >> 12));
    __asm__ volatile("1: pause\n\tjmp 1b" : : "b"(VALUE));
    return fail("fell out of the loop");
}
