/* SPDX-License-Identifier: MIT */
/* xen_version(cmd, arg): who the hypervisor is.  What comes back is OUT throughout. */
#ifndef XEN_PUBLIC_VERSION_H
#define XEN_PUBLIC_VERSION_H

#include "xen.h"
#include "features.h"

/* No argument; returns major << 16 | minor. */
#define XENVER_version 0

/* The rest of the version: ".7-pre" or the like. */
#define XENVER_extraversion 1
typedef char xen_extraversion_t[16];
#define XEN_EXTRAVERSION_LEN (sizeof(xen_extraversion_t))

#define XENVER_compile_info 2
struct xen_compile_info {
    char compiler[64];
    char compile_by[16];
    char compile_domain[32];
    char compile_date[32];
};
typedef struct xen_compile_info xen_compile_info_t;

/* Kinds of guest that can be made, as words: "hvm-3.0-x86_64 ...". */
#define XENVER_capabilities 3
typedef char xen_capabilities_info_t[1024];
#define XEN_CAPABILITIES_INFO_LEN (sizeof(xen_capabilities_info_t))

#define XENVER_changeset 4
typedef char xen_changeset_info_t[64];
#define XEN_CHANGESET_INFO_LEN (sizeof(xen_changeset_info_t))

/* Where the hypervisor's part of a PV guest's address space starts. */
#define XENVER_platform_parameters 5
struct xen_platform_parameters {
    xen_ulong_t virt_start;
};
typedef struct xen_platform_parameters xen_platform_parameters_t;

/* One word of the XENFEAT_* bits. */
#define XENVER_get_features 6
struct xen_feature_info {
    unsigned int submap_idx; /* IN: which word */
    uint32_t submap;
};
typedef struct xen_feature_info xen_feature_info_t;

/* No argument; returns the page size in bytes. */
#define XENVER_pagesize 7

/* The calling domain's UUID, an xen_domain_handle_t. */
#define XENVER_guest_handle 8

#define XENVER_commandline 9
typedef char xen_commandline_t[1024];

/* Without an argument returns the identifier's length, else fills buf and returns its length. */
#define XENVER_build_id 10
struct xen_build_id {
    uint32_t len; /* IN: room in buf */
    __extension__ unsigned char buf[XEN_FLEX_ARRAY_DIM];
};
typedef struct xen_build_id xen_build_id_t;

#endif
