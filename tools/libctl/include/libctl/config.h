/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domain configuration: the structure that describes a domain to be created, the parser of xl.cfg
 * files and of disk and vif specifications that fills it, and its JSON form.
 *
 * Ownership: every `char *` and every array inside these structures is allocated with malloc() and
 * belongs to the structure that holds it. The `_init` functions set all defaults (never fail), the
 * `_dispose` functions free what the structure owns and leave it as after `_init`. Whoever fills a
 * field by hand must use malloc()ed memory (strdup()). Strings that are not set are NULL.
 *
 * Errors: functions return 0 or -errno (-EINVAL for a wrong value, -ENOMEM, or what open() gave). No
 * function prints: sentences go to the caller's callback or out string.
 */
#ifndef LIBCTL_CONFIG_H
#define LIBCTL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Processors that an affinity map can name. */
#define CTL_MAX_CPUS 512
/* Longest domain name, without the final NUL. */
#define CTL_NAME_MAX 255
/* Most virtual processors of a domain. */
#define CTL_MAX_VCPUS 128
/* Value of a limit that was not set: libctl takes the host's default. */
#define CTL_LIMIT_DEFAULT UINT32_MAX
/* Value of a domid that is not known (yet). */
#define CTL_DOMID_NONE UINT32_MAX

/* Processor n is bit n % 8 of bits[n / 8]. */
struct ctl_cpumap {
    uint8_t bits[CTL_MAX_CPUS / 8];
};

void ctl_cpumap_set(struct ctl_cpumap *map, unsigned int cpu);
void ctl_cpumap_clear(struct ctl_cpumap *map, unsigned int cpu);
bool ctl_cpumap_test(const struct ctl_cpumap *map, unsigned int cpu);
void ctl_cpumap_fill(struct ctl_cpumap *map);
bool ctl_cpumap_is_full(const struct ctl_cpumap *map);
bool ctl_cpumap_is_empty(const struct ctl_cpumap *map);
/*
 * Reads "all", "0-3,^2,7" into map. On a wrong value returns -EINVAL and, when why is not NULL, sets
 * *why to a sentence that the caller frees.
 */
int ctl_cpumap_parse(const char *text, struct ctl_cpumap *map, char **why);
/* Writes "0-3,7" (or "all") for the first nr_cpus processors; *out is freed by the caller. */
int ctl_cpumap_format(const struct ctl_cpumap *map, unsigned int nr_cpus, char **out);

/* A truth value that may be left to the default. */
enum ctl_tristate {
    CTL_DEFAULT = -1,
    CTL_FALSE = 0,
    CTL_TRUE = 1,
};

enum ctl_domain_type {
    CTL_DOMAIN_PVH = 0,
};

/* What happens after the domain shut down; numbers are those of the xl.cfg table of names. */
enum ctl_action {
    CTL_ACTION_DESTROY = 1,
    CTL_ACTION_RESTART,
    CTL_ACTION_RENAME_RESTART,
    CTL_ACTION_PRESERVE,
    CTL_ACTION_COREDUMP_DESTROY,
    CTL_ACTION_COREDUMP_RESTART,
    CTL_ACTION_SOFT_RESET,
};

enum ctl_disk_format {
    CTL_DISK_FORMAT_UNKNOWN = 0,
    CTL_DISK_FORMAT_QCOW,
    CTL_DISK_FORMAT_QCOW2,
    CTL_DISK_FORMAT_VHD,
    CTL_DISK_FORMAT_RAW,
    CTL_DISK_FORMAT_EMPTY,
    CTL_DISK_FORMAT_QED,
};

enum ctl_disk_backend {
    CTL_DISK_BACKEND_UNKNOWN = 0,   /* libctl chooses: phy for raw files and block devices */
    CTL_DISK_BACKEND_PHY,
    CTL_DISK_BACKEND_TAP,
    CTL_DISK_BACKEND_QDISK,
    CTL_DISK_BACKEND_STANDALONE,
};

struct ctl_disk {
    char *target;                   /* file or block device in the backend domain; NULL or "": empty drive */
    char *vdev;                     /* name in the guest, "xvda"; never NULL after parsing */
    enum ctl_disk_format format;    /* default raw */
    enum ctl_disk_backend backend;
    char *backend_domname;          /* NULL: dom0; a name or a decimal domid */
    uint32_t backend_domid;         /* 0 unless resolved by libctl */
    char *script;                   /* hotplug script, absolute or relative to the script directory; NULL: default */
    bool readwrite;
    bool removable;
    bool is_cdrom;
    bool direct_io_safe;
    enum ctl_tristate discard;      /* default: enabled for read-write disks */
    enum ctl_tristate trusted;      /* default: trusted */
};

