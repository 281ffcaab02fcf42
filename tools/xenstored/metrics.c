/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that is counted, in Prometheus' text format. */
#include "metrics.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "domain.h"
#include "proto.h"
#include "server.h"
#include "setting.h"
#include "state-items.h"

/* Room for a family's two lines of introduction, or for a value. */
#define LINE_MAX_SIZE 512

/* False where there is nothing to tell of this item. */
typedef bool metric_value(const struct server *s, uint32_t item, int64_t *value);

struct metric {
    const char *name, *type, *help;
    metric_value *value;
    const char *label; /* NULL: one value without a label */
    uint32_t nr_items;
    const char *(*item_name)(uint32_t item); /* NULL: the number */
};

uint64_t metrics_nodes(const struct server *s)
{
    int64_t nodes = 0;

    for (uint32_t id = 0; id <= UINT16_MAX; id++)
        nodes += s->store.usage[id].nodes;
    return (uint64_t)nodes;
}

static bool value_nodes(const struct server *s, uint32_t item, int64_t *value)
{
    (void)item;
    *value = (int64_t)metrics_nodes(s);
    return true;
}

static bool value_node_bytes(const struct server *s, uint32_t item, int64_t *value)
{
    (void)item;
    *value = 0;
    for (uint32_t id = 0; id <= UINT16_MAX; id++)
        *value += s->store.usage[id].bytes;
    return true;
}

static bool value_heap(const struct server *s, uint32_t item, int64_t *value)
{
    struct mallinfo2 info = mallinfo2();

    (void)s;
    (void)item;
    *value = (int64_t)(info.uordblks + info.hblkhd);
    return true;
}

static const char *connection_name(uint32_t item)
{
    return item ? "ring" : "socket";
}

static bool value_connections(const struct server *s, uint32_t item, int64_t *value)
{
    *value = 0;
    for (const struct conn *c = s->conns; c; c = c->next)
        *value += !c->dead && c->ops->lasting == (item == 1);
    return true;
}

static bool value_watches(const struct server *s, uint32_t item, int64_t *value)
{
    (void)item;
    *value = s->store.watches.count;
    return true;
}

static bool value_transactions(const struct server *s, uint32_t item, int64_t *value)
{
    (void)item;
    *value = 0;
    for (uint32_t id = 0; id < PERM_DOMIDS; id++)
        *value += s->store.usage[id].transactions;
    return true;
}

static bool value_requests(const struct server *s, uint32_t item, int64_t *value)
{
    *value = (int64_t)s->nr_ops[item];
    return strcmp(proto_name(item), "UNKNOWN") != 0;
}

static bool value_failures(const struct server *s, uint32_t item, int64_t *value)
{
    *value = (int64_t)s->nr_failed[item];
    return strcmp(proto_name(item), "UNKNOWN") != 0;
}

/* The counters that are plain numbers. */
#define COUNTER(name, field)                                                                       \
    static bool value_##name(const struct server *s, uint32_t item, int64_t *value)                \
    {                                                                                              \
        (void)item;                                                                                \
        *value = (int64_t)s->field;                                                                \
        return true;                                                                               \
    }

COUNTER(commits, store.counters.commits)
COUNTER(conflicts, store.counters.conflicts)
COUNTER(aborts, store.counters.aborts)
COUNTER(events_queued, traffic.events_queued)
COUNTER(events_delivered, traffic.events_delivered)
COUNTER(events_merged, traffic.events_merged)
COUNTER(bytes_in, traffic.bytes_in)
COUNTER(bytes_out, traffic.bytes_out)

COUNTER(holds, nr_holds)
COUNTER(refused, nr_refused)
COUNTER(starts, state_retry.nr_starts)
COUNTER(state_losses, state_retry.nr_losses)

static bool value_state_kept(const struct server *s, uint32_t item, int64_t *value)
{
    (void)item;
    *value = s->state ? 1 : 0;
    return true;
}

static bool value_state_bytes(const struct server *s, uint32_t item, int64_t *value)
{
    (void)item;
    *value = s->state ? (int64_t)(JOURNAL_LOG + s->state->journal->used) : 0;
    return s->state;
}

static const char *limit_name(uint32_t item)
{
    return quota_name((enum quota_kind)item);
}

