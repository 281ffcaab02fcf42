/* SPDX-License-Identifier: GPL-2.0-only */
/* Files under /run that belong to a domain. */
#ifndef LIBCTL_DOMAIN_USERDATA_H
#define LIBCTL_DOMAIN_USERDATA_H

#include <stdint.h>

void userdata_remove_all(uint32_t domid);

#endif
