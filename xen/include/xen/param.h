/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of the hypervisor's command line, declared beside what they change. */
#ifndef XEN_PARAM_H
#define XEN_PARAM_H

#include <xen/compiler.h>
#include <xen/types.h>

struct kernel_param {
    const char *name;
    enum { OPT_STR, OPT_UINT, OPT_BOOL, OPT_SIZE, OPT_CUSTOM } type;
    void *var;                      /* or int (*)(const char *value): 0, -EINVAL */
    size_t len;                     /* of *var */
};

#define PARAM(type_, name_, var_)                                                                  \
    static const struct kernel_param __used __section(".init.setup") __aligned(8)                  \
        setup_##var_ = { name_, type_, &var_, sizeof(var_) }
#define string_param(name, var) PARAM(OPT_STR, name, var)     /* char array */
#define integer_param(name, var) PARAM(OPT_UINT, name, var)
#define boolean_param(name, var) PARAM(OPT_BOOL, name, var)   /* name, name=off, no-name */
#define size_param(name, var) PARAM(OPT_SIZE, name, var)      /* uint64_t bytes; K, M, G */
#define custom_param(name_, fn)                                                                    \
    static const struct kernel_param __used __section(".init.setup") __aligned(8)                  \
        setup_##fn = { name_, OPT_CUSTOM, (void *)fn, 0 }

int parse_bool(const char *s);                /* 1, 0, -1: neither */
uint64_t parse_size(const char *s, const char **end);

#endif