static bool value_quota_hits_of(const struct server *s, uint32_t item, int64_t *value)
{
    *value = (int64_t)s->store.counters.quota_hits_of[item];
    return true;
}

static bool value_limit(const struct server *s, uint32_t item, int64_t *value)
{
    *value = s->store.quota.limit[item];
    return true;
}

/* A domain is told of while it is connected or owns anything. */
static const struct usage *usage_of(const struct server *s, uint32_t domid)
{
    const struct usage *u = &s->store.usage[domid];

    return s->domains[domid] || u->nodes || u->watches || u->transactions ? u : NULL;
}

#define DOMAIN_VALUE(name, expression)                                                             \
    static bool value_domain_##name(const struct server *s, uint32_t domid, int64_t *value)        \
    {                                                                                              \
        const struct usage *u = usage_of(s, domid);                                                \
                                                                                                   \
        *value = u ? (int64_t)(expression) : 0;                                                    \
        return u;                                                                                  \
    }

DOMAIN_VALUE(nodes, u->nodes)
DOMAIN_VALUE(bytes, u->bytes)
DOMAIN_VALUE(watches, u->watches)
DOMAIN_VALUE(transactions, u->transactions)
DOMAIN_VALUE(quota_hits, u->quota_hits)

/* What a domain that is connected uses besides its nodes. */
#define CONN_VALUE(name, expression)                                                               \
    static bool value_domain_##name(const struct server *s, uint32_t domid, int64_t *value)        \
    {                                                                                              \
        const struct conn *c = s->domains[domid] ? &s->domains[domid]->conn : NULL;                \
                                                                                                   \
        *value = c ? (int64_t)(expression) : 0;                                                    \
        return c;                                                                                  \
    }

CONN_VALUE(watch_bytes, c->watches.bytes)
CONN_VALUE(txn_bytes, conn_txn_memory(c))
CONN_VALUE(queue_bytes, c->in_len + c->out.cap)
CONN_VALUE(memory, s->store.usage[domid].bytes + (int64_t)conn_memory(c))

static bool value_domain_requests(const struct server *s, uint32_t domid, int64_t *value)
{
    *value = s->domains[domid] ? (int64_t)s->domains[domid]->conn.nr_requests : 0;
    return s->domains[domid];
}

static bool value_domain_queued(const struct server *s, uint32_t domid, int64_t *value)
{
    *value = s->domains[domid] ? (int64_t)s->domains[domid]->conn.out.len : 0;
    return s->domains[domid];
}

#define DOMAIN "domain", PERM_DOMIDS, NULL
#define KIND   "type", XS_TYPE_COUNT, proto_name
#define ONE    NULL, 1, NULL

