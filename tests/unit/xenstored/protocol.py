#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Talks to the daemon over its socket. Usage: protocol.py, with the daemon's path in $XENSTORED."""
import os
import random
import re
import resource
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

(CONTROL, DIRECTORY, READ, GET_PERMS, WATCH, UNWATCH, TX_START, TX_END, INTRODUCE, RELEASE,
 GET_DOMAIN_PATH, WRITE, MKDIR, RM, SET_PERMS, EVENT, ERROR, IS_INTRODUCED, RESUME,
 SET_TARGET) = range(20)
RESET_WATCHES, DIRECTORY_PART, GET_FEATURE, SET_FEATURE, GET_QUOTA, SET_QUOTA = range(21, 27)
DAEMON = os.environ.get("XENSTORED", "tools/xenstored/cloister-xenstored")
DEADLINE = 60


class StoreError(Exception):
    pass


class Client:
    made = []

    def __init__(self, path):
        Client.made.append(self)
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(DEADLINE)
        self.sock.connect(path)
        self.events = []
        self.next_id = 0

    def exactly(self, n):
        data = b""
        while len(data) < n:
            part = self.sock.recv(n - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def message(self):
        kind, req, tx, size = struct.unpack("=4I", self.exactly(16))
        return kind, req, tx, self.exactly(size)

    def send(self, kind, payload=b"", tx=0):
        self.next_id += 1
        self.sock.sendall(struct.pack("=4I", kind, self.next_id, tx, len(payload)) + payload)
        return self.next_id

    def receive(self, kind, ident, tx=0):
        while True:
            got = self.message()
            if got[0] == EVENT:
                self.events.append(tuple(got[3].split(b"\0")[:2]))
                continue
            assert got[1:3] == (ident, tx), got
            if got[0] == ERROR:
                raise StoreError(got[3].rstrip(b"\0").decode())
            assert got[0] == kind, got
            return got[3]

    def call(self, kind, *args, tx=0, raw=b""):
        payload = b"".join(a.encode() + b"\0" for a in args) + raw
        return self.receive(kind, self.send(kind, payload, tx), tx)

    def write(self, path, value="", tx=0):
        return self.call(WRITE, path, raw=value.encode(), tx=tx)

    def read(self, path, tx=0):
        return self.call(READ, path, tx=tx).decode()

    def list(self, path, tx=0):
        return [n.decode() for n in self.call(DIRECTORY, path, tx=tx).split(b"\0")[:-1]]

    def list_parts(self, path):
        names = b""
        while True:
            gen, part = self.call(DIRECTORY_PART, path, str(len(names))).split(b"\0", 1)
            assert gen.isdigit()
            if part.endswith(b"\0\0") or part == b"\0":
                return [n.decode() for n in (names + part[:-1]).split(b"\0")[:-1]]
            names += part

    def begin(self):
        return int(self.call(TX_START, "").rstrip(b"\0"))

    def event(self):
        while not self.events:
            kind, _, _, data = self.message()
            assert kind == EVENT
            self.events.append(tuple(data.split(b"\0")[:2]))
        return tuple(e.decode() for e in self.events.pop(0))

    def quiet(self):
        """Events come before later answers, so after one answer there are no more under way."""
        self.read("/tool/xenstored")
        return not self.events


def exposition(test, text):
    """Parses Prometheus' text format strictly: each family once, introduced, in one block."""
    values, families, family = {}, {}, None
    test.assertTrue(text.endswith("\n"))
    for line in text.splitlines():
        comment = re.fullmatch(r"# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)", line)
        if comment and comment.group(1) == "HELP":
            family = comment.group(2)
            test.assertNotIn(family, families)
            families[family] = None
        elif comment:
            test.assertEqual(comment.group(2), family)
            test.assertIn(comment.group(3), ("counter", "gauge"))
            test.assertEqual(comment.group(3) == "counter", family.endswith("_total"))
            families[family] = comment.group(3)
        else:
            sample = re.fullmatch(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-z_]+="[^"\\\n]*"\})? (-?\d+)', line)
            test.assertIsNotNone(sample, line)
            test.assertEqual(sample.group(1), family)
            test.assertIsNotNone(families[family])
            name = sample.group(1) + (sample.group(2) or "")
            test.assertNotIn(name, values)
            values[name] = int(sample.group(3))
    return values


