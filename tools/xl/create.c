/* SPDX-License-Identifier: GPL-2.0-only */
/* xl create. */
#include "xl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct create {
    const char *file;
    char *overrides;                /* lines of key=value; NULL: none */
    bool console, paused, dry_run, quiet, debug, no_supervisor, foreground;
};

void xl_print_diag(const struct ctl_diag *diag, void *data)
{
    const char *level = diag->level == CTL_DIAG_ERROR ? "" : "warning: ";

    (void)data;
    if (diag->column)
        fprintf(stderr, "%s:%u:%u: %s%s\n", diag->file, diag->line, diag->column, level, diag->message);
    else if (diag->line)
        fprintf(stderr, "%s:%u: %s%s\n", diag->file, diag->line, level, diag->message);
    else
        fprintf(stderr, "%s: %s%s\n", diag->file, level, diag->message);
}

/* Quiet callers want to know why nothing was made, but no remarks. */
static void print_errors(const struct ctl_diag *diag, void *data)
{
    if (diag->level == CTL_DIAG_ERROR)
        xl_print_diag(diag, data);
}

const struct ctl_config_defaults *xl_defaults(void)
{
    static struct ctl_config_defaults defaults;
    static bool loaded;
    const struct ctl_config_options options = { .diag = xl_print_diag };

    if (!loaded)
        ctl_config_read_defaults(XL_CONF, &options, &defaults);
    loaded = true;
    return &defaults;
}

/* Adds one key=value as a line. */
static bool add_override(struct create *c, const char *text)
{
    size_t old = c->overrides ? strlen(c->overrides) : 0;
    char *grown = realloc(c->overrides, old + strlen(text) + 2);

    if (!grown)
        return false;
    c->overrides = grown;
    strcpy(grown + old, text);
    strcat(grown + old, "\n");
    return true;
}

/* -1 when the command line has been read, otherwise the exit code. */
static int read_arguments(struct xl *xl, int argc, char **argv, struct create *c)
{
    static const struct option longs[] = {
        { "defconfig", required_argument, NULL, 'f' },
        { "dryrun", no_argument, NULL, 'n' },
        { "quiet", no_argument, NULL, 'q' },
        { "vncviewer", no_argument, NULL, 'V' },
        { "vncviewer-autopass", no_argument, NULL, 'A' },
        { "ignore-global-affinity-masks", no_argument, NULL, 'i' },
        { "help", no_argument, NULL, 'h' },
        { 0 }
    };
    int o, rc = 0;

    c->dry_run = xl->dry_run;
    while ((o = xl_getopt(xl, argc, argv, "hFVAnqf:pcdei", longs, &rc)) >= 0) {
        c->file = o == 'f' ? optarg : c->file;
        c->dry_run |= o == 'n';
        c->quiet |= o == 'q';
        c->paused |= o == 'p';
        c->console |= o == 'c';
        c->debug |= o == 'd';
        c->no_supervisor |= o == 'e';
        c->foreground |= o == 'F';
    }
    if (o == -2)
        return rc;
    if (!c->file && optind < argc && !strchr(argv[optind], '='))
        c->file = argv[optind++];
    for (; optind < argc; optind++)
        if (!add_override(c, argv[optind]))
            return XL_CREATE_FAILED;
    if (!c->file) {
        xl_say("Config file not specified: xl create FILE");
        return XL_CREATE_INVALID;
    }
    return -1;
}

int xl_save_config(struct xl *xl, uint32_t domid, const struct ctl_domain_config *cfg,
                   struct ctl_error *err)
{
    char *json;
    int rc = ctl_config_to_json(cfg, &json);

    if (rc)
        return ctl_error_set(err, rc, "out of memory while storing the configuration of %s",
                             cfg->name);
    rc = ctl_domain_set_userdata(xl->ctx, domid, XL_USERDATA_CONFIG, json, strlen(json), err);
    free(json);
    return rc;
}

bool xl_load_config(struct xl *xl, uint32_t domid, struct ctl_domain_config *cfg)
{
    char *json;
    size_t len;
    int rc;

    if (ctl_domain_get_userdata(xl->ctx, domid, XL_USERDATA_CONFIG, &json, &len, NULL))
        return false;
    rc = ctl_config_from_json(json, len, cfg, NULL);
    free(json);
    return !rc;
}

