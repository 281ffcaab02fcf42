/* SPDX-License-Identifier: GPL-2.0-only */
/* System time from the TSC, whose rate is measured against the HPET or the PM timer. */
#include <asm/acpi.h>
#include <asm/cpu.h>
#include <asm/io.h>
#include <asm/time.h>
#include <public/xen.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/spinlock.h>
#include <xen/time.h>

#define PM_TIMER_HZ 3579545
#define CALIBRATION_MS 20

uint64_t tsc_khz;
static uint64_t tsc_boot;
static uint32_t mul_frac; /* ns = ((tsc << shift) * mul_frac) >> 32 */
static int8_t tsc_shift;
static uint64_t wc_sec;
static uint32_t wc_nsec;
static DEFINE_SPINLOCK(wc_lock);
static volatile char *hpet;
static uint64_t ref_hz;

static uint64_t reference_read(void)
{
    return hpet ? readl(hpet + 0xf0) : inl(acpi.pm_timer_port);
}

static uint64_t reference_delta(uint64_t from, uint64_t to)
{
    return (to - from) & (hpet || acpi.pm_timer_32bit ? 0xffffffff : 0xffffff);
}

static void __init reference_init(void)
{
    if (acpi.hpet_address) {
        uint32_t period_fs;

        hpet = ioremap(acpi.hpet_address, 0x400);
        period_fs = hpet ? readl(hpet + 4) : 0;
        if (period_fs) {
            writel(readl(hpet + 0x10) | 1, hpet + 0x10);
            ref_hz = 1000000000000000UL / period_fs;
            return;
        }
        hpet = NULL;
    }
    if (!acpi.pm_timer_port)
        panic("no HPET and no ACPI PM timer: nothing to measure the TSC against");
    ref_hz = PM_TIMER_HZ;
}

/* A pair of readings that lie close together. */
static void __init read_pair(uint64_t *tsc, uint64_t *ref)
{
    uint64_t best = ~0UL;

    for (unsigned i = 0; i < 8; i++) {
        uint64_t a = rdtsc(), r = reference_read(), b = rdtsc();

        if (b - a < best) {
            best = b - a;
            *tsc = a + (b - a) / 2;
            *ref = r;
        }
    }
}

static void __init set_scale(uint64_t khz)
{
    uint64_t per_tick; /* ns << 32 */

    tsc_khz = khz;
    tsc_shift = 0;
    per_tick = ((uint64_t)1000000 << 32) / khz;
    while (per_tick >= 1UL << 32) {
        per_tick >>= 1;
        tsc_shift++;
    }
    while (per_tick < 1UL << 31) {
        per_tick = ((uint64_t)1000000 << (32 + 1 - tsc_shift)) / khz;
        tsc_shift--;
    }
    mul_frac = (uint32_t)per_tick;
}

/* a * b / c, the product of 128 bits; the result must fit. */
static uint64_t mul_div(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t high;

    __asm__("mulq %2\n\tdivq %3" : "+a"(a), "=&d"(high) : "rm"(b), "r"(c) : "cc");
    return a;
}

static uint64_t scale(uint64_t delta)
{
    delta = tsc_shift < 0 ? delta >> -tsc_shift : delta << tsc_shift;
    return (uint64_t)(((unsigned __int128)delta * mul_frac) >> 32);
}

s_time_t tsc_to_stime(uint64_t tsc)
{
    return (s_time_t)scale(tsc - tsc_boot);
}

uint64_t stime_to_tsc(s_time_t t)
{
    return tsc_boot + mul_div((uint64_t)t, tsc_khz, 1000000);
}

s_time_t get_s_time(void)
{
    return tsc_to_stime(rdtsc());
}

static uint8_t __init cmos_read(uint8_t reg)
{
    outb(0x70, reg);
    return inb(0x71);
}

static unsigned __init from_bcd(uint8_t v, bool binary)
{
    return binary ? v : (v >> 4) * 10u + (v & 15u);
}

