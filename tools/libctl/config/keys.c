/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of xl.cfg keys. */
#include "keys.h"
#include "spec.h"

#include <string.h>

#define AT(field) .offset = offsetof(struct ctl_domain_config, field)
#define QUIET(key) { .name = (key), .kind = CFG_KEY_QUIET }
#define IGNORED(key) { .name = (key), .kind = CFG_KEY_IGNORED }
#define REFUSED(key, why) { .name = (key), .kind = CFG_KEY_REFUSED, .hint = (why) }
#define PCI_HINT "devices cannot be passed through to PVH guests"
#define HVM_HINT "PVH guests have no emulated devices"

static const struct cfg_key keys[] = {
    { "name", CFG_KEY_STRING, AT(name) },
    { "uuid", CFG_KEY_CALL, .call = cfg_call_uuid },
    { "type", CFG_KEY_CALL, .call = cfg_call_type },
    { "builder", CFG_KEY_CALL, .call = cfg_call_builder },
    { "pool", CFG_KEY_STRING, AT(pool) },
    { "kernel", CFG_KEY_STRING, AT(kernel) },
    { "ramdisk", CFG_KEY_STRING, AT(ramdisk) },
    { "cmdline", CFG_KEY_CALL, .call = cfg_call_cmdline },
    { "root", CFG_KEY_CALL, .call = cfg_call_cmdline },
    { "extra", CFG_KEY_CALL, .call = cfg_call_cmdline },
    { "memory", CFG_KEY_CALL, .call = cfg_call_memory },
    { "maxmem", CFG_KEY_CALL, .call = cfg_call_maxmem },
    { "vcpus", CFG_KEY_NUMBER, AT(vcpus), 1, CTL_MAX_VCPUS },
    { "maxvcpus", CFG_KEY_CALL, .call = cfg_call_maxvcpus },
    { "cpus", CFG_KEY_CALL, .call = cfg_call_cpus },
    { "cpus_soft", CFG_KEY_CALL, .call = cfg_call_cpus },
    { "cpu_weight", CFG_KEY_NUMBER, AT(weight), 1, 65535 },
    { "cap", CFG_KEY_NUMBER, AT(cap), 0, CTL_MAX_VCPUS * 100 },
    { "max_grant_frames", CFG_KEY_NUMBER, AT(max_grant_frames), 1, 1 << 20 },
    { "max_maptrack_frames", CFG_KEY_NUMBER, AT(max_maptrack_frames), 0, 1 << 20 },
    { "max_grant_version", CFG_KEY_NUMBER, AT(max_grant_version), 0, 2 },
    { "max_event_channels", CFG_KEY_NUMBER, AT(max_event_channels), 1, 131071 },
    { "on_poweroff", CFG_KEY_ACTION, AT(on_poweroff) },
    { "on_reboot", CFG_KEY_ACTION, AT(on_reboot) },
    { "on_crash", CFG_KEY_ACTION, AT(on_crash) },
    { "on_watchdog", CFG_KEY_ACTION, AT(on_watchdog) },
    { "on_soft_reset", CFG_KEY_ACTION, AT(on_soft_reset) },
    { "acpi", CFG_KEY_BOOL, AT(acpi) },
    { "nomigrate", CFG_KEY_BOOL, AT(nomigrate) },
    { "driver_domain", CFG_KEY_BOOL, AT(driver_domain) },
    { "run_hotplug_scripts", CFG_KEY_BOOL, AT(run_hotplug_scripts) },
    { "tsc_mode", CFG_KEY_CALL, .call = cfg_call_tsc_mode },
    { "hap", CFG_KEY_CALL, .call = cfg_call_hap },
    { "disk", CFG_KEY_CALL, .call = cfg_call_disk },
    { "vif", CFG_KEY_CALL, .call = cfg_call_vif },

    QUIET("apic"),
    QUIET("shadow_memory"),
    QUIET("oos"),
    QUIET("localtime"),
    QUIET("rtc_timeoffset"),
    QUIET("videoram"),
    QUIET("timer_mode"),
    QUIET("pae"),
    QUIET("hpet"),
    QUIET("vpt_align"),
    QUIET("nx"),
    QUIET("viridian"),
    QUIET("claim_mode"),

    IGNORED("boot"),
    IGNORED("cpuid"),
    IGNORED("device_model"),
    IGNORED("device_model_args"),
    IGNORED("device_model_override"),
    IGNORED("device_model_stubdomain_override"),
    IGNORED("device_model_user"),
    IGNORED("device_model_version"),
    IGNORED("gfx_passthru"),
    IGNORED("hdtype"),
    IGNORED("init_seclabel"),
    IGNORED("keymap"),
    IGNORED("msr_relaxed"),
    IGNORED("nographic"),
    IGNORED("sdl"),
    IGNORED("seclabel"),
    IGNORED("serial"),
    IGNORED("soundhw"),
    IGNORED("stdvga"),
    IGNORED("suppress_spurious_page_faults"),
    IGNORED("usb"),
    IGNORED("usbdevice"),
    IGNORED("vga"),
    IGNORED("vnc"),
    IGNORED("vncconsole"),
    IGNORED("vncdisplay"),
    IGNORED("vnclisten"),
    IGNORED("vncpasswd"),
    IGNORED("vncunused"),
    IGNORED("vpmu"),
    IGNORED("xen_platform_pci"),
    IGNORED("xenstore_feature_mask"),
    IGNORED("xenstore_quota"),

    REFUSED("bootloader", "give the kernel itself, or as kernel a GRUB built for PVH "
      "(grub-i386-xen_pvh.bin), which reads the guest's own menu"),
    REFUSED("bootloader_args", "there is no bootloader in dom0"),
    REFUSED("firmware", "write kernel= with the file of the firmware"),
    REFUSED("nestedhvm", "guests cannot run hypervisors"),
    REFUSED("altp2m", "there is no altp2m"),
    REFUSED("pvshim", "PV kernels cannot run"),
    REFUSED("passthrough", PCI_HINT),
    REFUSED("pci", PCI_HINT),
    REFUSED("dtdev", PCI_HINT),
    REFUSED("ioports", PCI_HINT),
    REFUSED("iomem", PCI_HINT),
    REFUSED("irqs", PCI_HINT),
    REFUSED("rdm", PCI_HINT),
    REFUSED("channel", "there are no channels yet"),
    REFUSED("p9", "there is no 9p backend"),
    REFUSED("pvcalls", "there is no pvcalls backend"),
    REFUSED("vfb", HVM_HINT),
    REFUSED("vkb", HVM_HINT),
    REFUSED("vtpm", HVM_HINT),
    REFUSED("vdispl", HVM_HINT),
    REFUSED("vsnd", HVM_HINT),
    REFUSED("usbctrl", HVM_HINT),
    REFUSED("usbdev", HVM_HINT),
    REFUSED("virtio", "disks and interfaces are paravirtual: use disk= and vif="),
    REFUSED("vnuma", "guests have one memory node"),
};

#define NR_KEYS (sizeof(keys) / sizeof(keys[0]))

/* Words that people write for a key and that are too far from it for the search by edits. */
static const char *const other_words[][2] = {
    { "cpu_cap", "cap" },
    { "weight", "cpu_weight" },
    { "mem", "memory" },
    { "initrd", "ramdisk" },
    { "initramfs", "ramdisk" },
    { "append", "extra" },
    { "disks", "disk" },
    { "nics", "vif" },
    { "network", "vif" },
    { "vif_other_config", "vif" },
    { "cpu", "vcpus" },
};

const struct cfg_key *cfg_key_find(const char *name)
{
    size_t i;

    for (i = 0; i < NR_KEYS; i++)
        if (!strcmp(keys[i].name, name))
            return &keys[i];
    return NULL;
}

/* Only keys that do something are worth suggesting. */
static const char *useful_key(size_t i)
{
    return keys[i].kind < CFG_KEY_QUIET ? keys[i].name : NULL;
}

const char *cfg_key_nearest(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(other_words) / sizeof(other_words[0]); i++)
        if (!strcmp(other_words[i][0], name))
            return other_words[i][1];
    return spec_nearest(name, useful_key, NR_KEYS);
}
