/* SPDX-License-Identifier: GPL-2.0-only */
#include "kill-world.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../tools/xenstored/domain.h"
#include "../../../tools/xenstored/server.h"
#include "../../../tools/xenstored/sock.h"
#include "../../../tools/xenstored/state.h"

#define DEADLINE_MS 60000

struct world *world;

void give_up(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "test-kill: process %d: ", (int)getpid());
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    _exit(1);
}

void world_init(void)
{
    const char *tmp = getenv("TMPDIR");

    world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (world == MAP_FAILED)
        give_up("no memory");
    snprintf(world->dir, sizeof(world->dir), "%s/test-kill-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(world->dir))
        give_up("no directory %s", world->dir);
    world->daemon_fd = eventfd(0, EFD_NONBLOCK);
    for (int i = 0; i <= WORLD_GUESTS; i++)
        world->guest_fd[i] = eventfd(0, EFD_NONBLOCK);
}

static void poke(int fd)
{
    uint64_t one = 1;

    if (write(fd, &one, sizeof(one)) != sizeof(one) && errno != EAGAIN)
        give_up("an eventfd broke");
}

static void world_notify(uint16_t domid)
{
    poke(world->guest_fd[domid]);
}

static int world_map(uint16_t domid, struct xenstore_domain_interface **out)
{
    if (domid > WORLD_GUESTS)
        return -EINVAL;
    *out = &world->page[domid];
    return 0;
}

static enum platform_domain_state world_state(uint16_t domid)
{
    return domid > WORLD_GUESTS || world->gone[domid] ? PLATFORM_GONE : PLATFORM_ALIVE;
}

const struct platform *world_platform(void)
{
    return fake_platform(&(const struct fake_hooks){
        .event_fd = world->daemon_fd,
        .pending = world->pending,
        .nr_ports = WORLD_PORTS,
        .notify = world_notify,
        .map = world_map,
        .state = world_state,
    });
}

static void socket_path(char *out, size_t size)
{
    snprintf(out, size, "%s/socket", world->dir);
}

static void run_daemon(void)
{
    char path[100], state[100];
    struct state_options o = { .path = state };
    struct sock_listener *listener;
    struct server *s;
    int fd;

    socket_path(path, sizeof(path));
    snprintf(state, sizeof(state), "%s/state", world->dir);
    if (server_new(&s) || state_start(s, &o))
        give_up("the daemon does not start");
    s->platform = world_platform();
    if (domain_start(s))
        give_up("no event channels");
    domain_reconnect_all(s);
    fd = sock_open(path);
    if (domain_introduce_self(s) || fd < 0 || sock_listen(s, fd, &listener))
        give_up("the daemon does not listen");
    server_run(s);
    _exit(1);
}

pid_t world_fork(void)
{
    pid_t parent = getpid(), pid = fork();

    if (pid < 0)
        give_up("cannot fork");
    if (pid)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    return 0;
}

pid_t world_start_daemon(void)
{
    pid_t pid = world_fork();

    if (!pid)
        run_daemon();
    return pid;
}

static bool connect_once(struct caller *c)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };

    socket_path(addr.sun_path, sizeof(addr.sun_path));
    c->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (!connect(c->fd, (struct sockaddr *)&addr, sizeof(addr)))
        return true;
    close(c->fd);
    return false;
}

void caller_connect(struct caller *c, int domid)
{
    c->domid = domid;
    c->lost = false;
    for (int i = 0; domid < 0 && !connect_once(c); i++) {
        if (i > DEADLINE_MS)
            give_up("nobody listens");
        poll(NULL, 0, 1);
    }
}

static void ring_wait(const struct caller *c)
{
    struct pollfd p = { world->guest_fd[c->domid], POLLIN, 0 };
    uint64_t count;

    if (poll(&p, 1, DEADLINE_MS) != 1)
        give_up("domain %d hears nothing: request %u; indexes %u %u, %u %u", c->domid, c->next_id,
                world->page[c->domid].req_cons, world->page[c->domid].req_prod,
                world->page[c->domid].rsp_cons, world->page[c->domid].rsp_prod);
    if (read(p.fd, &count, sizeof(count)) != sizeof(count))
        give_up("an eventfd broke");
}

static void ring_kick(const struct caller *c)
{
    __atomic_store_n(&world->pending[FAKE_PORT(c->domid)], 1, __ATOMIC_SEQ_CST);
    poke(world->daemon_fd);
}

