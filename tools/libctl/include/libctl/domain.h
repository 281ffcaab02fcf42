/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains: create, look at, steer, destroy, and wait for what becomes of them.
 *
 * Functions return 0 or -errno and fill err (which may be NULL). -ESRCH means that there is no such
 * domain. Sizes are in KiB, times in nanoseconds, unless a name says otherwise.
 */
#ifndef LIBCTL_DOMAIN_H
#define LIBCTL_DOMAIN_H

#include <libctl/ctl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_domain_config;
struct ctl_cpumap;

/* Reasons that a domain gave for its shutdown. */
enum ctl_shutdown {
    CTL_SHUTDOWN_POWEROFF = 0,
    CTL_SHUTDOWN_REBOOT = 1,
    CTL_SHUTDOWN_SUSPEND = 2,
    CTL_SHUTDOWN_CRASH = 3,
    CTL_SHUTDOWN_WATCHDOG = 4,
    CTL_SHUTDOWN_SOFT_RESET = 5,
};

struct ctl_domain_info {
    uint32_t domid;
    uint8_t uuid[16];
    bool running, blocked, paused, shutdown, dying;
    bool hvm, hap;
    uint32_t shutdown_reason;    /* enum ctl_shutdown; meaningful when shutdown is set */
    uint64_t current_kb;         /* memory it holds */
    uint64_t outstanding_kb;     /* memory claimed for it and not yet given */
    uint64_t max_kb;             /* UINT64_MAX: no limit */
    uint64_t shared_kb, paged_kb;
    uint64_t cpu_time_ns;
    uint32_t nr_online_vcpus;
    uint32_t max_vcpu_id;        /* UINT32_MAX: no vcpus yet */
    uint32_t ssidref;
    uint32_t cpupool;
};

/* All domains in order of domid; *list is free()d by the caller. */
int ctl_domain_list(struct ctl_ctx *ctx, struct ctl_domain_info **list, size_t *count,
                    struct ctl_error *err);
int ctl_domain_info(struct ctl_ctx *ctx, uint32_t domid, struct ctl_domain_info *info,
                    struct ctl_error *err);

/* The name in the store; *name is free()d by the caller. -ENOENT: it has none. */
int ctl_domain_name(struct ctl_ctx *ctx, uint32_t domid, char **name, struct ctl_error *err);
/*
 * The names of count domids in one round trip; names[i] is malloc()ed, NULL where there is none.
 */
int ctl_domain_names(struct ctl_ctx *ctx, const uint32_t *domids, size_t count, char **names,
                     struct ctl_error *err);
/* All digits: a domid, taken as it is (existence is not checked). Otherwise an exact name; -ESRCH. */
int ctl_domain_find(struct ctl_ctx *ctx, const char *name_or_id, uint32_t *domid,
                    struct ctl_error *err);
int ctl_domain_rename(struct ctl_ctx *ctx, uint32_t domid, const char *name,
                      struct ctl_error *err);
/* Seconds since the domain was created. */
int ctl_domain_uptime(struct ctl_ctx *ctx, uint32_t domid, uint64_t *seconds,
                      struct ctl_error *err);

/*
 * Builds the domain that cfg describes with its devices, and lets it run unless flags has
 * CTL_CREATE_PAUSED. cfg is not changed except that an all-zero uuid and unset MAC addresses are
 * chosen and written back. On failure nothing of the domain is left.
 */
#define CTL_CREATE_PAUSED 1u
int ctl_domain_create(struct ctl_ctx *ctx, struct ctl_domain_config *cfg, unsigned int flags,
                      uint32_t *domid, struct ctl_error *err);
/*
 * Takes the domain away, running or not, with its devices and store nodes; on return its name is
 * free. A backend that does not let go in time is reported to the log and left behind.
 */
int ctl_domain_destroy(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err);

int ctl_domain_pause(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err);
int ctl_domain_unpause(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err);
/* Asks the guest's kernel. Returns at once; -EOPNOTSUPP when the guest has no handler for it. */
int ctl_domain_shutdown(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err);
int ctl_domain_reboot(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err);
/* key is the letter of Linux's Magic SysRq. */
int ctl_domain_sysrq(struct ctl_ctx *ctx, uint32_t domid, char key, struct ctl_error *err);
/* trigger: "nmi", "reset", "init", "power" or "sleep"; -EOPNOTSUPP where the domain cannot take it. */
int ctl_domain_trigger(struct ctl_ctx *ctx, uint32_t domid, const char *trigger, uint32_t vcpu,
                       struct ctl_error *err);

/*
 * Writes the domain's memory and the state of its processors to the file path, in the format of Xen's
 * core files, with mode 0600. A running domain stands still meanwhile. A file of that name is replaced
 * when the dump is whole; on failure it is left as it was. -EEXIST: path is something else than a file.
 */
int ctl_domain_dump_core(struct ctl_ctx *ctx, uint32_t domid, const char *path,
                         struct ctl_error *err);

/* Sets the guest's balloon target (and no limit). */
int ctl_domain_set_target(struct ctl_ctx *ctx, uint32_t domid, uint64_t kb, struct ctl_error *err);
int ctl_domain_get_target(struct ctl_ctx *ctx, uint32_t domid, uint64_t *kb,
                          struct ctl_error *err);
