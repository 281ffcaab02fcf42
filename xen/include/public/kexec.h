/* SPDX-License-Identifier: MIT */
/* kexec_op: another kernel in the machine's place.  Command numbers alone. */
#ifndef XEN_PUBLIC_KEXEC_H
#define XEN_PUBLIC_KEXEC_H

#define KEXEC_CMD_kexec           0
#define KEXEC_CMD_kexec_load_v1   1
#define KEXEC_CMD_kexec_unload_v1 2
#define KEXEC_CMD_kexec_get_range 3
#define KEXEC_CMD_kexec_load      4
#define KEXEC_CMD_kexec_unload    5
#define KEXEC_CMD_kexec_status    6

#endif
