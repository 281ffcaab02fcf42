/* SPDX-License-Identifier: MIT */
/*
 * The state of a domain as XEN_DOMCTL_{get,set}hvmcontext carry it: records, each a descriptor
 * followed by length bytes.  HEADER comes first and END last.
 */
#ifndef XEN_PUBLIC_HVM_SAVE_H
#define XEN_PUBLIC_HVM_SAVE_H

#include "../xen.h"

struct hvm_save_descriptor {
    uint16_t typecode; /* HVM_SAVE_CODE(x) */
    uint16_t instance; /* vcpu, or 0 for what a domain has one of */
    uint32_t length;   /* bytes that follow */
};

/* Ties a record's name to its number and structure, for the three macros below. */
#define DECLARE_HVM_SAVE_TYPE(_x, _code, _type)                                                    \
    enum { HVM_SAVE_CODE_##_x = (_code) };                                                         \
    typedef _type hvm_save_type_##_x

#define HVM_SAVE_TYPE(_x)   hvm_save_type_##_x
#define HVM_SAVE_LENGTH(_x) (sizeof(HVM_SAVE_TYPE(_x)))
#define HVM_SAVE_CODE(_x)   ((size_t)HVM_SAVE_CODE_##_x)

/* END has no content; the array of no elements keeps its size 0 in C++ as well. */
__extension__ struct hvm_save_end {
    __extension__ char none[0];
};
DECLARE_HVM_SAVE_TYPE(END, 0, struct hvm_save_end);

#include "../arch-x86/hvm/save.h"

#endif