struct ctl_vif {
    int devid;                      /* handle; -1: index in the list */
    uint8_t mac[6];                 /* all zero: libctl chooses 00:16:3e:xx:xx:xx */
    char *bridge;                   /* NULL: "xenbr0" */
    char *ip;                       /* free text for the hotplug script; NULL: none */
    char *script;                   /* hotplug script; NULL: vif-bridge */
    char *ifname;                   /* name of the host side (vifname=); NULL: vifDOMID.DEVID */
    char *gatewaydev;               /* NULL: none */
    char *model;                    /* accepted and ignored: no emulated cards */
    char *vlan;                     /* NULL: none; a VLAN number or list for the hotplug script */
    char *backend_domname;          /* NULL: dom0 */
    uint32_t backend_domid;         /* 0 unless resolved by libctl */
    uint32_t mtu;                   /* bytes; 0: the bridge's, or 1500 */
    uint64_t rate_bytes;            /* bytes per interval; 0: no limit */
    uint32_t rate_interval_usecs;   /* microseconds; meaningful when rate_bytes is not 0 */
    enum ctl_tristate trusted;      /* default: trusted */
};

struct ctl_domain_config {
    /* Who it is. */
    char *name;
    uint8_t uuid[16];               /* big endian, as printed; all zero: libctl makes a random one */
    enum ctl_domain_type type;
    char *pool;                     /* cpupool name; NULL: Pool-0 */

    /* What it boots. */
    char *kernel;                   /* path in dom0; needed */
    char *ramdisk;                  /* path in dom0; NULL: none */
    char *cmdline;                  /* complete kernel command line; NULL: empty */

    /* Memory in KiB. max_memkb >= target_memkb. */
    uint64_t max_memkb;
    uint64_t target_memkb;

    /* Processors: vcpus are online at boot, max_vcpus exist. 1 <= vcpus <= max_vcpus. */
    uint32_t vcpus;
    uint32_t max_vcpus;
    /* Entry i is for vcpu i; vcpus past the end of the array may run anywhere. */
    struct ctl_cpumap *hard_affinity;
    uint32_t nr_hard_affinity;
    struct ctl_cpumap *soft_affinity;
    uint32_t nr_soft_affinity;
    uint32_t weight;                /* 1..65535, 0: default (256) */
    uint32_t cap;                   /* percent of one processor, 0: none */

    /* Limits; CTL_LIMIT_DEFAULT means the host's default. */
    uint32_t max_grant_frames;
    uint32_t max_maptrack_frames;
    uint32_t max_grant_version;     /* 0 (no grants), 1 or 2 */
    uint32_t max_event_channels;    /* default 1023 */

    /* Behaviour. */
    enum ctl_action on_poweroff;
    enum ctl_action on_reboot;
    enum ctl_action on_crash;
    enum ctl_action on_watchdog;
    enum ctl_action on_soft_reset;
    enum ctl_tristate acpi;         /* default: on */
    enum ctl_tristate nomigrate;    /* default: off */
    enum ctl_tristate driver_domain; /* default: off */
    enum ctl_tristate run_hotplug_scripts; /* default: on */
    uint32_t tsc_mode;              /* 0 default, 1 always_emulate, 2 native, 3 native_paravirt */

    /* Devices. */
    struct ctl_disk *disks;
    uint32_t nr_disks;
    struct ctl_vif *vifs;
    uint32_t nr_vifs;
};

void ctl_disk_init(struct ctl_disk *disk);
void ctl_disk_dispose(struct ctl_disk *disk);
void ctl_vif_init(struct ctl_vif *vif);
void ctl_vif_dispose(struct ctl_vif *vif);
void ctl_domain_config_init(struct ctl_domain_config *cfg);
void ctl_domain_config_dispose(struct ctl_domain_config *cfg);
/* Deep copy into dst, which must be initialised or uninitialised memory (it is not disposed first). */
int ctl_domain_config_copy(struct ctl_domain_config *dst, const struct ctl_domain_config *src);

/*
 * Checks what the structure itself can show to be wrong (missing name or kernel, vcpus against
 * max_vcpus, duplicate vdevs…). Returns 0, or -EINVAL with *why set to a sentence that the caller frees.
 */
int ctl_domain_config_check(const struct ctl_domain_config *cfg, char **why);

