/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor's command line. */
#include <xen/lib.h>
#include <xen/param.h>
#include <xen/param-parse.h>
#include <xen/string.h>

extern const struct kernel_param setup_start[], setup_end[];

char saved_cmdline[1024];

int parse_bool(const char *s)
{
    static const char *const yes[] = { "yes", "on", "true", "enable", "1" };
    static const char *const no[] = { "no", "off", "false", "disable", "0" };

    for (unsigned i = 0; i < ARRAY_SIZE(yes); i++) {
        if (!strcmp(s, yes[i]))
            return 1;
        if (!strcmp(s, no[i]))
            return 0;
    }
    return -1;
}

uint64_t parse_size(const char *s, const char **end)
{
    uint64_t v = simple_strtoul(s, &s, 0);

    switch (*s) {
    case 'G': case 'g': v <<= 30; s++; break;
    case 'M': case 'm': v <<= 20; s++; break;
    case 'B': case 'b': s++; break;
    case 'K': case 'k': s++; v <<= 10; break;
    default: v <<= 10; /* bare numbers are KiB, as in Xen */
    }
    if (end)
        *end = s;
    return v;
}

/* Returns false for a value that does not fit the option. */
static bool param_set(const struct kernel_param *p, const char *value, bool negated)
{
    const char *end = "";
    int b;

    switch (p->type) {
    case OPT_STR:
        strlcpy(p->var, value, p->len);
        return true;
    case OPT_BOOL:
        b = *value ? parse_bool(value) : 1;
        if (b < 0)
            return false;
        *(bool *)p->var = (b != 0) != negated;
        return true;
    case OPT_UINT:
        *(unsigned *)p->var = (unsigned)simple_strtoul(value, &end, 0);
        return *value && !*end;
    case OPT_SIZE:
        *(uint64_t *)p->var = parse_size(value, &end);
        return *value && !*end;
    case OPT_CUSTOM:
        return ((int (*)(const char *))p->var)(negated ? "no" : value) == 0;
    }
    return false;
}

/* Options of Xen that make no difference here; a command line written for Xen stays quiet. */
static const char *const ignored[] = { "dom0", "cpuidle", "placeholder", "guest_loglvl", "sync_console",
                                       "console_to_ring", "watchdog", "ucode", "no-real-mode", "edd",
                                       "vga", "smt", "spec-ctrl", "crashkernel", "dom0-iommu" };

static bool param_ignored(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(ignored); i++)
        if (!strcmp(name, ignored[i]))
            return true;
    return false;
}

static void param_parse_one(char *opt)
{
    char *value = strchr(opt, '=');
    const char *name = opt;
    bool known = false, fits = true;

    if (value)
        *value++ = '\0';
    for (const struct kernel_param *p = setup_start; p < setup_end; p++) {
        bool negated = p->type != OPT_STR && !strncmp(name, "no-", 3) && !strcmp(name + 3, p->name);

        if (!negated && strcmp(name, p->name))
            continue;
        known = true;
        fits &= param_set(p, value ? value : "", negated);
    }
    if (!known && !param_ignored(name))
        printk(XENLOG_WARNING "Command line: unknown option '%s' is ignored\n", name);
    else if (!fits)
        printk(XENLOG_WARNING "Command line: option '%s' cannot be '%s'\n", name, value ? value : "");
}

void cmdline_parse(const char *line)
{
    static char copy[1024];
    char *p = copy;

    strlcpy(saved_cmdline, line, sizeof(saved_cmdline));
    strlcpy(copy, line, sizeof(copy));
    while (*p) {
        char *start = p;

        while (*p && *p != ' ')
            p++;
        if (*p)
            *p++ = '\0';
        if (!strcmp(start, "--"))
            break;
        if (*start)
            param_parse_one(start);
    }
}
