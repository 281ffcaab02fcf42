/* SPDX-License-Identifier: MIT */
/*
 * Error numbers of hypercalls.  They travel negated, and are the hypervisor's own whatever
 * numbers the guest's system uses.
 *
 * XEN_ERRNO_LIST(X) expands X(name, number) for each, so that a program can build a table.
 */
#ifndef XEN_PUBLIC_ERRNO_H
#define XEN_PUBLIC_ERRNO_H

#define XEN_ERRNO_LIST_GUEST(X)                                                                    \
    X(EPERM, 1)          /* the caller may not do this */                                          \
    X(ENOENT, 2)         /* no such thing */                                                       \
    X(ESRCH, 3)          /* no such domain */                                                      \
    X(EIO, 5)            /* a device failed */                                                     \
    X(ENXIO, 6)          /* no such device or address */                                           \
    X(E2BIG, 7)          /* more than the limit */                                                 \
    X(ENOEXEC, 8)        /* not a format that can be run */                                        \
    X(EBADF, 9)          /* not a valid handle */                                                  \
    X(ECHILD, 10)        /* no child */                                                            \
    X(EAGAIN, 11)        /* not now: try again */                                                  \
    X(EWOULDBLOCK, 11)   /* as EAGAIN */                                                           \
    X(ENOMEM, 12)        /* out of memory */                                                       \
    X(EACCES, 13)        /* access refused */                                                      \
    X(EFAULT, 14)        /* a guest handle does not lead to memory */                              \
    X(EBUSY, 16)         /* in use */                                                              \
    X(EEXIST, 17)        /* exists already */                                                      \
    X(EXDEV, 18)         /* belongs to another */                                                  \
    X(ENODEV, 19)        /* no such device */                                                      \
    X(ENOTDIR, 20)       /* not a directory */                                                     \
    X(EISDIR, 21)        /* a directory */                                                         \
    X(EINVAL, 22)        /* an argument makes no sense */                                          \
    X(ENFILE, 23)        /* a table is full */                                                     \
    X(EMFILE, 24)        /* the caller's table is full */                                          \
    X(ENOSPC, 28)        /* no room left */                                                        \
    X(EROFS, 30)         /* may only be read */                                                    \
    X(EMLINK, 31)        /* linked too often */                                                    \
    X(EDOM, 33)          /* outside the domain of a function */                                    \
    X(ERANGE, 34)        /* outside the range */                                                   \
    X(EDEADLK, 35)       /* would wait for itself */                                               \
    X(EDEADLOCK, 35)     /* as EDEADLK */                                                          \
    X(ENAMETOOLONG, 36)  /* a name is too long */                                                  \
    X(ENOLCK, 37)        /* no lock to be had */                                                   \
    X(ENOSYS, 38)        /* no such operation here */                                              \
    X(ENOTEMPTY, 39)     /* still holds something */                                               \
    X(ENODATA, 61)       /* nothing there */                                                       \
    X(ETIME, 62)         /* a timer ran out */                                                     \
    X(EBADMSG, 74)       /* a malformed message */                                                 \
    X(EOVERFLOW, 75)     /* the value does not fit */                                              \
    X(EILSEQ, 84)        /* a wrong sequence of bytes */                                           \
    X(ENOTSOCK, 88)      /* not a socket */                                                        \
    X(EMSGSIZE, 90)      /* a message of the wrong length */                                       \
    X(EOPNOTSUPP, 95)    /* known, but not offered here */                                         \
    X(EADDRINUSE, 98)    /* the address is taken */                                                \
    X(EADDRNOTAVAIL, 99) /* the address is not to be had */                                        \
    X(ENOBUFS, 105)      /* no buffer left */                                                      \
    X(EISCONN, 106)      /* connected already */                                                   \
    X(ENOTCONN, 107)     /* not connected */                                                       \
    X(ETIMEDOUT, 110)    /* no answer in time */                                                   \
    X(ECONNREFUSED, 111) /* the peer does not want us */

/* Numbers that live inside the hypervisor and never reach a guest. */
#ifdef __XEN__
#define XEN_ERRNO_LIST(X)                                                                          \
    XEN_ERRNO_LIST_GUEST(X)                                                                        \
    X(EINTR, 4)     /* interrupted */                                                              \
    X(ERESTART, 85) /* the hypercall is to be entered again */
#else
#define XEN_ERRNO_LIST(X) XEN_ERRNO_LIST_GUEST(X)
#endif

#ifndef __ASSEMBLY__
#define XEN_ERRNO_ENUM_(name, value) XEN_##name = value,
enum xen_errno { XEN_ERRNO_LIST(XEN_ERRNO_ENUM_) };
#undef XEN_ERRNO_ENUM_
#endif

#endif
