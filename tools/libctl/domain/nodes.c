/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of store nodes, and the nodes that make a domain. */
#include "nodes.h"

#include "uuid-text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void nodes_init(struct node_list *list)
{
    memset(list, 0, sizeof(*list));
}

void nodes_release(struct node_list *list)
{
    for (size_t i = 0; i < list->nr; i++) {
        free(list->nodes[i].path);
        free(list->nodes[i].value);
    }
    free(list->nodes);
    nodes_init(list);
}

static struct node *new_node(struct node_list *list)
{
    if (list->error)
        return NULL;
    if (list->nr == list->room) {
        size_t room = list->room ? 2 * list->room : 64;
        struct node *bigger = realloc(list->nodes, room * sizeof(*bigger));

        if (!bigger) {
            list->error = -ENOMEM;
            return NULL;
        }
        list->nodes = bigger;
        list->room = room;
    }
    memset(&list->nodes[list->nr], 0, sizeof(list->nodes[0]));
    return &list->nodes[list->nr++];
}

static void add_node(struct node_list *list, enum node_kind kind, const char *dir,
                     const char *name, const char *fmt, va_list ap)
{
    struct node *n = new_node(list);

    if (!n)
        return;
    n->kind = kind;
    if (asprintf(&n->path, name ? "%s/%s" : "%s", dir, name) < 0) {
        n->path = NULL;
        list->error = -ENOMEM;
    }
    if (kind == NODE_WRITE && vasprintf(&n->value, fmt, ap) < 0) {
        n->value = NULL;
        list->error = -ENOMEM;
    }
}

void nodes_add(struct node_list *list, enum node_kind kind, const char *dir, const char *name,
               const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_node(list, kind, dir, name, fmt, ap);
    va_end(ap);
}

void nodes_write(struct node_list *list, const char *dir, const char *name, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_node(list, NODE_WRITE, dir, name, fmt, ap);
    va_end(ap);
}

void nodes_perms(struct node_list *list, uint32_t owner, uint32_t other, char access)
{
    struct node *n;

    if (list->error || list->nr == 0)
        return;
    n = &list->nodes[list->nr - 1];
    n->perms[0] = (struct ctl_store_perm){owner, 'n'};
    n->perms[1] = (struct ctl_store_perm){other, access};
    n->nr_perms = 2;
}

void nodes_private(struct node_list *list, uint32_t owner)
{
    nodes_perms(list, owner, owner, 'n');
    if (!list->error && list->nr > 0)
        list->nodes[list->nr - 1].nr_perms = 1;
}

static void add_vcpus(struct node_list *list, const struct domain_nodes *d, const char *dom)
{
    for (uint32_t i = 0; i < d->max_vcpus; i++) {
        char name[40];

        snprintf(name, sizeof(name), "cpu/%u/availability", i);
        nodes_write(list, dom, name, "%s", i < d->vcpus ? "online" : "offline");
    }
}

/* What the guest itself may write, empty at first. */
static void add_guest_owned(struct node_list *list, const struct domain_nodes *d, const char *dom)
{
    static const char *const names[] = {
        "control/shutdown", "control/feature-poweroff", "control/feature-reboot",
        "control/feature-suspend", "control/sysrq", "device/suspend/event-channel",
        "data", "drivers", "feature", "attr", "error",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        nodes_write(list, dom, names[i], "%s", "");
        nodes_private(list, d->domid);
    }
}

static void add_console(struct node_list *list, const struct domain_nodes *d, const char *dom)
{
    char front[64], back[64];

    snprintf(front, sizeof(front), "%s/console", dom);
    snprintf(back, sizeof(back), "/local/domain/0/backend/console/%u/0", d->domid);
    nodes_add(list, NODE_MKDIR, back, NULL, "%s", "");
    nodes_perms(list, 0, d->domid, 'r');
    nodes_write(list, back, "frontend", "%s", front);
    nodes_write(list, back, "frontend-id", "%u", d->domid);
    nodes_write(list, back, "online", "1");
    nodes_write(list, back, "state", "1");
    nodes_write(list, back, "protocol", "vt100");
    nodes_write(list, front, "backend", "%s", back);
    nodes_write(list, front, "backend-id", "0");
    nodes_write(list, front, "limit", "1048576");
    nodes_write(list, front, "type", "xenconsoled");
    nodes_write(list, front, "output", "pty");
    nodes_write(list, front, "tty", "%s", "");
    nodes_write(list, front, "port", "%u", d->console_port);
    nodes_write(list, front, "ring-ref", "%llu", (unsigned long long)d->console_gfn);
}

static void add_libxl(struct node_list *list, const struct domain_nodes *d, const char *libxl)
{
    char front[64], back[64], dir[64];

    snprintf(front, sizeof(front), "/local/domain/%u/console", d->domid);
    snprintf(back, sizeof(back), "/local/domain/0/backend/console/%u/0", d->domid);
    snprintf(dir, sizeof(dir), "%s/device/console/0", libxl);
    nodes_add(list, NODE_MKDIR, libxl, NULL, "%s", "");
    nodes_private(list, 0);
    nodes_write(list, libxl, "type", "pvh");
    nodes_write(list, dir, "frontend", "%s", front);
    nodes_write(list, dir, "backend", "%s", back);
}

void nodes_make_domain(struct node_list *list, const struct domain_nodes *d)
{
    char dom[48], vm[64], libxl[32], uuid[UUID_TEXT_SIZE];

    uuid_text(d->uuid, uuid);
    snprintf(dom, sizeof(dom), "/local/domain/%u", d->domid);
    snprintf(vm, sizeof(vm), "/vm/%s", uuid);
    snprintf(libxl, sizeof(libxl), "/libxl/%u", d->domid);

    nodes_add(list, NODE_RM, dom, NULL, "%s", "");
    nodes_add(list, NODE_RM, vm, NULL, "%s", "");
    nodes_add(list, NODE_RM, libxl, NULL, "%s", "");
    nodes_add(list, NODE_MKDIR, dom, NULL, "%s", "");
    nodes_perms(list, 0, d->domid, 'r');
    nodes_add(list, NODE_MKDIR, vm, NULL, "%s", "");
    nodes_perms(list, 0, d->domid, 'r');
    nodes_write(list, vm, "uuid", "%s", uuid);
    nodes_write(list, vm, "name", "%s", d->name);
    nodes_write(list, vm, "start_time", "%llu.%02u", (unsigned long long)(d->now_cs / 100),
                (unsigned int)(d->now_cs % 100));
    nodes_write(list, dom, "vm", "%s", vm);
    nodes_write(list, dom, "name", "%s", d->name);
    nodes_write(list, dom, "domid", "%u", d->domid);
    nodes_write(list, dom, "memory/static-max", "%llu", (unsigned long long)d->max_kb);
    nodes_write(list, dom, "memory/target", "%llu", (unsigned long long)d->target_kb);
    nodes_write(list, dom, "memory/videoram", "0");
    nodes_write(list, dom, "store/port", "%u", d->store_port);
    nodes_write(list, dom, "store/ring-ref", "%llu", (unsigned long long)d->store_gfn);
    add_vcpus(list, d, dom);
    add_guest_owned(list, d, dom);
    nodes_write(list, dom, "control/platform-feature-multiprocessor-suspend", "1");
    nodes_write(list, dom, "control/platform-feature-xs_reset_watches", "1");
    add_libxl(list, d, libxl);
    add_console(list, d, dom);
}
