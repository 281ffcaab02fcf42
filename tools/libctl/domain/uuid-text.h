/* SPDX-License-Identifier: GPL-2.0-only */
/* UUIDs as text. */
#ifndef LIBCTL_DOMAIN_UUID_TEXT_H
#define LIBCTL_DOMAIN_UUID_TEXT_H

#include <stdint.h>
#include <stdio.h>

#define UUID_TEXT_SIZE 37

static inline void uuid_text(const uint8_t u[16], char out[UUID_TEXT_SIZE])
{
    snprintf(out, UUID_TEXT_SIZE,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", u[0], u[1],
             u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14],
             u[15]);
}

#endif
