/* SPDX-License-Identifier: GPL-2.0-only */
/* dom0's view of PCI, over a bus with one device that has MSI and MSI-X, and an IOMMU. */
#include "stubs.h"
#include <asm/acpi.h>
#include <asm/bootinfo.h>
#include <asm/pci.h>
#include <asm/platform.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xen/iommu.h>
#include <xen/p2m.h>

#include "../run-suite.h"

#define DEVICE 0x0010           /* 00:02.0 */
#define IOMMU 0x0018            /* 00:03.0 */
#define MSI 0x50
#define MSIX 0x70
#define BAR 0x40000000UL        /* of 8 KiB; the table in its second page */
#define TABLE (BAR + 0x1000)
#define ENTRIES 3
#define MSI_ON 0x10000u
#define MSIX_ON 0x80000000u
#define MSIX_MASKED 0x40000000u

static uint8_t config[2][256];
static paddr_t denied, ram_at;

static uint8_t *function(unsigned bdf)
{
    return bdf == DEVICE ? config[0] : bdf == IOMMU ? config[1] : NULL;
}

uint32_t pci_conf_read(unsigned bdf, unsigned reg, unsigned bytes)
{
    uint32_t value = ~0u;

    ck_assert_uint_eq(reg % bytes, 0);
    if (function(bdf) && reg < 256) {
        value = 0;
        memcpy(&value, function(bdf) + reg, bytes);
    }
    return value;
}

void pci_conf_write(unsigned bdf, unsigned reg, unsigned bytes, uint32_t value)
{
    ck_assert_uint_eq(reg % bytes, 0);
    if (function(bdf) && reg < 256)
        memcpy(function(bdf) + reg, &value, bytes);
}

bool pci_device_present(unsigned bdf)
{
    return function(bdf) != NULL;
}

unsigned pci_find_capability(unsigned bdf, uint8_t id)
{
    return bdf != DEVICE ? 0 : id == PCI_CAP_MSI ? MSI : id == PCI_CAP_MSIX ? MSIX : 0;
}

paddr_t pci_bar_address(unsigned bdf, unsigned n)
{
    return pci_conf_read(bdf, PCI_BAR0 + 4 * n, 4) & ~0xfu;
}

void hvm_mmio_deny(paddr_t start, uint64_t size)
{
    (void)size;
    denied = start;
}

bool hvm_mmio_denied(paddr_t addr)
{
    return addr == denied;
}

uint32_t e820_type_at(paddr_t pa)
{
    return pa == ram_at ? E820_RAM : E820_RESERVED;
}

int p2m_remove(struct domain *d, gfn_t gfn, unsigned order)
{
    (void)d;
    (void)gfn;
    (void)order;
    return 0;
}

int iommu_assign_device(struct domain *d, unsigned bdf)
{
    (void)d;
    (void)bdf;
    return 0;
}

int iommu_remap_msi(unsigned bdf, uint8_t vector, uint8_t dest, struct msi_msg *out)
{
    (void)bdf;
    (void)dest;
    out->address = 0xfee00000;
    out->data = 0x100u + vector;
    return 0;
}

void iommu_unmap_msi(unsigned bdf, uint8_t vector)
{
    (void)bdf;
    (void)vector;
}

static uint32_t conf_read(unsigned bdf, unsigned reg, unsigned bytes)
{
    test_write(true, 0xcf8, 4, 0x80000000u | bdf << 8 | (reg & 0xfc));
    return (uint32_t)test_read(true, 0xcfc + (reg & 3), bytes);
}

static void conf_write(unsigned bdf, unsigned reg, unsigned bytes, uint32_t value)
{
    test_write(true, 0xcf8, 4, 0x80000000u | bdf << 8 | (reg & 0xfc));
    test_write(true, 0xcfc + (reg & 3), bytes, value);
}

static uint32_t real32(unsigned reg)
{
    return pci_conf_read(DEVICE, reg, 4);
}

/* A word of the real table. */
static uint32_t real_entry(unsigned i, unsigned word)
{
    return *(volatile uint32_t *)(TABLE + 16 * i + word);
}

