/* SPDX-License-Identifier: GPL-2.0-only */
/* Creating a domain: check, build, describe in the store, plug devices in, let it run. */
#include "build.h"
#include "nodes.h"
#include "userdata.h"

#include "../core/private.h"
#include "../device/device.h"
#include "../hv/hv.h"

#include <libctl/domain.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static int choose_uuid(struct ctl_domain_config *cfg, struct ctl_error *err)
{
    static const uint8_t unset[16];

    if (memcmp(cfg->uuid, unset, sizeof(unset)) != 0)
        return 0;
    if (getrandom(cfg->uuid, sizeof(cfg->uuid), 0) != sizeof(cfg->uuid))
        return ctl_error_set(err, -EIO, "No random number for a uuid.");
    cfg->uuid[6] = (uint8_t)((cfg->uuid[6] & 0x0f) | 0x40);
    cfg->uuid[8] = (uint8_t)((cfg->uuid[8] & 0x3f) | 0x80);
    return 0;
}

static int check_config(const struct ctl_domain_config *cfg, struct ctl_error *err)
{
    char *why = NULL;
    int rc = ctl_domain_config_check(cfg, &why);

    if (rc < 0)
        ctl_error_set(err, rc, "%s", why ? why : "The domain's configuration is wrong.");
    free(why);
    return rc;
}

static int check_name_is_free(struct ctl_ctx *ctx, const char *name, struct ctl_error *err)
{
    uint32_t other;
    int rc = ctl_domain_find(ctx, name, &other, err);

    if (rc == -ESRCH)
        return 0;
    if (rc < 0)
        return rc;
    ctl_error_set(err, -EEXIST, "There is a domain \"%s\" already: number %u.", name, other);
    ctl_error_hint(err, "Destroy it, or give the new one another name=.");
    return -EEXIST;
}

static int write_nodes(struct build *b, struct device_set *devices)
{
    struct timespec now;
    struct domain_nodes d = {
        .domid = b->domid,
        .name = b->cfg->name,
        .uuid = b->cfg->uuid,
        .target_kb = b->cfg->target_memkb,
        .max_kb = b->cfg->max_memkb,
        .vcpus = b->cfg->vcpus,
        .max_vcpus = b->cfg->max_vcpus,
        .store_port = b->store_port,
        .console_port = b->console_port,
        .store_gfn = LAYOUT_STORE_GFN,
        .console_gfn = LAYOUT_CONSOLE_GFN,
    };
    struct node_list list;
    int rc;

    clock_gettime(CLOCK_REALTIME, &now);
    d.now_cs = (uint64_t)now.tv_sec * 100 + (uint64_t)now.tv_nsec / 10000000;
    nodes_init(&list);
    nodes_make_domain(&list, &d);
    device_set_nodes(devices, b->domid, &list);
    rc = nodes_commit(b->ctx, &list, b->err);
    nodes_release(&list);
    return rc;
}

static int introduce(struct build *b)
{
    char buf[32];
    struct ctl_store *s;
    int rc = ctl_get_store(b->ctx, &s, b->err);

    if (rc < 0)
        return rc;
    rc = ctl_store_introduce(s, b->domid, LAYOUT_STORE_GFN, b->store_port);
    return rc < 0 ? ctl_error_set(b->err, rc, "xenstored does not accept domain %u: %s.", b->domid,
                                  ctl_errno_text(rc, buf, sizeof(buf)))
                  : 0;
}

/* From an empty machine to a paused domain with its devices. *described: its nodes are written. */
static int make(struct build *b, struct device_set *devices, bool *described)
{
    int rc = build_domain(b);

    if (rc == 0)
        rc = ctl_check_interrupt(b->ctx, b->err);
    if (rc == 0) {
        userdata_remove_all(b->domid);
        rc = write_nodes(b, devices);
        *described = rc == 0;
    }
    if (rc == 0)
        rc = introduce(b);
    return rc < 0 ? rc : device_set_plug(b->ctx, devices, b->err);
}

/* What was made in vain goes, and no interrupt keeps it from going. */
static void take_back(struct ctl_ctx *ctx, uint32_t domid)
{
    const volatile sig_atomic_t *interrupt = ctx->interrupt;

    if (domid == CTL_DOMID_NONE)
        return;
    ctx->interrupt = NULL;
    (void)ctl_domain_destroy(ctx, domid, NULL);
    ctx->interrupt = interrupt;
}

int ctl_domain_create(struct ctl_ctx *ctx, struct ctl_domain_config *cfg, unsigned int flags,
                      uint32_t *domid, struct ctl_error *err)
{
    struct build b = {.ctx = ctx, .err = err, .cfg = cfg, .domid = CTL_DOMID_NONE};
    struct device_set devices;
    bool described = false;
    int rc = check_config(cfg, err);

    if (rc == 0)
        rc = choose_uuid(cfg, err);
    if (rc == 0)
        rc = check_name_is_free(ctx, cfg->name, err);
    if (rc < 0)
        return rc;
    rc = build_prepare(&b);
    if (rc == 0)
        rc = device_set_prepare(&devices, cfg, err);
    if (rc < 0) {
        build_release(&b);
        return rc;
    }
    rc = make(&b, &devices, &described);
    if (rc == 0 && !(flags & CTL_CREATE_PAUSED))
        rc = ctl_domain_unpause(ctx, b.domid, err);
    if (rc == 0)
        rc = ctl_check_interrupt(ctx, err);
    if (rc < 0)
        take_back(ctx, b.domid);
    device_set_release(&devices, described);
    build_release(&b);
    if (rc == 0)
        *domid = b.domid;
    return rc;
}
