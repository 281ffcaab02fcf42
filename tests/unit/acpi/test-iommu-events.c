/* SPDX-License-Identifier: GPL-2.0-only */
/* What an IOMMU's log of events becomes in ours. Its registers are memory here, and it has no MSI. */
#include "amd-regs.h"
#include "private.h"
#include <asm/pci.h>
#include <check.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xen/irq.h>
#include <xen/lib.h>
#include <xen/time.h>
#include <xen/timer.h>

#include "../run-suite.h"

#define DEVICE 0x00d0u /* 00:1a.0 */
#define PAGE_FAULT (2ULL << 60)
#define ENTRIES (BUFFER_BYTES / BUFFER_ENTRY)

struct dte *device_table;
struct iommu_unit iommu_units[IVRS_MAX_UNITS];
unsigned nr_iommu_units = 1;

static struct dte table[0x10000];
static uint8_t regs[0x4000];
static uint64_t events[BUFFER_BYTES / sizeof(uint64_t)];
static struct iommu_unit *const unit = &iommu_units[0];
static char log_text[8192];
static s_time_t now;
static void (*poll)(void *data);
static unsigned tail; /* entries */
static uint16_t command[0x10000]; /* register of each device */

void printk(const char *fmt, ...)
{
    size_t used = strlen(log_text);
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(log_text + used, sizeof(log_text) - used, fmt, ap);
    va_end(ap);
}

s_time_t get_s_time(void)
{
    return now;
}

unsigned pci_find_capability(unsigned bdf, uint8_t id)
{
    (void)bdf;
    (void)id;
    return 0;
}

uint32_t pci_conf_read(unsigned bdf, unsigned reg, unsigned bytes)
{
    ck_assert_uint_eq(reg, PCI_COMMAND);
    ck_assert_uint_eq(bytes, 2);
    return command[bdf];
}

void pci_conf_write(unsigned bdf, unsigned reg, unsigned bytes, uint32_t value)
{
    ck_assert_uint_eq(reg, PCI_COMMAND);
    ck_assert_uint_eq(bytes, 2);
    command[bdf] = (uint16_t)value;
}

int irq_alloc_vector(void (*handler)(void *data, uint8_t vector), void *data)
{
    (void)handler;
    (void)data;
    return -ENOSPC;
}

uint8_t irq_dest_apic_id(void)
{
    return 0;
}

void timer_init(struct timer *t, void (*function)(void *), void *data, unsigned cpu)
{
    (void)t;
    (void)data;
    (void)cpu;
    poll = function;
}

void timer_set(struct timer *t, s_time_t expires)
{
    (void)t;
    ck_assert_int_gt(expires, now);
}

static uint32_t *reg32(unsigned reg)
{
    return (uint32_t *)(void *)(regs + reg);
}

static void setup(void)
{
    device_table = table;
    table[DEVICE].q[1] = 1; /* domain 0's */
    unit->regs = regs;
    unit->events = events;
    now = SECONDS(100);
    iommu_events_start(unit);
    ck_assert_ptr_nonnull(poll);
}

/* The IOMMU writes an event; with moves_tail it says so too. */
static void happens_to(uint16_t bdf, uint64_t address, bool moves_tail)
{
    events[2 * tail] = PAGE_FAULT | bdf;
    events[2 * tail + 1] = address;
    tail = (tail + 1) % ENTRIES;
    if (moves_tail)
        *reg32(REG_EVENT_TAIL) = tail * BUFFER_ENTRY;
}

static void happens(uint64_t address, bool moves_tail)
{
    happens_to(DEVICE, address, moves_tail);
}

static unsigned lines(void)
{
    unsigned n = 0;

    for (const char *p = log_text; (p = strchr(p, '\n')); p++)
        n++;
    return n;
}

static void read_log(void)
{
    log_text[0] = '\0';
    poll(NULL);
}

START_TEST(fault_is_told_with_its_device)
{
    happens(0x12345000, _i);
    read_log();
    ck_assert_ptr_nonnull(strstr(
        log_text, "AMD-Vi: IO_PAGE_FAULT device 00:1a.0 address 0x12345000 domain d0 flags 0x0"));
    ck_assert_uint_eq(*reg32(REG_EVENT_HEAD), BUFFER_ENTRY);
    read_log();
    ck_assert_str_eq(log_text, "");
}
END_TEST

