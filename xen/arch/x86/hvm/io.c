/* SPDX-License-Identifier: GPL-2.0-only */
/* Emulated memory and ports: the registry, and finding the handler of an access. */
#include <asm/hvm-io.h>
#include <asm/io-bitmap.h>
#include <asm/io-dispatch.h>
#include <asm/vlapic-msr.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/string.h>

#define MAX_HANDLERS 64
#define MAX_DENIED 128
#define BITMAP_ORDER 2 /* 12 KiB are used */

static uint8_t *all_intercepted;
static struct { paddr_t start; uint64_t size; } denied[MAX_DENIED];
static unsigned nr_denied;

void __init io_bitmap_init(void)
{
    all_intercepted = alloc_heap_pages(BITMAP_ORDER);
    if (!all_intercepted)
        panic("no memory for the I/O permission map");
    memset(all_intercepted, 0xff, PAGE_SIZE << BITMAP_ORDER);
}

paddr_t io_bitmap_of(struct domain *d)
{
    return virt_to_paddr(d->arch.io_bitmap ? (void *)d->arch.io_bitmap : all_intercepted);
}

static uint64_t absent_read(struct vcpu *v, void *data, uint64_t port, unsigned bytes)
{
    (void)v;
    (void)data;
    (void)port;
    (void)bytes;
    return 0;
}

static void absent_write(struct vcpu *v, void *data, uint64_t port, unsigned bytes, uint64_t value)
{
    (void)v;
    (void)data;
    (void)port;
    (void)bytes;
    (void)value;
}

/* Where a PIT would be. Linux takes ones for a counter that is about to turn, and asks 50,000 times. */
static const struct io_handler absent_pit = {
    .is_port = true, .start = 0x40, .size = 4, .read = absent_read, .write = absent_write,
};

int hvm_io_init(struct domain *d, bool own_bitmap)
{
    d->arch.io_handlers = xzalloc_array(struct io_handler, MAX_HANDLERS);
    if (!d->arch.io_handlers)
        return -ENOMEM;
    if (!own_bitmap)
        return hvm_io_register(d, &absent_pit);
    d->arch.io_bitmap = alloc_heap_pages(BITMAP_ORDER);
    if (!d->arch.io_bitmap)
        return -ENOMEM;
    memset(d->arch.io_bitmap, 0xff, PAGE_SIZE << BITMAP_ORDER);
    return 0;
}

void hvm_io_destroy(struct domain *d)
{
    xfree(d->arch.io_handlers);
    free_heap_pages(d->arch.io_bitmap, BITMAP_ORDER);
    d->arch.io_handlers = NULL;
    d->arch.io_bitmap = NULL;
}

int hvm_io_register(struct domain *d, const struct io_handler *h)
{
    for (unsigned i = 0; i < d->arch.nr_io_handlers; i++) {
        const struct io_handler *o = &d->arch.io_handlers[i];

        if (o->size && o->is_port == h->is_port && h->start < o->start + o->size &&
            o->start < h->start + h->size)
            return -EBUSY;
    }
    for (unsigned i = 0; i < MAX_HANDLERS; i++)
        if (!d->arch.io_handlers[i].size) {
            d->arch.io_handlers[i] = *h;
            d->arch.nr_io_handlers = max(d->arch.nr_io_handlers, i + 1);
            if (h->is_port)
                hvm_port_deny(d, (uint16_t)h->start, (uint16_t)(h->start + h->size - 1));
            return 0;
        }
    return -ENOSPC;
}

void hvm_io_unregister(struct domain *d, bool is_port, uint64_t start)
{
    for (unsigned i = 0; i < d->arch.nr_io_handlers; i++)
        if (d->arch.io_handlers[i].is_port == is_port && d->arch.io_handlers[i].start == start)
            d->arch.io_handlers[i].size = 0;
}

static const struct io_handler *find(struct domain *d, bool is_port, uint64_t addr)
{
    for (unsigned i = 0; i < d->arch.nr_io_handlers; i++) {
        const struct io_handler *h = &d->arch.io_handlers[i];

        if (h->is_port == is_port && addr >= h->start && addr - h->start < h->size)
            return h;
    }
    return NULL;
}

static uint64_t all_ones(unsigned bytes)
{
    return bytes == 8 ? ~0UL : (1UL << (bytes * 8)) - 1;
}

bool hvm_mmio_has_handler(struct domain *d, paddr_t gpa)
{
    return find(d, false, gpa) != NULL;
}

uint64_t hvm_mmio_read(struct vcpu *v, paddr_t gpa, unsigned bytes)
{
    const struct io_handler *h;

    if (vlapic_mmio_at(v, gpa))
        return vlapic_mmio_read(v, gpa, bytes) & all_ones(bytes);
    h = find(v->domain, false, gpa);
    if (!h || gpa - h->start > h->size - bytes)
        return all_ones(bytes);
    return h->read(v, h->data, gpa, bytes) & all_ones(bytes);
}

void hvm_mmio_write(struct vcpu *v, paddr_t gpa, unsigned bytes, uint64_t value)
{
    const struct io_handler *h;

    if (vlapic_mmio_at(v, gpa)) {
        vlapic_mmio_write(v, gpa, bytes, value);
        return;
    }
    h = find(v->domain, false, gpa);
    if (h && gpa - h->start <= h->size - bytes)
        h->write(v, h->data, gpa, bytes, value & all_ones(bytes));
}

uint32_t hvm_port_read(struct vcpu *v, uint16_t port, unsigned bytes)
{
    const struct io_handler *h = find(v->domain, true, port);

    if (!h || port - h->start > h->size - bytes)
        return (uint32_t)all_ones(bytes);
    return (uint32_t)(h->read(v, h->data, port, bytes) & all_ones(bytes));
}

void hvm_port_write(struct vcpu *v, uint16_t port, unsigned bytes, uint32_t value)
{
    const struct io_handler *h = find(v->domain, true, port);

    if (h && port - h->start <= h->size - bytes)
        h->write(v, h->data, port, bytes, value & all_ones(bytes));
}

static void port_range(struct domain *d, uint16_t first, uint16_t last, bool intercept)
{
    uint8_t *map = (uint8_t *)d->arch.io_bitmap;

    if (!map)
        return;
    for (unsigned p = first; p <= last; p++) {
        if (intercept)
            map[p / 8] |= (uint8_t)(1u << (p % 8));
        else
            map[p / 8] &= (uint8_t)~(1u << (p % 8));
    }
}

void hvm_port_allow(struct domain *d, uint16_t first, uint16_t last)
{
    port_range(d, first, last, false);
}

void hvm_port_deny(struct domain *d, uint16_t first, uint16_t last)
{
    port_range(d, first, last, true);
}

void hvm_mmio_deny(paddr_t start, uint64_t size)
{
    BUG_ON(nr_denied == MAX_DENIED);
    denied[nr_denied].start = start & PAGE_MASK;
    denied[nr_denied].size = ROUNDUP(start + size, PAGE_SIZE) - (start & PAGE_MASK);
    nr_denied++;
}

bool hvm_mmio_denied(paddr_t addr)
{
    for (unsigned i = 0; i < nr_denied; i++)
        if (addr >= denied[i].start && addr - denied[i].start < denied[i].size)
            return true;
    return false;
}
