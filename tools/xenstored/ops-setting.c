/* SPDX-License-Identifier: GPL-2.0-only */
/* What domain 0 sets for all domains or for one: features and quotas. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "domain.h"
#include "platform.h"
#include "proto.h"
#include "server.h"
#include "setting.h"
#include "state.h"

/* A domain that there is, introduced or not yet: its number, or -errno. */
static int existing_domain(const struct request *rq, const char *text)
{
    const struct platform *platform = rq->server->platform;
    int64_t domid = request_number(text, PERM_DOMIDS - 1);

    if (domid < 0)
        return -EINVAL;
    if (!domid || domain_find(rq->server, (uint16_t)domid) || !platform)
        return (int)domid;
    return platform->domain_state((uint16_t)domid) == PLATFORM_GONE ? -ENOENT : (int)domid;
}

static void reply_number(const struct request *rq, uint32_t n)
{
    char text[12];

    snprintf(text, sizeof(text), "%u", n);
    request_reply_text(rq, text);
}

/* [domid]: what it is offered, or all that the daemon can. */
int op_get_feature(struct request *rq)
{
    char *arg[1];
    int nr = request_strings(rq, arg, 1), domid = 0;

    /* Clients send an empty string where they have nothing to say. */
    if (nr == 0 || (nr == 1 && !arg[0][0])) {
        reply_number(rq, SETTING_FEATURES);
        return 0;
    }
    if (nr != 1)
        return -EINVAL;
    domid = existing_domain(rq, arg[0]);
    if (domid < 0)
        return domid;
    reply_number(rq, setting_features(&rq->server->store, (uint16_t)domid));
    return 0;
}

/* domid, features: before the domain is introduced, for it may rely on them from then on. */
int op_set_feature(struct request *rq)
{
    char *arg[2];
    int64_t features;
    int domid, r;

    if (request_strings(rq, arg, 2) != 2)
        return -EINVAL;
    domid = existing_domain(rq, arg[0]);
    features = request_number(arg[1], UINT32_MAX);
    if (domid < 0)
        return domid;
    if (!domid || domain_find(rq->server, (uint16_t)domid))
        return -EBUSY;
    if (features < 0)
        return -EINVAL;
    r = setting_set_features(&rq->server->store, (uint16_t)domid, (uint32_t)features);
    if (r)
        return r;
    state_note_setting(rq->server, (uint16_t)domid);
    request_ack(rq);
    return 0;
}

static void reply_quota_names(const struct request *rq)
{
    char text[256];
    size_t len = 0;

    for (unsigned int i = 0; i < QUOTA_KINDS; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? " " : "",
                                i == QUOTA_NODE_PERMS ? "permissions" : quota_name(i));
    request_reply_text(rq, text);
}

/* Nothing: the names; name: the limit of all; domid, name: the limit of that domain. */
int op_get_quota(struct request *rq)
{
    const struct store *s = &rq->server->store;
    char *arg[2];
    int nr = request_strings(rq, arg, 2), kind, domid;
    uint32_t limit;

    if (nr == 0 || (nr == 1 && !arg[0][0])) {
        reply_quota_names(rq);
        return 0;
    }
    if (nr < 0 || nr > 2)
        return -EINVAL;
    kind = quota_kind_of(arg[nr - 1]);
    domid = nr == 2 ? existing_domain(rq, arg[0]) : 0;
    if (domid < 0)
        return domid;
    if (kind < 0)
        return -EINVAL;
    limit = nr == 2 ? setting_limit(s, (uint16_t)domid, kind) : s->quota.limit[kind];
    reply_number(rq, nr == 2 && limit == UINT32_MAX ? 0 : limit);
    return 0;
}

/* [domid,] name, limit. */
int op_set_quota(struct request *rq)
{
    struct store *s = &rq->server->store;
    char *arg[3];
    int nr = request_strings(rq, arg, 3), kind, domid;
    int64_t limit;

    if (nr < 2 || nr > 3)
        return -EINVAL;
    domid = nr == 3 ? existing_domain(rq, arg[0]) : 0;
    kind = quota_kind_of(arg[nr - 2]);
    limit = request_number(arg[nr - 1], UINT32_MAX);
    if (domid < 0)
        return domid;
    if (kind < 0 || limit < 0)
        return -EINVAL;
    if (nr == 2) {
        s->quota.limit[kind] = (uint32_t)limit;
    } else {
        setting_set_limit(s, (uint16_t)domid, (enum quota_kind)kind, (uint32_t)limit);
        state_note_setting(rq->server, (uint16_t)domid);
    }
    request_ack(rq);
    return 0;
}