START_TEST(device_of_nobody_is_told)
{
    table[DEVICE].q[1] = 0;
    happens(0x1000, true);
    read_log();
    ck_assert_ptr_nonnull(strstr(log_text, "domain nobody"));
}
END_TEST

/* Every event is read once, however often the log has gone round, and most of a flood is only counted. */
START_TEST(flood_is_counted)
{
    for (unsigned n = 0; n < 3 * ENTRIES; n += 100) {
        for (unsigned i = 0; i < 100; i++)
            happens(i, _i);
        read_log();
        now += 1;
    }
    ck_assert_uint_eq(lines(), 0);
    now += SECONDS(2);
    happens(0, _i);
    read_log();
    ck_assert_ptr_nonnull(strstr(log_text, "AMD-Vi: 792 more events not shown"));
    ck_assert_uint_eq(lines(), 2);
}
END_TEST

static void storm(uint16_t bdf, unsigned faults)
{
    for (unsigned i = 0; i < faults; i++)
        happens_to(bdf, i, true);
    read_log();
}

START_TEST(device_that_faults_without_end_is_stopped)
{
    command[DEVICE] = command[DEVICE + 1] = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
    storm(DEVICE, 99);
    storm(DEVICE + 1, 99);
    ck_assert_uint_eq(command[DEVICE], PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    storm(DEVICE, 1);
    ck_assert_uint_eq(command[DEVICE], PCI_COMMAND_MEMORY);
    ck_assert_ptr_nonnull(strstr(log_text, "device 00:1a.0 faulted 100 times in a second: it may do no more DMA"));
    ck_assert_uint_eq(command[DEVICE + 1], PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);

    /* Its driver starts it anew. */
    command[DEVICE] |= PCI_COMMAND_MASTER;
    storm(DEVICE, 99);
    ck_assert_uint_eq(command[DEVICE], PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    storm(DEVICE, 1);
    ck_assert_uint_eq(command[DEVICE], PCI_COMMAND_MEMORY);
}
END_TEST

START_TEST(device_that_faults_now_and_then_goes_on)
{
    command[DEVICE] = PCI_COMMAND_MASTER;
    for (unsigned i = 0; i < 10; i++) {
        storm(DEVICE, 99);
        now += SECONDS(2);
    }
    ck_assert_uint_eq(command[DEVICE], PCI_COMMAND_MASTER);
}
END_TEST

/* More devices than are remembered: none is stopped for what another did. */
START_TEST(faults_of_many_devices_are_told_apart)
{
    for (uint16_t bdf = 0x100; bdf < 0x140; bdf++)
        command[bdf] = PCI_COMMAND_MASTER;
    for (unsigned round = 0; round < 50; round++) {
        now += 1;
        for (uint16_t bdf = 0x100; bdf < 0x140; bdf++)
            storm(bdf, 1);
    }
    for (uint16_t bdf = 0x100; bdf < 0x140; bdf++)
        ck_assert_uint_eq(command[bdf], PCI_COMMAND_MASTER);
}
END_TEST

START_TEST(full_log_is_started_again)
{
    for (unsigned i = 0; i < 16; i++)
        happens(i, false);
    *(uint64_t *)(void *)(regs + REG_STATUS) = STATUS_EVENT_OVERFLOW;
    read_log();
    ck_assert_ptr_nonnull(strstr(log_text, "event log overflow"));
    ck_assert_uint_eq(*reg32(REG_EVENT_HEAD), 0);
    *(uint64_t *)(void *)(regs + REG_STATUS) = 0;
    tail = 0;
    now += SECONDS(2);
    happens(0x7000, true);
    read_log();
    ck_assert_ptr_nonnull(strstr(log_text, "address 0x7000"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("IOMMU events");
    TCase *c = tcase_create("events");

    tcase_add_checked_fixture(c, setup, NULL);
    tcase_add_loop_test(c, fault_is_told_with_its_device, 0, 2);
    tcase_add_test(c, device_of_nobody_is_told);
    tcase_add_loop_test(c, flood_is_counted, 0, 2);
    tcase_add_test(c, device_that_faults_without_end_is_stopped);
    tcase_add_test(c, device_that_faults_now_and_then_goes_on);
    tcase_add_test(c, faults_of_many_devices_are_told_apart);
    tcase_add_test(c, full_log_is_started_again);
    suite_add_tcase(s, c);
    return run_suite(s);
}