static uint64_t __init days_before(unsigned year, unsigned month, unsigned day)
{
    /* Counted from March, so that the leap day is the last. */
    unsigned y = year - (month <= 2), era = y / 400, yoe = y % 400;
    unsigned doy = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;

    return (uint64_t)era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void __init wallclock_init(void)
{
    uint8_t before, after, raw[6];
    static const uint8_t regs[6] = { 0, 2, 4, 7, 8, 9 };
    bool binary = cmos_read(0x0b) & 4;
    unsigned v[6], tries = 0;
    uint64_t now;

    do { /* a reading during which the second did not change */
        while ((cmos_read(0x0a) & 0x80) && tries++ < 100000)
            ;
        before = cmos_read(0);
        for (unsigned i = 0; i < 6; i++)
            raw[i] = cmos_read(regs[i]);
        after = cmos_read(0);
    } while (before != after && tries++ < 100000);
    for (unsigned i = 0; i < 6; i++)
        v[i] = from_bcd(i == 2 ? raw[i] & 0x7f : raw[i], binary);
    now = ((days_before(2000 + v[5], v[4], v[3]) * 24 + v[2]) * 60 + v[1]) * 60 + v[0];
    wallclock_set(now, 0, (uint64_t)get_s_time());
}

void __init time_init(void)
{
    uint64_t t0, t1, r0, r1;

    reference_init();
    read_pair(&t0, &r0);
    do {
        r1 = reference_read();
    } while (reference_delta(r0, r1) < ref_hz / 1000 * CALIBRATION_MS);
    read_pair(&t1, &r1);
    set_scale(mul_div(t1 - t0, ref_hz, reference_delta(r0, r1)) / 1000);
    tsc_boot = rdtsc();
    wallclock_init();
    printk(XENLOG_INFO "TSC: %lu.%03lu MHz, measured against the %s\n", tsc_khz / 1000, tsc_khz % 1000,
           hpet ? "HPET" : "PM timer");
}

void wallclock_get(uint64_t *sec, uint32_t *nsec)
{
    spin_lock(&wc_lock);
    *sec = wc_sec;
    *nsec = wc_nsec;
    spin_unlock(&wc_lock);
}

void wallclock_set(uint64_t sec, uint32_t nsec, uint64_t system_time_base)
{
    uint64_t ns = sec * 1000000000UL + nsec - system_time_base;

    spin_lock(&wc_lock);
    wc_sec = ns / 1000000000;
    wc_nsec = (uint32_t)(ns % 1000000000);
    spin_unlock(&wc_lock);
}

void time_fill_vcpu_info(struct vcpu_time_info *u, uint64_t tsc_offset)
{
    uint64_t tsc = tsc_boot + tsc_offset;

    if (u->tsc_timestamp == tsc && u->tsc_to_system_mul == mul_frac)
        return; /* the rate never changes: once is enough */
    WRITE_ONCE(u->version, (u->version + 1) | 1);
    smp_wmb();
    u->tsc_timestamp = tsc;
    u->system_time = 0;
    u->tsc_to_system_mul = mul_frac;
    u->tsc_shift = tsc_shift;
    u->flags = 1; /* PVCLOCK_TSC_STABLE_BIT */
    smp_wmb();
    WRITE_ONCE(u->version, u->version + 1);
}

void time_update_wallclock(struct domain *d)
{
    struct shared_info *s = d->shared_info;
    uint64_t sec;
    uint32_t nsec;

    wallclock_get(&sec, &nsec);
    sec += (uint64_t)d->time_offset_seconds;
    WRITE_ONCE(s->wc_version, (s->wc_version + 1) | 1);
    smp_wmb();
    s->wc_sec = (uint32_t)sec;
    s->wc_sec_hi = (uint32_t)(sec >> 32);
    s->wc_nsec = nsec;
    smp_wmb();
    WRITE_ONCE(s->wc_version, s->wc_version + 1);
}