static const struct metric metrics[] = {
    { "xenstore_nodes", "gauge", "Nodes of the store.", value_nodes, ONE },
    { "xenstore_node_bytes", "gauge", "Bytes of the store's nodes, as quotas count them.",
      value_node_bytes, ONE },
    { "xenstore_heap_bytes", "gauge", "Memory that the daemon has allocated.", value_heap, ONE },
    { "xenstore_connections", "gauge", "Clients on sockets, and domains on rings.",
      value_connections, "kind", 2, connection_name },
    { "xenstore_watches", "gauge", "Watches that are set.", value_watches, ONE },
    { "xenstore_transactions", "gauge", "Transactions that are open.", value_transactions, ONE },
    { "xenstore_requests_total", "counter", "Requests taken.", value_requests, KIND },
    { "xenstore_failed_requests_total", "counter", "Requests answered with an error.",
      value_failures, KIND },
    { "xenstore_commits_total", "counter", "Transactions committed.", value_commits, ONE },
    { "xenstore_conflicts_total", "counter", "Transactions that others' changes undid.",
      value_conflicts, ONE },
    { "xenstore_aborts_total", "counter", "Transactions given up by who began them.", value_aborts,
      ONE },
    { "xenstore_quota_hits_total", "counter", "Requests refused for a quota.", value_quota_hits_of,
      "quota", QUOTA_KINDS, limit_name },
    { "xenstore_holds_total", "counter",
      "Times that a domain was held up for making others' transactions fail.", value_holds, ONE },
    { "xenstore_refused_requests_total", "counter",
      "Requests that were refused because daemons had ended over them.", value_refused, ONE },
    { "xenstore_starts_total", "counter", "Daemons that have kept this store, with this one.",
      value_starts, ONE },
    { "xenstore_state_kept", "gauge", "1 while the state file is kept: a restart loses nothing.",
      value_state_kept, ONE },
    { "xenstore_state_losses_total", "counter", "Times that the state file could not be written.",
      value_state_losses, ONE },
    { "xenstore_state_bytes", "gauge", "Size of the state file's contents.", value_state_bytes,
      ONE },
    { "xenstore_watch_events_queued_total", "counter", "Watch events on their way to a client.",
      value_events_queued, ONE },
    { "xenstore_watch_events_delivered_total", "counter",
      "Watch events that a client has been sent.", value_events_delivered, ONE },
    { "xenstore_watch_events_merged_total", "counter",
      "Watch events left out for one that already waits for the same watch.", value_events_merged,
      ONE },
    { "xenstore_received_bytes_total", "counter", "Bytes of requests.", value_bytes_in, ONE },
    { "xenstore_sent_bytes_total", "counter", "Bytes of answers and watch events.", value_bytes_out,
      ONE },
    { "xenstore_quota", "gauge", "Limits of domains that have none of their own; 0 is no limit.",
      value_limit, "quota", QUOTA_KINDS, limit_name },
    { "xenstore_domain_nodes", "gauge", "Nodes that a domain owns.", value_domain_nodes, DOMAIN },
    { "xenstore_domain_bytes", "gauge", "Bytes of the nodes that a domain owns.",
      value_domain_bytes, DOMAIN },
    { "xenstore_domain_watches", "gauge", "Watches that a domain has set.", value_domain_watches,
      DOMAIN },
    { "xenstore_domain_transactions", "gauge", "Transactions that a domain has open.",
      value_domain_transactions, DOMAIN },
    { "xenstore_domain_watch_bytes", "gauge", "Bytes of the watches that a domain has set.",
      value_domain_watch_bytes, DOMAIN },
    { "xenstore_domain_transaction_bytes", "gauge", "Bytes of a domain's open transactions.",
      value_domain_txn_bytes, DOMAIN },
    { "xenstore_domain_queue_bytes", "gauge",
      "Bytes held for a domain's half messages, answers and events.", value_domain_queue_bytes,
      DOMAIN },
    { "xenstore_domain_memory_bytes", "gauge",
      "All of these and its nodes: what the memory quota limits.", value_domain_memory, DOMAIN },
    { "xenstore_domain_quota_hits_total", "counter", "A domain's requests refused for a quota.",
      value_domain_quota_hits, DOMAIN },
    { "xenstore_domain_requests_total", "counter", "Requests over a domain's ring.",
      value_domain_requests, DOMAIN },
    { "xenstore_domain_queued_bytes", "gauge", "Bytes that wait for room in a domain's ring.",
      value_domain_queued, DOMAIN },
};

#define NR_METRICS (sizeof(metrics) / sizeof(metrics[0]))

static int write_label(const struct metric *m, uint32_t item, char *text, size_t size)
{
    if (!m->label) {
        text[0] = '\0';
        return 0;
    }
    if (m->item_name)
        return snprintf(text, size, "{%s=\"%s\"}", m->label, m->item_name(item));
    return snprintf(text, size, "{%s=\"%" PRIu32 "\"}", m->label, item);
}

size_t metrics_write(const struct server *s, struct metrics_cursor *at, char *text, size_t size)
{
    char label[64];
    size_t len = 0;
    int64_t value;

    for (; at->family < NR_METRICS; at->family++, at->item = 0) {
        const struct metric *m = &metrics[at->family];

        if (size - len < LINE_MAX_SIZE)
            return len;
        if (!at->item)
            len += (size_t)snprintf(text + len, size - len, "# HELP %s %s\n# TYPE %s %s\n", m->name,
                                    m->help, m->name, m->type);
        for (; at->item < m->nr_items; at->item++) {
            if (!m->value(s, at->item, &value))
                continue;
            if (at->item && size - len < LINE_MAX_SIZE)
                return len;
            write_label(m, at->item, label, sizeof(label));
            len += (size_t)snprintf(text + len, size - len, "%s%s %" PRId64 "\n", m->name, label,
                                    value);
        }
    }
    at->family = UINT32_MAX;
    return len;
}
