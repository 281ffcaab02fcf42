/* SPDX-License-Identifier: MIT */
/* argo_op: messages between domains.  Command numbers alone. */
#ifndef XEN_PUBLIC_ARGO_H
#define XEN_PUBLIC_ARGO_H

#define XEN_ARGO_OP_register_ring   1
#define XEN_ARGO_OP_unregister_ring 2
#define XEN_ARGO_OP_sendv           3
#define XEN_ARGO_OP_notify          4

#endif
