/* SPDX-License-Identifier: GPL-2.0-only */
/* A QEMU plugin that counts executed instructions by where they lie and writes a line at each mark. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "blocks.h"

/* A mark is "nopl 0x584dNNNN(%rax)": harmless, and found nowhere else. */
#define MARK_LENGTH  7
#define VMRUN_LENGTH 3
#define KERNEL_SPACE 0xffff800000000000u
/* Where Linux is linked: the first block there is the first of dom0's kernel in its own space. */
#define LINUX_START 0xffffffff81000000u
#define LINUX_END   0xffffffff90000000u
#define MAX_RANGES  4

struct mark {
    unsigned int number;
    unsigned int ahead; /* instructions of the block after the mark, counted at its start */
    const struct block *block;
};

int qemu_plugin_version = API;

static struct {
    uint64_t start, end;
} hypervisor[MAX_RANGES];
static unsigned int nr_ranges;
static struct counters counters[MAX_CPUS];
static unsigned int nr_cpus;
static FILE *out;
static const char *profile_path;
static unsigned int profile_from, profile_to;
static bool is_entered, is_linux;

static struct counters counters_sum(void)
{
    struct counters sum = { 0 };

    for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
        for (unsigned int i = 0; i < NR_RANGES; i++)
            sum.insns[i] += counters[cpu].insns[i];
        sum.entries += counters[cpu].entries;
        sum.halts += counters[cpu].halts;
    }
    return sum;
}

/* One line: what, number, processor, then the counters of all processors. */
static void line_write(const char *what, unsigned int number, unsigned int cpu,
                       const struct block *block, unsigned int ahead)
{
    struct counters sum = counters_sum();

    if (block)
        sum.insns[block->range] -= ahead;
    fprintf(out, "%s %u %u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", what,
            number, cpu, sum.insns[RANGE_HYPERVISOR], sum.insns[RANGE_KERNEL],
            sum.insns[RANGE_LOW], sum.entries, sum.halts);
    fflush(out);
}

static void on_mark(unsigned int cpu, void *data)
{
    const struct mark *mark = data;

    line_write("mark", mark->number, cpu, mark->block, mark->ahead);
    if (!profile_path)
        return;
    if (mark->number == profile_to)
        blocks_profile_stop(profile_path);
    if (mark->number == profile_from && profile_from != 0)
        blocks_profile_start();
}

static void on_first_entry(unsigned int cpu, void *data)
{
    (void)data;
    if (!is_entered)
        line_write("entry", 0, cpu, NULL, 0);
    is_entered = true;
}

static void on_linux(unsigned int cpu, void *data)
{
    (void)data;
    if (!is_linux) {
        line_write("linux", 0, cpu, NULL, 0);
        if (profile_path && profile_to == 0)
            blocks_profile_stop(profile_path);
    }
    is_linux = true;
}

static void on_block(unsigned int cpu, void *data)
{
    struct block *block = data;

    counters[cpu % MAX_CPUS].insns[block->range] += block->nr_insns;
    block->executions++;
}

static void on_entry(unsigned int cpu, void *data)
{
    (void)data;
    counters[cpu % MAX_CPUS].entries++;
}

static void on_halt(unsigned int cpu, void *data)
{
    (void)data;
    counters[cpu % MAX_CPUS].halts++;
}

static enum range range_of(uint64_t address)
{
    for (unsigned int i = 0; i < nr_ranges; i++) {
        if (address >= hypervisor[i].start && address < hypervisor[i].end)
            return RANGE_HYPERVISOR;
    }
    return address >= KERNEL_SPACE ? RANGE_KERNEL : RANGE_LOW;
}

static size_t insn_bytes(const struct qemu_plugin_insn *insn, uint8_t *to, size_t size)
{
    size_t length = qemu_plugin_insn_size(insn);

    if (length > size)
        length = size;
#if API >= 3
    return qemu_plugin_insn_data(insn, to, length);
#else
    memcpy(to, qemu_plugin_insn_data(insn), length);
    return length;
#endif
}

static void mark_watch(struct qemu_plugin_insn *insn, const struct block *block, size_t index,
                       unsigned int number)
{
    struct mark *mark = calloc(1, sizeof(*mark));

    if (!mark)
        abort();
    mark->number = number;
    mark->ahead = (unsigned int)(block->nr_insns - index - 1);
    mark->block = block;
    qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, PLUGIN_NO_REGISTERS, mark);
}

