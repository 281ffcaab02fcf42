/* SPDX-License-Identifier: GPL-2.0-only */
/* Output in three ways; which of them exist differs between dom0, guests and a bare emulator. */
#include "console.h"

#include <public/event_channel.h>
#include <public/hvm/hvm_op.h>
#include <public/hvm/params.h>
#include <public/io/console.h>
#include <public/sched.h>
#include <public/xen.h>
#include <string.h>

#include "boot-status.h"
#include "cpu.h"
#include "hypercall.h"
#include "pages.h"

#define COM1           0x3f8
#define COM_LSR        (COM1 + 5)
#define COM_LSR_EMPTY  0x20
#define COM_SPINS      100000
#define DRAIN_MS       1000
#define DRAIN_YIELDS   100000
#define PAGE_SHIFT     12

static uint64_t param_get(uint32_t index)
{
    struct xen_hvm_param p = { .domid = DOMID_SELF, .index = index };

    if (hypercall(__HYPERVISOR_hvm_op, HVMOP_get_param, (uintptr_t)&p, 0))
        return 0;
    return p.value;
}

/* The ring shared with the console daemon; NULL for dom0, which has none. */
static struct xencons_interface *ring_get(void)
{
    uint64_t pfn = param_get(HVM_PARAM_CONSOLE_PFN);

    if (!pfn || !pages_map(pfn << PAGE_SHIFT, 1ULL << PAGE_SHIFT))
        return NULL;
    return (void *)(uintptr_t)(pfn << PAGE_SHIFT);
}

static void ring_write(const char *text, size_t len)
{
    struct xencons_interface *ring = ring_get();
    struct evtchn_send send = { .port = param_get(HVM_PARAM_CONSOLE_EVTCHN) };
    XENCONS_RING_IDX cons, prod;

    if (!ring)
        return;
    cons = __atomic_load_n(&ring->out_cons, __ATOMIC_ACQUIRE);
    prod = ring->out_prod;
    while (len-- && prod - cons < sizeof(ring->out))
        ring->out[MASK_XENCONS_IDX(prod++, ring->out)] = *text++;
    __atomic_store_n(&ring->out_prod, prod, __ATOMIC_RELEASE);
    if (send.port)
        hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (uintptr_t)&send, 0);
}

static void serial_write(const char *text)
{
    for (; *text; text++) {
        for (unsigned i = 0; i < COM_SPINS && !(cpu_inb(COM_LSR) & COM_LSR_EMPTY); i++)
            ;
        if (*text == '\n')
            cpu_outb(COM1, '\r');
        cpu_outb(COM1, *text);
    }
}

void console_write(const char *text)
{
    size_t len = strlen(text);

    if (!hypercall_present()) {
        serial_write(text);
        return;
    }
    hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, len, (uintptr_t)text);
    ring_write(text, len);
}

void console_drain(void)
{
    uint64_t limit = (uint64_t)hypercall_tsc_khz() * DRAIN_MS, start = cpu_rdtsc();
    struct xencons_interface *ring = hypercall_present() ? ring_get() : NULL;

    if (!ring)
        return;
    for (unsigned i = 0; limit ? cpu_rdtsc() - start < limit : i < DRAIN_YIELDS; i++) {
        if (__atomic_load_n(&ring->out_cons, __ATOMIC_ACQUIRE) == ring->out_prod)
            return;
        hypercall(__HYPERVISOR_sched_op, SCHEDOP_yield, 0, 0);
    }
}

void console_tell_done(void)
{
    struct xencons_interface *ring = hypercall_present() ? ring_get() : NULL;
    uint32_t *status;

    if (!ring)
        return;
    status = (uint32_t *)((char *)ring + BOOT_STATUS_OFFSET);
    if (*status == BOOT_STATUS_WORKING || *status == BOOT_STATUS_TRUSTED)
        __atomic_store_n(status, BOOT_STATUS_DONE, __ATOMIC_RELEASE);
}
