/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_ACCESS_LOG_H
#define XSD_ACCESS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACCESS_LOG_PATHS 16

/* Which requests are logged: all, those of some domains, and those to some paths and below. */
struct access_log {
    bool all;
    uint32_t nr_domains;
    uint8_t *domains; /* a bit for each domain; NULL: none ever was */
    char *path[ACCESS_LOG_PATHS];
    unsigned int nr_paths;
};

void access_log_release(struct access_log *l);

bool access_log_has_domain(const struct access_log *l, uint16_t domid);
void access_log_domain(struct access_log *l, uint16_t domid, bool on);
/* path is canonical. 0, -ENOSPC when there are too many, -ENOENT when it was not on. */
int access_log_path(struct access_log *l, const char *path, bool on);
/* Everything off. */
void access_log_clear(struct access_log *l);

/* Whether anything is logged at all; false on every request of a quiet day. */
static inline bool access_log_is_on(const struct access_log *l)
{
    return l->all || l->nr_domains || l->nr_paths;
}

/* data is a request's payload, which may be anything. */
bool access_log_wants(const struct access_log *l, uint16_t domid, const char *data, size_t len);
/* Logs it; what cannot be printed is escaped. result is 0 or an errno. */
void access_log_write(uint16_t domid, const char *name, uint32_t tx, const char *data, size_t len,
                      int result);

#endif
