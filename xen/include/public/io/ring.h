/* SPDX-License-Identifier: MIT */
/*
 * Rings of requests and responses in a page that two domains share.
 *
 * The frontend puts requests in, the backend answers in the same slots.  Indices only ever grow
 * and wrap at 2^32; a slot is index modulo size.  Each side keeps its own indices in memory of its
 * own (front_ring, back_ring) and never trusts those that the other can write: check with
 * RING_*_PROD_OVERFLOW, and work on copies (RING_COPY_*) only.
 */
#ifndef XEN_PUBLIC_IO_RING_H
#define XEN_PUBLIC_IO_RING_H

#include <stddef.h>
#include <stdint.h>

#include "../xen-compat.h"

/* Order of memory accesses as the other side sees it.  A program may bring its own. */
#ifndef xen_mb
#define xen_mb() __sync_synchronize()
#endif
#ifndef xen_rmb
#define xen_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#endif
#ifndef xen_wmb
#define xen_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#endif

typedef unsigned int RING_IDX;

/* Exactly one access, which the compiler may not repeat or leave out. */
#define XEN_RING_ONCE(x) (*(volatile RING_IDX *)&(x))

/* The largest power of two that is not above n; n is not 0. */
#define XEN_RING_ROUND_DOWN(n) ((size_t)1 << (31 - __builtin_clz((unsigned int)(n))))

