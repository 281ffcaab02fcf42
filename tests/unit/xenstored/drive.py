# SPDX-License-Identifier: GPL-2.0-only
"""Drives a store daemon whose domains are files (bench/xenstored/xen-stub.c tells which)."""
import mmap
import os
import pathlib
import select
import socket
import struct
import subprocess
import time

(CONTROL, DIRECTORY, READ, GET_PERMS, WATCH, UNWATCH, TX_START, TX_END, INTRODUCE, RELEASE,
 GET_DOMAIN_PATH, WRITE, MKDIR, RM, SET_PERMS, EVENT, ERROR, IS_INTRODUCED, RESUME,
 SET_TARGET) = range(20)
RESET_WATCHES, DIRECTORY_PART, SET_QUOTA = 21, 22, 26
NAMES = {v: k for k, v in list(globals().items()) if isinstance(v, int)}

HEADER = struct.Struct("=4I")
INDEX = struct.Struct("=I")
RING = 1024
REQ_CONS, REQ_PROD, RSP_CONS, RSP_PROD, FEATURES, CONNECTION, FAULT = range(2048, 2076, 4)
DEADLINE = 120


class World:
    """A daemon in a folder of its own, and the event channels of all its domains."""

    def __init__(self, folder, argv, env=None):
        self.dir = pathlib.Path(folder)
        self.dir.mkdir(exist_ok=True)
        self.make_ring(0)
        (self.dir / "xsd_port").write_text("5")
        self.events = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.events.bind(str(self.dir / "guest.sock"))
        self.log = open(self.dir / "log", "wb")
        self.argv = argv
        self.env = dict(os.environ, XEN_STUB_DIR=str(self.dir),
                        XENSTORED_PATH=str(self.dir / "socket"), **(env or {}))
        self.start()

    def start(self):
        argv = self.argv
        self.proc = subprocess.Popen([str(a) for a in argv], env=self.env, cwd=self.dir,
                                     stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + DEADLINE
        while not self.answers():
            if self.proc.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{argv[0]} does not start:\n{(self.dir / 'log').read_text()}")
            time.sleep(0.01)
        self.kicks = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        while self.kicks.connect_ex(str(self.dir / "evtchn.sock")):  # a killed daemon's is still there
            assert self.proc.poll() is None
            time.sleep(0.01)

    def restart(self):
        """Kills the daemon and starts it again; sockets are lost."""
        self.proc.kill()
        self.proc.wait()
        self.kicks.close()
        self.start()

    def answers(self):
        if not (self.dir / "evtchn.sock").exists():
            return False
        with socket.socket(socket.AF_UNIX) as s:
            return s.connect_ex(str(self.dir / "socket")) == 0

    def make_ring(self, domid):
        path = self.dir / f"ring-{domid}"
        path.write_bytes(bytes(4096))
        return path

    def kick(self, domid):
        self.kicks.send(INDEX.pack(100 + domid))

    def domain_died(self, domid):
        """The hypervisor knows the domain no more."""
        (self.dir / f"ring-{domid}").unlink()
        self.kicks.send(INDEX.pack(1))

    def wait(self):
        """Until some domain is notified."""
        if not select.select([self.events], [], [], DEADLINE)[0]:
            raise TimeoutError(f"no notification:\n{(self.dir / 'log').read_text()[-2000:]}")
        self.events.recv(4)

    def processor_ns(self):
        with open(f"/proc/{self.proc.pid}/schedstat") as f:
            return int(f.read().split()[0])

    def memory_kib(self):
        with open(f"/proc/{self.proc.pid}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))

    def stop(self):
        """Ends the daemon and returns its status; the sanitizers speak through it."""
        self.proc.terminate()
        status = self.proc.wait(DEADLINE)
        self.events.close()
        self.kicks.close()
        self.log.close()
        return status


class Peer:
    """What sockets and rings have in common: whole messages."""

    def __init__(self):
        self.pending = b""
        self.next_id = 0

    def send(self, kind, payload=b"", tx=0):
        self.next_id += 1
        self.push(HEADER.pack(kind, self.next_id, tx, len(payload)) + payload)
        return self.next_id

    def message(self):
        while len(self.pending) < 16:
            self.pending += self.pull()
        kind, ident, tx, size = HEADER.unpack_from(self.pending)
        while len(self.pending) < 16 + size:
            self.pending += self.pull()
        payload = self.pending[16:16 + size]
        self.pending = self.pending[16 + size:]
        return kind, ident, tx, payload

    def call(self, kind, payload=b"", tx=0, on_event=None):
        """Returns the answer's kind and payload; events before it go to on_event."""
        ident = self.send(kind, payload, tx)
        while True:
            got = self.message()
            if got[0] != EVENT:
                assert got[1:3] == (ident, tx), got
                return got[0], got[3]
            if on_event:
                on_event(got[3])


class SocketPeer(Peer):
    def __init__(self, world):
        super().__init__()
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(world.dir / "socket"))  # waits, where the daemon's queue is short
        self.sock.settimeout(DEADLINE)

    def close(self):
        self.sock.close()

    def push(self, data):
        self.sock.sendall(data)

    def pull(self):
        data = self.sock.recv(65536)
        if not data:
            raise EOFError("the daemon closed the connection")
        return data


class RingPeer(Peer):
    def __init__(self, world, domid):
        super().__init__()
        self.world = world
        self.domid = domid
        with open(world.make_ring(domid), "r+b") as f:
            self.page = mmap.mmap(f.fileno(), 4096)
        self.words = memoryview(self.page).cast("I")  # read and written whole, unlike by struct

    def index(self, at):
        return self.words[at // 4]

    def set_index(self, at, value):
        self.words[at // 4] = value & 0xffffffff

    def push(self, data):
        while data:
            prod = self.index(REQ_PROD)
            room = RING - (prod - self.index(REQ_CONS) & 0xffffffff)
            if not room:
                self.world.wait()
                continue
            part, data = data[:room], data[room:]
            at = prod % RING
            first = part[:RING - at]
            self.page[at:at + len(first)] = first
            self.page[:len(part) - len(first)] = part[len(first):]
            self.set_index(REQ_PROD, prod + len(part))
            self.world.kick(self.domid)

    def pull_now(self):
        cons, prod = self.index(RSP_CONS), self.index(RSP_PROD)
        size = prod - cons & 0xffffffff
        at = 1024 + cons % RING
        data = self.page[at:at + size] if at + size <= 2048 else \
            self.page[at:2048] + self.page[1024:1024 + size - (2048 - at)]
        self.set_index(RSP_CONS, prod)
        if size == RING:
            self.world.kick(self.domid)
        return data

    def pull(self):
        while True:
            data = self.pull_now()
            if data:
                return data
            self.world.wait()


def text(*strings):
    return b"".join(s + b"\0" for s in strings)


def introduce(world, dom0, domid):
    """A new domain with a home that it owns."""
    peer = RingPeer(world, domid)
    home = b"/local/domain/%d" % domid
    dom0.call(WRITE, text(home))
    dom0.call(SET_PERMS, text(home, b"n%d" % domid))
    kind, answer = dom0.call(INTRODUCE, text(b"%d" % domid, b"1", b"3"))
    assert kind == INTRODUCE, answer
    return peer
