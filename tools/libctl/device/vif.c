/* SPDX-License-Identifier: GPL-2.0-only */
/* Network interfaces by the kernel's netback, put on a bridge without any script. */
#include "device.h"

#include "../core/private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEFAULT_BRIDGE "xenbr0"
#define DEFAULT_SCRIPT "/etc/xen/scripts/vif-bridge"

static bool mac_is_unset(const uint8_t mac[6])
{
    static const uint8_t zero[6];

    return memcmp(mac, zero, 6) == 0;
}

static int choose_mac(uint8_t mac[6])
{
    if (getrandom(mac, 6, 0) != 6)
        return -EIO;
    mac[0] = 0x00;
    mac[1] = 0x16;
    mac[2] = 0x3e;
    mac[3] &= 0x7f;
    return 0;
}

static int check_bridge(const char *bridge, struct ctl_error *err)
{
    char path[64];

    if (strlen(bridge) >= IFNAMSIZ || strchr(bridge, '/'))
        return ctl_error_set(err, -EINVAL, "\"%s\" is no name of a bridge.", bridge);
    snprintf(path, sizeof(path), "/sys/class/net/%s/bridge", bridge);
    if (access(path, F_OK) == 0)
        return 0;
    ctl_error_set(err, -ENODEV, "There is no network bridge %s.", bridge);
    ctl_error_hint(err, "Make it with \"ip link add %s type bridge\", or name another one with "
                        "bridge=.", bridge);
    return -ENODEV;
}

int vif_prepare(struct vif *v, struct ctl_vif *cfg, uint32_t index, struct ctl_error *err)
{
    memset(v, 0, sizeof(*v));
    v->cfg = cfg;
    v->dev = (struct device){
        .kind = "vif",
        .devid = cfg->devid < 0 ? index : (uint32_t)cfg->devid,
        .backend = 0,
    };
    if (mac_is_unset(cfg->mac) && choose_mac(cfg->mac) < 0)
        return ctl_error_set(err, -EIO, "No random number for a MAC address.");
    if (cfg->ifname && strlen(cfg->ifname) >= IFNAMSIZ)
        return ctl_error_set(err, -EINVAL, "vifname=%s is longer than %d characters.",
                             cfg->ifname, IFNAMSIZ - 1);
    v->bridge = cfg->bridge ? cfg->bridge : DEFAULT_BRIDGE;
    if (cfg->script && strcmp(cfg->script, "vif-bridge") != 0) {
        v->script = hotplug_path(cfg->script);
        return v->script ? 0 : ctl_error_set(err, -ENOMEM, "Out of memory.");
    }
    return check_bridge(v->bridge, err);
}

void vif_assign(struct vif *v, uint32_t domid)
{
    v->dev.domid = domid;
    if (v->cfg->ifname)
        snprintf(v->ifname, sizeof(v->ifname), "%s", v->cfg->ifname);
    else
        snprintf(v->ifname, sizeof(v->ifname), "vif%u.%u", domid % 100000, v->dev.devid % 1000);
}

static void optional(struct node_list *list, const struct device *d, const char *name,
                     const char *value)
{
    if (value)
        device_nodes_backend(list, d, name, "%s", value);
}

void vif_nodes(struct node_list *list, const struct vif *v)
{
    const struct ctl_vif *cfg = v->cfg;
    const struct device *d = &v->dev;
    const uint8_t *m = cfg->mac;
    char mac[18];

    snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4],
             m[5]);
    device_nodes_begin(list, d, cfg->trusted != CTL_FALSE);
    device_nodes_frontend(list, d, "handle", "%u", d->devid);
    device_nodes_frontend(list, d, "mac", "%s", mac);
    if (cfg->mtu) {
        char front[DEVICE_PATH_SIZE];

        device_frontend_path(d, front);
        nodes_write(list, front, "mtu", "%u", cfg->mtu);
        nodes_perms(list, d->backend, d->domid, 'r');
        device_nodes_backend(list, d, "mtu", "%u", cfg->mtu);
    }
    /* netback does not start without a script's name. */
    device_nodes_backend(list, d, "script", "%s", v->script ? v->script : DEFAULT_SCRIPT);
    if (!v->script)
        device_nodes_builtin(list, d);
    device_nodes_backend(list, d, "mac", "%s", mac);
    optional(list, d, "ip", cfg->ip);
    optional(list, d, "gatewaydev", cfg->gatewaydev);
    optional(list, d, "vifname", cfg->ifname);
    optional(list, d, "vlan", cfg->vlan);
    if (cfg->rate_bytes)
        device_nodes_backend(list, d, "rate", "%llu,%u", (unsigned long long)cfg->rate_bytes,
                             cfg->rate_interval_usecs);
    device_nodes_backend(list, d, "bridge", "%s", v->bridge);
    device_nodes_backend(list, d, "handle", "%u", d->devid);
    device_nodes_backend(list, d, "type", "vif");
    device_nodes_backend(list, d, "hotplug-status", "%s", "");
    device_nodes_backend(list, d, "state", "%d", DEVICE_INITIALISING);
}

