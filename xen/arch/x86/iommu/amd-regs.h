/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers of an AMD IOMMU. */
#ifndef IOMMU_AMD_REGS_H
#define IOMMU_AMD_REGS_H

#define REG_DEVICE_TABLE 0x0000
#define REG_COMMAND_BASE 0x0008
#define REG_EVENT_BASE 0x0010
#define REG_CONTROL 0x0018
#define REG_FEATURES 0x0030
#define REG_COMMAND_HEAD 0x2000
#define REG_COMMAND_TAIL 0x2008
#define REG_EVENT_HEAD 0x2010
#define REG_EVENT_TAIL 0x2018
#define REG_STATUS 0x2020

#define REGS_SIZE 0x4000
#define REGS_SIZE_COUNTERS 0x80000 /* with performance counters */

#define FEATURE_INVALIDATE_ALL (1ULL << 6)
#define FEATURE_COUNTERS (1ULL << 9)

#define CONTROL_ENABLE (1ULL << 0)
#define CONTROL_EVENT_LOG (1ULL << 2)
#define CONTROL_EVENT_INTERRUPT (1ULL << 3)
#define CONTROL_COHERENT (1ULL << 10)
#define CONTROL_COMMANDS (1ULL << 12)

#define STATUS_EVENT_OVERFLOW (1ULL << 0)
#define STATUS_EVENT_INTERRUPT (1ULL << 1)
#define STATUS_COMPLETION_INTERRUPT (1ULL << 2)

/* Both buffers are a page: 2^8 entries of 16 bytes. */
#define BUFFER_BYTES 4096u
#define BUFFER_ENTRY 16u
#define BUFFER_LENGTH_CODE (8ULL << 56)

#endif