/* Slots in a ring of _sz bytes: by its name, as a constant; by a pointer to it. */
#define __CONST_RING_SIZE(_s, _sz)                                                                 \
    XEN_RING_ROUND_DOWN(((_sz)-offsetof(struct _s##_sring, ring)) /                                \
                        sizeof(((struct _s##_sring *)0)->ring[0]))
#define __RING_SIZE(_s, _sz)                                                                       \
    XEN_RING_ROUND_DOWN(((_sz) - (size_t)((char *)(_s)->ring - (char *)(_s))) /                    \
                        sizeof((_s)->ring[0]))

/*
 * Declares the types of one protocol.  *_sring is the shared page: a side sets its event index to
 * the index whose arrival it wants to be told of.
 */
#define DEFINE_RING_TYPES(__name, __req_t, __rsp_t)                                                \
    union __name##_sring_entry {                                                                   \
        __req_t req;                                                                               \
        __rsp_t rsp;                                                                               \
    };                                                                                             \
    struct __name##_sring {                                                                        \
        RING_IDX req_prod, req_event;                                                              \
        RING_IDX rsp_prod, rsp_event;                                                              \
        union {                                                                                    \
            struct {                                                                               \
                uint8_t smartpoll_active;                                                          \
            } netif;                                                                               \
            struct {                                                                               \
                uint8_t msg;                                                                       \
            } tapif_user;                                                                          \
            uint8_t pvt_pad[4];                                                                    \
        } pvt;                                                                                     \
        uint8_t __pad[44];                                                                         \
        union __name##_sring_entry ring[1]; /* really as many as fit */                            \
    };                                                                                             \
    struct __name##_front_ring {                                                                   \
        RING_IDX req_prod_pvt;                                                                     \
        RING_IDX rsp_cons;                                                                         \
        unsigned int nr_ents;                                                                      \
        struct __name##_sring *sring;                                                              \
    };                                                                                             \
    struct __name##_back_ring {                                                                    \
        RING_IDX rsp_prod_pvt;                                                                     \
        RING_IDX req_cons;                                                                         \
        unsigned int nr_ents;                                                                      \
        struct __name##_sring *sring;                                                              \
    };                                                                                             \
    typedef struct __name##_sring __name##_sring_t;                                                \
    typedef struct __name##_front_ring __name##_front_ring_t;                                      \
    typedef struct __name##_back_ring __name##_back_ring_t

/* Starting: the frontend empties the shared page, then each side starts at index 0... */
#define SHARED_RING_INIT(_s)                                                                       \
    do {                                                                                           \
        __builtin_memset((_s), 0, offsetof(__typeof__(*(_s)), ring));                              \
        (_s)->req_event = (_s)->rsp_event = 1;                                                     \
    } while (0)
#define FRONT_RING_INIT(_r, _s, _size) FRONT_RING_ATTACH(_r, _s, 0, _size)
#define BACK_RING_INIT(_r, _s, _size)  BACK_RING_ATTACH(_r, _s, 0, _size)
#define XEN_FRONT_RING_INIT(_r, _s, _size)                                                         \
    do {                                                                                           \
        SHARED_RING_INIT(_s);                                                                      \
        FRONT_RING_INIT(_r, _s, _size);                                                            \
    } while (0)

/* ...or takes over a ring in use, at index _i. */
#define FRONT_RING_ATTACH(_r, _s, _i, _size)                                                       \
    do {                                                                                           \
        (_r)->req_prod_pvt = (_r)->rsp_cons = (_i);                                                \
        (_r)->nr_ents = (unsigned int)__RING_SIZE(_s, _size);                                      \
        (_r)->sring = (_s);                                                                        \
    } while (0)
#define BACK_RING_ATTACH(_r, _s, _i, _size)                                                        \
    do {                                                                                           \
        (_r)->rsp_prod_pvt = (_r)->req_cons = (_i);                                                \
        (_r)->nr_ents = (unsigned int)__RING_SIZE(_s, _size);                                      \
        (_r)->sring = (_s);                                                                        \
    } while (0)

#define RING_SIZE(_r) ((_r)->nr_ents)

/* Room for requests, seen by the frontend. */
#define RING_FREE_REQUESTS(_r) (RING_SIZE(_r) - ((_r)->req_prod_pvt - (_r)->rsp_cons))
#define RING_FULL(_r)          (RING_FREE_REQUESTS(_r) == 0)

/* How much waits.  Of requests, never more than there are slots whose answer is out. */
static inline unsigned int xen_ring_min(unsigned int a, unsigned int b)
{
    return a < b ? a : b;
}
#define XEN_RING_NR_UNCONSUMED_RESPONSES(_r) (XEN_RING_ONCE((_r)->sring->rsp_prod) - (_r)->rsp_cons)
#define XEN_RING_NR_UNCONSUMED_REQUESTS(_r)                                                        \
    xen_ring_min(XEN_RING_ONCE((_r)->sring->req_prod) - (_r)->req_cons,                            \
                 RING_SIZE(_r) - ((_r)->req_cons - (_r)->rsp_prod_pvt))
#ifdef XEN_RING_HAS_UNCONSUMED_IS_BOOL
#define RING_HAS_UNCONSUMED_RESPONSES(_r) (XEN_RING_NR_UNCONSUMED_RESPONSES(_r) != 0)
#define RING_HAS_UNCONSUMED_REQUESTS(_r)  (XEN_RING_NR_UNCONSUMED_REQUESTS(_r) != 0)
#else
#define RING_HAS_UNCONSUMED_RESPONSES(_r) XEN_RING_NR_UNCONSUMED_RESPONSES(_r)
#define RING_HAS_UNCONSUMED_REQUESTS(_r)  XEN_RING_NR_UNCONSUMED_REQUESTS(_r)
#endif

/* The slot itself: to write to, as the other side may change what is read from it. */
#define RING_GET_REQUEST(_r, _idx)  (&(_r)->sring->ring[(_idx) & (RING_SIZE(_r) - 1)].req)
#define RING_GET_RESPONSE(_r, _idx) (&(_r)->sring->ring[(_idx) & (RING_SIZE(_r) - 1)].rsp)

/* A copy of it, after which the slot is not looked at again. */
#define RING_COPY_(_type, _r, _idx, _dest)                                                         \
    do {                                                                                           \
        *(_dest) = *(volatile __typeof__(_dest))RING_GET_##_type(_r, _idx);                        \
    } while (0)
#define RING_COPY_REQUEST(_r, _idx, _req)  RING_COPY_(REQUEST, _r, _idx, _req)
#define RING_COPY_RESPONSE(_r, _idx, _rsp) RING_COPY_(RESPONSE, _r, _idx, _rsp)

/* True when the other side's index, or going on consuming, would pass the ring's size. */
#define RING_REQUEST_CONS_OVERFLOW(_r, _cons)  (((_cons) - (_r)->rsp_prod_pvt) >= RING_SIZE(_r))
#define RING_REQUEST_PROD_OVERFLOW(_r, _prod)  (((_prod) - (_r)->rsp_prod_pvt) > RING_SIZE(_r))
#define RING_RESPONSE_PROD_OVERFLOW(_r, _prod) (((_prod) - (_r)->rsp_cons) > RING_SIZE(_r))

/* Show the other side what was put in so far. */
#define RING_PUSH_(_r, _what)                                                                      \
    do {                                                                                           \
        xen_wmb();                                                                                 \
        XEN_RING_ONCE((_r)->sring->_what##_prod) = (_r)->_what##_prod_pvt;                         \
    } while (0)
#define RING_PUSH_REQUESTS(_r)  RING_PUSH_(_r, req)
#define RING_PUSH_RESPONSES(_r) RING_PUSH_(_r, rsp)

/* The same, and whether it wants an event: when its event index lies in what has just come. */
#define RING_PUSH_NOTIFY_(_r, _what, _notify)                                                      \
    do {                                                                                           \
        RING_IDX xen_old_ = XEN_RING_ONCE((_r)->sring->_what##_prod);                              \
        RING_IDX xen_new_ = (_r)->_what##_prod_pvt;                                                \
        RING_PUSH_(_r, _what);                                                                     \
        xen_mb();                                                                                  \
        (_notify) = (RING_IDX)(xen_new_ - XEN_RING_ONCE((_r)->sring->_what##_event)) <             \
                    (RING_IDX)(xen_new_ - xen_old_);                                               \
    } while (0)
#define RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(_r, _notify)  RING_PUSH_NOTIFY_(_r, req, _notify)
#define RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(_r, _notify) RING_PUSH_NOTIFY_(_r, rsp, _notify)

/* Before going to sleep: ask for an event, then look once more. */
#define RING_FINAL_CHECK_(_waits, _event, _cons, _work_to_do)                                      \
    do {                                                                                           \
        (_work_to_do) = _waits;                                                                    \
        if (_work_to_do)                                                                           \
            break;                                                                                 \
        XEN_RING_ONCE(_event) = (_cons) + 1;                                                       \
        xen_mb();                                                                                  \
        (_work_to_do) = _waits;                                                                    \
    } while (0)
#define RING_FINAL_CHECK_FOR_REQUESTS(_r, _work_to_do)                                             \
    RING_FINAL_CHECK_(RING_HAS_UNCONSUMED_REQUESTS(_r), (_r)->sring->req_event, (_r)->req_cons,    \
                      _work_to_do)
#define RING_FINAL_CHECK_FOR_RESPONSES(_r, _work_to_do)                                            \
    RING_FINAL_CHECK_(RING_HAS_UNCONSUMED_RESPONSES(_r), (_r)->sring->rsp_event, (_r)->rsp_cons,   \
                      _work_to_do)

#endif
