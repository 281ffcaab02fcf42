/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations on domains: who is connected, and as whose helper. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conn.h"
#include "domain.h"
#include "proto.h"
#include "server.h"

#define DOMID_SELF 0x7ff0u

/* A domain id from text: below 0x7ff0, or -EINVAL. */
static int32_t domid_of(const char *text)
{
    int64_t n = text ? request_number(text, PERM_DOMIDS - 1) : -EINVAL;

    return (int32_t)n;
}

int op_introduce(struct request *rq)
{
    char *arg[3];
    int32_t domid;
    int64_t gfn, port;
    int r;

    if (request_strings(rq, arg, 3) != 3)
        return -EINVAL;
    domid = domid_of(arg[0]);
    gfn = request_number(arg[1], INT64_MAX / 16);
    port = request_number(arg[2], UINT32_MAX);
    if (domid <= 0 || gfn < 0 || port <= 0)
        return -EINVAL;
    r = domain_introduce(rq->server, (uint16_t)domid, (uint64_t)gfn, (uint32_t)port);
    if (!r)
        request_ack(rq);
    return r;
}

static int with_domain(struct request *rq, int (*fn)(struct server *s, uint16_t domid))
{
    int32_t domid = domid_of(request_string(rq));
    int r;

    if (domid <= 0)
        return -EINVAL;
    r = fn(rq->server, (uint16_t)domid);
    if (!r)
        request_ack(rq);
    return r;
}

int op_release(struct request *rq)
{
    return with_domain(rq, domain_release);
}

int op_resume(struct request *rq)
{
    return with_domain(rq, domain_resume);
}

int op_set_target(struct request *rq)
{
    char *arg[2];
    int32_t domid, target;
    int r;

    if (request_strings(rq, arg, 2) != 2)
        return -EINVAL;
    domid = domid_of(arg[0]);
    target = domid_of(arg[1]);
    if (domid <= 0 || target <= 0)
        return -EINVAL;
    r = domain_set_target(rq->server, (uint16_t)domid, (uint16_t)target);
    if (!r)
        request_ack(rq);
    return r;
}

int op_get_domain_path(struct request *rq)
{
    const char *text = request_string(rq);
    int64_t domid = text ? request_number(text, DOMID_SELF) : -EINVAL;
    char path[32];

    if (domid < 0)
        return -EINVAL;
    if (domid == DOMID_SELF)
        domid = rq->conn->peer.domid;
    snprintf(path, sizeof(path), "/local/domain/%u", (unsigned int)domid);
    request_reply_text(rq, path);
    return 0;
}

int op_is_domain_introduced(struct request *rq)
{
    const char *text = request_string(rq);
    int64_t domid = text ? request_number(text, DOMID_SELF) : -EINVAL;
    bool known;

    if (domid < 0)
        return -EINVAL;
    known = domid == DOMID_SELF || !domid || domain_find(rq->server, (uint16_t)domid);
    request_reply_text(rq, known ? "T" : "F");
    return 0;
}
