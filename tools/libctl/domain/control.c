/* SPDX-License-Identifier: GPL-2.0-only */
/* Steering domains: run and stop, requests to the guest's kernel, memory targets. */
#include "nodes.h"

#include "../core/private.h"
#include "../hv/hv.h"

#include <libctl/config.h>
#include <libctl/domain.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int simple(struct ctl_ctx *ctx, uint32_t cmd, uint32_t domid, const char *what,
                  struct ctl_error *err)
{
    struct ctl_privcmd *h;
    int rc = ctl_get_privcmd(ctx, &h, err);

    if (rc < 0)
        return rc;
    rc = hv_domctl_simple(h, cmd, domid);
    return rc < 0 ? ctl_error_domain(err, rc, domid, what) : 0;
}

int ctl_domain_pause(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err)
{
    return simple(ctx, XEN_DOMCTL_pausedomain, domid, "pause the domain", err);
}

int ctl_domain_unpause(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err)
{
    return simple(ctx, XEN_DOMCTL_unpausedomain, domid, "unpause the domain", err);
}

/* Reads a small node of the domain; NULL when there is none. */
static char *read_node(struct ctl_store *s, uint32_t domid, const char *name)
{
    char path[96], *value;

    snprintf(path, sizeof(path), "/local/domain/%u/%s", domid, name);
    return ctl_store_read(s, 0, path, &value, NULL) < 0 ? NULL : value;
}

static int write_node(struct ctl_ctx *ctx, uint32_t domid, const char *name, const char *value,
                      struct ctl_error *err)
{
    char path[96];
    struct ctl_store *s;
    int rc = ctl_get_store(ctx, &s, err);

    if (rc < 0)
        return rc;
    snprintf(path, sizeof(path), "/local/domain/%u/%s", domid, name);
    rc = ctl_store_write(s, 0, path, value, strlen(value));
    return rc < 0 ? ctl_error_store(err, rc, "write", path) : 0;
}

static int ask_guest(struct ctl_ctx *ctx, uint32_t domid, const char *request, const char *feature,
                     struct ctl_error *err)
{
    struct ctl_domain_info info;
    struct ctl_store *s;
    char *value;
    bool listens;
    int rc = ctl_domain_info(ctx, domid, &info, err);

    if (rc == 0)
        rc = ctl_get_store(ctx, &s, err);
    if (rc < 0)
        return rc;
    if (domid == 0)
        return ctl_error_set(err, -EINVAL, "Domain 0 is not shut down this way.");
    value = read_node(s, domid, feature);
    listens = value && strcmp(value, "1") == 0;
    free(value);
    if (!listens) {
        ctl_error_set(err, -EOPNOTSUPP,
                      "Domain %u does not listen to a request for %s (it has not set %s).", domid,
                      request, feature);
        ctl_error_hint(err, "It may still be booting, or have no Xen drivers; destroy works "
                            "always.");
        return -EOPNOTSUPP;
    }
    return write_node(ctx, domid, "control/shutdown", request, err);
}

int ctl_domain_shutdown(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err)
{
    return ask_guest(ctx, domid, "poweroff", "control/feature-poweroff", err);
}

int ctl_domain_reboot(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err)
{
    return ask_guest(ctx, domid, "reboot", "control/feature-reboot", err);
}

int ctl_domain_sysrq(struct ctl_ctx *ctx, uint32_t domid, char key, struct ctl_error *err)
{
    const char text[2] = {key, '\0'};
    struct ctl_domain_info info;
    int rc = ctl_domain_info(ctx, domid, &info, err);

    return rc < 0 ? rc : write_node(ctx, domid, "control/sysrq", text, err);
}

static int trigger_absent(const char *trigger, struct ctl_error *err)
{
    ctl_error_set(err, -ENOSYS, "PVH guests have no trigger \"%s\".", trigger);
    ctl_error_hint(err, "Only nmi reaches them; xl shutdown asks a guest to power off.");
    return -ENOSYS;
}

int ctl_domain_trigger(struct ctl_ctx *ctx, uint32_t domid, const char *trigger, uint32_t vcpu,
                       struct ctl_error *err)
{
    static const char *const names[] = {"nmi", "reset", "init", "power", "sleep"};
    struct ctl_privcmd *h;
    int rc = ctl_get_privcmd(ctx, &h, err);

    if (rc < 0)
        return rc;
    for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(trigger, names[i]) == 0) {
            rc = hv_sendtrigger(h, domid, i, vcpu);
            if (rc == -ENOSYS)
                return trigger_absent(trigger, err);
            return rc < 0 ? ctl_error_domain(err, rc, domid, "send the trigger") : 0;
        }
    }
    ctl_error_set(err, -EINVAL, "There is no trigger \"%s\".", trigger);
    ctl_error_hint(err, "Triggers are nmi, reset, init, power and sleep.");
    return -EINVAL;
}