static void setup(void)
{
    uint32_t msi = 0x01807005, msix = 0x00000011 | (ENTRIES - 1) << 16, table = 0x1000, bar = BAR;
    uint32_t device_id = 0x10411af4, iommu_id = 0x00101022, iommu_class = 0x08060000;

    test_reset();
    denied = ram_at = 0;
    iommu_intremap = false;
    memset(config, 0, sizeof(config));
    memcpy(config[0], &device_id, 4);
    memcpy(config[1], &iommu_id, 4);
    memcpy(config[1] + 8, &iommu_class, 4);
    memcpy(config[0] + PCI_BAR0, &bar, 4);
    memcpy(config[0] + MSI, &msi, 4);
    memcpy(config[0] + MSIX, &msix, 4);
    memcpy(config[0] + MSIX + 4, &table, 4);
    if (mmap((void *)BAR, 0x2000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
        (void *)BAR)
        abort();
    acpi.mcfg_base = 0;
    vpci_init(&test_domain);
}

START_TEST(passes_through)
{
    ck_assert_uint_eq(conf_read(DEVICE, 0, 4), 0x10411af4);
    ck_assert_uint_eq(conf_read(DEVICE, 2, 2), 0x1041);
    ck_assert_uint_eq(conf_read(DEVICE, 3, 1), 0x10);
    ck_assert_uint_eq(conf_read(0x100, 0, 4), ~0u);
    conf_write(DEVICE, 0x3c, 1, 11);
    ck_assert_uint_eq(config[0][0x3c], 11);
    ck_assert_uint_eq(test_read(true, 0xcf8, 4), 0x8000103cu);
    test_write(true, 0xcf8, 4, 0);
    ck_assert_uint_eq(test_read(true, 0xcfc, 4), ~0u);
}
END_TEST

START_TEST(iommu_is_read_only)
{
    conf_write(IOMMU, 4, 2, 7);
    ck_assert_uint_eq(config[1][4], 0);
    ck_assert_uint_eq(conf_read(IOMMU, 0, 4), 0x00101022);
}
END_TEST

START_TEST(msi_is_translated)
{
    conf_write(DEVICE, MSI + 4, 4, 0xfee02000);
    conf_write(DEVICE, MSI + 8, 4, 0);
    conf_write(DEVICE, MSI + 12, 2, 0x4045);
    ck_assert_uint_eq(real32(MSI + 4), 0);
    conf_write(DEVICE, MSI + 2, 2, 0x0181 | 0x10); /* on, and more messages than there are */
    ck_assert_uint_eq(real32(MSI + 4), 0xfee00000);
    ck_assert_uint_eq(real32(MSI + 12) & 0xffff, test_last_vector);
    ck_assert_uint_eq(real32(MSI) & 0x00710000, MSI_ON);
    ck_assert_uint_eq(conf_read(DEVICE, MSI + 4, 4), 0xfee02000);
    ck_assert_uint_eq(conf_read(DEVICE, MSI + 12, 2), 0x4045);
    ck_assert_uint_eq(conf_read(DEVICE, MSI + 2, 2), 0x0181);
    test_interrupt(test_last_vector);
    ck_assert_uint_eq(delivered.msi_address, 0xfee02000);
    ck_assert_uint_eq(delivered.msi_data, 0x4045);

    conf_write(DEVICE, MSI + 16, 4, 1);
    ck_assert_uint_eq(real32(MSI + 16) & 1, 1);
    conf_write(DEVICE, MSI + 2, 2, 0x0180);
    ck_assert_uint_eq(real32(MSI) & MSI_ON, 0);
    ck_assert_uint_eq(test_nr_vectors, 0);
}
END_TEST

START_TEST(msi_is_remapped)
{
    iommu_intremap = true;
    conf_write(DEVICE, MSI + 2, 2, 1);
    ck_assert_uint_eq(real32(MSI + 12) & 0xffff, 0x100u + test_last_vector);
}
END_TEST

static void enable_msix(void)
{
    conf_write(DEVICE, 4, 2, 2);
    conf_write(DEVICE, MSIX + 2, 2, 0xc000);
    for (unsigned i = 0; i < 2; i++) {
        test_write(false, TABLE + 16 * i, 4, 0xfee01000);
        test_write(false, TABLE + 16 * i + 4, 4, 0);
        test_write(false, TABLE + 16 * i + 8, 4, 0x60 + i);
        test_write(false, TABLE + 16 * i + 12, 4, 0);
    }
    conf_write(DEVICE, MSIX + 2, 2, 0x8000);
}

START_TEST(msix_is_translated)
{
    enable_msix();
    ck_assert_uint_eq(test_nr_vectors, 2);
    ck_assert_uint_eq(real32(MSIX) & (MSIX_ON | MSIX_MASKED), MSIX_ON);
    ck_assert_uint_eq(real_entry(1, 0), 0xfee00000);
    ck_assert_uint_eq(real_entry(1, 8), test_last_vector);
    ck_assert_uint_eq(real_entry(1, 12), 0);
    ck_assert_uint_eq(real_entry(2, 12), 1);
    ck_assert_uint_eq(test_read(false, TABLE + 16 + 8, 4), 0x61);
    ck_assert_uint_eq(test_read(false, TABLE + 16, 8), 0xfee01000);
    ck_assert_uint_eq(test_read(false, TABLE + 32 + 12, 4), 1);
    test_interrupt(test_last_vector);
    ck_assert_uint_eq(delivered.msi_data, 0x61);

    test_write(false, TABLE + 16 + 12, 4, 1);
    ck_assert_uint_eq(real_entry(1, 12), 1);
    conf_write(DEVICE, MSIX + 2, 2, 0);
    ck_assert_uint_eq(test_nr_vectors, 0);
}
END_TEST

START_TEST(beside_the_table)
{
    test_write(false, TABLE + 0x800, 2, 0xabcd);
    ck_assert_uint_eq(*(volatile uint16_t *)(TABLE + 0x800), 0xabcd);
    ck_assert_uint_eq(test_read(false, TABLE + 0x800, 2), 0xabcd);
    test_write(false, TABLE + 2, 2, 0xffff);    /* part of a word of the table */
    test_write(false, TABLE + 16 * ENTRIES - 4, 8, ~0ULL);
    ck_assert_uint_eq(real_entry(0, 0), 0);
    ck_assert_uint_eq(real_entry(ENTRIES - 1, 12), 0);
    ck_assert_uint_eq(test_read(false, TABLE, 1), 0xff);
}
END_TEST

START_TEST(bar_cannot_be_put_over_memory)
{
    unsigned before = test_nr_handlers;

    ram_at = 0x50001000;
    conf_write(DEVICE, PCI_BAR0, 4, 0x50000000);
    conf_write(DEVICE, 4, 2, 2);
    ck_assert_uint_eq(test_nr_handlers, before);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("vpci");
    TCase *t = tcase_create("config");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, passes_through);
    tcase_add_test(t, iommu_is_read_only);
    tcase_add_test(t, msi_is_translated);
    tcase_add_test(t, msi_is_remapped);
    tcase_add_test(t, msix_is_translated);
    tcase_add_test(t, beside_the_table);
    tcase_add_test(t, bar_cannot_be_put_over_memory);
    suite_add_tcase(s, t);
    return run_suite(s);
}
