#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Kills, replaces and corrupts the daemon in the background. Its path is in $XENSTORED."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import drive
import protocol
from protocol import (CONTROL, DEADLINE, GET_FEATURE, GET_PERMS, GET_QUOTA, RM, SET_FEATURE, SET_PERMS,
                      SET_QUOTA, WATCH, Client, StoreError)

LOG_OFFSET = 4096 + 0x8000 * 8  # where the entries of a state file begin


class Restart(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(prefix="xenstored-test-")
        self.path = self.dir.name + "/socket"
        self.state = self.dir.name + "/state"
        self.pid_file = self.dir.name + "/pid"
        self.start()
        self.c = Client(self.path)

    def tearDown(self):
        while Client.made:
            Client.made.pop().sock.close()
        self.stop()
        self.dir.cleanup()

    def start(self, *options, **where):
        """Returns at once when the daemon is up; a keeper stays behind it."""
        options = options or ("--socket", self.path, "--pid-file", self.pid_file)
        return subprocess.run([os.path.abspath(protocol.DAEMON), "--no-hypervisor", *options], check=True,
                              timeout=DEADLINE, capture_output=True, text=True, **where).stderr

    def pid(self):
        with open(self.pid_file, encoding="ascii") as f:
            return int(f.read())

    def until(self, done):
        end = time.monotonic() + DEADLINE
        while not done():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    def stop(self):
        os.kill(self.pid(), signal.SIGTERM)
        self.until(lambda: not os.path.exists(self.pid_file))

    def test_killed(self):
        self.c.write("/a/b", "1")
        self.c.call(SET_PERMS, "/a/b", "r3", "b7")
        self.c.write("/a/gone", "1")
        self.c.call(RM, "/a/gone")
        self.c.call(CONTROL, "quota", "set", "nodes", "123")
        self.c.call(SET_QUOTA, "5", "watches", "7")
        self.c.call(SET_FEATURE, "5", "1")
        for i in range(3):
            tx = self.c.begin()
            self.c.write(f"/a/tx{i}", "in time", tx=tx)
            self.c.call(protocol.TX_END, "T", tx=tx)
            lost = self.c.begin()
            self.c.write("/a/never", "1", tx=lost)
            os.kill(self.pid(), signal.SIGKILL)
            # The keeper holds the socket: this waits, and is answered by the next daemon.
            self.c = Client(self.path)
            self.assertEqual(self.c.read("/a/b"), "1")
            self.assertEqual(self.c.call(GET_PERMS, "/a/b"), b"r3\0b7\0")
            self.assertEqual(self.c.list("/a"), ["b"] + [f"tx{n}" for n in range(i + 1)])
            self.assertIn("nodes               :      123",
                          self.c.call(CONTROL, "quota").decode())
            self.assertEqual(self.c.call(GET_QUOTA, "5", "watches"), b"7\0")
            self.assertEqual(self.c.call(GET_FEATURE, "5"), b"1\0")
        families = [self.c.call(CONTROL, "metrics", str(n), "0") for n in range(20)]
        self.assertIn(b"\nxenstore_starts_total 4\n", b"".join(families))

    def test_confined(self):
        """No capabilities and few system calls, also after an update, which needs both once more."""
        for _ in range(2):
            with open(f"/proc/{self.pid()}/status", encoding="ascii") as f:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
            self.assertEqual(status["Seccomp"], "2")
            self.assertEqual(status.get("Seccomp_filters", "1"), "1")
            for kind in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
                self.assertEqual(int(status[kind], 16), 0)
            self.assertEqual(self.update(os.readlink(f"/proc/{self.pid()}/exe")), b"OK\0")
            self.c.write("/a", "1")

    def test_files_are_guarded(self):
        """What takes the daemon's place writes to the folder of its state file and nowhere else."""
        with tempfile.TemporaryDirectory(prefix="xenstored-other-") as other:
            program = other + "/program"
            victim = other + "/victim"
            with open(program, "w", encoding="ascii") as f:
                f.write(f"#!/bin/sh\ncommand : >{self.dir.name}/allowed\ncommand : >{victim}\n"
                        f"exec {os.readlink(f'/proc/{self.pid()}/exe')} \"$@\"\n")
            os.chmod(program, 0o755)
            self.assertEqual(self.update(program), b"OK\0")
            self.c.write("/x", "1")
            self.assertTrue(os.path.exists(self.dir.name + "/allowed"))
            self.assertFalse(os.path.exists(victim))

    def test_stopped_and_started(self):
        self.c.write("/a/b", "1")
        self.stop()
        self.start()
        self.c = Client(self.path)
        self.assertEqual(self.c.read("/a/b"), "1")

    def update(self, binary, *options):
        self.c.call(CONTROL, "live-update", "-f", binary)
        return self.c.call(CONTROL, "live-update", "-s", *options)

    def test_live_update(self):
        before = self.pid()
        binary = os.readlink(f"/proc/{before}/exe")
        other = Client(self.path)
        other.call(WATCH, "/w", "token")
        self.assertEqual(other.event(), ("/w", "token"))
        half = protocol.struct.pack("=4I", protocol.READ, 9, 0, 5)
        other.sock.sendall(half)
        self.c.write("/w/x", "1")
        self.assertEqual(self.update(binary), b"OK\0")
        self.assertEqual(self.pid(), before)
        self.c.write("/w/y", "2")
        other.sock.sendall(b"/w/x\0")
        self.assertEqual(other.event(), ("/w/x", "token"))
        self.assertEqual(other.event(), ("/w/y", "token"))
        self.assertEqual(other.message(), (protocol.READ, 9, 0, b"1"))
        # Once more, by the signal, from a program that was itself updated to.
        os.kill(before, signal.SIGUSR1)
        self.c.write("/w/z", "3")
        self.assertEqual(other.event(), ("/w/z", "token"))
        self.assertEqual(self.c.list("/w"), ["x", "y", "z"])

    def test_update_then_killed(self):
        """The keeper starts what was updated to, with all arguments; if that is gone, its own program."""
        self.stop()
        os.unlink(self.state)
        self.start("--socket", self.path, "--pid-file", self.pid_file, "-Q", "nodes=77")
        self.c = Client(self.path)
        old = os.readlink(f"/proc/{self.pid()}/exe")
        new = self.dir.name + "/new"
        shutil.copy(old, new)
        self.c.write("/x", "1")
        self.assertEqual(self.update(new), b"OK\0")
        for after in (new, new, old):
            if after == old:
                os.unlink(new)
            before = self.pid()
            os.kill(before, signal.SIGKILL)
            self.c = Client(self.path)
            self.assertEqual(self.c.read("/x"), "1")
            self.until(lambda gone=before: self.pid() != gone)
            self.assertEqual(os.readlink(f"/proc/{self.pid()}/exe"), after)
            self.assertIn("nodes               :       77", self.c.call(CONTROL, "quota").decode())

    def test_update_that_cannot_start(self):
        """It is executed, and gives up: the keeper goes back to the old one."""
        binary = os.readlink(f"/proc/{self.pid()}/exe")
        self.c.write("/x", "1")
        before = self.pid()
        self.c.call(CONTROL, "live-update", "-c", "--no-such-option")
        with self.assertRaises((OSError, EOFError)):
            self.update(binary)
        self.c = Client(self.path)
        self.assertEqual(self.c.read("/x"), "1")
        self.assertNotEqual(self.pid(), before)

    def test_relative_paths(self):
        self.stop()
        self.start("--socket", "socket", "--state", "kept", "-F", "pid", cwd=self.dir.name)
        self.c = Client(self.path)
        self.c.write("/x", "1")
        for _ in range(2):
            os.kill(self.pid(), signal.SIGKILL)
            self.c = Client(self.path)
            self.assertEqual(self.c.read("/x"), "1")
            self.assertEqual(self.update(os.readlink(f"/proc/{self.pid()}/exe")), b"OK\0")
        self.assertTrue(os.path.exists(self.dir.name + "/kept"))

    def test_update_by_command(self):
        client = os.path.join(os.path.dirname(protocol.DAEMON), "../xenstore/xenstore")
        binary = os.readlink(f"/proc/{self.pid()}/exe")
        env = {**os.environ, "XENSTORED_PATH": self.path}
        tx = self.c.begin()
        run = [client, "control", "live-update"]
        self.assertEqual(subprocess.run(run + ["-t", "0", binary], env=env, check=False,
                                        timeout=DEADLINE, capture_output=True).returncode, 3)
        subprocess.run(run + ["-F", "-t", "0", binary], env=env, check=True, timeout=DEADLINE)
        with self.assertRaises(StoreError):
            self.c.call(protocol.TX_END, "T", tx=tx)
        subprocess.run(run + ["-c", "--no-hypervisor --socket " + self.path + " -F " + self.pid_file,
                              binary], env=env, check=True, timeout=DEADLINE)
        self.c.write("/x", "1")

    def test_update_waits_for_transactions(self):
        binary = os.readlink(f"/proc/{self.pid()}/exe")
        other = Client(self.path)
        tx = other.begin()
        other.write("/t", "1", tx=tx)
        self.assertEqual(self.update(binary), b"BUSY\0")
        self.assertEqual(self.update(binary, "-F", "-t", "5"), b"OK\0")
        with self.assertRaises(StoreError) as e:
            other.call(protocol.TX_END, "T", tx=tx)
        self.assertEqual(str(e.exception), "EAGAIN")
        self.assertEqual(self.update(binary), b"OK\0")

    def test_update_that_fails(self):
        bad = self.dir.name + "/bad"
        with open(bad, "w", encoding="ascii") as f:
            f.write("no program\n")
        with self.assertRaises(StoreError):
            self.update(bad)
        os.chmod(bad, 0o755)
        other = Client(self.path)
        other.call(WATCH, "/w", "token")
        with self.assertRaises(StoreError):
            self.update(bad)
        self.c.write("/w", "1")
        self.assertEqual([other.event(), other.event()], [("/w", "token")] * 2)
        for words in [[], ["-x"], ["-f"], ["-f", "relative"], ["-s", "-t"], ["-s", "-t", "x"]]:
            with self.assertRaises(StoreError):
                self.c.call(CONTROL, "live-update", *words)

    def damage(self, at, data):
        with open(self.state, "r+b") as f:
            f.seek(at)
            f.write(data)

    def tail(self):
        with open(self.state, "rb") as f:
            return protocol.struct.unpack("=8s2I40sQ", f.read(64))[4]

    def damaged_start(self, at, data):
        self.stop()
        self.damage(at, data)
        said = self.start()
        self.c = Client(self.path)
        self.assertIn("is not sound", said)
        os.unlink(self.state + ".corrupt")
        return said

    def test_corrupt_tail_loses_only_what_follows(self):
        self.c.write("/sound", "1")
        at = self.tail()
        self.c.write("/damaged", "1")
        self.c.write("/after", "1")
        said = self.damaged_start(at + 30, b"\xff")
        self.assertIn(f"byte {at}", said)
        self.assertEqual(self.c.list("/"), ["sound", "tool"])
        self.c.write("/new", "1")
        self.stop()
        self.assertEqual(self.start(), "")
        self.c = Client(self.path)
        self.assertEqual(self.c.list("/"), ["new", "sound", "tool"])

    def test_corrupt_head(self):
        self.c.write("/x", "1")
        for at, data, why in [(0, b"X", "does not begin"), (8, b"\x09", "version"),
                              (16, b"X", "before the machine was started"),
                              (56, b"\xff" * 8, "tail"), (72, b"\x08", "every daemon that read it ended"),
                              (LOG_OFFSET, b"\xff", "length")]:
            self.assertIn(why, self.damaged_start(at, data))
            self.assertEqual(self.c.list("/"), ["tool"])
        self.stop()
        os.truncate(self.state, 100)
        self.assertIn("too short", self.start())
        self.c = Client(self.path)
        self.c.write("/x", "1")


class Background(drive.World):
    """A daemon in the background whose domains are files."""

    def __init__(self, folder):  # pylint: disable=super-init-not-called
        self.dir = pathlib.Path(folder)
        self.make_ring(0)
        self.events = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.events.bind(str(self.dir / "guest.sock"))
        self.log = self.dir / "log"
        self.log.touch()
        subprocess.run([os.environ["XENSTORED_FILES"], "--socket", self.dir / "socket", "-F", self.dir / "pid"],
                       check=True, timeout=DEADLINE, env={**os.environ, "XEN_STUB_DIR": folder})

    def kick(self, domid):
        """The daemon has a new socket after each start, and looks at every ring then."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            try:
                s.connect(str(self.dir / "evtchn.sock"))
                s.send(drive.INDEX.pack(100 + domid))
            except OSError:
                pass

    def pid(self):
        return int((self.dir / "pid").read_text())


class Suspects(unittest.TestCase):
    """Requests that end the daemon (platform-files.c: mapping the ring of domain 666 does)."""

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(prefix="xenstored-test-")
        self.world = Background(self.dir.name)

    def tearDown(self):
        os.kill(self.world.pid(), signal.SIGTERM)
        end = time.monotonic() + DEADLINE
        while (self.world.dir / "pid").exists():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        self.world.events.close()
        self.dir.cleanup()

    def test_ring(self):
        """It is still in the ring after each start."""
        kernel = drive.RingPeer(self.world, 0)
        client = drive.SocketPeer(self.world)
        self.assertEqual(client.call(drive.WRITE, drive.text(b"/x") + b"1")[0], drive.WRITE)
        deadly = drive.text(b"666", b"1", b"3")
        before = self.world.pid()
        self.assertEqual(kernel.call(drive.INTRODUCE, deadly), (drive.ERROR, b"EIO\0"))
        self.assertNotEqual(self.world.pid(), before)
        client.close()
        client = drive.SocketPeer(self.world)
        self.assertEqual(client.call(drive.READ, drive.text(b"/x")), (drive.READ, b"1"))
        before = self.world.pid()
        self.assertEqual(kernel.call(drive.INTRODUCE, deadly), (drive.ERROR, b"EIO\0"))
        self.assertEqual(self.world.pid(), before)
        self.world.make_ring(7)
        good = drive.text(b"7", b"1", b"3")
        self.assertEqual(kernel.call(drive.INTRODUCE, good), (drive.INTRODUCE, b"OK\0"))
        client.close()

    def test_socket(self):
        """Its client sends it again, and others are served in between."""
        for times in range(4):
            client = drive.SocketPeer(self.world)
            self.assertEqual(client.call(drive.WRITE, drive.text(b"/x") + b"1")[0], drive.WRITE)
            if times < 3:
                with self.assertRaises((EOFError, OSError)):
                    client.call(drive.INTRODUCE, drive.text(b"666", b"1", b"3"))
            else:
                self.assertEqual(client.call(drive.INTRODUCE, drive.text(b"666", b"1", b"3")),
                                 (drive.ERROR, b"EIO\0"))
            client.close()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[1:])