int ctl_domain_set_target(struct ctl_ctx *ctx, uint32_t domid, uint64_t kb, struct ctl_error *err)
{
    struct ctl_domain_info info;
    char text[24];
    int rc = ctl_domain_info(ctx, domid, &info, err);

    if (rc < 0)
        return rc;
    if (domid != 0 && info.max_kb != UINT64_MAX && kb > info.max_kb) {
        ctl_error_set(err, -EINVAL, "%llu MiB are more than domain %u may have: %llu MiB.",
                      (unsigned long long)kb >> 10, domid, (unsigned long long)info.max_kb >> 10);
        ctl_error_hint(err, "Raise the limit with mem-max first.");
        return -EINVAL;
    }
    snprintf(text, sizeof(text), "%llu", (unsigned long long)kb);
    return write_node(ctx, domid, "memory/target", text, err);
}

int ctl_domain_get_target(struct ctl_ctx *ctx, uint32_t domid, uint64_t *kb,
                          struct ctl_error *err)
{
    struct ctl_store *s;
    char *value;
    int rc = ctl_get_store(ctx, &s, err);

    if (rc < 0)
        return rc;
    value = read_node(s, domid, "memory/target");
    if (!value)
        return ctl_error_set(err, -ENOENT, "Domain %u has no memory target.", domid);
    *kb = strtoull(value, NULL, 10);
    free(value);
    return 0;
}

int ctl_domain_set_max_mem(struct ctl_ctx *ctx, uint32_t domid, uint64_t kb,
                           struct ctl_error *err)
{
    struct ctl_domain_info info;
    struct ctl_privcmd *h;
    char text[24];
    int rc = ctl_domain_info(ctx, domid, &info, err);

    if (rc == 0)
        rc = ctl_get_privcmd(ctx, &h, err);
    if (rc < 0)
        return rc;
    if (kb < info.current_kb) {
        ctl_error_set(err, -EINVAL, "Domain %u has %llu MiB now, more than %llu MiB.", domid,
                      (unsigned long long)info.current_kb >> 10, (unsigned long long)kb >> 10);
        ctl_error_hint(err, "Lower its memory with mem-set first.");
        return -EINVAL;
    }
    rc = hv_max_mem(h, domid, kb + 1024);
    if (rc < 0)
        return ctl_error_domain(err, rc, domid, "set the memory limit");
    snprintf(text, sizeof(text), "%llu", (unsigned long long)kb);
    return write_node(ctx, domid, "memory/static-max", text, err);
}

int ctl_domain_rename(struct ctl_ctx *ctx, uint32_t domid, const char *name,
                      struct ctl_error *err)
{
    char dom[48], *vm;
    struct ctl_domain_info info;
    struct node_list list;
    struct ctl_store *s;
    uint32_t other;
    int rc = ctl_domain_info(ctx, domid, &info, err);

    if (rc == 0)
        rc = ctl_get_store(ctx, &s, err);
    if (rc < 0)
        return rc;
    if (name[0] == '\0' || strlen(name) > CTL_NAME_MAX || strpbrk(name, " \t\n/"))
        return ctl_error_set(err, -EINVAL, "\"%s\" is no name for a domain.", name);
    if (ctl_domain_find(ctx, name, &other, NULL) == 0)
        return other == domid ? 0
                              : ctl_error_set(err, -EEXIST,
                                              "The name \"%s\" is taken, or is a number.", name);
    snprintf(dom, sizeof(dom), "/local/domain/%u", domid);
    nodes_init(&list);
    nodes_write(&list, dom, "name", "%s", name);
    vm = read_node(s, domid, "vm");
    if (vm && strncmp(vm, "/vm/", 4) == 0)
        nodes_write(&list, vm, "name", "%s", name);
    free(vm);
    rc = nodes_commit(ctx, &list, err);
    nodes_release(&list);
    return rc;
}

int ctl_domain_action(const struct ctl_domain_config *cfg, uint32_t reason)
{
    switch (reason) {
    case CTL_SHUTDOWN_POWEROFF:
        return (int)cfg->on_poweroff;
    case CTL_SHUTDOWN_REBOOT:
        return (int)cfg->on_reboot;
    case CTL_SHUTDOWN_CRASH:
        return (int)cfg->on_crash;
    case CTL_SHUTDOWN_WATCHDOG:
        return (int)cfg->on_watchdog;
    case CTL_SHUTDOWN_SOFT_RESET:
        return (int)cfg->on_soft_reset;
    case CTL_SHUTDOWN_SUSPEND:
        return CTL_ACTION_PRESERVE; /* it belongs to whoever suspended it */
    default:
        return CTL_ACTION_DESTROY; /* a guest can name any reason; it is gone all the same */
    }
}
