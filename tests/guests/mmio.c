/* SPDX-License-Identifier: GPL-2.0-only */
/* Touches guest-physical addresses where no memory is, with many instructions; its end is its own. */
#include "lib/guest.h"

const char test_name[] = "mmio";

static void do_reads(void *argument)
{
    volatile uint8_t *p = argument;
    uint64_t value;

    __asm__ volatile("movb %1, %b0" : "=r"(value) : "m"(*p));
    __asm__ volatile("movw %1, %w0" : "=r"(value) : "m"(*p));
    __asm__ volatile("movl %1, %k0" : "=r"(value) : "m"(*p));
    __asm__ volatile("movq %1, %0" : "=r"(value) : "m"(*p));
    __asm__ volatile("movzbl %1, %k0" : "=r"(value) : "m"(*p));
    __asm__ volatile("movswq %1, %0" : "=r"(value) : "m"(*p));
}

static void do_writes(void *argument)
{
    volatile uint8_t *p = argument;

    __asm__ volatile("movb $0, %0" : "=m"(*p));
    __asm__ volatile("movl $0, %0" : "=m"(*p));
    __asm__ volatile("movq %1, %0" : "=m"(*p) : "r"(0ull));
    __asm__ volatile("orl $0, %0" : "+m"(*p));
    __asm__ volatile("xchgl %k1, %0" : "+m"(*p) : "r"(0ull));
}

static void do_exotic(void *argument)
{
    volatile uint8_t *p = argument;
    uint64_t from = (uintptr_t)argument, to = (uintptr_t)argument + 64, count = 8;

    __asm__ volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(count) : : "memory");
    __asm__ volatile("pushq %0" : : "m"(*p));
    __asm__ volatile("movups %0, %%xmm0" : : "m"(*p));
    __asm__ volatile("lock cmpxchg8b %0" : "+m"(*p) : "a"(0), "b"(0), "c"(0), "d"(0));
    __asm__ volatile("fldenv %0" : : "m"(*p));
    __asm__ volatile("btl %k1, %0" : "+m"(*p) : "r"(0ull));
}

static void do_execute(void *argument)
{
    ((void (*)(void))argument)();
}

int main(void)
{
    static const uint64_t places[] = { 0xa0000,    0xf0000,    0xb0000000, 0xd0000000, 0xe0000000,
                                       0xf0000000, 0xfeb00000, 0xfec00010, 0xfed00000, 0xfee000f0,
                                       0xffff0000, 0xfffffff0 };
    void (*const ways[])(void *) = { do_reads, do_writes, do_exotic, do_execute };

    for (unsigned int way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
        print("way %u\n", way);
        for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
            int vector = try_call(ways[way], (void *)(uintptr_t)places[i]);

            print(" 0x%lx: %d\n", places[i], vector);
        }
    }
    return 0;
}
