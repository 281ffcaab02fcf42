/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest memory by handle: a guest virtual address of the calling vcpu, whose
 * page tables are walked in software with supervisor rights. The copy
 * functions return 0, or non-zero when any byte could not be copied (as in
 * Xen, test the result against 0 and answer -EFAULT).
 */
#ifndef XEN_GUEST_ACCESS_H
#define XEN_GUEST_ACCESS_H

#include <xen/compiler.h>
#include <xen/types.h>
#include <public/xen.h>

/* Bytes that could not be copied. The va is of the current vcpu. */
size_t __must_check copy_from_guest_va(void *dst, uint64_t va, size_t len);
size_t __must_check copy_to_guest_va(uint64_t va, const void *src, size_t len);
size_t __must_check clear_guest_va(uint64_t va, size_t len);

#define guest_handle_is_null(hnd) ((hnd).p == NULL)
/* In numbers: a guest's pointer may be NULL or wrap around. */
#define guest_handle_va(hnd, off) ((uint64_t)(uintptr_t)(hnd).p + sizeof(*(hnd).p) * (uint64_t)(off))

/* nr objects of the handle's type, starting at object number off. nr is bounded by the caller. */
#define copy_from_guest_offset(ptr, hnd, off, nr)                                                  \
    ({                                                                                             \
        __typeof__(*(hnd).p) *dst_ = (ptr);                                                        \
        copy_from_guest_va((void *)dst_, guest_handle_va(hnd, off), sizeof(*dst_) * (size_t)(nr)); \
    })
#define copy_to_guest_offset(hnd, off, ptr, nr)                                                    \
    ({                                                                                             \
        const __typeof__(*(hnd).p) *src_ = (ptr);                                                  \
        copy_to_guest_va(guest_handle_va(hnd, off), src_, sizeof(*src_) * (size_t)(nr));           \
    })
#define copy_from_guest(ptr, hnd, nr) copy_from_guest_offset(ptr, hnd, 0, nr)
#define copy_to_guest(hnd, ptr, nr) copy_to_guest_offset(hnd, 0, ptr, nr)

/* One member of a structure back to where the handle points. */
#define copy_field_to_guest(hnd, ptr, field)                                                       \
    copy_to_guest_va(guest_handle_va(hnd, 0) + offsetof(__typeof__(*(hnd).p), field), &(ptr)->field, \
                     sizeof((ptr)->field))

/* A void handle read as one of another type, for the sub-operations of a hypercall. */
#define guest_handle_cast(hnd, type) ((XEN_GUEST_HANDLE(type)){ (type *)(hnd).p })

#endif
