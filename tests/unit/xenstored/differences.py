#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What another store daemon answers otherwise than the model of ours, counted by sort.

Usage: differences.py [--operations N] [--seed N] [--no-transactions] PROGRAM

PROGRAM starts the daemon with bench/xenstored/xen-stub.so preloaded, in the folder and environment that it
is given. Where it refuses what the model allows, the model's change is undone and both go on; where it
allows what the model refuses, the run starts again on a new daemon. docs/xenstored.md gives the reasons.
"""
import argparse
import collections
import os
import sys
import tempfile

import model
from drive import (DIRECTORY, DIRECTORY_PART, ERROR, INTRODUCE, NAMES, RELEASE, SET_TARGET, TX_END, TX_START,
                   RingPeer, World)


class Apart(Exception):
    """The daemon's store and the model's are not the same any more."""


class Tolerant(model.Run):
    ours = False

    def __init__(self, *args, found):
        self.found = found  # sort of difference: [how often, the first request]
        super().__init__(*args)

    def note(self, sort, request):
        entry = self.found.setdefault(sort, [0, request])
        entry[0] += 1

    def perform(self, client, kind, tx, payload):
        m, transaction = self.model, client.transactions.get(tx)
        m.events = []
        self.trace.append([client.number, kind, tx, payload, 0])
        if kind == model.DEATH:
            return self.death(int(payload[:-1]))
        if kind == INTRODUCE:
            domid = int(payload.partition(b"\0")[0])
            self.peers[domid + 1] = RingPeer(self.world, domid)
            self.due[domid + 1].clear()
        request = f"domain {client.domid} {NAMES[kind]}{' in a transaction' if tx else ''} {payload[:60]!r}"
        before = dict(m.tree), transaction and (dict(transaction.tree), len(transaction.log))
        got = self.peers[client.number].call(kind, payload, tx, lambda e: self.event(client.number, e))
        try:
            want = (kind, self.model_answer(client, kind, tx, payload))
        except model.Refused as e:
            want = (ERROR, e.args[0].encode() + b"\0")
        if got[0] == kind == TX_START == want[0]:
            m.start(client, int(got[1][:-1]))
        if kind == DIRECTORY == got[0]:
            got = (kind, frozenset(name.decode() for name in got[1].split(b"\0")[:-1]))
        if kind == DIRECTORY_PART == got[0]:
            got = (kind, frozenset(name.decode() for name in got[1].split(b"\0")[1:-2]))
        if want[1] is not None and got != want or got[0] != want[0]:
            self.answered_otherwise(client, request, kind, want, got, before, transaction)
        self.settle_tolerantly(client.number, kind, request)
        return got

    def answered_otherwise(self, client, request, kind, want, got, before, transaction):
        def short(answer):
            return answer[1].rstrip(b"\0").decode() if answer[0] == ERROR else "an answer"
        more = " (in a transaction)" if transaction and kind != TX_END else ""
        self.note(f"{NAMES[kind]}{more}: {short(got)} instead of {short(want)}", request)
        if kind in (INTRODUCE, RELEASE, SET_TARGET):
            raise Apart
        if got[0] == ERROR:
            self.model.tree = before[0]
            self.model.events = []
            if transaction and kind != TX_END:
                transaction.tree = before[1][0]
                del transaction.log[before[1][1]:]
        elif want[0] == ERROR or kind not in (DIRECTORY, DIRECTORY_PART):
            raise Apart

    def add_due(self, kind="a domain's death", request="it"):
        groups = collections.defaultdict(collections.Counter)
        for client, path, token in self.model.events:
            groups[client][path, token] += 1
        for client, events in groups.items():
            self.due[client].append((events, kind, request))
        return groups

    def settle_tolerantly(self, number, kind, request):
        groups = self.add_due(NAMES[kind], request)
        heard, due = self.heard[number], self.due[number]
        for event in heard:
            for events, _, _ in due:
                if events[event] > 0:
                    events[event] -= 1
                    break
            else:
                what = "special" if event[0][0] == "@" else "event"
                self.note(f"{what} told that the model does not tell", f"{event} before the answer to {request}")
        heard.clear()
        keep = [due.pop()] if number in groups else []
        for events, origin, cause in due:
            if +events:
                self.note(f"event of {origin} not told", f"{dict(+events)} of {cause}")
        due[:] = keep


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--operations", type=int, default=20000)
    p.add_argument("--no-transactions", action="store_true")
    p.add_argument("program")
    args = p.parse_args()
    Tolerant.transactions = not args.no_transactions
    quota = dict(model.QUOTA, nodes=1000, watches=100, transactions=10)
    found, done, seed, ends = {}, 0, args.seed, collections.Counter()
    while done < args.operations:
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder, [os.path.abspath(args.program)])
            run = Tolerant(world, seed, 4, quota, found=found)
            try:
                while done + len(run.trace) < args.operations:
                    run.step()
                run.finish()
            except Apart:
                ends["went apart"] += 1
            except (EOFError, TimeoutError, OSError) as error:
                ends[f"the daemon stopped answering: {type(error).__name__}"] += 1
            done += len(run.trace)
            seed += 1
            world.proc.kill()
            world.stop()
    print(f"{done} requests, {seed - args.seed} runs, {dict(ends)}")
    for sort, (count, request) in sorted(found.items(), key=lambda f: -f[1][0]):
        print(f"{count:7}  {sort}\n         first: {request}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