static int step(int fd, unsigned long request, struct ifreq *req, const char *name,
                const char *what, struct ctl_error *err)
{
    char buf[32];
    int rc;

    if (ioctl(fd, request, req) == 0)
        return 0;
    rc = -errno;
    return ctl_error_set(err, rc, "Cannot %s the network interface %s: %s.", what, name,
                         ctl_errno_text(rc, buf, sizeof(buf)));
}

static void fill_name(struct ifreq *req, const char *name)
{
    memset(req, 0, sizeof(*req));
    memccpy(req->ifr_name, name, '\0', IFNAMSIZ - 1);
}

/* The bridge's own MTU, or 1500. */
static int bridge_mtu(int fd, const char *bridge)
{
    struct ifreq req;

    fill_name(&req, bridge);
    return ioctl(fd, SIOCGIFMTU, &req) == 0 ? req.ifr_mtu : 1500;
}

static int add_to_bridge(int fd, const struct vif *v, struct ctl_error *err)
{
    char buf[32];
    struct ifreq req;
    int rc;

    fill_name(&req, v->bridge);
    req.ifr_ifindex = (int)if_nametoindex(v->ifname);
    if (ioctl(fd, SIOCBRADDIF, &req) == 0 || errno == EBUSY)
        return 0;
    rc = -errno;
    return ctl_error_set(err, rc, "Cannot put %s on the bridge %s: %s.", v->ifname, v->bridge,
                         ctl_errno_text(rc, buf, sizeof(buf)));
}

static int set_up(int fd, const struct vif *v, struct ctl_error *err)
{
    struct ifreq req;
    char kernel_name[IFNAMSIZ];
    int rc = 0;

    snprintf(kernel_name, sizeof(kernel_name), "vif%u.%u", v->dev.domid % 100000,
             v->dev.devid % 1000);
    if (strcmp(kernel_name, v->ifname) != 0) {
        fill_name(&req, kernel_name);
        memccpy(req.ifr_newname, v->ifname, '\0', IFNAMSIZ - 1);
        rc = step(fd, SIOCSIFNAME, &req, kernel_name, "rename", err);
    }
    if (rc == 0) {
        fill_name(&req, v->ifname);
        req.ifr_hwaddr.sa_family = ARPHRD_ETHER;
        memset(req.ifr_hwaddr.sa_data, 0xff, 6);
        req.ifr_hwaddr.sa_data[0] = (char)0xfe;
        rc = step(fd, SIOCSIFHWADDR, &req, v->ifname, "set the address of", err);
    }
    if (rc == 0) {
        fill_name(&req, v->ifname);
        req.ifr_mtu = v->cfg->mtu ? (int)v->cfg->mtu : bridge_mtu(fd, v->bridge);
        rc = step(fd, SIOCSIFMTU, &req, v->ifname, "set the MTU of", err);
    }
    if (rc == 0)
        rc = add_to_bridge(fd, v, err);
    if (rc == 0) {
        fill_name(&req, v->ifname);
        rc = step(fd, SIOCGIFFLAGS, &req, v->ifname, "look at", err);
        req.ifr_flags |= IFF_UP;
        if (rc == 0)
            rc = step(fd, SIOCSIFFLAGS, &req, v->ifname, "bring up", err);
    }
    return rc;
}

static int run_script(struct ctl_ctx *ctx, const struct vif *v, const char *command,
                      struct ctl_error *err)
{
    const char *const args[] = {command, "type_if=vif", NULL};
    char dev[32], name[32];
    const char *const extra[] = {dev, name, NULL};

    snprintf(dev, sizeof(dev), "netdev=vif%u.%u", v->dev.domid, v->dev.devid);
    snprintf(name, sizeof(name), "vif=vif%u.%u", v->dev.domid, v->dev.devid);
    return hotplug_run(ctx, &v->dev, v->script, args, extra, err);
}

int vif_plug(struct ctl_ctx *ctx, const struct vif *v, struct ctl_error *err)
{
    char back[DEVICE_PATH_SIZE], path[DEVICE_PATH_SIZE + 16];
    struct ctl_store *s;
    int fd, rc;

    if (v->script)
        return run_script(ctx, v, "online", err);
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ctl_error_set(err, -errno, "Cannot open a socket for network settings.");
    rc = ctl_get_store(ctx, &s, err);
    if (rc == 0) {
        rc = set_up(fd, v, err);
        if (rc < 0)
            device_error_hint(s, &v->dev, err);
    }
    close(fd);
    if (rc < 0)
        return rc;
    device_backend_path(&v->dev, back);
    snprintf(path, sizeof(path), "%s/hotplug-status", back);
    rc = ctl_store_write(s, 0, path, "connected", 9);
    return rc < 0 ? ctl_error_store(err, rc, "write", path) : 0;
}

void vif_release(struct vif *v)
{
    free(v->script);
    v->script = NULL;
}