int xl_make_domain(struct xl *xl, struct ctl_domain_config *cfg, uint32_t *domid,
                   struct ctl_error *err)
{
    int rc = ctl_domain_create(xl->ctx, cfg, CTL_CREATE_PAUSED, domid, err);

    if (rc)
        return rc;
    rc = xl_save_config(xl, *domid, cfg, err);
    if (rc)
        ctl_domain_destroy(xl->ctx, *domid, NULL);
    return rc;
}

/* The console client runs beside us, so that it is there before the guest says its first word. */
static pid_t start_console(uint32_t domid)
{
    pid_t pid = fork();

    if (pid)
        return pid;
    xl_exec_console(domid, NULL);
    _exit(1);
}

/* A supervisor will see and say it when a kernel that looked whole does not start after all. */
static int let_run(struct xl *xl, uint32_t domid, const struct create *c, const char *name)
{
    struct ctl_error err;
    pid_t console = -1;
    int rc = 0;

    if (c->console)
        console = start_console(domid);
    if (!c->paused)
        rc = ctl_domain_unpause(xl->ctx, domid, &err);
    if (!rc && !c->paused)
        rc = ctl_domain_wait_boot(xl->ctx, domid, c->no_supervisor ? CTL_WAIT_ENTERED : 0,
                                  XL_BOOT_TIMEOUT_MS, &err);
    xl_interrupt_release(xl);
    if (!rc && !c->no_supervisor && !c->foreground) {
        rc = xl_supervise_detached(name, domid);
        if (rc)
            ctl_error_set(&err, rc, "cannot start the supervisor of %s: %s", name, strerror(-rc));
    }
    if (rc) {
        xl_report(&err);
        ctl_domain_destroy(xl->ctx, domid, NULL);
    }
    if (console > 0)
        while (waitpid(console, NULL, 0) < 0 && errno == EINTR)
            ;
    return rc;
}

static int create(struct xl *xl, const struct create *c, struct ctl_domain_config *cfg)
{
    struct ctl_error err;
    uint32_t domid;
    int rc;

    xl_interrupt_catch(xl);
    rc = xl_make_domain(xl, cfg, &domid, &err);
    if (rc)
        xl_report(&err);
    else
        rc = let_run(xl, domid, c, cfg->name);
    if (rc == -EINTR)
        xl_interrupt_end(xl);
    xl_interrupt_release(xl);
    if (rc)
        return XL_CREATE_FAILED;
    return c->foreground ? xl_supervise(xl, domid) : XL_OK;
}

static int parse_and_create(struct xl *xl, const struct create *c)
{
    const struct ctl_config_options options = {
        .overrides = c->overrides,
        .defaults = xl_defaults(),
        .diag = c->quiet ? print_errors : xl_print_diag,
    };
    struct ctl_domain_config cfg;
    char *json;
    int rc = XL_OK;

    if (!c->quiet)
        xl_say("Parsing config from %s", c->file);
    if (access(c->file, R_OK)) {
        xl_say("Failed to read config file: %s: %s", c->file, strerror(errno));
        return XL_CREATE_FAILED;
    }
    if (ctl_config_parse_file(c->file, &options, &cfg))
        return XL_FAILURE;
    if (c->dry_run || c->debug) {
        if (ctl_config_to_json(&cfg, &json)) {
            xl_say("xl: out of memory");
            rc = XL_CREATE_FAILED;
        } else {
            fputs(json, c->dry_run ? stdout : stderr);
            free(json);
        }
    }
    if (!rc && !c->dry_run)
        rc = create(xl, c, &cfg);
    ctl_domain_config_dispose(&cfg);
    return rc;
}

int xl_main_create(struct xl *xl, int argc, char **argv)
{
    struct create c = { 0 };
    int rc = read_arguments(xl, argc, argv, &c);

    if (rc < 0)
        rc = parse_and_create(xl, &c);
    free(c.overrides);
    return rc;
}
