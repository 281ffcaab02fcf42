/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_PLATFORM_H
#define XSD_PLATFORM_H

#include <public/io/xs_wire.h>
#include <stdbool.h>
#include <stdint.h>

enum platform_domain_state { PLATFORM_GONE, PLATFORM_SHUTDOWN, PLATFORM_ALIVE };

/*
 * What the daemon needs of the hypervisor. Tests put their own in its place.
 * Functions return >= 0 or -errno.
 */
struct platform {
    /* Readable when a port is pending. */
    int (*event_fd)(void);
    int (*bind)(uint16_t domid, uint32_t remote_port);
    int (*bind_domain_virq)(void);
    void (*unbind)(uint32_t port);
    void (*notify)(uint32_t port);
    /* The next pending port, already unmasked again, or -EAGAIN. */
    int (*pending)(void);
    /* Maps a guest's page, by its grant if it has one, else by frame number. */
    int (*map_ring)(uint16_t domid, uint64_t gfn, struct xenstore_domain_interface **out);
    void (*unmap_ring)(uint16_t domid, struct xenstore_domain_interface *page);
    /* Domain 0's own page and port, of its kernel. */
    int (*own_ring)(struct xenstore_domain_interface **page, uint32_t *port);
    enum platform_domain_state (*domain_state)(uint16_t domid);
};

/* The real one, by libctl. NULL with a logged reason when there is no hypervisor. */
const struct platform *platform_xen_open(void);
void platform_xen_close(void);

#endif
