/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors as sentences. */
#include "private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int ctl_error_set(struct ctl_error *err, int code, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return code;
    err->code = code;
    err->hint[0] = '\0';
    va_start(ap, fmt);
    vsnprintf(err->sentence, sizeof(err->sentence), fmt, ap);
    va_end(ap);
    return code;
}

void ctl_error_hint(struct ctl_error *err, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return;
    va_start(ap, fmt);
    vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
    va_end(ap);
}

const char *ctl_errno_text(int code, char *buf, size_t len)
{
    const char *text = strerrordesc_np(-code);

    if (text)
        return text;
    snprintf(buf, len, "error %d", -code);
    return buf;
}

int ctl_error_domain(struct ctl_error *err, int code, uint32_t domid, const char *what)
{
    char buf[32];

    if (code == -ESRCH)
        return ctl_error_set(err, code, "Cannot %s: there is no domain %u.", what, domid);
    ctl_error_set(err, code, "Cannot %s (domain %u): %s.", what, domid,
                  ctl_errno_text(code, buf, sizeof(buf)));
    if (code == -EPERM || code == -EACCES)
        ctl_error_hint(err, "Only root in dom0 may do this.");
    else if (code == -ENOSYS || code == -EOPNOTSUPP)
        ctl_error_hint(err, "This hypervisor does not have the operation.");
    return code;
}

int ctl_error_store(struct ctl_error *err, int code, const char *what, const char *path)
{
    char buf[32];

    ctl_error_set(err, code, "Cannot %s %s in the store: %s.", what, path,
                  ctl_errno_text(code, buf, sizeof(buf)));
    if (code == -ETIMEDOUT)
        ctl_error_hint(err, "xenstored did not answer for a minute; look whether it runs.");
    else if (code == -ECONNRESET || code == -EPIPE)
        ctl_error_hint(err, "xenstored closed the connection; look whether it runs, then repeat.");
    return code;
}
