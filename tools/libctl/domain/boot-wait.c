/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting until the boot payload has unpacked and entered the kernel, or has said why it cannot. */
#include "boot-status.h"
#include "layout.h"

#include "../core/private.h"

#include <libctl/domain.h>
#include <libctl/foreign.h>
#include <public/io/console.h>

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define POLL_MS 5
/* The domain is looked at, which costs a hypercall, at every so many polls. */
#define POLLS_PER_LOOK 4

static uint32_t read_status(const uint8_t *page)
{
    return *(const volatile uint32_t *)(page + BOOT_STATUS_OFFSET);
}

/* The payload's words, from the beginning of the ring that nobody else wrote to. */
static void read_words(const uint8_t *page, char *text, size_t size)
{
    const struct xencons_interface *ring = (const void *)page;
    char copy[sizeof(ring->out) + 1];
    const char *start;
    size_t i;

    memcpy(copy, ring->out, sizeof(ring->out));
    copy[sizeof(ring->out)] = '\0';
    start = strstr(copy, BOOT_STATUS_SPEAKER);
    start = start ? start + strlen(BOOT_STATUS_SPEAKER) : "it crashed without a word";
    for (i = 0; i + 1 < size && isprint((unsigned char)start[i]); i++)
        text[i] = start[i];
    text[i] = '\0';
}

static int report_crash(uint32_t domid, const uint8_t *page, struct ctl_error *err)
{
    char words[400];

    read_words(page, words, sizeof(words));
    ctl_error_set(err, -ENOEXEC, "Domain %u could not start its kernel: %s.", domid, words);
    if (strstr(words, "too little memory") || strstr(words, "the guest needs"))
        ctl_error_hint(err, "Raise memory=.");
    else
        ctl_error_hint(err, "Give an intact Linux kernel with PVH entry (CONFIG_PVH) as kernel=.");
    return -ENOEXEC;
}

static bool is_unpacking(const uint8_t *page)
{
    uint32_t status = read_status(page);

    return status == BOOT_STATUS_WORKING || status == BOOT_STATUS_TRUSTED;
}

/* 1: the payload is still at work; 0: it has entered the kernel. */
static int look(struct ctl_ctx *ctx, uint32_t domid, const uint8_t *page, struct ctl_error *err)
{
    struct ctl_domain_info info;
    int rc = ctl_domain_info(ctx, domid, &info, err);

    if (rc < 0)
        return rc;
    /* It may have said so and shut down since. */
    if (!is_unpacking(page))
        return 0;
    return info.shutdown ? report_crash(domid, page, err) : 1;
}

static int poll_status(struct ctl_ctx *ctx, uint32_t domid, const uint8_t *page, bool trust,
                       int timeout_ms, struct ctl_error *err)
{
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    int polls = 0;

    do {
        int rc = 1;

        if (!is_unpacking(page))
            return 0;
        if (polls % POLLS_PER_LOOK == 0)
            rc = look(ctx, domid, page, err);
        if (rc > 0 && ctl_check_interrupt(ctx, err) < 0)
            return -EINTR;
        if (rc <= 0 || (trust && read_status(page) == BOOT_STATUS_TRUSTED))
            return rc < 0 ? rc : 0;
        nanosleep(&pause, NULL);
    } while (++polls * POLL_MS < timeout_ms);
    return ctl_error_set(err, -ETIMEDOUT, "Domain %u has not started its kernel in %d seconds.",
                         domid, timeout_ms / 1000);
}

int ctl_domain_wait_boot(struct ctl_ctx *ctx, uint32_t domid, unsigned int flags, int timeout_ms,
                         struct ctl_error *err)
{
    struct ctl_privcmd *h;
    char buf[32];
    void *page;
    int rc = ctl_get_privcmd(ctx, &h, err);

    if (rc < 0)
        return rc;
    rc = ctl_foreign_map_range(h, domid, PROT_READ, LAYOUT_CONSOLE_GFN, 1, &page);
    if (rc < 0)
        return ctl_error_set(err, rc, "Cannot map the console of domain %u: %s.", domid,
                             ctl_errno_text(rc, buf, sizeof(buf)));
    rc = poll_status(ctx, domid, page, !(flags & CTL_WAIT_ENTERED), timeout_ms, err);
    ctl_foreign_unmap(page, 1);
    return rc;
}
