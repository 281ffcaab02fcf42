#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""One guest does its worst; domain 0 and another guest must get on. The daemon is $XENSTORED_FILES."""
import itertools
import os
import signal
import tempfile
import unittest

from drive import (ERROR, READ, TX_END, TX_START, WATCH, WRITE, SocketPeer, World, introduce, text)

TRIES = 20  # a transaction that is spoilt each time would not end in them


class Fairness(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(self.folder.name, [os.environ["XENSTORED_FILES"], "-N", "-F", "pid",
                                              "-Qmemory=100000", "-Qwatches=1000"])
        self.dom0 = SocketPeer(self.world)

    def tearDown(self):
        self.dom0.close()
        self.assertEqual(self.world.stop(), 0)
        self.folder.cleanup()

    def test_spoilt_transactions_end(self):
        guest = introduce(self.world, self.dom0, 1)
        node = text(b"/local/domain/1/k")
        guest.call(WRITE, node + b"0")
        spoiler = os.fork()
        if not spoiler:
            for i in itertools.count():
                guest.call(WRITE, node + b"%d" % i)
        try:
            while self.dom0.call(READ, node)[1] in (b"0", b"1"):
                pass
            for _ in range(2):
                tries = 0
                while tries < TRIES:
                    tries += 1
                    tx = int(self.dom0.call(TX_START, b"\0")[1][:-1])
                    for _ in range(1000):
                        self.dom0.call(READ, node, tx)
                    if self.dom0.call(TX_END, b"T\0", tx)[0] == TX_END:
                        break
                self.assertLess(tries, TRIES)
        finally:
            os.kill(spoiler, signal.SIGKILL)
            os.waitpid(spoiler, 0)

    def test_watches_count_as_memory(self):
        guest = introduce(self.world, self.dom0, 1)
        other = introduce(self.world, self.dom0, 2)
        answers = [guest.call(WATCH, text(b"a" * 900, b"%d" % i)) for i in range(100)]
        self.assertEqual(answers[0][0], WATCH)
        self.assertEqual(answers[-1], (ERROR, b"ENOMEM\0"))
        self.assertEqual(other.call(WATCH, text(b"a", b"t"))[0], WATCH)


if __name__ == "__main__":
    unittest.main()
