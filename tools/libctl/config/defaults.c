/* SPDX-License-Identifier: GPL-2.0-only */
/* The defaults of xl.conf that concern domains. */
#include "keys.h"
#include "spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void ctl_config_defaults_dispose(struct ctl_config_defaults *d)
{
    free(d->vif_script);
    free(d->vif_bridge);
    free(d->vif_backend);
    free(d->vif_gatewaydev);
    memset(d, 0, sizeof(*d));
}

/* Settings of xl.conf that this file does not look at are other programs' or have no meaning here. */
static void apply(struct cfg_builder *b, const struct cfg_setting *s, struct ctl_config_defaults *d)
{
    const struct {
        const char *key;
        char **field;
    } strings[] = {
        { "vif.default.script", &d->vif_script },
        { "vif.default.bridge", &d->vif_bridge },
        { "defaultbridge", &d->vif_bridge },
        { "vif.default.backend", &d->vif_backend },
        { "vif.default.gatewaydev", &d->vif_gatewaydev },
    };
    uint64_t number;
    const char *text;
    size_t i;

    if (!strcmp(s->key, "max_grant_frames") && cfg_number(b, s, 1, 1 << 20, &number))
        d->max_grant_frames = (uint32_t)number;
    if (!strcmp(s->key, "max_maptrack_frames") && cfg_number(b, s, 1, 1 << 20, &number))
        d->max_maptrack_frames = (uint32_t)number;
    for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        if (strcmp(s->key, strings[i].key))
            continue;
        text = cfg_scalar(b, s);
        if (text && *text && spec_set(strings[i].field, text, strlen(text)))
            b->no_memory = true;
    }
}

int ctl_config_read_defaults(const char *path, const struct ctl_config_options *options,
                             struct ctl_config_defaults *d)
{
    static const struct ctl_config_options no_options;
    struct cfg_tree tree;
    struct cfg_builder b = {
        .tree = &tree,
        .options = options ? options : &no_options,
    };
    const struct cfg_setting *s;
    char *text = NULL;
    size_t len;
    int rc;

    b.report.diag = b.options->diag;
    b.report.data = b.options->diag_data;
    memset(d, 0, sizeof(*d));
    cfg_tree_init(&tree);
    rc = cfg_read_file(path, &text, &len);
    if (!rc)
        rc = cfg_parse(path, text, len, &tree, &b.report);
    if (!rc)
        rc = cfg_tree_fold(&tree, &b.report);
    for (s = tree.first; !rc && s; s = s->next)
        apply(&b, s, d);
    if (!rc)
        rc = b.no_memory ? -ENOMEM : b.report.nr_errors ? -EINVAL : 0;
    cfg_tree_free(&tree);
    free(text);
    if (rc)
        ctl_config_defaults_dispose(d);
    return rc == -ENOENT ? 0 : rc;
}
