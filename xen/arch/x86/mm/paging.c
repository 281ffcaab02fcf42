/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor's own address space. */
#include <asm/cpu.h>
#include <asm/layout.h>
#include <asm/mm-arch.h>
#include <asm/paging-boot.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/mm-boot.h>
#include <xen/percpu.h>
#include <xen/smp.h>
#include <xen/spinlock.h>
#include <xen/string.h>

#define RW (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY)
#define L4_INDEX(va) (((uint64_t)(va) >> 39) & 511)

static uint64_t directmap_l3[512] __aligned(4096);
static uint64_t window_l3[512] __aligned(4096);
static uint64_t window_l2[512] __aligned(4096);
static uint64_t window_l1_cpu0[512] __aligned(4096);
static uint64_t ioremap_l3[512] __aligned(4096);
static uint64_t ioremap_l2[512] __aligned(4096);
static uint64_t image_l2[512] __aligned(4096);
static uint64_t image_l1[512] __aligned(4096);
static uint64_t high_l3[512] __aligned(4096);

extern char image_start[], image_end[], text_start[], text_end[], rodata_start[], rodata_end[];

static paddr_t image_pa(const void *va)
{
    return (paddr_t)((unsigned long)va - VIRT_START);
}

static void flush_all(void)
{
    unsigned long cr4 = read_cr4();

    write_cr4(cr4 & ~CR4_PGE);
    write_cr4(cr4);
}

/* ---- Direct map of the heap ---- */

void __init directmap_init(uint64_t *l2_pages, paddr_t l2_pa, unsigned gibs)
{
    boot_pml4[L4_INDEX(DIRECTMAP_START)] = image_pa(directmap_l3) | RW;
    memset(l2_pages, 0, gibs * PAGE_SIZE);
    for (unsigned i = 0; i < gibs; i++)
        directmap_l3[i] = (l2_pa + i * PAGE_SIZE) | RW;
}

void __init directmap_boot_chunk(uint64_t *l2_pages, paddr_t chunk)
{
    l2_pages[chunk >> 21] = chunk | RW | PTE_LARGE | PTE_NX;
}

/* The tables of the direct map lie in it. */
void directmap_add_chunk(mfn_t first)
{
    paddr_t pa = mfn_to_paddr(first);
    uint64_t *l2 = (uint64_t *)(DIRECTMAP_START + (directmap_l3[pa >> 30] & PTE_ADDR));

    l2[(pa >> 21) & 511] = pa | RW | PTE_LARGE | PTE_NX;
}

mfn_t virt_to_mfn(const void *va)
{
    unsigned long v = (unsigned long)va;

    if (v >= VIRT_START)
        return paddr_to_mfn(v - VIRT_START);
    BUG_ON(v < DIRECTMAP_START || v >= DIRECTMAP_END);
    return paddr_to_mfn(v - DIRECTMAP_START);
}

void *mfn_to_virt(mfn_t mfn)
{
    return (void *)(DIRECTMAP_START + mfn_to_paddr(mfn));
}

/* ---- Windows: temporary mappings, 64 for each processor, and one to peek through ---- */

#define NR_WINDOWS  64
#define PEEK_WINDOW NR_WINDOWS

struct windows {
    uint64_t *l1;
    uint64_t used; /* bit i: window i is taken */
};

static DEFINE_PER_CPU(struct windows, windows);

static char *window_va(unsigned cpu, unsigned i)
{
    return (char *)(WINDOW_START + ((unsigned long)cpu << 21) + i * PAGE_SIZE);
}

int windows_init_cpu(unsigned cpu)
{
    uint64_t *l1 = cpu ? alloc_heap_page() : window_l1_cpu0;

    if (!l1)
        return -ENOMEM;
    window_l2[cpu] = mfn_to_paddr(virt_to_mfn(l1)) | RW;
    per_cpu(windows, cpu).l1 = l1;
    return 0;
}

/*
 * Interrupt handlers use windows too, and give them all back before they
 * return: between any two instructions here nothing has changed. So it is
 * enough that a window is marked before its entry is written.
 */
void *map_domain_page(mfn_t mfn)
{
    struct windows *w = &this_cpu(windows);
    uint64_t used = READ_ONCE(w->used);
    unsigned i;

    BUG_ON(used == ~0UL);
    i = (unsigned)__builtin_ctzl(~used);
    WRITE_ONCE(w->used, used | 1UL << i);
    WRITE_ONCE(w->l1[i], mfn_to_paddr(mfn) | RW | PTE_NX);
    return window_va(smp_processor_id(), i);
}

