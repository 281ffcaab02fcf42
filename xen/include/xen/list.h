/* SPDX-License-Identifier: GPL-2.0-only */
/* Doubly linked lists, with the head as a member of the ring. */
#ifndef XEN_LIST_H
#define XEN_LIST_H

#include <xen/compiler.h>
#include <xen/types.h>

struct list_head {
    struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *l)
{
    l->next = l->prev = l;
}

static inline void list_insert_between(struct list_head *n, struct list_head *p, struct list_head *q)
{
    n->prev = p;
    n->next = q;
    p->next = n;
    q->prev = n;
}

static inline void list_add(struct list_head *n, struct list_head *head)
{
    list_insert_between(n, head, head->next);
}

static inline void list_add_tail(struct list_head *n, struct list_head *head)
{
    list_insert_between(n, head->prev, head);
}

static inline void list_del_init(struct list_head *n)
{
    n->prev->next = n->next;
    n->next->prev = n->prev;
    INIT_LIST_HEAD(n);
}

static inline bool list_empty(const struct list_head *head)
{
    return head->next == head;
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_for_each_entry(pos, head, member)                                                     \
    for ((pos) = list_entry((head)->next, __typeof__(*(pos)), member); &(pos)->member != (head);   \
         (pos) = list_entry((pos)->member.next, __typeof__(*(pos)), member))
#define list_for_each_entry_safe(pos, n, head, member)                                             \
    for ((pos) = list_entry((head)->next, __typeof__(*(pos)), member),                             \
        (n) = list_entry((pos)->member.next, __typeof__(*(pos)), member);                          \
         &(pos)->member != (head);                                                                 \
         (pos) = (n), (n) = list_entry((n)->member.next, __typeof__(*(n)), member))

#endif
