/* SPDX-License-Identifier: GPL-2.0-only */
/* dom0's console, and what guests print before they have one (only with guest_console on the command line). */
#include <xen/console.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/param.h>
#include <xen/softirq.h>

static bool opt_guest_console;
boolean_param("guest_console", opt_guest_console);

static long console_write(unsigned count, XEN_GUEST_HANDLE(char) buffer)
{
    char buf[128];

    while (count) {
        unsigned n = min(count, (unsigned)sizeof(buf));

        if (hypercall_preempt_check()) {
            hypercall_set_continuation_args(3, (unsigned long)CONSOLEIO_write, (unsigned long)count,
                                            (unsigned long)buffer.p);
            return -ERESTART;
        }
        if (copy_from_guest(buf, buffer, n))
            return -EFAULT;
        console_guest_write(current_domain->domain_id, buf, n);
        buffer.p += n;
        count -= n;
    }
    return 0;
}

static long console_read(unsigned count, XEN_GUEST_HANDLE(char) buffer)
{
    char buf[128];
    size_t n = console_guest_read(buf, min(count, (unsigned)sizeof(buf)));

    return copy_to_guest(buffer, buf, n) ? -EFAULT : (long)n;
}

long do_console_io(unsigned cmd, unsigned count, XEN_GUEST_HANDLE(char) buffer)
{
    bool privileged = is_hardware_domain(current_domain);

    if (!privileged && !(opt_guest_console && cmd == CONSOLEIO_write))
        return -EPERM;
    switch (cmd) {
    case CONSOLEIO_write: return console_write(count, buffer);
    case CONSOLEIO_read: return console_read(count, buffer);
    default: return -ENOSYS;
    }
}
