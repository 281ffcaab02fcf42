/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of processors and their text form. */
#include <libctl/config.h>
#include "spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ctl_cpumap_set(struct ctl_cpumap *map, unsigned int cpu)
{
    if (cpu < CTL_MAX_CPUS)
        map->bits[cpu / 8] |= (uint8_t)(1u << cpu % 8);
}

void ctl_cpumap_clear(struct ctl_cpumap *map, unsigned int cpu)
{
    if (cpu < CTL_MAX_CPUS)
        map->bits[cpu / 8] &= (uint8_t)~(1u << cpu % 8);
}

bool ctl_cpumap_test(const struct ctl_cpumap *map, unsigned int cpu)
{
    return cpu < CTL_MAX_CPUS && (map->bits[cpu / 8] >> cpu % 8 & 1);
}

void ctl_cpumap_fill(struct ctl_cpumap *map)
{
    memset(map, 0xff, sizeof(*map));
}

bool ctl_cpumap_is_full(const struct ctl_cpumap *map)
{
    size_t i;

    for (i = 0; i < sizeof(map->bits); i++)
        if (map->bits[i] != 0xff)
            return false;
    return true;
}

bool ctl_cpumap_is_empty(const struct ctl_cpumap *map)
{
    size_t i;

    for (i = 0; i < sizeof(map->bits); i++)
        if (map->bits[i])
            return false;
    return true;
}

/* "3", "1-4" or "all" into the range first..last. */
static bool read_range(const char *text, size_t len, uint64_t *first, uint64_t *last)
{
    const char *dash = memchr(text, '-', len);

    if (spec_is(text, len, "all") || spec_is(text, len, "any")) {
        *first = 0;
        *last = CTL_MAX_CPUS - 1;
        return true;
    }
    if (!dash) {
        if (!spec_number(text, len, CTL_MAX_CPUS - 1, first))
            return false;
        *last = *first;
        return true;
    }
    return spec_number(text, (size_t)(dash - text), CTL_MAX_CPUS - 1, first) &&
           spec_number(dash + 1, len - (size_t)(dash - text) - 1, CTL_MAX_CPUS - 1, last) &&
           *first <= *last;
}

int ctl_cpumap_parse(const char *text, struct ctl_cpumap *map, char **why)
{
    const char *p = text;

    if (why)
        *why = NULL;
    memset(map, 0, sizeof(*map));
    for (;;) {
        size_t len;
        uint64_t first, last;
        bool exclude;

        p += strspn(p, " \t");
        exclude = *p == '^';
        p += exclude;
        len = strcspn(p, ", \t");
        if (!strncmp(p, "node", 4))
            return spec_fail(why, "\"%s\" names NUMA nodes, which are not supported: list "
                             "processors, as in \"0-3,^1\"", text);
        if (!read_range(p, len, &first, &last))
            return spec_fail(why, "\"%s\" is no list of processors: write \"all\" or ranges of "
                             "0 to %d, as in \"0-3,^1\"", text, CTL_MAX_CPUS - 1);
        for (; first <= last; first++) {
            if (exclude)
                ctl_cpumap_clear(map, (unsigned int)first);
            else
                ctl_cpumap_set(map, (unsigned int)first);
        }
        p += len;
        p += strspn(p, " \t");
        if (!*p)
            break;
        if (*p++ != ',')
            return spec_fail(why, "\"%s\" is no list of processors: divide by commas", text);
    }
    if (ctl_cpumap_is_empty(map))
        return spec_fail(why, "\"%s\" leaves no processor at all", text);
    return 0;
}

int ctl_cpumap_format(const struct ctl_cpumap *map, unsigned int nr_cpus, char **out)
{
    unsigned int cpu, last, count = 0;
    size_t size;
    FILE *f;

    if (nr_cpus > CTL_MAX_CPUS)
        nr_cpus = CTL_MAX_CPUS;
    for (cpu = 0; cpu < nr_cpus; cpu++)
        count += ctl_cpumap_test(map, cpu);
    if (!count || count == nr_cpus) {
        *out = strdup(count ? "all" : "none");
        return *out ? 0 : -ENOMEM;
    }
    f = open_memstream(out, &size);
    if (!f)
        return -ENOMEM;
    count = 0;
    for (cpu = 0; cpu < nr_cpus; cpu = last + 1) {
        last = cpu;
        if (!ctl_cpumap_test(map, cpu))
            continue;
        while (last + 1 < nr_cpus && ctl_cpumap_test(map, last + 1))
            last++;
        fprintf(f, last > cpu ? "%s%u-%u" : "%s%u", count++ ? "," : "", cpu, last);
    }
    if (!fclose(f))
        return 0;
    free(*out);
    *out = NULL;
    return -ENOMEM;
}
