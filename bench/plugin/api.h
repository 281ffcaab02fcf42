/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of QEMU's plugin interface that we use; Debian packages no header of it. API is the version that
 * is built for: 1 for QEMU 6.0 to 8.2, 4 for 9.2 and later (10.0 takes 2 to 4). */
#ifndef BENCH_PLUGIN_API_H
#define BENCH_PLUGIN_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef API
#define API 1
#endif

#define PLUGIN_EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;

struct plugin_info {
    const char *target_name;
    struct {
        int min, cur;
    } version;
    bool system_emulation;
    int smp_vcpus, max_vcpus;
};

enum plugin_registers { PLUGIN_NO_REGISTERS = 0 };
enum plugin_inline_op { PLUGIN_ADD_U64 = 0 };

typedef void plugin_translate_fn(uint64_t id, struct qemu_plugin_tb *block);
typedef void plugin_execute_fn(unsigned int cpu, void *data);
typedef void plugin_exit_fn(uint64_t id, void *data);

/* What a plugin offers. */
extern PLUGIN_EXPORT int qemu_plugin_version;
PLUGIN_EXPORT int qemu_plugin_install(uint64_t id, const struct plugin_info *info, int argc,
                                      char **argv);

/* What QEMU offers. */
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, plugin_translate_fn *fn);
void qemu_plugin_register_atexit_cb(uint64_t id, plugin_exit_fn *fn, void *data);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, plugin_execute_fn *fn,
                                          enum plugin_registers registers, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, plugin_execute_fn *fn,
                                            enum plugin_registers registers, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

#if API >= 3
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t size);
#else
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
/* Not atomic: for machines with one processor. */
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *block,
                                              enum plugin_inline_op op, void *to, uint64_t add);
#endif

#endif
