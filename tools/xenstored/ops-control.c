/* SPDX-License-Identifier: GPL-2.0-only */
/* CONTROL: commands to the daemon itself, for domain 0. Answers are text. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conn.h"
#include "kids.h"
#include "log.h"
#include "proto.h"
#include "server.h"
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

static int control_log(struct server *s, char **arg, int nr, struct answer *a)
{
    if (nr != 1 || (strcmp(arg[0], "on") != 0 && strcmp(arg[0], "off") != 0))
        return -EINVAL;
    s->log_accesses = !strcmp(arg[0], "on");
    say(a, "OK");
    return 0;
}

static void quota_of_domain(const struct server *s, unsigned int domid, struct answer *a)
{
    const struct usage *u = &s->store.usage[domid];

    say(a, "Domain %u:\n", domid);
    say(a, "%-20s: %8" PRId32 "\n", "nodes", u->nodes);
    say(a, "%-20s: %8" PRIu32 "\n", "watches", u->watches);
    say(a, "%-20s: %8" PRIu32 "\n", "transactions", u->transactions);
    say(a, "%-20s: %8" PRId64 "\n", "memory", u->bytes);
}

static int control_quota(struct server *s, char **arg, int nr, struct answer *a)
{
    int64_t domid;
    int r;

    if (nr == 3 && !strcmp(arg[0], "set")) {
        r = quota_set(&s->store.quota, arg[1], arg[2]);
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

static int count_nodes(struct node *n, void *arg)
{
    ++*(uint64_t *)arg;
    return kids_each(n->kids, count_nodes, arg);
}

static int control_stats(struct server *s, char **arg, int nr, struct answer *a)
{
    const struct store_counters *c = &s->store.counters;
    uint64_t nodes = 0, clients = 0;

    (void)arg;
    if (nr)
        return -EINVAL;
    count_nodes(s->store.live.root, &nodes);
    for (const struct conn *conn = s->conns; conn; conn = conn->next)
        clients++;
    say(a, "nodes %" PRIu64 "\nconnections %" PRIu64 "\nwatches %" PRIu32 "\n", nodes, clients,
        s->store.watches.count);
    say(a,
        "events %" PRIu64 "\ncommits %" PRIu64 "\nconflicts %" PRIu64 "\naborts %" PRIu64
        "\nquota_hits %" PRIu64 "\n",
        s->store.watches.nr_events, c->commits, c->conflicts, c->aborts, c->quota_hits);
    for (unsigned int i = 0; i < XS_TYPE_COUNT; i++)
        if (s->nr_ops[i])
            say(a, "requests %s %" PRIu64 "\n", proto_name(i), s->nr_ops[i]);
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
    { "log", "on|off", control_log },
    { "print", "<text>", control_print },
    { "quota", "[<domid>|set <name> <value>]", control_quota },
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
