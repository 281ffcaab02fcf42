/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frame numbers. A machine frame and a guest frame are different types, so
 * that one cannot be passed for the other.
 */
#ifndef XEN_MM_FRAME_H
#define XEN_MM_FRAME_H

#include <xen/compiler.h>
#include <xen/types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))

#define PAGE_ORDER_4K 0
#define PAGE_ORDER_2M 9
#define PAGE_ORDER_1G 18

typedef struct { unsigned long mfn; } mfn_t;
typedef struct { unsigned long gfn; } gfn_t;

#define INVALID_MFN ((mfn_t){ ~0UL })
#define INVALID_GFN ((gfn_t){ ~0UL })

static inline mfn_t _mfn(unsigned long n) { return (mfn_t){ n }; }
static inline unsigned long mfn_x(mfn_t m) { return m.mfn; }
static inline mfn_t mfn_add(mfn_t m, unsigned long i) { return _mfn(m.mfn + i); }
static inline bool mfn_eq(mfn_t a, mfn_t b) { return a.mfn == b.mfn; }
static inline paddr_t mfn_to_paddr(mfn_t m) { return (paddr_t)m.mfn << PAGE_SHIFT; }
static inline mfn_t paddr_to_mfn(paddr_t p) { return _mfn(p >> PAGE_SHIFT); }

static inline gfn_t _gfn(unsigned long n) { return (gfn_t){ n }; }
static inline unsigned long gfn_x(gfn_t g) { return g.gfn; }
static inline gfn_t gfn_add(gfn_t g, unsigned long i) { return _gfn(g.gfn + i); }
static inline bool gfn_eq(gfn_t a, gfn_t b) { return a.gfn == b.gfn; }
static inline paddr_t gfn_to_paddr(gfn_t g) { return (paddr_t)g.gfn << PAGE_SHIFT; }
static inline gfn_t paddr_to_gfn(paddr_t p) { return _gfn(p >> PAGE_SHIFT); }

#endif
