/* SPDX-License-Identifier: GPL-2.0-only */
/* Network interface specifications: a comma list of KEY=VALUE and flags. */
#include <libctl/config.h>
#include "spec.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_RATE_INTERVAL 50000
#define MAX_MTU 65535
#define MAX_DEVID 255
/* Length of the name of a Linux network interface. */
#define IFNAME_MAX 15

struct vif_parser {
    const char *spec;
    struct ctl_vif *vif;
    char **why;
};

static int set_mac(struct vif_parser *p, const char *text, size_t len)
{
    const char *s = text, *end = text + len;
    unsigned int i, digits;

    for (i = 0; i < 6; i++) {
        unsigned int byte = 0;

        if (i && (s >= end || isxdigit((unsigned char)*s++)))
            break;
        for (digits = 0; digits < 2 && s < end && isxdigit((unsigned char)*s); digits++, s++)
            byte = byte * 16 + (isdigit((unsigned char)*s) ? (unsigned int)(*s - '0') :
                                (unsigned int)(tolower(*s) - 'a' + 10));
        if (!digits)
            break;
        p->vif->mac[i] = (uint8_t)byte;
    }
    if (i < 6 || s != end)
        return spec_fail(p->why, "mac=%.*s is no MAC address in \"%s\": six bytes in hexadecimal, as "
                         "in 00:16:3e:01:02:03", (int)len, text, p->spec);
    if (p->vif->mac[0] & 1)
        return spec_fail(p->why, "mac=%.*s is a group address in \"%s\": the first byte of an "
                         "interface's address is even, as in 00:16:3e:01:02:03", (int)len, text,
                         p->spec);
    return 0;
}

static int set_number(struct vif_parser *p, const char *what, const char *text, size_t len,
                      uint64_t min, uint64_t max, uint64_t *out)
{
    if (!spec_number(text, len, max, out) || *out < min)
        return spec_fail(p->why, "%s=%.*s is wrong in \"%s\": a number from %llu to %llu is needed",
                         what, (int)len, text, p->spec, (unsigned long long)min,
                         (unsigned long long)max);
    return 0;
}

static int set_mtu(struct vif_parser *p, const char *text, size_t len)
{
    uint64_t value;
    int rc = set_number(p, "mtu", text, len, 68, MAX_MTU, &value);

    if (!rc)
        p->vif->mtu = (uint32_t)value;
    return rc;
}

static int set_devid(struct vif_parser *p, const char *text, size_t len)
{
    uint64_t value;
    int rc = set_number(p, "devid", text, len, 0, MAX_DEVID, &value);

    if (!rc)
        p->vif->devid = (int)value;
    return rc;
}

static int set_ifname(struct vif_parser *p, const char *text, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        if (text[i] == '/' || isspace((unsigned char)text[i]))
            break;
    if (i < len || len > IFNAME_MAX)
        return spec_fail(p->why, "vifname=%.*s cannot name an interface in \"%s\": at most %d "
                         "characters, without blanks and slashes", (int)len, text, p->spec, IFNAME_MAX);
    if (!len)
        return 0;
    return spec_set(&p->vif->ifname, text, len);
}

static int rate_fail(struct vif_parser *p, const char *text, size_t len)
{
    return spec_fail(p->why, "rate=%.*s is wrong in \"%s\": write it as 10MB/s or 500Kb/s, with "
                     "@20ms or the like for the interval", (int)len, text, p->spec);
}

/* "50ms" in microseconds; 0 when wrong. A bare number is in seconds. */
static uint64_t read_interval(const char *text, size_t len)
{
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits;
    uint64_t value, scale;

    if (digits > len || !spec_number(text, digits, UINT32_MAX, &value))
        return 0;
    len -= digits;
    if (spec_is(unit, len, "us"))
        scale = 1;
    else if (spec_is(unit, len, "ms"))
        scale = 1000;
    else if (!len || spec_is(unit, len, "s"))
        scale = 1000000;
    else
        return 0;
    value *= scale;
    return value <= UINT32_MAX ? value : 0;
}

static int set_rate(struct vif_parser *p, const char *text, size_t len)
{
    size_t digits = strspn(text, "0123456789");
    const char *s = text + digits, *end = text + len;
    uint64_t rate, scale = 1, interval = DEFAULT_RATE_INTERVAL;

    if (digits >= len || !spec_number(text, digits, UINT64_MAX / 1000000000, &rate))
        return rate_fail(p, text, len);
    if (*s == 'G')
        scale = 1000000000;
    else if (*s == 'M')
        scale = 1000000;
    else if (*s == 'K')
        scale = 1000;
    s += scale > 1;
    if (end - s < 3 || (*s != 'B' && *s != 'b') || s[1] != '/' || s[2] != 's')
        return rate_fail(p, text, len);
    rate = rate * scale / (*s == 'b' ? 8 : 1);
    s += 3;
    if (s < end && *s == '@')
        interval = read_interval(s + 1, (size_t)(end - s - 1));
    else if (s < end)
        return rate_fail(p, text, len);
    /* The share of one interval; whole seconds first, so that nothing overflows. */
    rate = rate / 1000000 * interval + rate % 1000000 * interval / 1000000;
    if (!interval || !rate || rate > UINT32_MAX)
        return rate_fail(p, text, len);
    p->vif->rate_bytes = rate;
    p->vif->rate_interval_usecs = (uint32_t)interval;
    return 0;
}

