/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of commands and the help that comes from it. */
#include "xl.h"

#include <stdio.h>
#include <string.h>

#define MEM_ARGS "<Domain> <MemMB['b'[bytes]|'k'[KB]|'m'[MB]|'g'[GB]|'t'[TB]]>"
#define NOT_HERE(n, text) { n, xl_main_not_here, 0, "...", text, NULL, false }
#define NOT_YET(n, text) { n, xl_main_not_yet, 0, "...", text, NULL, false }

const struct xl_command xl_commands[] = {
    { "create", xl_main_create, 0, "<ConfigFile> [options] [key=value ...]",
      "Create a domain as a config file describes it",
      "-c                      Connect to the console of the new domain.\n"
      "-d                      Show the configuration that is used.\n"
      "-e                      Leave no supervisor: nobody acts when the domain stops.\n"
      "-F                      Supervise in the foreground until the domain is gone.\n"
      "-f FILE, --defconfig=FILE\n"
      "                        Read this config file.\n"
      "-n, --dryrun            Print the configuration as JSON and create nothing.\n"
      "-p                      Leave the domain paused.\n"
      "-q, --quiet             Say less.\n"
      "-V, -A                  Accepted for old scripts; there is no VNC.\n", true },
    { "list", xl_main_list, 0, "[options] [Domain]", "List domains",
      "-l, --long              Everything, as JSON\n"
      "-v, --verbose           UUIDs and reasons of shutdown as well\n"
      "-Z, --context           Security labels as well\n"
      "-c, --cpupool           CPU pools as well\n"
      "-n, --numa              Memory nodes as well\n", false },
    { "destroy", xl_main_destroy, 1, "[options] <Domain>", "Take a domain away at once",
      "-f                      Even domain 0\n", false },
    { "shutdown", xl_main_shutdown, 0, "[options] <-a|Domain>", "Ask a domain's kernel to shut down",
      "-a, --all               All guests\n"
      "-F                      Accepted; there are no ACPI buttons\n"
      "-w, --wait              Wait until it has shut down; twice: until it is gone\n", false },
    { "reboot", xl_main_shutdown, 0, "[options] <-a|Domain>", "Ask a domain's kernel to reboot",
      "-a, --all               All guests\n"
      "-F                      Accepted; there are no ACPI buttons\n"
      "-w, --wait              Wait until it has shut down to reboot\n", false },
    { "pause", xl_main_pause, 1, "<Domain>", "Stop the processors of a domain", NULL, false },
    { "unpause", xl_main_unpause, 1, "<Domain>", "Let a paused domain run", NULL, false },
    { "console", xl_main_console, 1, "[options] <Domain>", "Connect to a domain's console",
      "-t TYPE                 pv, the only type\n"
      "-n NUM                  Number of the console (0)\n"
      "-e CHAR                 Accepted for old scripts\n", false },
    { "mem-max", xl_main_mem_max, 2, MEM_ARGS, "Set the most memory a domain may have", NULL, false },
    { "mem-set", xl_main_mem_set, 2, MEM_ARGS, "Set the memory a domain should have", NULL, false },
    { "vcpu-list", xl_main_vcpu_list, 0, "[Domain ...]", "List virtual processors", NULL, false },
    { "vcpu-pin", xl_main_vcpu_pin, 3,
      "[option] <Domain> <VCPU|all> <Hard affinity|-|all> [Soft affinity|-|all]",
      "Set where virtual processors may run",
      "-f, --force             Accepted\n"
      "--ignore-global-affinity-masks\n"
      "                        Accepted; there are none\n", true },
    { "vcpu-set", xl_main_vcpu_set, 2, "[option] <Domain> <vCPUs>",
      "Set the number of online virtual processors",
      "-i, --ignore-host       Even more than the machine has\n", false },
    { "vm-list", xl_main_vm_list, 0, "", "List domains with their UUIDs", NULL, false },
    { "info", xl_main_info, 0, "[-n, --numa] [Key]", "Tell about the machine and the hypervisor",
      "-n, --numa              Processors and memory nodes as well\n", false },
    { "sched-credit", xl_main_sched, 0, "[-d <Domain> [-w WEIGHT] [-c CAP]]",
      "Show or set weights and caps", "Same as sched-credit2.\n", false },
    { "sched-credit2", xl_main_sched, 0, "[-d <Domain> [-w WEIGHT] [-c CAP]]",
      "Show or set weights and caps",
      "-d DOMAIN, --domain=DOMAIN  The domain to change\n"
      "-w WEIGHT, --weight=WEIGHT  Its share of processor time, 1 to 65535\n"
      "-c CAP, --cap=CAP           At most so many percent of a processor; 0: no limit\n"
      "-p POOL, --cpupool=POOL     Accepted\n", false },
    { "domid", xl_main_domid, 1, "<DomainName>", "Print the id of a domain", NULL, false },
    { "domname", xl_main_domname, 1, "<DomainId>", "Print the name of a domain", NULL, false },
    { "rename", xl_main_rename, 2, "<Domain> <NewDomainName>", "Give a domain another name", NULL,
      false },
    { "trigger", xl_main_trigger, 2, "<Domain> <nmi|reset|init|power|sleep|s3resume> [<VCPU>]",
      "Send an event to a domain", NULL, false },
    { "sysrq", xl_main_sysrq, 2, "<Domain> <letter>", "Send a sysrq to a domain", NULL, false },
    { "dump-core", xl_main_dump_core, 2, "<Domain> <filename>",
      "Write a domain's memory and processors to a file", NULL, false },
    { "debug-keys", xl_main_debug_keys, 1, "<Keys>", "Press keys on the hypervisor's console", NULL,
      false },
    { "dmesg", xl_main_dmesg, 0, "[-c]", "Print the hypervisor's log",
      "-c, --clear             Empty it as well\n", false },
    { "top", xl_main_top, 0, "", "Watch domains (runs xentop)", NULL, false },
    { "network-attach", xl_main_network_attach, 1,
      "<Domain> [mac=<mac>] [bridge=<bridge>] [ip=<ip>] [script=<script>] [vifname=<name>] ...",
      "Plug a network interface in", NULL, true },
    { "network-list", xl_main_network_list, 1, "<Domain(s)>", "List network interfaces", NULL, false },
    { "network-detach", xl_main_network_detach, 2, "<Domain> <DevId|mac>",
      "Take a network interface away", NULL, false },
    { "block-attach", xl_main_block_attach, 2, "<Domain> <disk-spec-component(s)>...",
      "Plug a disk in", NULL, true },
    { "block-list", xl_main_block_list, 1, "<Domain(s)>", "List disks", NULL, false },
    { "block-detach", xl_main_block_detach, 2, "[option] <Domain> <DevId>", "Take a disk away",
      "-f, --force             Do not wait for the domain to let go\n", false },
    { "uptime", xl_main_uptime, 0, "[-s] [Domain ...]", "Print how long domains have been up",
      "-s, --short             In the style of uptime(1)\n", false },
    { "claims", xl_main_claims, 0, "", "List memory that is promised to domains", NULL, false },
    { "cpupool-list", xl_main_cpupool_list, 0, "[-c|--cpus] [CPU-Pool]", "List CPU pools", NULL, false },

    NOT_YET("save", "Save a domain's state"),
    NOT_YET("restore", "Restore a domain from a saved state"),
    NOT_YET("migrate", "Move a domain to another host"),
    NOT_YET("migrate-receive", "Receive a domain from another host"),
    NOT_YET("config-update", "Change the kept configuration of a domain"),
    NOT_YET("suspend", "Suspend a domain"),
    NOT_YET("resume", "Resume a suspended domain"),
    NOT_YET("sched-rtds", "Show or set real-time parameters"),
    NOT_YET("cpupool-create", "Make a CPU pool"),
    NOT_YET("cpupool-destroy", "Remove a CPU pool"),
    NOT_YET("cpupool-rename", "Rename a CPU pool"),
    NOT_YET("cpupool-cpu-add", "Add a processor to a CPU pool"),
    NOT_YET("cpupool-cpu-remove", "Remove a processor from a CPU pool"),
    NOT_YET("cpupool-migrate", "Move a domain to a CPU pool"),
    NOT_YET("cpupool-numa-split", "Make one CPU pool per memory node"),
    NOT_YET("set-parameters", "Change parameters of the hypervisor"),
    NOT_YET("channel-list", "List channels"),
    NOT_YET("devd", "Serve devices in a driver domain"),

    NOT_HERE("vncviewer", "Needs a device model"),
    NOT_HERE("cd-insert", "Needs a device model"),
    NOT_HERE("cd-eject", "Needs a device model"),
    NOT_HERE("button-press", "Needs a device model"),
    NOT_HERE("qemu-monitor-command", "Needs a device model"),
    NOT_HERE("pci-attach", "Needs passthrough"),
    NOT_HERE("pci-detach", "Needs passthrough"),
    NOT_HERE("pci-list", "Needs passthrough"),
    NOT_HERE("pci-assignable-add", "Needs passthrough"),
    NOT_HERE("pci-assignable-remove", "Needs passthrough"),
    NOT_HERE("pci-assignable-list", "Needs passthrough"),
    NOT_HERE("vtpm-attach", "Needs a vTPM backend"),
    NOT_HERE("vtpm-list", "Needs a vTPM backend"),
    NOT_HERE("vtpm-detach", "Needs a vTPM backend"),
    NOT_HERE("vkb-attach", "Needs a keyboard backend"),
    NOT_HERE("vkb-list", "Needs a keyboard backend"),
    NOT_HERE("vkb-detach", "Needs a keyboard backend"),
    NOT_HERE("vdispl-attach", "Needs a display backend"),
    NOT_HERE("vdispl-list", "Needs a display backend"),
    NOT_HERE("vdispl-detach", "Needs a display backend"),
    NOT_HERE("vsnd-attach", "Needs a sound backend"),
    NOT_HERE("vsnd-list", "Needs a sound backend"),
    NOT_HERE("vsnd-detach", "Needs a sound backend"),
    NOT_HERE("usbctrl-attach", "Needs a USB backend"),
    NOT_HERE("usbctrl-detach", "Needs a USB backend"),
    NOT_HERE("usbdev-attach", "Needs a USB backend"),
    NOT_HERE("usbdev-detach", "Needs a USB backend"),
    NOT_HERE("usb-list", "Needs a USB backend"),
    NOT_HERE("sharing", "Needs memory sharing"),
    NOT_HERE("remus", "Needs migration of HVM guests"),
    NOT_HERE("dt-overlay", "Needs a device tree"),
    NOT_HERE("getenforce", "Needs the Flask module"),
    NOT_HERE("setenforce", "Needs the Flask module"),
    NOT_HERE("loadpolicy", "Needs the Flask module"),
    NOT_HERE("psr-hwinfo", "Needs Intel's RDT"),
    NOT_HERE("psr-cmt-attach", "Needs Intel's RDT"),
    NOT_HERE("psr-cmt-detach", "Needs Intel's RDT"),
    NOT_HERE("psr-cmt-show", "Needs Intel's RDT"),
    NOT_HERE("psr-cat-set", "Needs Intel's RDT"),
    NOT_HERE("psr-cat-show", "Needs Intel's RDT"),
    NOT_HERE("psr-mba-set", "Needs Intel's RDT"),
    NOT_HERE("psr-mba-show", "Needs Intel's RDT"),
};

