/* SPDX-License-Identifier: GPL-2.0-only */
/* A few dozen ranges at most, so every search is a plain walk. */
#include "mem.h"

#define PAGE_DOWN(x) ((x) & ~(MEM_PAGE - 1))
#define PAGE_UP(x)   PAGE_DOWN((x) + MEM_PAGE - 1)

static uint64_t range_end(uint64_t start, uint64_t size)
{
    return size > UINT64_MAX - start ? UINT64_MAX : start + size;
}

bool mem_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < range_end(b, b_size) && b < range_end(a, a_size);
}

bool mem_add_ram(struct mem_map *m, uint64_t start, uint64_t size)
{
    uint64_t end = range_end(start, size);
    unsigned at = 0;

    /* Swallow every range that touches the new one, then put the union in its place. */
    while (at < m->nr_ram) {
        struct mem_range *r = &m->ram[at];

        if (r->start > end || r->end < start) {
            at++;
            continue;
        }
        start = r->start < start ? r->start : start;
        end = r->end > end ? r->end : end;
        for (unsigned i = at; i + 1 < m->nr_ram; i++)
            m->ram[i] = m->ram[i + 1];
        m->nr_ram--;
    }
    if (m->nr_ram == MEM_MAX_RAM)
        return false;
    for (at = m->nr_ram++; at && m->ram[at - 1].start > start; at--)
        m->ram[at] = m->ram[at - 1];
    m->ram[at] = (struct mem_range){ start, end };
    return true;
}

bool mem_reserve(struct mem_map *m, uint64_t start, uint64_t size)
{
    if (!size)
        return true;
    if (m->nr_busy == MEM_MAX_BUSY)
        return false;
    m->busy[m->nr_busy++] = (struct mem_range){ start, range_end(start, size) };
    return true;
}

void mem_release(struct mem_map *m, uint64_t start, uint64_t size)
{
    for (unsigned i = 0; i < m->nr_busy; i++) {
        if (m->busy[i].start == start && m->busy[i].end == range_end(start, size)) {
            m->busy[i] = m->busy[--m->nr_busy];
            return;
        }
    }
}

bool mem_is_ram(const struct mem_map *m, uint64_t start, uint64_t size)
{
    for (unsigned i = 0; i < m->nr_ram; i++)
        if (start >= m->ram[i].start && start <= m->ram[i].end && size <= m->ram[i].end - start)
            return true;
    return false;
}

/* The reservation in the way of [start, end), or NULL. */
static const struct mem_range *range_blocker(const struct mem_map *m, uint64_t start, uint64_t end)
{
    for (unsigned i = 0; i < m->nr_busy; i++)
        if (start < m->busy[i].end && m->busy[i].start < end)
            return &m->busy[i];
    return NULL;
}

bool mem_is_free(const struct mem_map *m, uint64_t start, uint64_t size)
{
    return mem_is_ram(m, start, size) && !range_blocker(m, start, range_end(start, size));
}

static struct mem_range range_usable(struct mem_range r, uint64_t limit)
{
    r.start = PAGE_UP(r.start < MEM_1M ? MEM_1M : r.start);
    r.end = PAGE_DOWN(r.end > limit ? limit : r.end);
    return r;
}

uint64_t mem_alloc(struct mem_map *m, uint64_t size)
{
    return mem_alloc_below(m, size, MEM_4G);
}

uint64_t mem_alloc_below(struct mem_map *m, uint64_t size, uint64_t limit)
{
    uint64_t room = PAGE_UP(size);

    if (!size || size > MEM_4G)
        return 0;
    for (unsigned i = m->nr_ram; i-- > 0;) {
        struct mem_range r = range_usable(m->ram[i], limit);

        while (r.end > r.start && room <= r.end - r.start) {
            const struct mem_range *busy = range_blocker(m, r.end - room, r.end);

            if (!busy)
                return mem_reserve(m, r.end - room, size) ? r.end - room : 0;
            r.end = PAGE_DOWN(busy->start);
        }
    }
    return 0;
}

/* The start of the first reservation at or above @pos, at most @end; *next is where it ends. */
static uint64_t range_gap_end(const struct mem_map *m, uint64_t pos, uint64_t end, uint64_t *next)
{
    *next = end;
    for (unsigned i = 0; i < m->nr_busy; i++) {
        const struct mem_range *b = &m->busy[i];

        if (b->end > pos && b->start < end) {
            end = b->start > pos ? b->start : pos;
            *next = b->end;
        }
    }
    return end;
}

/* The first free range of whole pages that begins at or above @pos, below 4 GiB; size 0: none. */
static struct mem_range gap_next(const struct mem_map *m, uint64_t pos)
{
    for (unsigned i = 0; i < m->nr_ram; i++) {
        struct mem_range r = range_usable(m->ram[i], MEM_4G);

        r.start = r.start < pos ? PAGE_UP(pos) : r.start;
        while (r.start < r.end) {
            uint64_t next;
            uint64_t gap = PAGE_DOWN(range_gap_end(m, r.start, r.end, &next));

            if (gap > r.start)
                return (struct mem_range){ r.start, gap };
            r.start = PAGE_UP(next);
        }
    }
    return (struct mem_range){ 0, 0 };
}

struct mem_range mem_largest(const struct mem_map *m)
{
    struct mem_range best = { 0, 0 };

    for (struct mem_range r = gap_next(m, 0); r.end; r = gap_next(m, r.end))
        if (r.end - r.start > best.end - best.start)
            best = r;
    return best;
}

uint64_t mem_alloc_lowest(struct mem_map *m, uint64_t size, uint64_t limit)
{
    for (struct mem_range r = gap_next(m, 0); size && r.end; r = gap_next(m, r.end)) {
        uint64_t end = r.end > limit ? limit : r.end;

        if (end > r.start && size <= end - r.start)
            return mem_reserve(m, r.start, size) ? r.start : 0;
    }
    return 0;
}

uint64_t mem_alloc_near(struct mem_map *m, uint64_t size, uint64_t wish)
{
    uint64_t best = 0, least = UINT64_MAX;

    wish = PAGE_DOWN(wish);
    for (struct mem_range r = gap_next(m, 0); size && r.end; r = gap_next(m, r.end)) {
        uint64_t last, at, off;

        if (size > r.end - r.start)
            continue;
        last = PAGE_DOWN(r.end - size);
        at = wish < r.start ? r.start : wish > last ? last : wish;
        off = at > wish ? at - wish : wish - at;
        if (off < least) {
            least = off;
            best = at;
        }
    }
    return best && mem_reserve(m, best, size) ? best : 0;
}

uint64_t mem_low_end(const struct mem_map *m)
{
    uint64_t end = 0;

    for (unsigned i = 0; i < m->nr_ram; i++)
        if (m->ram[i].start < MEM_4G)
            end = range_usable(m->ram[i], MEM_4G).end;
    return end;
}