class Protocol(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(prefix="xenstored-test-")
        self.path = self.dir.name + "/socket"
        self.pid_file = self.dir.name + "/pid"
        self.log = self.dir.name + "/log"
        with open(self.log, "wb") as log:
            self.daemon = subprocess.Popen([DAEMON, "-N", "--no-hypervisor", "--socket", self.path,
                                            "--pid-file", self.pid_file], stderr=log)
        until = time.monotonic() + DEADLINE
        while not os.path.exists(self.pid_file):  # written once it listens
            self.assertIsNone(self.daemon.poll())
            self.assertLess(time.monotonic(), until)
            time.sleep(0.01)
        self.c = Client(self.path)

    def tearDown(self):
        while Client.made:
            Client.made.pop().sock.close()
        self.daemon.terminate()
        self.assertEqual(self.daemon.wait(DEADLINE), 0)
        self.assertFalse(os.path.exists(self.path))
        self.dir.cleanup()

    def fails(self, error, *args, **kwargs):
        with self.assertRaises(StoreError) as e:
            self.c.call(*args, **kwargs)
        self.assertEqual(str(e.exception), error)

    def test_nodes(self):
        self.c.write("/a/b/c", "v\u00e4lue")
        self.assertEqual(self.c.read("/a/b/c"), "v\u00e4lue")
        self.assertEqual(self.c.read("/a/b"), "")
        self.c.call(MKDIR, "/a/z")
        self.c.call(MKDIR, "/a/z")
        self.assertEqual(self.c.list("/a"), ["b", "z"])
        self.c.write("rel", "1")
        self.assertEqual(self.c.read("/local/domain/0/rel"), "1")
        self.c.call(RM, "/a/b")
        self.assertEqual(self.c.list("/a"), ["z"])
        self.c.call(RM, "/a/absent")
        self.fails("ENOENT", RM, "/a/absent/below")
        self.fails("EINVAL", RM, "/")
        self.fails("ENOENT", READ, "/a/b")
        self.fails("EINVAL", READ, "/a/")
        self.fails("EINVAL", READ, raw=b"/no-end")
        self.fails("EINVAL", WRITE, raw=b"/no-end")
        self.fails("ENOSYS", 20, "x")
        self.fails("ENOSYS", 4711, "x")
        self.fails("ENOENT", READ, "/a", tx=12345)

    def test_permissions(self):
        self.c.write("/p/q")
        self.assertEqual(self.c.call(GET_PERMS, "/p"), b"n0\0")
        self.c.call(SET_PERMS, "/p", "b3", "r4", "n5")
        self.assertEqual(self.c.call(GET_PERMS, "/p"), b"b3\0r4\0n5\0")
        self.c.write("/p/new")
        self.assertEqual(self.c.call(GET_PERMS, "/p/new"), b"b3\0r4\0n5\0")
        self.assertEqual(self.c.call(GET_PERMS, "@releaseDomain"), b"n0\0")
        self.c.call(SET_PERMS, "@releaseDomain", "n0", "r7")
        self.assertEqual(self.c.call(GET_PERMS, "@releaseDomain"), b"n0\0r7\0")
        for bad in ("x1", "r", "r-1", "r99999", ""):
            self.fails("EINVAL", SET_PERMS, "/p", bad)
        self.fails("EINVAL", SET_PERMS, "/p")

    def test_long_lists(self):
        names = sorted(f"child-{i}" for i in range(1500))
        for n in names:
            self.c.write("/many/" + n)
        self.fails("E2BIG", DIRECTORY, "/many")
        self.assertEqual(self.c.list_parts("/many"), names)
        self.assertEqual(self.c.list_parts("/many/" + names[0]), [])
        self.fails("EINVAL", DIRECTORY_PART, "/many", "x")

    def test_sizes(self):
        self.c.write("/big", "x" * (4096 - 5))
        self.assertEqual(len(self.c.read("/big")), 4096 - 5)
        self.c.sock.sendall(struct.pack("=4I", READ, 1, 0, 4097))
        with self.assertRaises((EOFError, ConnectionError)):
            self.c.message()
        self.assertEqual(len(Client(self.path).read("/big")), 4096 - 5)

    def test_watches(self):
        other = Client(self.path)
        self.c.call(WATCH, "/w", "tok")
        self.assertEqual(self.c.event(), ("/w", "tok"))
        self.fails("EEXIST", WATCH, "/w", "tok")
        other.write("/w/x/y", "1")
        self.assertEqual(self.c.event(), ("/w/x/y", "tok"))
        other.write("/elsewhere")
        self.c.call(WATCH, "rel", "tok")
        self.assertEqual(self.c.event(), ("rel", "tok"))
        other.write("/local/domain/0/rel/k")
        self.assertEqual(self.c.event(), ("rel/k", "tok"))
        self.c.call(WATCH, "/w/x/y", "deep")
        self.assertEqual(self.c.event(), ("/w/x/y", "deep"))
        other.call(RM, "/w/x")
        self.assertEqual({self.c.event(), self.c.event()}, {("/w/x", "tok"), ("/w/x/y", "deep")})
        tx = other.begin()
        other.write("/w/t", "1", tx=tx)
        self.assertTrue(self.c.quiet())
        other.call(TX_END, "T", tx=tx)
        self.assertEqual(self.c.event(), ("/w/t", "tok"))
        self.c.call(UNWATCH, "/w", "tok")
        self.fails("ENOENT", UNWATCH, "/w", "tok")
        other.write("/w/t", "2")
        self.assertTrue(self.c.quiet())
        self.c.call(RESET_WATCHES, "")
        other.write("/local/domain/0/rel/k")
        self.assertTrue(self.c.quiet())

    def test_transactions(self):
        other = Client(self.path)
        self.c.write("/t", "1")
        tx = self.c.begin()
        self.fails("EBUSY", TX_START, "", tx=tx)
        self.assertEqual(self.c.read("/t", tx=tx), "1")
        other.write("/t", "2")
        self.assertEqual(self.c.read("/t", tx=tx), "1")
        self.fails("EAGAIN", TX_END, "T", tx=tx)
        self.fails("ENOENT", TX_END, "T", tx=tx)
        self.fails("ENOENT", TX_END, "T")
        tx = self.c.begin()
        self.c.write("/t", "3", tx=tx)
        self.fails("EINVAL", TX_END, "X", tx=tx)
        self.c.call(TX_END, "F", tx=tx)
        self.assertEqual(self.c.read("/t"), "2")

    def test_domains(self):
        self.assertEqual(self.c.call(GET_DOMAIN_PATH, "5"), b"/local/domain/5\0")
        self.assertEqual(self.c.call(IS_INTRODUCED, "0"), b"T\0")
        self.assertEqual(self.c.call(IS_INTRODUCED, "5"), b"F\0")
        self.fails("ENOENT", RELEASE, "5")
        self.fails("ENOENT", RESUME, "5")
        self.fails("EINVAL", INTRODUCE, "5", "x", "1")
        self.fails("ENOSYS", INTRODUCE, "5", "1", "1")

    def test_control(self):
        self.assertIn(b"quota", self.c.call(CONTROL, "help"))
        self.assertIn(b"transactions", self.c.call(CONTROL, "quota"))
        self.c.call(CONTROL, "quota", "set", "nodes", "77")
        self.assertRegex(self.c.call(CONTROL, "quota"), rb"nodes *: *77\n")
        self.assertIn(b"requests CONTROL", self.c.call(CONTROL, "stats"))
        self.fails("EINVAL", CONTROL, "no-such-command")

    def test_features_and_quotas(self):
        names = self.c.call(GET_QUOTA).decode().rstrip("\0").split(" ")
        for name in ("nodes", "watches", "transactions", "node-size", "permissions", "memory"):
            self.assertIn(name, names)
            self.c.call(SET_QUOTA, name, "11")
            self.assertEqual(self.c.call(GET_QUOTA, name), b"11\0")
            self.assertEqual(self.c.call(GET_QUOTA, "7", name), b"11\0")
            self.c.call(SET_QUOTA, "7", name, "12")
            self.assertEqual(self.c.call(GET_QUOTA, "7", name), b"12\0")
            self.assertEqual(self.c.call(GET_QUOTA, name), b"11\0")
        for bad in (["no-such"], ["7", "no-such"], ["x", "nodes"], ["1", "2", "nodes"]):
            self.fails("EINVAL", GET_QUOTA, *bad)
        for bad in (["nodes"], ["nodes", "x"], ["no-such", "1"], ["7", "nodes", "-1"]):
            self.fails("EINVAL", SET_QUOTA, *bad)
        self.assertEqual(self.c.call(GET_FEATURE), b"7\0")
        self.c.call(SET_FEATURE, "7", "2")
        self.assertEqual(self.c.call(GET_FEATURE, "7"), b"2\0")
        for bad in (["7"], ["7", "8"], ["7", ""], ["x", "1"]):
            self.fails("EINVAL", SET_FEATURE, *bad)

    def metrics(self):
        """All of them as {name and labels: value}, after a check of every line."""
        text, words = "", ("metrics",)
        while words:
            part = self.c.call(CONTROL, *words).rstrip(b"\0").decode()
            lines = part.splitlines()
            last = re.fullmatch(r"# continued by: (.*)", lines[-1])
            words = last.group(1).split(" ") if last else ()
            text += "".join(line + "\n" for line in (lines[:-1] if last else lines))
        return exposition(self, text)

    def test_metrics(self):
        before = self.metrics()
        self.assertEqual(before['xenstore_connections{kind="socket"}'], 1)
        for domid in range(1, 400):  # more than one message holds
            self.c.write(f"/local/domain/{domid}/x", "v")
            self.c.call(SET_PERMS, f"/local/domain/{domid}/x", f"n{domid}")
        self.c.call(WATCH, "/w", "t")
        self.c.write("/w", "1")
        self.fails("ENOENT", READ, "/nope")
        mine, theirs = self.c.begin(), self.c.begin()
        self.c.write("/w", "2", tx=mine)
        self.c.write("/w", "3", tx=theirs)
        self.c.call(TX_END, "T", tx=mine)
        self.fails("EAGAIN", TX_END, "T", tx=theirs)
        now = self.metrics()
        grown = {name: now[name] - before[name] for name in before}
        self.assertEqual(grown['xenstore_requests_total{type="SET_PERMS"}'], 399)
        self.assertEqual(grown['xenstore_failed_requests_total{type="READ"}'], 1)
        self.assertEqual(grown["xenstore_commits_total"], 1)
        self.assertEqual(grown["xenstore_conflicts_total"], 1)
        self.assertEqual(grown["xenstore_watches"], 1)
        self.assertEqual(grown["xenstore_watch_events_queued_total"], 3)
        self.assertEqual(grown["xenstore_watch_events_delivered_total"], 3)
        self.assertGreater(grown["xenstore_received_bytes_total"], 10000)
        self.assertGreater(grown["xenstore_node_bytes"], 1000)
        self.assertEqual(now["xenstore_nodes"], sum(
            value for name, value in now.items() if name.startswith("xenstore_domain_nodes{")))
        self.assertEqual(now['xenstore_domain_nodes{domain="399"}'], 1)
        self.assertEqual([now["xenstore_state_kept"], now["xenstore_starts_total"]], [1, 1])
        self.assertGreater(now["xenstore_state_bytes"], 10000)
        self.fails("EINVAL", CONTROL, "metrics", "x", "1")

    def log_of(self, *work):
        """What is logged while requests are made."""
        start = os.path.getsize(self.log)
        for request in work:
            try:
                self.c.call(*request)
            except StoreError:
                pass
        with open(self.log, encoding="ascii") as f:
            f.seek(start)
            return f.read()

    def test_access_log(self):
        work = [(WRITE, "/logged/x", "a\n\u00e9"), (READ, "/loggedtoo"), (READ, "/other")]
        self.assertEqual(self.log_of(*work), "")
        self.c.call(CONTROL, "log", "path", "/logged")
        self.assertEqual(self.log_of(*work),
                         "cloister-xenstored: domain 0 WRITE /logged/x a\\x0a\\xc3\\xa9 : ok\n")
        self.c.call(CONTROL, "log", "path", "/logged", "off")
        self.assertEqual(self.log_of(*work), "")
        self.c.call(CONTROL, "log", "domid", "3", "on")
        self.assertEqual(self.log_of(*work), "")
        self.c.call(CONTROL, "log", "domid", "0", "on")
        self.assertIn("READ /other : No such file", self.log_of(*work))
        self.assertEqual(self.c.call(CONTROL, "log"), b"all off\ndomid 0 on\ndomid 3 on\n\0")
        self.c.call(CONTROL, "log", "off")
        self.assertEqual(self.log_of(*work), "")
        self.c.call(CONTROL, "log", "on")
        self.assertEqual(len(self.log_of(*work).splitlines()), 3)
        for bad in (["x"], ["path", "rel"], ["path", "/a", "x"], ["domid", "x", "on"], ["domid", "1", "x"]):
            self.fails("EINVAL", CONTROL, "log", *bad)

    def test_many_requests_at_once(self):
        ids = [self.c.send(WRITE, b"/burst/%d\0v%d" % (i, i)) for i in range(2000)]
        for i in ids:
            self.c.receive(WRITE, i)
        self.assertEqual(len(self.c.list_parts("/burst")), 2000)

    def test_answers_wait_for_a_slow_reader(self):
        """Of more than the daemon keeps unsent: it goes on once they are fetched, with what it has read already."""
        client = Client(self.path)
        client.write("/large", "x" * 4000)
        request = struct.pack("=4I", READ, 0, 0, 7) + b"/large\0"
        for _ in range(12):
            client.sock.sendall(request * 40)
            for _ in range(4):  # it serves both in turn
                self.c.read("/large")
        for _ in range(12 * 40):
            self.assertEqual(len(client.receive(READ, 0)), 4000)

    def test_out_of_descriptors(self):
        resource.prlimit(self.daemon.pid, resource.RLIMIT_NOFILE, (30, 30))
        away = 0
        clients = []
        for _ in range(60):
            try:
                c = Client(self.path)
                c.read("/tool/xenstored")
                clients.append(c)
            except (EOFError, ConnectionError):
                away += 1
        self.assertGreater(away, 30)
        self.assertGreater(len(clients), 10)
        clients.pop().sock.close()
        while True:  # the daemon may still be about to notice
            try:
                Client(self.path).read("/tool/xenstored")
                break
            except (EOFError, ConnectionError):
                pass

    def test_model(self):
        """Random operations of two clients, with transactions, against a dictionary."""
        rnd = random.Random(1)
        clients = [self.c, Client(self.path)]
        paths = ["/m/" + "/".join(rnd.choice("abc") for _ in range(rnd.randint(1, 3)))
                 for _ in range(30)]
        model = {}
        for _ in range(3000):
            client = rnd.choice(clients)
            path = rnd.choice(paths)
            step = rnd.random()
            tx, seen = 0, model
            if rnd.random() < 0.3:
                tx, seen = client.begin(), dict(model)
            for _ in range(rnd.randint(1, 4) if tx else 1):
                self.model_step(client, tx, seen, path, step, rnd)
                path, step = rnd.choice(paths), rnd.random()
            if tx and rnd.random() < 0.7:
                client.call(TX_END, "T", tx=tx)
                model = seen
            elif tx:
                client.call(TX_END, "F", tx=tx)

    def model_step(self, client, tx, model, path, step, rnd):
        if step < 0.4:
            value = str(rnd.random())
            client.write(path, value, tx=tx)
            for i in [i for i, ch in enumerate(path) if ch == "/" and i]:
                model.setdefault(path[:i], "")
            model[path] = value
        elif step < 0.7:
            try:
                self.assertEqual(client.read(path, tx=tx), model.get(path))
            except StoreError as e:
                self.assertEqual(str(e), "ENOENT")
                self.assertNotIn(path, model)
        elif step < 0.85:
            try:
                found = client.list(path, tx=tx)
                self.assertIn(path, model)
            except StoreError:
                found = []
            below = {p[len(path) + 1:].split("/")[0] for p in model if p.startswith(path + "/")}
            self.assertEqual(found, sorted(below))
        else:
            try:
                client.call(RM, path, tx=tx)
            except StoreError as e:
                self.assertEqual(str(e), "ENOENT")
                self.assertNotIn(path.rsplit("/", 1)[0], model)
            for p in [p for p in model if p == path or p.startswith(path + "/")]:
                del model[p]


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[1:])
