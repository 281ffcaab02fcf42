/* SPDX-License-Identifier: MIT */
/* hypfs_op: a tree of the hypervisor's settings.  Numbers alone. */
#ifndef XEN_PUBLIC_HYPFS_H
#define XEN_PUBLIC_HYPFS_H

#define XEN_HYPFS_VERSION     1
#define XEN_HYPFS_MAX_PATHLEN 1024

#define XEN_HYPFS_OP_get_version    0 /* returns XEN_HYPFS_VERSION */
#define XEN_HYPFS_OP_read           1
#define XEN_HYPFS_OP_write_contents 2

#endif