static void ring_put(struct caller *c, const char *data, size_t len)
{
    struct xenstore_domain_interface *p = &world->page[c->domid];

    while (len) {
        uint32_t prod = p->req_prod;
        uint32_t room =
            XENSTORE_RING_SIZE - (prod - __atomic_load_n(&p->req_cons, __ATOMIC_ACQUIRE));

        if (room > XENSTORE_RING_SIZE)
            give_up("domain %d: req_cons is out of range", c->domid);
        if (!room) {
            ring_wait(c);
            continue;
        }
        if (room > len)
            room = (uint32_t)len;
        for (uint32_t i = 0; i < room; i++)
            p->req[(prod + i) % XENSTORE_RING_SIZE] = data[i];
        __atomic_store_n(&p->req_prod, prod + room, __ATOMIC_SEQ_CST);
        /* As Linux does: not if what was sent before is still there. */
        if (prod == __atomic_load_n(&p->req_cons, __ATOMIC_SEQ_CST))
            ring_kick(c);
        data += room;
        len -= room;
    }
}

static void ring_get(struct caller *c, char *out, size_t len)
{
    struct xenstore_domain_interface *p = &world->page[c->domid];

    while (len) {
        uint32_t cons = p->rsp_cons;
        uint32_t have = __atomic_load_n(&p->rsp_prod, __ATOMIC_ACQUIRE) - cons;

        if (have > XENSTORE_RING_SIZE)
            give_up("domain %d: rsp_prod is out of range", c->domid);
        if (!have) {
            ring_wait(c);
            continue;
        }
        if (have > len)
            have = (uint32_t)len;
        for (uint32_t i = 0; i < have; i++)
            out[i] = p->rsp[(cons + i) % XENSTORE_RING_SIZE];
        __atomic_store_n(&p->rsp_cons, cons + have, __ATOMIC_SEQ_CST);
        /* As Linux does: only if there was no room for more. */
        if (__atomic_load_n(&p->rsp_prod, __ATOMIC_SEQ_CST) - cons >= XENSTORE_RING_SIZE)
            ring_kick(c);
        out += have;
        len -= have;
    }
}

static void caller_put(struct caller *c, const void *data, size_t len)
{
    if (c->domid >= 0)
        ring_put(c, data, len);
    else if (!c->lost && send(c->fd, data, len, MSG_NOSIGNAL) != (ssize_t)len)
        c->lost = true;
}

static bool caller_get(struct caller *c, void *out, size_t len)
{
    ssize_t n = 0;

    if (c->domid >= 0)
        ring_get(c, out, len);
    else if (len)
        n = c->lost ? 0 : recv(c->fd, out, len, MSG_WAITALL);
    if (c->domid < 0 && n != (ssize_t)len)
        c->lost = true;
    return !c->lost;
}

uint32_t caller_send(struct caller *c, uint32_t type, const void *data, size_t len)
{
    struct xsd_sockmsg h = { type, ++c->next_id, c->tx, (uint32_t)len };

    caller_put(c, &h, sizeof(h));
    caller_put(c, data, len);
    __atomic_add_fetch(&world->nr_requests, 1, __ATOMIC_RELAXED);
    return h.req_id;
}

int caller_receive(struct caller *c, uint32_t id, char *out, size_t max)
{
    struct xsd_sockmsg h;
    char data[XENSTORE_PAYLOAD_MAX + 1];

    do {
        if (!caller_get(c, &h, sizeof(h)))
            return -1;
        if (h.len > XENSTORE_PAYLOAD_MAX)
            give_up("domain %d: an answer of %u bytes", c->domid, h.len);
        if (!caller_get(c, data, h.len))
            return -1;
        c->events += h.type == XS_WATCH_EVENT;
    } while (h.type == XS_WATCH_EVENT);
    if (h.req_id != id || h.len > max)
        give_up("domain %d: an answer to request %u, not %u (type %u, %u bytes)", c->domid,
                h.req_id, id, h.type, h.len);
    data[h.len] = '\0';
    memcpy(out, data, h.len + (h.len < max));
    return h.type == XS_ERROR ? -1 : (int)h.len;
}

int caller_call(struct caller *c, uint32_t type, const void *data, size_t len, char *out,
                size_t max)
{
    return caller_receive(c, caller_send(c, type, data, len), out, max);
}

void caller_must_all(struct caller *c, uint32_t type, const char *const *args)
{
    char data[XENSTORE_PAYLOAD_MAX], out[XENSTORE_PAYLOAD_MAX + 1] = "";
    size_t len = 0;

    for (; *args; args++) {
        memcpy(data + len, *args, strlen(*args) + 1);
        len += strlen(*args) + 1;
    }
    if (type == XS_WRITE)
        len--;
    if (caller_call(c, type, data, len, out, sizeof(out)) < 0 && !c->lost)
        give_up("domain %d: request of type %u about %s: %s", c->domid, type, data, out);
}
