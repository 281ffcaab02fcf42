/* SPDX-License-Identifier: GPL-2.0-only */
/* CONTROL: commands to the daemon itself, for domain 0. Answers are text. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conn.h"
#include "domain.h"
#include "log.h"
#include "metrics.h"
#include "path.h"
#include "proto.h"
#include "server.h"
#include "setting.h"
#include "state.h"
#include "update.h"

/* Text of the answer; what does not fit is left out. */
struct answer {
    const struct request *rq;
    bool later; /* somebody else gives it */
    size_t len;
    char text[XENSTORE_PAYLOAD_MAX];
};

static void __attribute__((format(printf, 2, 3))) say(struct answer *a, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(a->text + a->len, sizeof(a->text) - a->len, format, args);
    va_end(args);
    if (n > 0)
        a->len += (size_t)n;
    if (a->len >= sizeof(a->text))
        a->len = sizeof(a->text) - 1;
}

struct control_command {
    const char *name, *usage;
    int (*run)(struct server *s, char **arg, int nr, struct answer *a);
};

static int control_help(struct server *s, char **arg, int nr, struct answer *a);

static int control_print(struct server *s, char **arg, int nr, struct answer *a)
{
    (void)s;
    if (nr != 1)
        return -EINVAL;
    log_line("%s", arg[0]);
    say(a, "OK");
    return 0;
}

static void say_log(const struct access_log *l, struct answer *a)
{
    say(a, "all %s\n", l->all ? "on" : "off");
    for (uint32_t id = 0; l->nr_domains && id < PERM_DOMIDS; id++)
        if (access_log_has_domain(l, (uint16_t)id))
            say(a, "domid %" PRIu32 " on\n", id);
    for (unsigned int i = 0; i < l->nr_paths; i++)
        say(a, "path %s on\n", l->path[i]);
}

/* domid N on|off, path P [on|off]: 1 where it is neither. */
static int control_log_some(struct access_log *l, char **arg, int nr)
{
    bool off = nr == 3 && !strcmp(arg[2], "off");
    int64_t domid;

    if (nr == 3 && !off && strcmp(arg[2], "on") != 0)
        return -EINVAL;
    if (!strcmp(arg[0], "path"))
        return path_valid(arg[1], UINT32_MAX) ? access_log_path(l, arg[1], !off) : -EINVAL;
    domid = request_number(arg[1], PERM_DOMIDS - 1);
    if (strcmp(arg[0], "domid") != 0 || domid < 0)
        return -EINVAL;
    access_log_domain(l, (uint16_t)domid, !off);
    return 0;
}

/* "on" and "off" are for everything, as with Xen's daemon. */
static int control_log(struct server *s, char **arg, int nr, struct answer *a)
{
    struct access_log *l = &s->access_log;
    int r = 0;

    if (!nr) {
        say_log(l, a);
        return 0;
    }
    if (nr == 1 && !strcmp(arg[0], "on"))
        l->all = true;
    else if (nr == 1 && !strcmp(arg[0], "off"))
        access_log_clear(l);
    else
        r = nr == 2 || nr == 3 ? control_log_some(l, arg, nr) : -EINVAL;
    if (!r)
        say(a, "OK");
    return r;
}

static void quota_of_domain(const struct server *s, unsigned int domid, struct answer *a)
{
    const struct usage *u = &s->store.usage[domid];

    say(a, "Domain %u:\n", domid);
    say(a, "%-20s: %8" PRId32 "\n", "nodes", u->nodes);
    say(a, "%-20s: %8" PRIu32 "\n", "watches", u->watches);
    say(a, "%-20s: %8" PRIu32 "\n", "transactions", u->transactions);
    say(a, "%-20s: %8" PRId64 "\n", "memory", u->bytes + u->held);
    say(a, "Limits:\n");
    for (unsigned int i = 0; i < QUOTA_KINDS; i++) {
        uint32_t limit = setting_limit(&s->store, (uint16_t)domid, i);

        say(a, "%-20s: %8" PRIu32 "\n", quota_name(i), limit == UINT32_MAX ? 0 : limit);
    }
}

/* quota set [domid] name limit */
static int control_quota_set(struct server *s, char **arg, int nr)
{
    int kind = quota_kind_of(arg[nr - 2]);
    int64_t limit = request_number(arg[nr - 1], UINT32_MAX), domid;

    if (kind < 0 || limit < 0)
        return -EINVAL;
    if (nr == 3) {
        s->store.quota.limit[kind] = (uint32_t)limit;
        return 0;
    }
    domid = request_number(arg[1], PERM_DOMIDS - 1);
    if (domid < 0)
        return -EINVAL;
    if (!domain_find(s, (uint16_t)domid))
        return -ENOENT;
    setting_set_limit(&s->store, (uint16_t)domid, (enum quota_kind)kind, (uint32_t)limit);
    state_note_setting(s, (uint16_t)domid);
    return 0;
}