/* Names of the enumerations as xl.cfg and JSON write them; NULL for a number out of range. */
const char *ctl_action_name(enum ctl_action action);
const char *ctl_disk_format_name(enum ctl_disk_format format);
const char *ctl_disk_backend_name(enum ctl_disk_backend backend);
/* The reverse: 0 and *out set, or -EINVAL. */
int ctl_action_from_name(const char *name, enum ctl_action *out);

/* A finding of the parser; the strings live only during the callback. */
enum ctl_diag_level {
    CTL_DIAG_WARNING,
    CTL_DIAG_ERROR,
};

struct ctl_diag {
    enum ctl_diag_level level;
    const char *file;               /* name of the source as the caller gave it */
    unsigned int line;              /* from 1; 0: the whole source */
    unsigned int column;            /* from 1; 0: the whole line */
    const char *message;            /* a sentence without position and without final newline */
};

typedef void ctl_diag_fn(const struct ctl_diag *diag, void *data);

/* Host-wide defaults that the parser puts where a config file says nothing; NULL or 0: built-in ones. */
struct ctl_config_defaults {
    char *vif_script;
    char *vif_bridge;
    char *vif_backend;
    char *vif_gatewaydev;
    uint32_t max_grant_frames;      /* CTL_LIMIT_DEFAULT: the hypervisor's */
    uint32_t max_maptrack_frames;
};

struct ctl_config_options;

/*
 * Reads the defaults from a file of xl.conf's form. A file that is not there gives none and is no error.
 */
int ctl_config_read_defaults(const char *path, const struct ctl_config_options *options,
                             struct ctl_config_defaults *defaults);
void ctl_config_defaults_dispose(struct ctl_config_defaults *defaults);

struct ctl_config_options {
    const char *overrides;          /* more text of the same grammar, read after the file; NULL: none */
    const struct ctl_config_defaults *defaults; /* NULL: built-in */
    bool strict;                    /* unknown keys are errors */
    ctl_diag_fn *diag;              /* NULL: findings are lost */
    void *diag_data;
};

/*
 * Reads an xl.cfg file (or text of len bytes; name stands for it in diagnostics) into cfg, which is
 * initialised by the call. On success every value has been checked and a random uuid chosen where none was
 * given. On failure (-EINVAL after at least one CTL_DIAG_ERROR, or -errno of reading the file, with a
 * diagnostic too) cfg is left as after init.
 */
int ctl_config_parse_file(const char *path, const struct ctl_config_options *options,
                          struct ctl_domain_config *cfg);
int ctl_config_parse_text(const char *name, const char *text, size_t len,
                          const struct ctl_config_options *options, struct ctl_domain_config *cfg);

/*
 * Reads one disk or vif specification ("/dev/vg/root,raw,xvda,rw", "bridge=br0,mac=…") into an object
 * that the call initialises. On -EINVAL *why (if why is not NULL) is a sentence that the caller frees.
 */
int ctl_disk_parse(const char *spec, struct ctl_disk *disk, char **why);
int ctl_vif_parse(const char *spec, const struct ctl_config_defaults *defaults, struct ctl_vif *vif,
                  char **why);

/*
 * The number of a virtual device name: "xvda" 51712, "sdb1", "hda", "d0p0", or a plain number. Returns
 * it, or -EINVAL for a name that is none. disk and partition may be NULL.
 */
int ctl_vdev_number(const char *vdev, unsigned int *disk, unsigned int *partition);

/*
 * JSON in the layout that libxl gives ("c_info", "b_info", "disks", "nics", …), indented by four
 * spaces, ending in a newline. *out is freed by the caller.
 */
int ctl_config_to_json(const struct ctl_domain_config *cfg, char **out);
/* An array of { "domid": …, "config": … } objects, as `xl list -l` prints. */
int ctl_config_list_to_json(const uint32_t *domids, const struct ctl_domain_config *const *cfgs,
                            size_t count, char **out);
/* One device alone. */
int ctl_disk_to_json(const struct ctl_disk *disk, char **out);
int ctl_vif_to_json(const struct ctl_vif *vif, char **out);
/*
 * The reverse, for configs that were kept on disk; members it does not know are skipped. cfg is
 * initialised by the call. On failure *why (if why is not NULL) is a sentence that the caller frees.
 */
int ctl_config_from_json(const char *json, size_t len, struct ctl_domain_config *cfg, char **why);

#ifdef __cplusplus
}
#endif

#endif
