/* SPDX-License-Identifier: GPL-2.0-only */
/* A hypervisor made of hooks: what the tests of the store's daemon put in its place. */
#ifndef TEST_FAKE_PLATFORM_H
#define TEST_FAKE_PLATFORM_H

#include "../../../tools/xenstored/platform.h"

#define FAKE_VIRQ        1u
#define FAKE_PORT(domid) (100u + (uint32_t)(domid))
#define FAKE_BAD_PORT    999u /* a guest's port that cannot be bound */
#define FAKE_BAD_GFN     666u /* a frame that cannot be mapped */

/* The daemon's own port to a domain is FAKE_PORT(domid). */
struct fake_hooks {
    int event_fd;
    /* By port; set by who fires one, which also writes to event_fd, an eventfd. */
    uint32_t *pending;
    uint32_t nr_ports;
    /* Without pending: the next port that has fired, or -EAGAIN. */
    int (*next_port)(void);
    void (*notify)(uint16_t domid);
    /* 0 or -errno. */
    int (*map)(uint16_t domid, struct xenstore_domain_interface **out);
    /* NULL: nothing to be done. */
    void (*unmap)(uint16_t domid, struct xenstore_domain_interface *page);
    /* NULL: every domain is alive. */
    enum platform_domain_state (*state)(uint16_t domid);
};

/* There is one at a time; *h is copied. */
const struct platform *fake_platform(const struct fake_hooks *h);

#endif