/* Sets the limit above which the hypervisor gives no memory. */
int ctl_domain_set_max_mem(struct ctl_ctx *ctx, uint32_t domid, uint64_t kb,
                           struct ctl_error *err);

struct ctl_vcpu_info {
    uint32_t vcpu;
    uint32_t cpu;                /* where it runs or ran last */
    bool online, blocked, running;
    uint64_t cpu_time_ns;
};

/* *list has *count entries and is free()d by the caller; affinities by ctl_vcpu_get_affinity(). */
int ctl_vcpu_list(struct ctl_ctx *ctx, uint32_t domid, struct ctl_vcpu_info **list, size_t *count,
                  struct ctl_error *err);
/* hard and soft may be NULL. */
int ctl_vcpu_get_affinity(struct ctl_ctx *ctx, uint32_t domid, uint32_t vcpu,
                          struct ctl_cpumap *hard, struct ctl_cpumap *soft, struct ctl_error *err);
int ctl_vcpu_set_affinity(struct ctl_ctx *ctx, uint32_t domid, uint32_t vcpu,
                          const struct ctl_cpumap *hard, const struct ctl_cpumap *soft,
                          struct ctl_error *err);
/* Asks the guest to have count vcpus online. */
int ctl_vcpu_set_online(struct ctl_ctx *ctx, uint32_t domid, uint32_t count,
                        struct ctl_error *err);

struct ctl_sched_params {
    uint32_t weight;             /* 1 to 65535 */
    uint32_t cap;                /* percent of one processor; 0: none */
};

int ctl_domain_get_sched(struct ctl_ctx *ctx, uint32_t domid, struct ctl_sched_params *params,
                         struct ctl_error *err);
int ctl_domain_set_sched(struct ctl_ctx *ctx, uint32_t domid,
                         const struct ctl_sched_params *params, struct ctl_error *err);

/*
 * The terminal that console number num (0 is the first) is on, "/dev/pts/3"; free()d by the caller.
 * Waits up to timeout_ms for the console daemon to make it.
 */
int ctl_domain_console(struct ctl_ctx *ctx, uint32_t domid, unsigned int num, int timeout_ms,
                       char **tty, struct ctl_error *err);

/* What became of a domain. */
enum ctl_domain_event {
    CTL_DOMAIN_SHUTDOWN,         /* it stopped; reason tells why, it is still there */
    CTL_DOMAIN_DEATH,            /* it is gone, or dying */
};

/*
 * Waits until the domain shuts down or dies (with CTL_WAIT_DEATH: only until it dies). -ETIMEDOUT
 * after timeout_ms (-1: never). reason may be NULL.
 */
#define CTL_WAIT_DEATH 1u
int ctl_domain_wait(struct ctl_ctx *ctx, uint32_t domid, unsigned int flags, int timeout_ms,
                    enum ctl_domain_event *event, uint32_t *reason, struct ctl_error *err);

/*
 * Waits until a domain that was let run has entered its kernel. -ENOEXEC when the boot payload found
 * the kernel to be corrupt or no kernel: the sentence says what is wrong, and the domain has crashed.
 * -ETIMEDOUT after timeout_ms. 0 at once for a domain that runs already or needs no payload; and, but
 * for CTL_WAIT_ENTERED, for one that still unpacks a kernel which by its checksum is whole and has room.
 */
#define CTL_WAIT_ENTERED 1u
int ctl_domain_wait_boot(struct ctl_ctx *ctx, uint32_t domid, unsigned int flags, int timeout_ms,
                         struct ctl_error *err);

/*
 * ctl_domain_wait() for a poll loop. The watch has its own connection to the store; fd is readable when
 * ctl_domain_watch_next() is to be called, which returns 1 with an event, 0 without, or -errno. The
 * first call after opening finds what happened before. Each event is given once.
 */
struct ctl_domain_watch;
int ctl_domain_watch_open(struct ctl_ctx *ctx, uint32_t domid, struct ctl_domain_watch **out,
                          struct ctl_error *err);
void ctl_domain_watch_close(struct ctl_domain_watch *w);
int ctl_domain_watch_fd(const struct ctl_domain_watch *w);
int ctl_domain_watch_next(struct ctl_domain_watch *w, enum ctl_domain_event *event,
                          uint32_t *reason, struct ctl_error *err);

/* Which action of cfg a shutdown reason asks for: an enum ctl_action of libctl/config.h. */
int ctl_domain_action(const struct ctl_domain_config *cfg, uint32_t reason);

/*
 * A file of the caller's that belongs to the domain and lives as long as it: the config that xl
 * keeps. Kept under /run/cloister; removed by destroy, and moved along by nothing.
 */
int ctl_domain_set_userdata(struct ctl_ctx *ctx, uint32_t domid, const char *kind,
                            const void *data, size_t len, struct ctl_error *err);
int ctl_domain_get_userdata(struct ctl_ctx *ctx, uint32_t domid, const char *kind, char **data,
                            size_t *len, struct ctl_error *err);

#ifdef __cplusplus
}
#endif

#endif
