/* SPDX-License-Identifier: GPL-2.0-only */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"

#define SYS(name) SCMP_SYS(name)
#define MAX_RULES 1024

/* What the daemon calls while it runs; confine_calls() has rules for more. */
static const int running[] = {
    /* Clients, event channels, waiting */
    SYS(accept4), SYS(accept), SYS(recvfrom), SYS(sendto), SYS(recvmsg), SYS(sendmsg),
    SYS(shutdown), SYS(connect), SYS(getsockopt), SYS(epoll_wait), SYS(epoll_pwait),
    SYS(epoll_pwait2), SYS(epoll_ctl), SYS(poll), SYS(ppoll), SYS(ioctl),
    /* The state file, the pid file, what is logged */
    SYS(openat), SYS(open), SYS(close), SYS(read), SYS(write), SYS(readv), SYS(writev),
    SYS(pread64), SYS(pwrite64), SYS(lseek), SYS(fstat), SYS(newfstatat), SYS(stat), SYS(lstat),
    SYS(statx), SYS(fcntl), SYS(ftruncate), SYS(fallocate), SYS(fsync), SYS(fdatasync), SYS(msync),
    SYS(rename), SYS(renameat), SYS(renameat2), SYS(unlink), SYS(unlinkat), SYS(mkdir),
    SYS(fchmod), SYS(umask), SYS(dup), SYS(dup2), SYS(dup3), SYS(readlink), SYS(readlinkat),
    /* Memory, time, signals, the end */
    SYS(brk), SYS(mmap), SYS(munmap), SYS(mremap), SYS(madvise), SYS(mprotect), SYS(futex),
    SYS(clock_gettime), SYS(clock_nanosleep), SYS(nanosleep), SYS(gettimeofday), SYS(time),
    SYS(getrandom), SYS(rt_sigaction), SYS(rt_sigprocmask), SYS(rt_sigreturn), SYS(sigaltstack),
    SYS(restart_syscall), SYS(sysinfo), SYS(getpid), SYS(gettid), SYS(exit),
    SYS(exit_group),
};

/* What the program calls that a live update executes, until it gets here itself. */
static const int starting[] = {
    SYS(execve), SYS(arch_prctl), SYS(access), SYS(faccessat), SYS(faccessat2), SYS(getrlimit),
    SYS(setrlimit), SYS(set_tid_address), SYS(set_robust_list), SYS(rseq), SYS(prctl), SYS(capget),
    SYS(capset), SYS(epoll_create1), SYS(epoll_create), SYS(signalfd4), SYS(eventfd2), SYS(pipe2),
    SYS(bind), SYS(listen), SYS(getsockname), SYS(setsockopt), SYS(uname), SYS(getcwd), SYS(getuid),
    SYS(geteuid), SYS(getgid), SYS(getegid), SYS(chdir), SYS(setsid),
};

static int allow_all(scmp_filter_ctx filter, const int *calls, size_t nr)
{
    int r = 0;

    for (size_t i = 0; i < nr && !r; i++)
        r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
    return r;
}

static bool may_administrate(void)
{
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2] = { { 0, 0, 0 } };

    return !syscall(SYS_capget, &head, data) && data[0].effective & 1u << CAP_SYS_ADMIN;
}

/* Calls that are refused do not exist for the daemon PID: libraries then do without them. */
static int write_filter(int fd, pid_t pid)
{
    const struct scmp_arg_cmp is_unix = { 0, SCMP_CMP_EQ, AF_UNIX, 0 };
    /* Root may signal root's processes, and set their limits, without any capability. */
    const struct scmp_arg_cmp is_self = { 0, SCMP_CMP_EQ, (scmp_datum_t)pid, 0 };
    const struct scmp_arg_cmp is_caller = { 0, SCMP_CMP_EQ, 0, 0 };
    scmp_filter_ctx filter;
    int r;

    filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (!filter)
        return -ENOMEM;
    r = allow_all(filter, running, sizeof(running) / sizeof(running[0]));
    if (!r)
        r = allow_all(filter, starting, sizeof(starting) / sizeof(starting[0]));
    if (!r)
        r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SYS(socket), 1, is_unix);
    if (!r)
        r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SYS(tgkill), 1, is_self);
    if (!r)
        r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SYS(prlimit64), 1, is_caller);
    if (!r)
        r = seccomp_export_bpf(filter, fd);
    seccomp_release(filter);
    return r;
}

/* Reads what a child writes until it ends; the bytes read, or -errno. */
static ssize_t read_all(int fd, void *to, size_t size)
{
    size_t got = 0;
    ssize_t n;

    do {
        n = read(fd, (char *)to + got, size - got);
        got += n > 0 ? (size_t)n : 0;
    } while (n > 0 || (n < 0 && errno == EINTR));
    return n < 0 ? -errno : (ssize_t)got;
}

/* A child writes the filter: what the library needs for it would stay in the daemon's memory. */
static ssize_t make_filter(struct sock_filter *to, size_t size)
{
    pid_t self = getpid(), child;
    int fds[2], status;
    ssize_t len;

    if (pipe2(fds, O_CLOEXEC))
        return -errno;
    child = fork();
    if (!child)
        _exit(-write_filter(fds[1], self));
    close(fds[1]);
    len = child < 0 ? -errno : read_all(fds[0], to, size);
    close(fds[0]);
    if (child < 0 || len < 0)
        return len;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -ECHILD;
    return WEXITSTATUS(status) ? -WEXITSTATUS(status) : len;
}

static int confine_calls(void)
{
    struct sock_filter rules[MAX_RULES];
    ssize_t len = make_filter(rules, sizeof(rules));
    struct sock_fprog program = { (unsigned short)(len / (ssize_t)sizeof(rules[0])), rules };

    if (len < 0)
        return (int)len;
    if (!len || len == sizeof(rules) || len % (ssize_t)sizeof(rules[0]))
        return -EINVAL;
    /* no_new_privs would keep a live update from reaching the hypervisor's devices. */
    if (!may_administrate() && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return -errno;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) ? -errno : 0;
}

static int confine_capabilities(void)
{
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    const struct __user_cap_data_struct none[2] = { { 0, 0, 0 } };

    /* Kernels without ambient capabilities have none to clear. */
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return syscall(SYS_capset, &head, none) ? -errno : 0;
}

int confine(const struct options *o)
{
    /* The program before a live update has confined this process, its successors included. */
    bool done = prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER;
    int r = done ? 0 : confine_files(o, may_administrate());

    if (!r && !done)
        r = confine_calls();
    if (!r)
        r = confine_capabilities();
    if (r)
        log_line("cannot give up what is not needed (capabilities, files, system calls): %s",
                 strerror(-r));
    return r;
}
