/* SPDX-License-Identifier: GPL-2.0-only */
/* Output through the paravirtual console ring, so that it works under every hypervisor. */
#include "console.h"

#include <stdarg.h>

#include <public/event_channel.h>
#include <public/hvm/hvm_op.h>
#include <public/hvm/params.h>
#include <public/io/console.h>
#include <public/sched.h>

#include "guest.h"

#define FLUSH_TURNS 200000

static struct xencons_interface *ring;
static uint32_t port;

static uint64_t param_get(uint32_t index)
{
    struct xen_hvm_param param = { .domid = DOMID_SELF, .index = index };

    if (hypercall(__HYPERVISOR_hvm_op, HVMOP_get_param, (uintptr_t)&param, 0, 0, 0))
        return 0;
    return param.value;
}

void console_init(void)
{
    ring = (void *)(uintptr_t)(param_get(HVM_PARAM_CONSOLE_PFN) << 12);
    port = (uint32_t)param_get(HVM_PARAM_CONSOLE_EVTCHN);
}

static void notify(void)
{
    struct evtchn_send send = { .port = port };

    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (uintptr_t)&send, 0, 0, 0);
}

static void wait_room(uint32_t used_at_most)
{
    for (unsigned int turn = 0; turn < FLUSH_TURNS; turn++) {
        if (*(volatile uint32_t *)&ring->out_prod - *(volatile uint32_t *)&ring->out_cons <=
            used_at_most)
            return;
        if (turn % 1024 == 0)
            notify();
        hypercall(__HYPERVISOR_sched_op, SCHEDOP_yield, 0, 0, 0, 0);
    }
}

void console_flush(void)
{
    wait_room(0);
}

static void put(char c)
{
    uint32_t prod;

    if (!ring)
        return;
    wait_room(sizeof(ring->out) - 1);
    prod = ring->out_prod;
    ring->out[prod % sizeof(ring->out)] = c;
    __asm__ volatile("" : : : "memory");
    ring->out_prod = prod + 1;
}

static void put_string(const char *s)
{
    while (*s)
        put(*s++);
}

static void put_number(uint64_t value, unsigned int radix)
{
    char digits[24];
    unsigned int n = sizeof(digits) - 1;

    digits[n] = '\0';
    do {
        digits[--n] = "0123456789abcdef"[value % radix];
        value /= radix;
    } while (value);
    put_string(digits + n);
}

static void print_va(const char *format, va_list args)
{
    for (; *format; format++) {
        bool is_long;
        uint64_t value;

        if (*format != '%') {
            put(*format);
            continue;
        }
        format++;
        is_long = *format == 'l';
        if (is_long)
            format++;
        if (*format == 's') {
            put_string(va_arg(args, const char *));
            continue;
        }
        if (is_long)
            value = va_arg(args, uint64_t);
        else if (*format == 'd')
            value = (uint64_t)(int64_t)va_arg(args, int);
        else
            value = va_arg(args, unsigned int);
        if (*format == 'd' && (int64_t)value < 0) {
            put('-');
            value = -value;
        }
        put_number(value, *format == 'x' ? 16 : 10);
    }
    notify();
}

void print(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    print_va(format, args);
    va_end(args);
}

int fail(const char *format, ...)
{
    va_list args;

    print("why: ");
    va_start(args, format);
    print_va(format, args);
    va_end(args);
    print("\n");
    return 1;
}
