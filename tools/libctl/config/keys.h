/* SPDX-License-Identifier: GPL-2.0-only */
/* The keys of xl.cfg and the state of turning settings into a configuration. Private to libctl. */
#ifndef LIBCTL_CONFIG_KEYS_H
#define LIBCTL_CONFIG_KEYS_H

#include "cfg-tree.h"

/* Settings that only make sense together are kept here until all have been read. */
struct cfg_builder {
    const struct cfg_tree *tree;
    const struct ctl_config_options *options;
    struct cfg_report report;
    struct ctl_domain_config *cfg;
    const char *root, *extra, *cmdline;
    bool has_uuid, has_maxmem, has_maxvcpus;
    bool no_memory;
};

enum cfg_key_kind {
    CFG_KEY_STRING,                 /* into the char * at offset */
    CFG_KEY_NUMBER,                 /* into the uint32_t at offset, min to max */
    CFG_KEY_BOOL,                   /* into the enum ctl_tristate at offset */
    CFG_KEY_ACTION,                 /* into the enum ctl_action at offset */
    CFG_KEY_CALL,                   /* by the function */
    CFG_KEY_QUIET,                  /* old and harmless: no word is said */
    CFG_KEY_IGNORED,                /* does nothing for PVH guests: a warning */
    CFG_KEY_REFUSED,                /* cannot be done: an error, unless the value is 0 or empty */
};

struct cfg_key {
    const char *name;
    enum cfg_key_kind kind;
    size_t offset;
    uint32_t min, max;
    void (*call)(struct cfg_builder *b, const struct cfg_setting *s);
    const char *hint;               /* REFUSED: what to do instead */
};

/* The key of that name, or NULL. */
const struct cfg_key *cfg_key_find(const char *name);
/* The nearest key that does something, or NULL. */
const char *cfg_key_nearest(const char *name);

void cfg_error(struct cfg_builder *b, const struct cfg_pos *pos, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void cfg_warn(struct cfg_builder *b, const struct cfg_pos *pos, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The text of a setting that must be no list; NULL after reporting. */
const char *cfg_scalar(struct cfg_builder *b, const struct cfg_setting *s);
/* Reads a decimal, 0octal or 0xhex number in min..max; false after reporting. */
bool cfg_number(struct cfg_builder *b, const struct cfg_setting *s, uint64_t min, uint64_t max,
                uint64_t *out);

/* The keys that need more than a table entry. */
void cfg_call_cmdline(struct cfg_builder *b, const struct cfg_setting *s);
void cfg_call_cpus(struct cfg_builder *b, const struct cfg_setting *s);
void cfg_call_disk(struct cfg_builder *b, const struct cfg_setting *s);
void cfg_call_maxmem(struct cfg_builder *b, const struct cfg_setting *s);
void cfg_call_memory(struct cfg_builder *b, const struct cfg_setting *s);
void cfg_call_maxvcpus(struct cfg_builder *b, const struct cfg_setting *s);
void cfg_call_tsc_mode(struct cfg_builder *b, const struct cfg_setting *s);
void cfg_call_type(struct cfg_builder *b, const struct cfg_setting *s);
void cfg_call_builder(struct cfg_builder *b, const struct cfg_setting *s);
void cfg_call_hap(struct cfg_builder *b, const struct cfg_setting *s);
void cfg_call_uuid(struct cfg_builder *b, const struct cfg_setting *s);
void cfg_call_vif(struct cfg_builder *b, const struct cfg_setting *s);

#endif
