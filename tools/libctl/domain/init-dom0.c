/* SPDX-License-Identifier: GPL-2.0-only */
/* Domain 0's own nodes in the store. */
#include "nodes.h"
#include "uuid-text.h"

#include "../core/private.h"
#include "../hv/hv.h"

#include <libctl/domain.h>
#include <libctl/host.h>

#include <stdio.h>

#define DOM0 "/local/domain/0"

int ctl_host_init_dom0(struct ctl_ctx *ctx, struct ctl_error *err)
{
    struct ctl_domain_info info;
    struct node_list list;
    char uuid[UUID_TEXT_SIZE], vm[64];
    int rc = ctl_domain_info(ctx, 0, &info, err);

    if (rc < 0)
        return rc;
    uuid_text(info.uuid, uuid);
    snprintf(vm, sizeof(vm), "/vm/%s", uuid);
    nodes_init(&list);
    nodes_write(&list, DOM0, "domid", "0");
    nodes_write(&list, DOM0, "name", "Domain-0");
    nodes_write(&list, DOM0, "vm", "%s", vm);
    nodes_write(&list, vm, "name", "Domain-0");
    nodes_write(&list, vm, "uuid", "%s", uuid);
    nodes_write(&list, DOM0, "memory/target", "%llu", (unsigned long long)info.current_kb);
    nodes_write(&list, DOM0, "memory/static-max", "%llu",
                (unsigned long long)(info.max_kb / 4 >= UINT32_MAX ? info.current_kb : info.max_kb));
    nodes_add(&list, NODE_MKDIR, "/libxl/0", NULL, "%s", "");
    nodes_private(&list, 0);
    nodes_write(&list, "/libxl/0", "type", "pvh");
    for (uint32_t i = 0; info.max_vcpu_id < 512 && i <= info.max_vcpu_id; i++) {
        char name[40];

        snprintf(name, sizeof(name), "cpu/%u/availability", i);
        nodes_write(&list, DOM0, name, "online");
    }
    rc = nodes_commit(ctx, &list, err);
    nodes_release(&list);
    return rc;
}