static int control_quota(struct server *s, char **arg, int nr, struct answer *a)
{
    int64_t domid;
    int r;

    if ((nr == 3 || nr == 4) && !strcmp(arg[0], "set")) {
        r = control_quota_set(s, arg, nr);
        if (!r)
            say(a, "OK");
        return r;
    }
    if (nr == 1) {
        domid = request_number(arg[0], PERM_DOMIDS - 1);
        if (domid < 0)
            return -EINVAL;
        quota_of_domain(s, (unsigned int)domid, a);
        return 0;
    }
    if (nr)
        return -EINVAL;
    for (unsigned int i = 0; i < QUOTA_KINDS; i++)
        say(a, "%-20s: %8" PRIu32 "\n", quota_name(i), s->store.quota.limit[i]);
    return 0;
}

static int control_stats(struct server *s, char **arg, int nr, struct answer *a)
{
    const struct store_counters *c = &s->store.counters;
    uint64_t clients = 0;

    (void)arg;
    if (nr)
        return -EINVAL;
    for (const struct conn *conn = s->conns; conn; conn = conn->next)
        clients++;
    say(a, "nodes %" PRIu64 "\nconnections %" PRIu64 "\nwatches %" PRIu32 "\n",
        metrics_nodes(s), clients, s->store.watches.count);
    say(a,
        "events %" PRIu64 "\ncommits %" PRIu64 "\nconflicts %" PRIu64 "\naborts %" PRIu64
        "\nquota_hits %" PRIu64 "\n",
        s->store.watches.nr_events, c->commits, c->conflicts, c->aborts, c->quota_hits);
    for (unsigned int i = 0; i < XS_TYPE_COUNT; i++)
        if (s->nr_ops[i])
            say(a, "requests %s %" PRIu64 "\n", proto_name(i), s->nr_ops[i]);
    return 0;
}

/*
 * What does not fit into one message ends in a comment with the words that ask for the rest;
 * alone it is still well-formed.
 */
static int control_metrics(struct server *s, char **arg, int nr, struct answer *a)
{
    struct metrics_cursor at = { 0, 0 };
    int64_t family = nr == 2 ? request_number(arg[0], UINT16_MAX) : 0;
    int64_t item = nr == 2 ? request_number(arg[1], UINT16_MAX) : 0;

    if (nr == 1 || nr > 2 || family < 0 || item < 0)
        return -EINVAL;
    at = (struct metrics_cursor){ (uint32_t)family, (uint32_t)item };
    a->len = metrics_write(s, &at, a->text, sizeof(a->text) - 64);
    if (at.family != UINT32_MAX)
        say(a, "# continued by: metrics %" PRIu32 " %" PRIu32 "\n", at.family, at.item);
    return 0;
}

static int control_update(struct server *s, char **arg, int nr, struct answer *a)
{
    int r = update_control(a->rq, arg, nr);

    (void)s;
    if (r < 0)
        return r;
    a->later = r == UPDATE_LATER;
    say(a, r == UPDATE_BUSY ? "BUSY" : "OK");
    return 0;
}

static const struct control_command control_commands[] = {
    { "help", "", control_help },
    { "live-update", "-f <file>|-c <cmdline>|-s [-F] [-t <s>]|-a", control_update },
    { "log", "[on|off|domid <domid> on|off|path <path> [on|off]]", control_log },
    { "metrics", "[<family> <item>]", control_metrics },
    { "print", "<text>", control_print },
    { "quota", "[<domid>|set [<domid>] <name> <value>]", control_quota },
    { "stats", "", control_stats },
};

#define NR_COMMANDS (sizeof(control_commands) / sizeof(control_commands[0]))

static int control_help(struct server *s, char **arg, int nr, struct answer *a)
{
    (void)s;
    (void)arg;
    (void)nr;
    say(a, "Control commands:\n");
    for (size_t i = 0; i < NR_COMMANDS; i++)
        say(a, "%-15s %s\n", control_commands[i].name, control_commands[i].usage);
    return 0;
}

int op_control(struct request *rq)
{
    struct answer a = { .rq = rq };
    char *arg[8];
    int nr = request_strings(rq, arg, 8), r;

    if (nr < 1 || nr > 8)
        return -EINVAL;
    for (size_t i = 0; i < NR_COMMANDS; i++) {
        if (strcmp(arg[0], control_commands[i].name) != 0)
            continue;
        r = control_commands[i].run(rq->server, arg + 1, nr - 1, &a);
        if (!r && !a.later)
            request_reply(rq, a.text, a.len + 1);
        return r;
    }
    return -EINVAL;
}
