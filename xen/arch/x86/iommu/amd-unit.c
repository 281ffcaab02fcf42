/* SPDX-License-Identifier: GPL-2.0-only */
/* An AMD IOMMU's registers and command buffer. */
#include "amd-regs.h"
#include "private.h"
#include <asm/hvm-io.h>
#include <asm/io.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/time.h>

#define COMMAND(op) ((uint64_t)(op) << 60)
#define CMD_COMPLETION_WAIT COMMAND(1)
#define CMD_INVALIDATE_DEVICE COMMAND(2)
#define CMD_INVALIDATE_PAGES COMMAND(3)
#define CMD_INVALIDATE_INTERRUPTS COMMAND(5)
#define CMD_INVALIDATE_ALL COMMAND(8)
#define WAIT_STORE 1ULL
#define PAGES_DOMAIN_SHIFT 32
#define PAGES_ALL 0x7ffffffffffff003ULL /* of every size, and the directories above */
#define PATIENCE SECONDS(2)

struct command {
    uint64_t q[2];
};

/* Room for one more, with the lock held. Waits for the unit; false if that takes too long. */
static bool wait_for_room(struct iommu_unit *u)
{
    unsigned next = (u->tail + BUFFER_ENTRY) % BUFFER_BYTES;
    s_time_t deadline = 0;

    while ((readl(u->regs + REG_COMMAND_HEAD) % BUFFER_BYTES) == next) {
        if (!deadline)
            deadline = get_s_time() + PATIENCE;
        else if (get_s_time() > deadline)
            return false;
        cpu_relax();
    }
    return true;
}

static bool put_command(struct iommu_unit *u, struct command c)
{
    uint64_t *slot = u->commands + u->tail / sizeof(uint64_t);

    if (!wait_for_room(u))
        return false;
    slot[0] = c.q[0];
    slot[1] = c.q[1];
    u->tail = (u->tail + BUFFER_ENTRY) % BUFFER_BYTES;
    smp_wmb();
    writel(u->tail, u->regs + REG_COMMAND_TAIL);
    return true;
}

/* Everything before it has taken effect when it returns; false if that takes too long. */
static bool wait_for_completion(struct iommu_unit *u)
{
    uint64_t ticket = ++u->sequence;
    struct command c = { { CMD_COMPLETION_WAIT | virt_to_paddr((const void *)u->done) | WAIT_STORE, ticket } };
    s_time_t deadline = get_s_time() + PATIENCE;

    if (!put_command(u, c))
        return false;
    while (*u->done != ticket) {
        if (get_s_time() > deadline)
            return false;
        cpu_relax();
    }
    return true;
}

static bool run_command(struct iommu_unit *u, uint64_t low, uint64_t high)
{
    unsigned long flags;
    bool done;

    spin_lock_irqsave(&u->lock, flags);
    done = put_command(u, (struct command){ { low, high } }) && wait_for_completion(u);
    spin_unlock_irqrestore(&u->lock, flags);
    return done;
}

/* A device could go on with memory that is no longer its domain's: there is no way on from there. */
static void run_everywhere(uint64_t low, uint64_t high)
{
    for (unsigned i = 0; i < nr_iommu_units; i++)
        if (!run_command(&iommu_units[i], low, high))
            panic("The IOMMU %02x:%02x.%u does not answer", iommu_units[i].bdf >> 8,
                  (iommu_units[i].bdf >> 3) & 31u, iommu_units[i].bdf & 7u);
}

void iommu_invalidate_device(uint16_t bdf)
{
    run_everywhere(CMD_INVALIDATE_DEVICE | bdf, 0);
}

void iommu_invalidate_interrupts(uint16_t bdf)
{
    run_everywhere(CMD_INVALIDATE_INTERRUPTS | bdf, 0);
}

void iommu_invalidate_domain(uint16_t iommu_domain)
{
    run_everywhere(CMD_INVALIDATE_PAGES | (uint64_t)iommu_domain << PAGES_DOMAIN_SHIFT, PAGES_ALL);
}

static bool invalidate_unit(struct iommu_unit *u)
{
    bool done = true;

    if (u->features & FEATURE_INVALIDATE_ALL)
        return run_command(u, CMD_INVALIDATE_ALL, 0);
    for (unsigned i = 0; i < IVRS_NR_DEVICES && done; i++)
        done = run_command(u, CMD_INVALIDATE_DEVICE | i, 0) &&
               run_command(u, CMD_INVALIDATE_INTERRUPTS | i, 0) &&
               run_command(u, CMD_INVALIDATE_PAGES | (uint64_t)i << PAGES_DOMAIN_SHIFT, PAGES_ALL);
    return done;
}

void iommu_invalidate_all(void)
{
    for (unsigned i = 0; i < nr_iommu_units; i++)
        if (!invalidate_unit(&iommu_units[i]))
            panic("An IOMMU does not answer");
}

void iommu_unit_stop(struct iommu_unit *u)
{
    writeq(readq(u->regs + REG_CONTROL) & ~(CONTROL_ENABLE | CONTROL_COMMANDS | CONTROL_EVENT_LOG |
                                            CONTROL_EVENT_INTERRUPT),
           u->regs + REG_CONTROL);
}

static int alloc_buffers(struct iommu_unit *u)
{
    u->commands = alloc_heap_page();
    u->events = alloc_heap_page();
    u->done = alloc_heap_page();
    return u->commands && u->events && u->done ? 0 : -ENOMEM;
}

static void set_buffers(struct iommu_unit *u)
{
    writeq(virt_to_paddr(device_table) | (IVRS_NR_DEVICES * sizeof(struct dte) / PAGE_SIZE - 1),
           u->regs + REG_DEVICE_TABLE);
    writeq(virt_to_paddr(u->commands) | BUFFER_LENGTH_CODE, u->regs + REG_COMMAND_BASE);
    writel(0, u->regs + REG_COMMAND_HEAD);
    writel(0, u->regs + REG_COMMAND_TAIL);
    writeq(STATUS_EVENT_OVERFLOW | STATUS_EVENT_INTERRUPT, u->regs + REG_STATUS);
    writeq(virt_to_paddr(u->events) | BUFFER_LENGTH_CODE, u->regs + REG_EVENT_BASE);
    writel(0, u->regs + REG_EVENT_HEAD);
    writel(0, u->regs + REG_EVENT_TAIL);
}

int iommu_unit_start(struct iommu_unit *u, const struct ivrs_unit *described)
{
    uint64_t size;

    spin_lock_init(&u->lock);
    u->bdf = described->bdf;
    u->regs = ioremap(described->base, REGS_SIZE);
    if (!u->regs || alloc_buffers(u) < 0)
        return -ENOMEM;
    u->features = readq(u->regs + REG_FEATURES);
    if (u->features == ~0ULL)
        return -ENODEV;
    size = u->features & FEATURE_COUNTERS ? REGS_SIZE_COUNTERS : REGS_SIZE;
    hvm_mmio_deny(described->base, size);
    iommu_unit_stop(u);
    set_buffers(u);
    writeq(readq(u->regs + REG_CONTROL) | CONTROL_COHERENT | CONTROL_COMMANDS | CONTROL_EVENT_LOG |
               CONTROL_ENABLE,
           u->regs + REG_CONTROL);
    return invalidate_unit(u) ? 0 : -EIO;
}
