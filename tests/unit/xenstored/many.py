#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""2,000 guests' worth of nodes, watches and connections on the daemon's socket. Usage: many.py DAEMON [GUESTS]

The daemon is started with a limit of 256 open files that it may raise; what it holds is looked at in its
own counters, and each watch must be told of its own node's change and of nothing else.
"""
import resource
import sys
import tempfile

from drive import DIRECTORY, EVENT, READ, WATCH, WRITE, SocketPeer, World, text

WATCHES = 5


def nodes_of(domid):
    """About what xl writes for a guest with a disk and an interface, front and back."""
    home = f"/local/domain/{domid}"
    for device, back in (("vbd/51712", f"/local/domain/0/backend/vbd/{domid}/51712"),
                         ("vif/0", f"/local/domain/0/backend/vif/{domid}/0"),
                         ("console/0", f"/local/domain/0/backend/console/{domid}/0")):
        front = f"{home}/device/{device}"
        yield from (f"{front}/{name}" for name in ("backend", "backend-id", "state", "ring-ref",
                                                   "event-channel", "protocol"))
        yield from (f"{back}/{name}" for name in ("frontend", "frontend-id", "state", "online",
                                                  "hotplug-status", "params"))
    yield from (f"{home}/{name}" for name in ("name", "domid", "vm", "memory/target", "control/shutdown"))


def pipelined(peer, requests):
    """All at once, then the answers, events left out."""
    for kind, payload in requests:
        peer.send(kind, payload)
    left = len(requests)
    while left:
        kind, _, _, payload = peer.message()
        if kind == EVENT:
            continue
        assert kind in (WRITE, WATCH), (kind, payload)
        left -= 1


def main():
    guests = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with tempfile.TemporaryDirectory() as folder:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        world = World(folder, [sys.argv[1], "-N", "-F", "pid"])
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        peers = [SocketPeer(world) for _ in range(guests)]
        for domid, peer in enumerate(peers, 1):
            pipelined(peer, [(WRITE, text(path.encode()) + b"1") for path in nodes_of(domid)])
            watched = list(nodes_of(domid))[:WATCHES]
            pipelined(peer, [(WATCH, text(path.encode(), b"t")) for path in watched])
        work = []
        for domid in (1, guests // 2, guests):
            peer, path = peers[domid - 1], next(nodes_of(domid)).encode()
            events = []
            while peer.call(READ, text(path), 0, events.append) != (READ, b"1"):
                raise SystemExit(f"domain {domid}: a node is wrong")
            events.clear()
            before = world.processor_ns()
            answer = peers[0].call(WRITE, text(path) + b"2", 0, events.append)
            assert answer == (WRITE, b"OK\0"), answer
            assert peer.call(READ, text(path), 0, events.append) == (READ, b"2")
            work.append(world.processor_ns() - before)
            assert events == [text(path, b"t")], events
        for domid in (1, guests):
            kind, names = peers[0].call(DIRECTORY, text(b"/local/domain/%d/device" % domid))
            assert sorted(names.split(b"\0")[:-1]) == [b"console", b"vbd", b"vif"], (kind, names)
        print(f"{guests} connections, {guests * len(list(nodes_of(1)))} values, {guests * WATCHES} watches, "
              f"{world.memory_kib()} KiB; a write and a read took {work} ns")
        for peer in peers:
            peer.close()
        return world.stop()


if __name__ == "__main__":
    sys.exit(main())
