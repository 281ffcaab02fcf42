#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs the store's commands against our daemon, beside Debian's own where these are installed.

The programs are in $XENSTORE and $XENSTORED. What is printed on standard output and the exit code are
compared; standard error is not, for we say more.
"""
import fcntl
import os
import pathlib
import pty
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unittest

XENSTORE = pathlib.Path(os.environ.get("XENSTORE", "tools/xenstore/xenstore")).resolve()
XENSTORED = os.environ.get("XENSTORED", "tools/xenstored/cloister-xenstored")
DEBIAN = pathlib.Path("/usr/bin")
DEADLINE = 60

# Command lines that both programs are given, each pair with a daemon of its own.
SAME = [
    ["write", "/a/b", "1", "/a/c", 'x y"z', "/a/d", "", "/a/e", "tab\there\nnl\001\x7f\u00e9"],
    ["read", "/a/b"], ["read", "/a/b", "/a/c"], ["read", "-p", "/a/b", "/a/e"],
    ["read", "-p", "/a/b", "/nope", "/a/c"], ["read", "/nope"], ["read", "-R", "/a/e"],
    ["read", "-p", "-R", "/a/e"], ["read"], ["read", "-z"], ["read", "/a/b", "-p"],
    ["read", "bad//path"], ["read", "-s", "/a/b"], ["read", "-t", "/a"], ["read", "--raw", "/a/e"],
    ["ls"], ["ls", "/a"], ["ls", "-f"], ["ls", "-p", "/a"], ["ls", "-fp", "/a"], ["ls", "/nope"],
    ["ls", "/a", "/tool"], ["ls", "-f", "/a/b"], ["ls", "//"], ["ls", "/a/"], ["ls", "/a", "-f"],
    ["list", "/a"], ["list", "-p", "/a", "/tool"], ["list", "/a/b"], ["list", "/nope"], ["list"],
    ["list", "/"],
    ["exists", "/a"], ["exists", "/nope"], ["exists", "/a", "/nope"], ["exists", "-p", "/a"], ["exists"],
    ["write", "/x"], ["write", "/x", "1", "/y"], ["write"], ["write", "--", "-dash", "1"],
    ["write", "-R", "/x/raw", r"a\x41\n\t\\b\0end"], ["read", "-R", "/x/raw"], ["read", "/x/raw"],
    ["write", "/x/ok", "1", "/bad//x", "1"], ["exists", "/x/ok"],
    ["rm", "/nope"], ["rm", "/nope/nope"], ["rm"], ["rm", "/"],
    ["write", "/t/u/v/w", "1"], ["rm", "-t", "/t/u/v/w"], ["ls", "-f", "/t"],
    ["write", "/t/u/v/w", "1", "/t/z", ""], ["rm", "-t", "/t/u/v/w"], ["ls", "-f", "/t"],
    ["write", "/t2", "kept", "/t2/a/b", "1"], ["rm", "-t", "/t2/a/b"], ["ls", "-f"],
    ["write", "/c/d/e", "1", "/c/f", "2"], ["chmod", "/c"], ["chmod"], ["chmod", "/c", "n0", "r5"],
    ["ls", "-fp"], ["chmod", "-r", "/c", "b3", "r1", "w2"], ["ls", "-fp"],
    ["chmod", "-u", "/c/d/e", "n7"], ["ls", "-fp"], ["chmod", "-r", "-u", "/c/d", "n8"], ["ls", "-fp"],
    ["chmod", "/c", "q7"], ["chmod", "/nope", "r1"], ["chmod", "-r", "/nope", "r1"],
    ["chmod", "/c", "n1", "r2", "w3", "b4", "n5"], ["ls", "-p", "/"],
    ["watch"], ["watch", "-n", "1", "/a"], ["watch", "-n", "2", "/a", "/c"],
    ["watch", "-n", "0", "/a"], ["watch", "-n", "1", "@releaseDomain"], ["watch", "-n", "1", "rel/path"],
    ["watch", "-n", "1", "bad//path"],
    ["write", "rel/x", "1"], ["ls", "rel"], ["ls", "-f", "rel"], ["list", "-p", "rel"],
    ["read", "-p", "rel/x"], ["exists", "rel/x"], ["rm", "rel/x"], ["list", "rel"],
    *(["write", f"/esc/{i}", text] for i, text in enumerate(
        [r"a\q", r"a\0b", r"a\12b", r"a\1234b", r"a\400b", r"a\x", r"a\xg", r"a\x4", r"a\x414",
         r"a\X41", r'a\r\a\b\f\v\"', "a\\", "\\", r"a\9", r"\x41\x7A", "plain\nnewline"])),
    ["ls", "/esc"],
    *(["write", f"/w/{c}" + c * n, value] for n in (65, 68, 70, 71, 72, 74, 90)
      for c, value in (("x", "12345"), ("y", ""), ("z", "v" * 20))),
    ["ls", "/w"], ["ls", "-p", "/w"],
    *(["write", f"/v/{n}", "v" * n] for n in range(64, 76)), ["write", "/v/odd", "\001" * 40],
    ["ls", "/v"], ["ls", "-p", "/v"], ["ls", "-f", "/v"],
    ["write", "/deep" + "/d" * 40, "x"], ["ls", "/deep"], ["ls", "-p", "/deep"],
    *(["write", *(text for i in range(n, n + 100) for text in (f"/many/child-{i}", f"v{i}"))]
      for n in range(0, 600, 100)),
    ["ls", "/many"], ["list", "/many"],
]

NARROW = [["ls", "/v"], ["ls", "-p", "/v"], ["ls", "-fp", "/v"], ["ls", "/deep"]]


class Store:
    """A daemon, and the commands of one maker that talk to it."""

    def __init__(self, folder, programs, state=None):
        self.programs = programs
        self.socket = f"{folder}/socket"
        self.pid_file = f"{folder}/pid"
        self.state = state
        self.start()

    def start(self):
        state = f"--state={self.state}" if self.state else "--no-state"
        self.daemon = subprocess.Popen([XENSTORED, "-N", "--no-hypervisor", f"--socket={self.socket}",
                                        f"--pid-file={self.pid_file}", state])
        until = time.monotonic() + DEADLINE
        while not self.is_up():
            assert self.daemon.poll() is None and time.monotonic() < until
            time.sleep(0.01)

    def is_up(self):
        """The file of the daemon before may still be there."""
        try:
            return pathlib.Path(self.pid_file).read_text() == f"{self.daemon.pid}\n"
        except FileNotFoundError:
            return False

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait(DEADLINE)

    def command(self, words):
        return [f"{self.programs}/xenstore-{words[0]}", *words[1:]]

    def environment(self):
        return {**os.environ, "XENSTORED_PATH": self.socket, "LC_ALL": "C.UTF-8"}

    def run(self, *words):
        done = subprocess.run(self.command(words), env=self.environment(), capture_output=True,
                              timeout=DEADLINE, check=False)
        return done.returncode, done.stdout

    def on_terminal(self, words, columns):
        """Output on a terminal of that width."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
        with subprocess.Popen(self.command(words), env=self.environment(), stdout=slave) as child:
            os.close(slave)
            out = b""
            while True:
                try:
                    part = os.read(master, 65536)
                except OSError:
                    break
                if not part:
                    break
                out += part
        os.close(master)
        return child.returncode, out


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="xenstore-test-")
        self.links = pathlib.Path(self.folder.name, "bin")
        self.links.mkdir()
        for name in ("read", "write", "ls", "list", "rm", "exists", "chmod", "watch", "control"):
            # A script and not a link: the program in the build tree may be one that finds libraries.
            script = self.links / f"xenstore-{name}"
            script.write_text(f'#!/bin/sh\nexec "{XENSTORE}" {name} "$@"\n')
            script.chmod(0o755)
        self.stores = []

    def tearDown(self):
        for store in self.stores:
            store.stop()
        self.folder.cleanup()

    def store(self, name="store", programs=None, **more):
        folder = pathlib.Path(self.folder.name, name)
        folder.mkdir()
        self.stores.append(Store(folder, programs or self.links, **more))
        return self.stores[-1]

    def test_as_debian_does(self):
        if not all((DEBIAN / f"xenstore-{c}").exists() for c in {words[0] for words in SAME}):
            self.skipTest("Debian's xenstore-utils are not installed")
        ours, theirs = self.store("ours"), self.store("theirs", DEBIAN)
        for words in SAME:
            with self.subTest(words=words[:4]):
                self.assertEqual(ours.run(*words), theirs.run(*words))
        for columns in (10, 20, 40, 79, 200):
            for words in NARROW:
                with self.subTest(words=words, columns=columns):
                    self.assertEqual(ours.on_terminal(words, columns),
                                     theirs.on_terminal(words, columns))

    def test_output(self):
        """The same without Debian's programs, in little."""
        s = self.store()
        self.assertEqual(s.run("write", "/a/b", "1", "/a/c", r"\x41\n"), (0, b""))
        self.assertEqual(s.run("read", "-p", "/a/b", "/a/c"), (0, b"/a/b: 1\n/a/c: A\\n\n"))
        self.assertEqual(s.run("ls"), (0, b'a = ""\n b = "1"\n c = "A\\n"\ntool = ""\n xenstored = ""\n'))
        self.assertEqual(s.run("ls", "-fp", "/a"), (0, b'/a/b = "1"   (n0)\n/a/c = "A\\n"   (n0)\n'))
        self.assertEqual(s.run("list", "-p", "/"), (0, b"/a\n/tool\n"))
        self.assertEqual(s.run("exists", "/a", "/b"), (1, b""))
        self.assertEqual(s.run("chmod", "/a", "n1", "r"), (1, b""))
        self.assertEqual(s.run("watch", "-n", "x", "/a"), (1, b""))
        self.assertEqual(s.run("read", "-h")[0], 0)
        self.assertIn(b"log", s.run("control", "help")[1])
        self.assertEqual(s.run("control", "no-such-command"), (3, b""))

    def test_name_selects_command(self):
        s = self.store()
        run = lambda *words: subprocess.run([XENSTORE, *words], env=s.environment(),
                                            capture_output=True, check=False)
        self.assertEqual(run("exists", "/tool").returncode, 0)
        self.assertEqual(run("nonsense").returncode, 1)
        self.assertEqual(run().returncode, 1)
        self.assertIn(b"chmod", run("-h").stdout)

    def test_no_daemon(self):
        s = self.store()
        s.stop()
        self.stores.clear()
        self.assertEqual(s.run("read", "-s", "/tool"), (1, b""))

    def test_writes_of_one_command_are_one_transaction(self):
        """Nobody sees one of two values without the other."""
        s = self.store()
        s.run("write", "/p/a", "0", "/p/b", "0")
        writers = [subprocess.Popen(["sh", "-c", f"for i in 1 2 3 4 5 6 7 8 9 10; do "
                                     f"{self.links}/xenstore-write /p/a {n}$i /p/b {n}$i || exit 1; done"],
                                    env=s.environment()) for n in (1, 2)]
        while any(w.poll() is None for w in writers):
            code, out = s.run("read", "/p/a", "/p/b")
            self.assertEqual(code, 0)
            a, b = out.split()
            self.assertEqual(a, b)
        self.assertEqual([w.returncode for w in writers], [0, 0])

    def test_live_update(self):
        s = self.store(state=f"{self.folder.name}/state")
        s.run("write", "/u", "1")
        program = os.readlink(f"/proc/{s.daemon.pid}/exe")
        self.assertEqual(s.run("control", "live-update", "-t", "5", program)[0], 0)
        self.assertEqual(s.run("read", "/u"), (0, b"1\n"))
        self.assertEqual(s.run("control", "live-update", "/no/such/program"), (3, b""))
        self.assertNotEqual(s.run("control", "live-update", "-x", program)[0], 0)

    def test_watch_outlives_the_daemon(self):
        s = self.store(state=f"{self.folder.name}/state")
        s.run("write", "/w", "1")
        with subprocess.Popen([f"{self.links}/xenstore-watch", "-n", "3", "/w"], env=s.environment(),
                              stdout=subprocess.PIPE) as watcher:
            self.assertEqual(watcher.stdout.readline(), b"/w\n")
            s.daemon.send_signal(signal.SIGKILL)
            s.daemon.wait()
            s.start()
            self.assertEqual(watcher.stdout.readline(), b"/w\n")  # for what may have been missed
            self.assertEqual(s.run("write", "/w/x", "1"), (0, b""))
            self.assertEqual(watcher.stdout.readline(), b"/w/x\n")
            self.assertEqual(watcher.wait(DEADLINE), 0)


if __name__ == "__main__":
    unittest.main()
