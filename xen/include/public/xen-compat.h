/* SPDX-License-Identifier: MIT */
/*
 * Which revision of the guest interface these headers describe.
 *
 * Only one revision is kept: that of Xen 4.17.  A program may ask for it by name
 * (-D__XEN_INTERFACE_VERSION__=__XEN_LATEST_INTERFACE_VERSION__) or not at all; the spellings
 * and layouts of earlier revisions are not offered.
 */
#ifndef XEN_PUBLIC_XEN_COMPAT_H
#define XEN_PUBLIC_XEN_COMPAT_H

#define __XEN_LATEST_INTERFACE_VERSION__ 0x00040e00

#ifndef __XEN_INTERFACE_VERSION__
#define __XEN_INTERFACE_VERSION__ __XEN_LATEST_INTERFACE_VERSION__
#endif

#if __XEN_INTERFACE_VERSION__ != __XEN_LATEST_INTERFACE_VERSION__
#error "only __XEN_INTERFACE_VERSION__ 0x00040e00 (Xen 4.17) is described by these headers"
#endif

#endif
