/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_PROTO_H
#define XSD_PROTO_H

#include <public/io/xs_wire.h>
#include <stddef.h>
#include <stdint.h>

struct conn;
struct server;
struct txn;

/* A request as its handler sees it. data is h.len bytes and ours alone. */
struct request {
    struct server *server;
    struct conn *conn;
    struct txn *txn;
    struct xsd_sockmsg h;
    char *data;
};

/* Answers one message, also when it is nonsense. payload may be changed. */
void proto_handle(struct conn *c, const struct xsd_sockmsg *h, char *payload);

/* Answers it with EIO and does nothing else. */
void proto_refuse(struct conn *c, const struct xsd_sockmsg *h);

/* The name of a message type, for logs. */
const char *proto_name(uint32_t type);

/* For handlers. A handler that returns 0 has answered; otherwise -errno is sent. */
void request_reply(const struct request *rq, const void *data, size_t len);
void request_reply_text(const struct request *rq, const char *text);
void request_ack(const struct request *rq);

/*
 * Split the payload into strings that each end in a zero byte. At most max are
 * stored; returns how many there are, or -EINVAL when the last one has no end.
 */
int request_strings(const struct request *rq, char **out, unsigned int max);

/* The only string of the payload, or NULL. */
char *request_string(const struct request *rq);

/*
 * The canonical form of a path that the peer gave, in out (PATH_ABS_MAX bytes).
 * Returns the bytes put in front of it, or -EINVAL.
 */
int request_path(const struct request *rq, const char *given, char *out);
int request_path_or_special(const struct request *rq, const char *given, char *out);

/* A decimal number of at most max, or -EINVAL. */
int64_t request_number(const char *text, int64_t max);

/* Handlers, one for each operation; see the table in proto.c. */
int op_directory(struct request *rq);
int op_directory_part(struct request *rq);
int op_read(struct request *rq);
int op_write(struct request *rq);
int op_mkdir(struct request *rq);
int op_rm(struct request *rq);
int op_get_perms(struct request *rq);
int op_set_perms(struct request *rq);
int op_watch(struct request *rq);
int op_unwatch(struct request *rq);
int op_reset_watches(struct request *rq);
int op_transaction_start(struct request *rq);
int op_transaction_end(struct request *rq);
int op_introduce(struct request *rq);
int op_release(struct request *rq);
int op_get_domain_path(struct request *rq);
int op_is_domain_introduced(struct request *rq);
int op_resume(struct request *rq);
int op_set_target(struct request *rq);
int op_get_feature(struct request *rq);
int op_set_feature(struct request *rq);
int op_get_quota(struct request *rq);
int op_set_quota(struct request *rq);
int op_control(struct request *rq);

#endif
