/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking a domain away without a trace. */
#include "nodes.h"
#include "userdata.h"

#include "../core/private.h"
#include "../device/device.h"
#include "../hv/hv.h"

#include <libctl/domain.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int remove_nodes(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err)
{
    char dom[48], path[96], *vm = NULL;
    struct node_list list;
    struct ctl_store *s;
    int rc = ctl_get_store(ctx, &s, err);

    if (rc < 0)
        return rc;
    snprintf(dom, sizeof(dom), "/local/domain/%u", domid);
    snprintf(path, sizeof(path), "%s/vm", dom);
    nodes_init(&list);
    /* Only what looks like a path of ours: the node's directory is writable by us alone. */
    if (ctl_store_read(s, 0, path, &vm, NULL) == 0 && strncmp(vm, "/vm/", 4) == 0)
        nodes_add(&list, NODE_RM, vm, NULL, "%s", "");
    nodes_add(&list, NODE_RM, dom, NULL, "%s", "");
    snprintf(path, sizeof(path), "/libxl/%u", domid);
    nodes_add(&list, NODE_RM, path, NULL, "%s", "");
    snprintf(path, sizeof(path), "/local/domain/0/backend/console/%u", domid);
    nodes_add(&list, NODE_RM, path, NULL, "%s", "");
    rc = nodes_send(ctx, &list, err);
    nodes_release(&list);
    free(vm);
    return rc;
}

int ctl_domain_destroy(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err)
{
    struct ctl_privcmd *h;
    struct device *devs;
    size_t n;
    int rc, first;

    if (domid == 0)
        return ctl_error_set(err, -EINVAL, "Domain 0 cannot be destroyed.");
    rc = ctl_get_privcmd(ctx, &h, err);
    if (rc < 0)
        return rc;
    /* A domain that runs no more cannot make new trouble while its devices go. */
    rc = hv_domctl_simple(h, XEN_DOMCTL_pausedomain, domid);
    if (rc == -ESRCH)
        return ctl_error_domain(err, rc, domid, "destroy the domain");
    first = device_list(ctx, domid, &devs, &n, err);
    if (first == 0) {
        first = device_remove(ctx, devs, n, true, err);
        free(devs);
    }
    rc = hv_domctl_simple(h, XEN_DOMCTL_destroydomain, domid);
    if (rc < 0 && rc != -ESRCH)
        return ctl_error_domain(err, rc, domid, "destroy the domain");
    userdata_remove_all(domid);
    rc = remove_nodes(ctx, domid, err);
    return rc < 0 ? rc : first;
}