/* Looks for instructions that count by themselves. */
static void insn_watch(struct qemu_plugin_insn *insn, const struct block *block, size_t index)
{
    static const uint8_t mark[] = { 0x0f, 0x1f, 0x80 }, vmrun[] = { 0x0f, 0x01, 0xd8 };
    uint8_t bytes[MARK_LENGTH];
    size_t length = insn_bytes(insn, bytes, sizeof(bytes));

    if (length == MARK_LENGTH && !memcmp(bytes, mark, sizeof(mark)) && bytes[6] == 0x58 &&
        bytes[5] == 0x4d) {
        mark_watch(insn, block, index, bytes[3] | (unsigned int)bytes[4] << 8);
    } else if (length == VMRUN_LENGTH && !memcmp(bytes, vmrun, sizeof(vmrun))) {
        if (!is_entered)
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_first_entry, PLUGIN_NO_REGISTERS,
                                                   NULL);
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_entry, PLUGIN_NO_REGISTERS, NULL);
    } else if (length == 1 && bytes[0] == 0xf4 && block->range == RANGE_HYPERVISOR) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_halt, PLUGIN_NO_REGISTERS, NULL);
    }
}

/* Counts a block's instructions when it is entered. One that is left in its middle by a fault counts whole. */
static void block_watch(struct qemu_plugin_tb *tb, struct block *block)
{
#if API < 2
    if (nr_cpus == 1) {
        qemu_plugin_register_vcpu_tb_exec_inline(
            tb, PLUGIN_ADD_U64, &counters[0].insns[block->range], block->nr_insns);
        if (profile_path)
            qemu_plugin_register_vcpu_tb_exec_inline(tb, PLUGIN_ADD_U64, &block->executions, 1);
        return;
    }
#endif
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, PLUGIN_NO_REGISTERS, block);
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
    size_t nr_insns = qemu_plugin_tb_n_insns(tb);
    uint64_t address = qemu_plugin_tb_vaddr(tb);
    struct block *block = block_get(address, (unsigned int)nr_insns);

    (void)id;
    block->range = range_of(address);
    block_watch(tb, block);
    if (!is_linux && address >= LINUX_START && address < LINUX_END)
        qemu_plugin_register_vcpu_tb_exec_cb(tb, on_linux, PLUGIN_NO_REGISTERS, NULL);
    for (size_t i = 0; i < nr_insns; i++)
        insn_watch(qemu_plugin_tb_get_insn(tb, i), block, i);
}

static void on_end(uint64_t id, void *data)
{
    (void)id;
    (void)data;
    line_write("end", 0, 0, NULL, 0);
}

static bool option_set(const char *option)
{
    if (!strncmp(option, "out=", 4)) {
        out = fopen(option + 4, "w");
        return out != NULL;
    }
    if (!strncmp(option, "hypervisor=", 11) && nr_ranges < MAX_RANGES) {
        char *end;

        hypervisor[nr_ranges].start = strtoull(option + 11, &end, 16);
        if (*end != '-')
            return false;
        hypervisor[nr_ranges++].end = strtoull(end + 1, &end, 16);
        return *end == '\0';
    }
    if (!strncmp(option, "profile=", 8)) {
        profile_path = option + 8;
        return true;
    }
    return sscanf(option, "between=%u-%u", &profile_from, &profile_to) == 2;
}

int qemu_plugin_install(uint64_t id, const struct plugin_info *info, int argc, char **argv)
{
    nr_cpus = info->system_emulation ? (unsigned int)info->max_vcpus : 0;
    for (int i = 0; i < argc; i++) {
        if (!option_set(argv[i])) {
            fprintf(stderr, "count plugin: cannot use option %s\n", argv[i]);
            return -1;
        }
    }
    if (profile_path && profile_from == 0) /* from power-on; and to 0 is to the hand-over */
        blocks_profile_start();
    if (!out || nr_cpus == 0 || nr_cpus > MAX_CPUS) {
        fprintf(stderr, "count plugin: wants out=FILE and a machine of 1 to %d processors\n",
                MAX_CPUS);
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_end, NULL);
    return 0;
}
