/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands of xl share. */
#ifndef XL_H
#define XL_H

#include <libctl/config.h>
#include <libctl/ctl.h>
#include <libctl/device.h>
#include <libctl/domain.h>
#include <libctl/host.h>
#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit codes that scripts know (those of Xen's xl). */
enum xl_exit {
    XL_OK = 0,
    XL_FAILURE = 1,
    XL_USAGE = 2,
    XL_CREATE_FAILED = 3,           /* the domain could not be made */
    XL_CREATE_INVALID = 6,          /* nothing to make it from */
};

struct xl {
    struct ctl_ctx *ctx;
    bool dry_run, force;            /* global -N and -f */
    int verbosity;                  /* count of -v */
};

/* What `create` and the supervisor keep with each domain. */
#define XL_USERDATA_CONFIG "config.json"

struct xl_command {
    const char *name;
    int (*run)(struct xl *xl, int argc, char **argv); /* argv[0] is the command; gives the exit code */
    int min_args;                   /* positional arguments that are needed */
    const char *args, *summary;
    const char *options;            /* text for help; NULL: none */
    bool dry_run;                   /* honours the global -N */
};

/* The command of that name or of which it is the only beginning; NULL otherwise. */
const struct xl_command *xl_command_find(const char *name);
extern const struct xl_command xl_commands[];
extern const size_t xl_nr_commands;

/* Help text of one command on stdout. */
void xl_command_help(const struct xl_command *command);
int xl_help(struct xl *xl, int argc, char **argv);

/* To stderr: the sentence and, on a line of its own, the hint. */
void xl_report(const struct ctl_error *err);
/* The exit code for what a call of libctl gave; an error is reported. */
int xl_outcome(int rc, const struct ctl_error *err);
void xl_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * getopt_long() for a command: -h prints help. Returns the option, -1 at the end, or -2 when the command
 * is to return *exit_code at once. At the end too few positional arguments are an error as well.
 */
int xl_getopt(struct xl *xl, int argc, char **argv, const char *shorts, const struct option *longs,
              int *exit_code);

/*
 * For commands without options whose first argument names a domain: its id. False when the command is
 * to return *exit_code at once.
 */
bool xl_domain_argument(struct xl *xl, int argc, char **argv, uint32_t *domid, int *exit_code);
/* The domain that a person named; prints and returns false when there is none. */
bool xl_find_domain(struct xl *xl, const char *name, uint32_t *domid);
/* Like it, with the state. */
bool xl_find_domain_info(struct xl *xl, const char *name, struct ctl_domain_info *info);
/* The name, or "(null)"; to be freed. */
char *xl_domain_name(struct xl *xl, uint32_t domid);
bool xl_parse_u32(const char *text, uint32_t max, uint32_t *out);
/* "512", "1g", "262144k" in KiB; a bare number is in MiB. */
bool xl_parse_memory(const char *text, uint64_t *kb);

/* Name of a XEN_SCHEDULER_* number. */
const char *xl_scheduler_name(uint32_t id);

/* The domains with their names; free with xl_domains_free(). */
struct xl_domains {
    struct ctl_domain_info *info;
    char **names;
    size_t count;
};

bool xl_domains_get(struct xl *xl, struct xl_domains *d);
/* One domain only. */
bool xl_domains_get_one(struct xl *xl, const char *name, struct xl_domains *d);
void xl_domains_free(struct xl_domains *d);

/* Writes diagnostics of the config parser to stderr; data is unused. */
void xl_print_diag(const struct ctl_diag *diag, void *data);
/* xl.conf's defaults for devices; to be called before parsing. */
const struct ctl_config_defaults *xl_defaults(void);
/* The configuration a domain was made from; false when there is none. */
bool xl_load_config(struct xl *xl, uint32_t domid, struct ctl_domain_config *cfg);
int xl_save_config(struct xl *xl, uint32_t domid, const struct ctl_domain_config *cfg,
                   struct ctl_error *err);
/* Unpacking a kernel takes a second or two; on a loaded emulator much longer. */
#define XL_BOOT_TIMEOUT_MS 120000

/* Makes the domain, stores its config, and unless paused lets it run. */
int xl_make_domain(struct xl *xl, struct ctl_domain_config *cfg, uint32_t *domid,
                   struct ctl_error *err);

/*
 * From here on SIGINT, SIGTERM and SIGHUP make libctl's calls give up, but for those that the caller
 * ignores. _release() ends that; _end() also, and if a signal came, lets it have its usual effect.
 */
void xl_interrupt_catch(struct xl *xl);
void xl_interrupt_release(struct xl *xl);
void xl_interrupt_end(struct xl *xl);

/* Watches the domain and acts as its config says until nothing is left to do. */
int xl_supervise(struct xl *xl, uint32_t domid);
/* Leaves a detached process that does so; 0 or -errno. */
int xl_supervise_detached(const char *name, uint32_t domid);
/* argv[1] of the process that supervises; argv[2] is the domid. */
#define XL_SUPERVISE_ARG "--supervise"

/* Replaces this process by the console client; returns only on failure. */
void xl_exec_console(uint32_t domid, const char *num);

int xl_main_block_attach(struct xl *xl, int argc, char **argv);
int xl_main_block_detach(struct xl *xl, int argc, char **argv);
int xl_main_block_list(struct xl *xl, int argc, char **argv);
int xl_main_claims(struct xl *xl, int argc, char **argv);
int xl_main_console(struct xl *xl, int argc, char **argv);
int xl_main_cpupool_list(struct xl *xl, int argc, char **argv);
int xl_main_create(struct xl *xl, int argc, char **argv);
int xl_main_debug_keys(struct xl *xl, int argc, char **argv);
int xl_main_destroy(struct xl *xl, int argc, char **argv);
int xl_main_dmesg(struct xl *xl, int argc, char **argv);
int xl_main_domid(struct xl *xl, int argc, char **argv);
int xl_main_domname(struct xl *xl, int argc, char **argv);
int xl_main_dump_core(struct xl *xl, int argc, char **argv);
int xl_main_info(struct xl *xl, int argc, char **argv);
int xl_main_list(struct xl *xl, int argc, char **argv);
int xl_main_mem_max(struct xl *xl, int argc, char **argv);
int xl_main_mem_set(struct xl *xl, int argc, char **argv);
int xl_main_network_attach(struct xl *xl, int argc, char **argv);
int xl_main_network_detach(struct xl *xl, int argc, char **argv);
int xl_main_network_list(struct xl *xl, int argc, char **argv);
int xl_main_pause(struct xl *xl, int argc, char **argv);
int xl_main_rename(struct xl *xl, int argc, char **argv);
int xl_main_sched(struct xl *xl, int argc, char **argv);
int xl_main_shutdown(struct xl *xl, int argc, char **argv);
int xl_main_sysrq(struct xl *xl, int argc, char **argv);
int xl_main_top(struct xl *xl, int argc, char **argv);
int xl_main_trigger(struct xl *xl, int argc, char **argv);
int xl_main_unpause(struct xl *xl, int argc, char **argv);
int xl_main_uptime(struct xl *xl, int argc, char **argv);
int xl_main_vcpu_list(struct xl *xl, int argc, char **argv);
int xl_main_vcpu_pin(struct xl *xl, int argc, char **argv);
int xl_main_vcpu_set(struct xl *xl, int argc, char **argv);
int xl_main_vm_list(struct xl *xl, int argc, char **argv);
int xl_main_not_here(struct xl *xl, int argc, char **argv);
int xl_main_not_yet(struct xl *xl, int argc, char **argv);

#endif
