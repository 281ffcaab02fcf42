/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads and writes every I/O port, by each width and by string instructions with wild addresses. */
#include "lib/guest.h"

const char test_name[] = "ports";

static char buffer[3 * 4096] __attribute__((aligned(4096))); /* two pages are room to run over */

struct access {
    uint16_t port;
    uint64_t address;
};

static void do_port(void *argument)
{
    const struct access *access = argument;
    uint32_t value;

    __asm__ volatile("inb %w1, %b0" : "=a"(value) : "d"(access->port));
    __asm__ volatile("outb %b0, %w1" : : "a"(0x5a), "d"(access->port));
    if (access->port % 16)
        return;
    __asm__ volatile("inw %w1, %w0" : "=a"(value) : "d"(access->port));
    __asm__ volatile("inl %w1, %0" : "=a"(value) : "d"(access->port));
    __asm__ volatile("outw %w0, %w1" : : "a"(0xffff), "d"(access->port));
    __asm__ volatile("outl %0, %w1" : : "a"(0x80000000u), "d"(access->port));
}

static void do_string(void *argument)
{
    const struct access *access = argument;
    uint64_t address = access->address, count = 64;

    __asm__ volatile("rep insb"
                     : "+D"(address), "+c"(count)
                     : "d"(access->port)
                     : "memory");
    address = access->address;
    count = 64;
    __asm__ volatile("rep outsl" : "+S"(address), "+c"(count) : "d"(access->port));
}

int main(void)
{
    static const uint64_t addresses[] = { (uintptr_t)buffer, 0xdeadbeef000ull, 1ull << 63,
                                          (uintptr_t)buffer + 4096 - 7, 0xfee00000 };
    struct access access;
    int vector;

    for (uint32_t port = 0; port < 0x10000; port++) {
        access.port = (uint16_t)port;
        vector = try_call(do_port, &access);
        if (vector != VECTOR_NONE && vector != VECTOR_GP)
            return fail("port 0x%x raised exception %d", port, vector);
    }
    for (unsigned int i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        for (uint32_t port = 0x60; port < 0x10000; port += 0xc98) {
            access = (struct access){ (uint16_t)port, addresses[i] };
            try_call(do_string, &access);
        }
    }
    return 0;
}