void unmap_domain_page(const void *va)
{
    unsigned i = ((unsigned long)va >> PAGE_SHIFT) & 511;
    struct windows *w = &this_cpu(windows);

    WRITE_ONCE(w->l1[i], 0);
    invlpg(va);
    WRITE_ONCE(w->used, w->used & ~(1UL << i));
}

/* Nobody can interrupt this, so its window needs no mark. */
uint64_t peek_domain_page(mfn_t mfn, size_t offset)
{
    char *va = window_va(smp_processor_id(), PEEK_WINDOW);
    uint64_t *l1e = &this_cpu(windows).l1[PEEK_WINDOW], value;

    WRITE_ONCE(*l1e, mfn_to_paddr(mfn) | PTE_PRESENT | PTE_NX);
    value = READ_ONCE(*(uint64_t *)(va + offset));
    WRITE_ONCE(*l1e, 0);
    invlpg(va);
    return value;
}

bool is_domain_page_window(const void *va)
{
    return (unsigned long)va >= WINDOW_START && (unsigned long)va < WINDOW_END;
}

void clear_domain_page(mfn_t mfn)
{
    void *p = map_domain_page(mfn);

    memset(p, 0, PAGE_SIZE);
    unmap_domain_page(p);
}

/* ---- Device memory ---- */

void *ioremap(paddr_t pa, size_t size)
{
    static DEFINE_SPINLOCK(lock);
    static unsigned long next = IOREMAP_START;
    paddr_t first = pa & PAGE_MASK, last = (pa + size - 1) & PAGE_MASK;
    unsigned long va, flags;

    spin_lock_irqsave(&lock, flags);
    va = next;
    if (va + (last - first) + PAGE_SIZE > IOREMAP_START + IOREMAP_SIZE) {
        spin_unlock_irqrestore(&lock, flags);
        return NULL;
    }
    for (paddr_t p = first; p <= last; p += PAGE_SIZE, next += PAGE_SIZE) {
        uint64_t *l2e = &ioremap_l2[(next >> 21) & 511], *l1;

        if (!*l2e) {
            l1 = alloc_heap_page();
            if (!l1) {
                next = va;
                spin_unlock_irqrestore(&lock, flags);
                return NULL;
            }
            *l2e = mfn_to_paddr(virt_to_mfn(l1)) | RW;
        }
        l1 = mfn_to_virt(paddr_to_mfn(*l2e & PTE_ADDR));
        l1[(next >> 12) & 511] = p | RW | PTE_PCD | PTE_PWT | PTE_NX;
    }
    spin_unlock_irqrestore(&lock, flags);
    return (void *)(va + (pa & ~PAGE_MASK));
}

/* ---- Boot ---- */

void __init paging_init(void)
{
    boot_pml4[L4_INDEX(WINDOW_START)] = image_pa(window_l3) | RW;
    window_l3[0] = image_pa(window_l2) | RW;
    boot_pml4[L4_INDEX(IOREMAP_START)] = image_pa(ioremap_l3) | RW;
    ioremap_l3[0] = image_pa(ioremap_l2) | RW;
    if (windows_init_cpu(0))
        panic("no memory for the first processor's windows");
}

void __init records_map_holes(uint64_t *l2, uint64_t *l1, const void *hole, unsigned gibs)
{
    for (unsigned i = 0; i < 512; i++) {
        l1[i] = virt_to_paddr(hole) | PTE_PRESENT | PTE_ACCESSED | PTE_NX;
        l2[i] = i < gibs ? virt_to_paddr(l1) | RW : 0;
    }
    window_l3[(RECORDS_START >> 30) & 511] = virt_to_paddr(l2) | RW;
}

void __init records_map_chunk(uint64_t *l2, unsigned gib, paddr_t chunk)
{
    l2[gib] = chunk | RW | PTE_LARGE | PTE_NX;
}

void paging_protect_image(void)
{
    BUG_ON((unsigned long)(image_end - image_start) > 2UL << 20);
    for (char *p = image_start; p < image_end; p += PAGE_SIZE) {
        uint64_t rights = RW | PTE_NX;

        if (p >= text_start && p < text_end)
            rights = PTE_PRESENT | PTE_ACCESSED;
        else if (p >= rodata_start && p < rodata_end)
            rights = PTE_PRESENT | PTE_ACCESSED | PTE_NX;
        image_l1[((unsigned long)p >> 12) & 511] = image_pa(p) | rights;
    }
    image_l2[1] = image_pa(image_l1) | RW;
    high_l3[510] = image_pa(image_l2) | RW;
    boot_pml4[511] = image_pa(high_l3) | RW;
    flush_all();
}

void paging_end_boot(void)
{
    boot_pml4[0] = 0;
    flush_all();
}
