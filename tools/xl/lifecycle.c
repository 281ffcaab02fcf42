/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands that stop and start domains. */
#include "xl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options of shutdown and reboot. */
struct stop {
    bool reboot, all;
    unsigned int wait;              /* 1: until it has shut down, 2: until it is gone */
};

int xl_main_destroy(struct xl *xl, int argc, char **argv)
{
    struct ctl_error err;
    bool force = xl->force;
    uint32_t domid;
    int o, rc = 0;

    while ((o = xl_getopt(xl, argc, argv, "hf", NULL, &rc)) >= 0)
        force |= o == 'f';
    if (o == -2)
        return rc;
    if (!xl_find_domain(xl, argv[optind], &domid))
        return XL_FAILURE;
    if (!domid && !force) {
        xl_say("Not destroying domain 0; use -f to force.\n"
               "Only a toolstack outside of domain 0 could do it.");
        return XL_FAILURE;
    }
    return xl_outcome(ctl_domain_destroy(xl->ctx, domid, &err), &err);
}

static int set_paused(struct xl *xl, int argc, char **argv, bool paused)
{
    struct ctl_error err;
    uint32_t domid;
    int rc = 0;

    if (!xl_domain_argument(xl, argc, argv, &domid, &rc))
        return rc;
    if (paused)
        rc = ctl_domain_pause(xl->ctx, domid, &err);
    else
        rc = ctl_domain_unpause(xl->ctx, domid, &err);
    return xl_outcome(rc, &err);
}

int xl_main_pause(struct xl *xl, int argc, char **argv)
{
    return set_paused(xl, argc, argv, true);
}

int xl_main_unpause(struct xl *xl, int argc, char **argv)
{
    return set_paused(xl, argc, argv, false);
}

static bool request_stop(struct xl *xl, uint32_t domid, const struct stop *stop)
{
    struct ctl_error err;
    int rc;

    xl_say("%s domain %u", stop->reboot ? "Rebooting" : "Shutting down", domid);
    if (stop->reboot)
        rc = ctl_domain_reboot(xl->ctx, domid, &err);
    else
        rc = ctl_domain_shutdown(xl->ctx, domid, &err);
    if (rc)
        xl_report(&err);
    return !rc;
}

static bool wait_stop(struct xl *xl, uint32_t domid, const struct stop *stop)
{
    enum ctl_domain_event event;
    struct ctl_error err;
    int rc = ctl_domain_wait(xl->ctx, domid, stop->wait > 1 ? CTL_WAIT_DEATH : 0, -1, &event, NULL,
                             &err);

    if (rc && rc != -ESRCH) {
        xl_report(&err);
        return false;
    }
    if (rc || event == CTL_DOMAIN_DEATH)
        xl_say("Domain %u has been destroyed", domid);
    else
        xl_say("Domain %u has been shut down", domid);
    return true;
}

/* Asks the domains and, when wanted, waits for those that were asked. */
static int stop_domains(struct xl *xl, const struct xl_domains *d, const struct stop *stop)
{
    uint32_t *asked = calloc(d->count + 1, sizeof(*asked));
    size_t i, count = 0;
    int rc = XL_OK;

    if (!asked)
        return XL_FAILURE;
    for (i = 0; i < d->count; i++) {
        if (stop->all && !d->info[i].domid)
            continue;
        if (request_stop(xl, d->info[i].domid, stop))
            asked[count++] = d->info[i].domid;
        else
            rc = XL_FAILURE;
    }
    if (stop->wait && count)
        xl_say("Waiting for %zu domains", count);
    for (i = 0; stop->wait && i < count; i++)
        if (!wait_stop(xl, asked[i], stop))
            rc = XL_FAILURE;
    free(asked);
    return rc;
}

int xl_main_shutdown(struct xl *xl, int argc, char **argv)
{
    static const struct option longs[] = {
        { "all", no_argument, NULL, 'a' },
        { "wait", no_argument, NULL, 'w' },
        { "help", no_argument, NULL, 'h' },
        { 0 }
    };
    struct stop stop = { .reboot = !strcmp(argv[0], "reboot") };
    struct xl_domains d;
    int o, rc = 0;

    while ((o = xl_getopt(xl, argc, argv, "hawF", longs, &rc)) >= 0) {
        stop.all |= o == 'a';
        stop.wait += o == 'w';
    }
    if (o == -2)
        return rc;
    if (stop.all == (optind < argc)) {
        xl_say(stop.all ? "You can't specify -a and a domain at once."
                        : "You must specify -a or a domain id.\n");
        return XL_FAILURE;
    }
    if (!(stop.all ? xl_domains_get(xl, &d) : xl_domains_get_one(xl, argv[optind], &d)))
        return XL_FAILURE;
    rc = stop_domains(xl, &d, &stop);
    xl_domains_free(&d);
    return rc;
}