const size_t xl_nr_commands = sizeof(xl_commands) / sizeof(xl_commands[0]);

/*
 * The command of that name. A beginning that fits several chooses none.
 */
const struct xl_command *xl_command_find(const char *name)
{
    const struct xl_command *found = NULL;
    size_t i, len = strlen(name), matches = 0;

    for (i = 0; i < xl_nr_commands; i++) {
        const struct xl_command *c = &xl_commands[i];

        if (strncmp(c->name, name, len))
            continue;
        if (!c->name[len])
            return c;
        matches++;
        found = c;
    }
    return matches == 1 ? found : NULL;
}

void xl_command_help(const struct xl_command *command)
{
    printf("Usage: xl [-vtTf%s] %s %s\n\n%s.\n\n", command->dry_run ? "N" : "", command->name,
           command->args, command->summary);
    if (command->options)
        printf("Options:\n\n%s\n", command->options);
}

/* Scripts skip four lines and take the first word of those that start with one blank. */
static void print_commands(void)
{
    size_t i;

    printf("Usage xl [-vfNtT] <subcommand> [args]\n\nxl full list of subcommands:\n\n");
    for (i = 0; i < xl_nr_commands; i++) {
        const struct xl_command *c = &xl_commands[i];

        if (c->run == xl_main_not_here || c->run == xl_main_not_yet)
            continue;
        printf(" %-19s %s\n", c->name, c->summary);
    }
}

int xl_help(struct xl *xl, int argc, char **argv)
{
    const struct xl_command *command;

    (void)xl;
    if (argc < 2) {
        print_commands();
        return XL_OK;
    }
    command = xl_command_find(argv[1]);
    if (!command) {
        printf("command \"%s\" not implemented\n", argv[1]);
        return XL_FAILURE;
    }
    xl_command_help(command);
    return XL_OK;
}

int xl_main_not_here(struct xl *xl, int argc, char **argv)
{
    (void)xl;
    (void)argc;
    xl_say("%s is not supported on a PVH-only system", argv[0]);
    return XL_FAILURE;
}

int xl_main_not_yet(struct xl *xl, int argc, char **argv)
{
    (void)xl;
    (void)argc;
    xl_say("%s is not supported yet", argv[0]);
    return XL_FAILURE;
}
