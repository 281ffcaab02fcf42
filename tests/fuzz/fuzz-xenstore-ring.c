/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any bytes as a guest's xenstore and console pages, changed between one look and the next.
 * Build with -fsanitize=fuzzer,address,undefined together with tools/xenstored/ring.c and
 * tools/console/ring.c.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/console/ring.h"
#include "../../tools/xenstored/ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Overwrites some index words of a page with the next bytes of data. */
static void scribble(void *page, size_t page_size, const uint8_t **data, size_t *size)
{
    uint32_t word;
    size_t at;

    if (*size < 6)
        return;
    memcpy(&word, *data + 1, sizeof(word));
    at = page_size - 4 - 4 * ((*data)[0] % 8u);
    memcpy((char *)page + at, &word, sizeof(word));
    *data += 5;
    *size -= 5;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xenstore_domain_interface *store = calloc(1, sizeof(*store));
    struct console_page *console = calloc(1, sizeof(*console));
    char text[4096] = "";
    struct ring ring;
    ssize_t n;

    if (store && console && !ring_attach(&ring, store)) {
        while (size >= 6) {
            size_t max = 1 + data[5] * 16u;

            scribble(store, sizeof(*store), &data, &size);
            scribble(console, sizeof(*console), &data, &size);
            n = ring_peek(&ring, text, max);
            if (n > (ssize_t)max || n > (ssize_t)XENSTORE_RING_SIZE)
                abort();
            if (n > 0)
                ring_take(&ring, (uint32_t)n);
            n = ring_write(&ring, text, max);
            if (n > (ssize_t)max || n > (ssize_t)XENSTORE_RING_SIZE)
                abort();
            n = console_ring_peek(console, text, sizeof(text));
            if (n > (ssize_t)CONSOLE_OUT_SIZE)
                abort();
            if (n > 0)
                console_ring_taken(console, (size_t)n);
            n = console_ring_put(console, text, max);
            if (n > (ssize_t)CONSOLE_IN_SIZE)
                abort();
        }
    }
    free(store);
    free(console);
    return 0;
}