static int set_type(struct vif_parser *p, const char *text, size_t len)
{
    if (spec_is(text, len, "vif"))
        return 0;
    return spec_fail(p->why, "type=%.*s is not supported in \"%s\": PVH guests have no emulated "
                     "cards, only type=vif", (int)len, text, p->spec);
}

#define STRING_SETTER(field)                                                                       \
    static int set_##field(struct vif_parser *p, const char *text, size_t len)                      \
    {                                                                                              \
        return spec_set(&p->vif->field, text, len);                                                \
    }

STRING_SETTER(bridge)
STRING_SETTER(ip)
STRING_SETTER(script)
STRING_SETTER(gatewaydev)
STRING_SETTER(model)
STRING_SETTER(vlan)
STRING_SETTER(backend_domname)

static const struct vif_key {
    const char *name;
    int (*set)(struct vif_parser *p, const char *text, size_t len);
} keys[] = {
    { "mac", set_mac },
    { "bridge", set_bridge },
    { "ip", set_ip },
    { "script", set_script },
    { "vifname", set_ifname },
    { "rate", set_rate },
    { "backend", set_backend_domname },
    { "gatewaydev", set_gatewaydev },
    { "netdev", set_gatewaydev },
    { "devid", set_devid },
    { "mtu", set_mtu },
    { "vlan", set_vlan },
    { "type", set_type },
    { "model", set_model },
};

#define NR_KEYS (sizeof(keys) / sizeof(keys[0]))

static const char *key_name(size_t i)
{
    return keys[i].name;
}

static int unknown(struct vif_parser *p, const char *text, size_t len)
{
    char word[32] = "";
    const char *near;

    if (len < sizeof(word))
        memcpy(word, text, len);
    near = spec_nearest(word, key_name, NR_KEYS);
    if (near)
        return spec_fail(p->why, "unknown key \"%.*s\" in \"%s\": did you mean %s=?", (int)len, text,
                         p->spec, near);
    return spec_fail(p->why, "unknown key \"%.*s\" in \"%s\": a vif is KEY=VALUE,… with mac, bridge, "
                     "ip, script, vifname, rate, mtu, …", (int)len, text, p->spec);
}

static int parse_item(struct vif_parser *p, const char *text, size_t len)
{
    const char *equals = memchr(text, '=', len);
    size_t name = equals ? (size_t)(equals - text) : len, i;

    if (!equals && spec_is(text, len, "trusted")) {
        p->vif->trusted = CTL_TRUE;
        return 0;
    }
    if (!equals && spec_is(text, len, "untrusted")) {
        p->vif->trusted = CTL_FALSE;
        return 0;
    }
    if (!equals && (!len || spec_is(text, len, "accel")))
        return 0;
    for (i = 0; equals && i < NR_KEYS; i++)
        if (spec_is(text, name, keys[i].name))
            return keys[i].set(p, equals + 1, len - name - 1);
    return unknown(p, text, name);
}

static int set_default(char **field, const char *value)
{
    return value && !*field ? spec_set(field, value, strlen(value)) : 0;
}

static int set_defaults(struct ctl_vif *vif, const struct ctl_config_defaults *d)
{
    int rc = set_default(&vif->bridge, d->vif_bridge);

    if (!rc)
        rc = set_default(&vif->script, d->vif_script);
    if (!rc)
        rc = set_default(&vif->backend_domname, d->vif_backend);
    if (!rc)
        rc = set_default(&vif->gatewaydev, d->vif_gatewaydev);
    return rc;
}

int ctl_vif_parse(const char *spec, const struct ctl_config_defaults *defaults, struct ctl_vif *vif,
                  char **why)
{
    struct vif_parser p = { .spec = spec, .vif = vif, .why = why };
    const char *s = spec;
    int rc = 0;

    if (why)
        *why = NULL;
    ctl_vif_init(vif);
    while (!rc && *s) {
        size_t len, trimmed;

        s += strspn(s, " \t");
        len = trimmed = strcspn(s, ",");
        while (trimmed && isblank((unsigned char)s[trimmed - 1]))
            trimmed--;
        rc = parse_item(&p, s, trimmed);
        s += len;
        s += *s == ',';
    }
    if (!rc && defaults)
        rc = set_defaults(vif, defaults);
    if (rc)
        ctl_vif_dispose(vif);
    return rc;
}
