/* SPDX-License-Identifier: GPL-2.0-only */
/* LZMA2: chunks of LZMA or of plain bytes, each with its sizes. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lzma.h"
#include "xz.h"

#define CONTROL_END        0x00
#define CONTROL_PLAIN_DICT 0x01 /* plain bytes, after forgetting the dictionary */
#define CONTROL_PLAIN      0x02
#define CONTROL_LZMA       0x80 /* from here on; bits 5 and 6 say what is reset */
#define RESET(control)     ((control) >> 5 & 3)
#define RESET_STATE        1
#define RESET_PROPS        2
#define RESET_DICT         3

#define PLAIN_HEADER 3
#define LZMA_HEADER  5

struct lzma2 {
    struct lzma lzma;
    bool have_dict;
    bool have_props;
    bool have_state; /* since the dictionary was last reset */
};

static size_t be16(const uint8_t *p)
{
    return (size_t)p[0] << 8 | p[1];
}

/* Whether @size bytes of output would reach into input from @in on that is yet to be read. */
static bool overtakes(const uint8_t *out, size_t size, const uint8_t *in)
{
    return (uintptr_t)in > (uintptr_t)out && size > (uintptr_t)in - (uintptr_t)out;
}

static enum lzma2_result chunk_plain(struct lzma2 *s, const uint8_t **in, const uint8_t *in_end)
{
    const uint8_t *p = *in;
    struct lzma *l = &s->lzma;
    size_t size;

    if (in_end - p < PLAIN_HEADER)
        return LZMA2_TRUNCATED;
    if (p[0] == CONTROL_PLAIN_DICT) {
        l->dict = l->out;
        s->have_dict = true;
        s->have_state = false;
    }
    if (p[0] > CONTROL_PLAIN || !s->have_dict)
        return LZMA2_CORRUPT;
    size = be16(p + 1) + 1;
    p += PLAIN_HEADER;
    if (size > (size_t)(in_end - p))
        return LZMA2_TRUNCATED;
    if (size > (size_t)(l->buf_end - l->out))
        return LZMA2_FULL;
    if (overtakes(l->out, size, p))
        return LZMA2_CORRUPT;
    memcpy(l->out, p, size);
    l->out += size;
    *in = p + size;
    return LZMA2_OK;
}

/* Does the resets that the control byte asks for; false when something needed was never set. */
static bool chunk_resets(struct lzma2 *s, uint8_t control, const uint8_t **p)
{
    unsigned reset = RESET(control);

    if (reset == RESET_DICT) {
        s->lzma.dict = s->lzma.out;
        s->have_dict = true;
    }
    if (reset >= RESET_PROPS) {
        if (!lzma_set_props(&s->lzma, *(*p)++))
            return false;
        s->have_props = true;
    }
    if (reset >= RESET_STATE) {
        lzma_reset(&s->lzma);
        s->have_state = true;
    }
    return s->have_dict && s->have_props && s->have_state;
}

static enum lzma2_result chunk_lzma(struct lzma2 *s, const uint8_t **in, const uint8_t *in_end)
{
    const uint8_t *p = *in;
    struct lzma *l = &s->lzma;
    size_t unpacked, packed;

    /* One byte more than the header: the properties, or the range decoder's first. */
    if (in_end - p < LZMA_HEADER + 1)
        return LZMA2_TRUNCATED;
    unpacked = ((size_t)(p[0] & 0x1f) << 16) + be16(p + 1) + 1;
    packed = be16(p + 3) + 1;
    p += LZMA_HEADER;
    if (!chunk_resets(s, **in, &p))
        return LZMA2_CORRUPT;
    if (packed > (size_t)(in_end - p))
        return LZMA2_TRUNCATED;
    if (unpacked > (size_t)(l->buf_end - l->out))
        return LZMA2_FULL;
    if (overtakes(l->out, unpacked, p))
        return LZMA2_CORRUPT;
    l->in = p;
    l->in_end = p + packed;
    l->out_end = l->out + unpacked;
    if (!lzma_decode(l))
        return LZMA2_CORRUPT;
    *in = p + packed;
    return LZMA2_OK;
}

enum lzma2_result lzma2_decode(const uint8_t **in, const uint8_t *in_end, uint8_t **out,
                               uint8_t *out_end)
{
    struct lzma2 *s = malloc(sizeof(*s));
    enum lzma2_result rc = LZMA2_OK;

    if (!s)
        return LZMA2_NO_MEMORY;
    s->have_dict = s->have_props = s->have_state = false;
    lzma_init(&s->lzma);
    s->lzma.dict = s->lzma.out = *out;
    s->lzma.buf_end = out_end;
    while (rc == LZMA2_OK) {
        if (*in == in_end)
            rc = LZMA2_TRUNCATED;
        else if (**in == CONTROL_END)
            break;
        else if (**in < CONTROL_LZMA)
            rc = chunk_plain(s, in, in_end);
        else
            rc = chunk_lzma(s, in, in_end);
    }
    if (rc == LZMA2_OK)
        ++*in;
    *out = s->lzma.out;
    free(s);
    return rc;
}
