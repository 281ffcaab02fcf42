#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Random operations of several domains on a store daemon, each answer and event checked by a model.

Usage: model.py DAEMON [--operations N] [--seed N] [--seconds N]
       model.py --plain PROGRAM ...     another daemon, started as given; differences end it too

The model is written to be read: a tree is a dictionary from path to node, a snapshot is its copy.
"""
import argparse
import collections
import os
import random
import sys
import tempfile
import time

from drive import (DIRECTORY, DIRECTORY_PART, ERROR, GET_PERMS, INTRODUCE, IS_INTRODUCED, MKDIR, NAMES,
                   READ, RELEASE, RESET_WATCHES, RM, SET_PERMS, SET_QUOTA, SET_TARGET, TX_END, TX_START,
                   UNWATCH, WATCH, WRITE, RingPeer, SocketPeer, World, introduce, text)

NONE, R, W, OWNER = 0, 1, 2, 4
LETTERS = "nrwb"
EXISTS, VALUE, KIDS, ALL_BELOW = 0, 1, 2, 4
RESTART, DEATH = "the daemon is killed and started again", "the domain dies"  # in traces
QUOTA = {"nodes": 25, "node-size": 2048, "node-permissions": 5, "watches": 8, "transactions": 3}

# kids: stamp of the last child made or removed; below: of the last change here or anywhere below
Node = collections.namedtuple("Node", "value perms kids below")


class Perms(tuple):
    """((domid, rights), ...); two lists are the same one only if they were given at once."""
    stamp = 0  # when it was given


class Refused(Exception):
    pass


def parent_of(path):
    return path.rpartition("/")[0] or "/"


def is_below(path, top):
    return top == "/" or path.startswith(top + "/")


class Transaction:
    def __init__(self, tree):
        self.base = tree
        self.tree = dict(tree)
        self.touched = {}
        self.log = []
        self.lost = False  # the daemon was started again

    def touch(self, path, part):
        self.touched[path] = self.touched.get(path, 0) | part


class Client:
    def __init__(self, number, domid):
        self.number = number
        self.domid = domid
        self.target = None
        self.is_there = True
        self.watches = []  # (path, token, bytes in front that the client does not see)
        self.transactions = {}


class Model:
    def __init__(self, clients, quota):
        self.tree = {}
        self.stamp = 0
        self.clients = clients
        self.quota = quota
        self.died = {}  # domid: when a domain of that number died
        self.alive = {c.domid for c in clients}  # known to the hypervisor
        self.events = []  # of the last request: (client, path, token)
        self.tree["/"] = Node(b"", Perms(((0, NONE),)), 0, 0)

    # Who may what.

    def counts(self, perms, domid):
        """Whether the list is younger than the death of whom it names."""
        return perms.stamp > self.died.get(domid, -1)

    def rights(self, client, perms):
        if not client.domid:
            return R | W | OWNER
        for i, (domid, rights) in enumerate(perms):
            if domid in (client.domid, client.target) and self.counts(perms, domid):
                return rights if i else R | W | OWNER
        return perms[0][1]

    def new_perms(self, entries):
        self.stamp += 1
        perms = Perms(entries)
        perms.stamp = self.stamp
        return perms

    @staticmethod
    def absolute(client, path):
        return path if path[0] in "/@" else f"/local/domain/{client.domid}/{path}"

    def look(self, client, tx, path, part, need):
        """The node, or Refused; what was looked at is remembered in the transaction."""
        tree = tx.tree if tx else self.tree
        if tx:
            tx.touch(path, part)
        if path in tree:
            if self.rights(client, tree[path].perms) & need != need:
                raise Refused("EACCES")
            return tree[path]
        near = path
        while near not in tree:
            near = parent_of(near)
        if tx:
            tx.touch(near, EXISTS)
        raise Refused("ENOENT" if self.rights(client, tree[near].perms) & need else "EACCES")

    # Changes of a tree.

    def mark_kids(self, tree, path):
        self.stamp += 1
        tree[path] = tree[path]._replace(kids=self.stamp)

    def mark_up(self, tree, path):
        self.stamp += 1
        while True:
            tree[path] = tree[path]._replace(below=self.stamp)
            if path == "/":
                return
            path = parent_of(path)

    def create(self, tree, path, owner):
        if path in tree:
            return
        parent = parent_of(path)
        self.create(tree, parent, owner)
        perms = tree[parent].perms
        if owner is not None and (perms[0][0] != owner or not self.counts(perms, owner)):
            perms = self.new_perms([(owner, perms[0][1])] +
                                   [e for e in perms[1:] if self.counts(perms, e[0])])
        self.stamp += 1
        tree[path] = Node(b"", perms, self.stamp, self.stamp)
        self.mark_kids(tree, parent)
        self.mark_up(tree, path)

    def apply(self, tree, change):
        """Returns what was removed."""
        kind, path, arg, owner = change
        if kind in (WRITE, MKDIR):
            self.create(tree, path, owner)
            if kind == WRITE:
                tree[path] = tree[path]._replace(value=arg)
                self.mark_up(tree, path)
        elif kind == SET_PERMS:
            tree[path] = tree[path]._replace(perms=arg)
            self.mark_up(tree, path)
        else:
            gone = {p: tree.pop(p) for p in list(tree) if p == path or is_below(p, path)}
            self.mark_kids(tree, parent_of(path))
            self.mark_up(tree, parent_of(path))
            return gone
        return None

    def change(self, client, tx, kind, path, arg=None):
        tree = tx.tree if tx else self.tree
        change = (kind, path, arg, client.domid or None)
        old = tree[path].perms if kind == SET_PERMS else None
        gone = self.apply(tree, change)
        if tx:
            tx.log.append((change, gone))
        elif gone:
            self.fire_removed(path, gone, False)
        else:
            self.fire(path, old)

    # Watches.

    def permitted(self, client, path, perms, old):
        parent = self.tree.get(parent_of(path))
        return any(p and self.rights(client, p) & R for p in (perms, old, parent and parent.perms))

    def fire(self, path, old, perms=None):
        if not perms and path in self.tree:
            perms = self.tree[path].perms
        for client in self.clients:
            for top, token, front in client.watches:
                if (top == path or is_below(path, top)) and self.permitted(client, path, perms, old):
                    self.events.append((client.number, path[front:], token))

    def fire_removed(self, path, gone, told):
        if not told:
            self.fire(path, None, gone[path].perms)
        for below, node in gone.items():
            for client in self.clients if below != path else ():
                seen = (node.perms, gone[parent_of(below)].perms)
                if any(self.rights(client, p) & R for p in seen):
                    self.events += [(client.number, below[front:], token)
                                    for top, token, front in client.watches if top == below]

    # Requests. Each returns the payload of its answer, or raises Refused.

    def owned(self, tree, domid):
        return sum(node.perms[0][0] == domid for node in tree.values())

    def room(self, client, tx, path):
        """Looks at the nodes that path needs, and whether the client may own so many more."""
        missing, near = 0, path
        tree = tx.tree if tx else self.tree
        while near not in tree:
            if tx and near != path:
                tx.touch(near, EXISTS)
            missing, near = missing + 1, parent_of(near)
        if not client.domid:
            return
        used = self.owned(self.tree, client.domid)
        if tx:
            used += self.owned(tx.tree, client.domid) - self.owned(tx.base, client.domid)
        if used + missing > self.quota["nodes"]:
            raise Refused("ENOSPC")

    def read(self, client, tx, path):
        return self.look(client, tx, path, VALUE, R).value

    def directory(self, client, tx, path):
        self.look(client, tx, path, KIDS, R)
        tree = tx.tree if tx else self.tree
        return frozenset(p.rpartition("/")[2] for p in tree if p != "/" and parent_of(p) == path)

    def get_perms(self, client, tx, path):
        perms = self.look(client, tx, path, EXISTS, R).perms
        return text(*(f"{LETTERS[rights]}{domid}".encode() for i, (domid, rights) in enumerate(perms)
                      if not i or self.counts(perms, domid)))

    def write(self, client, tx, path, value):
        missing = False
        try:
            self.look(client, tx, path, VALUE, W)
        except Refused as e:
            missing = e.args[0] == "ENOENT"
            if not missing:
                raise
        if client.domid and len(value) > self.quota["node-size"]:
            raise Refused("ENOSPC")
        if missing:
            self.room(client, tx, path)
        self.change(client, tx, WRITE, path, value)
        return b"OK\0"

    def mkdir(self, client, tx, path):
        try:
            self.look(client, tx, path, EXISTS, W)
        except Refused as e:
            if e.args[0] != "ENOENT":
                raise
            self.room(client, tx, path)
            self.change(client, tx, MKDIR, path)
        return b"OK\0"

    def rm(self, client, tx, path):
        try:
            self.look(client, tx, path, ALL_BELOW, W)
        except Refused as e:
            if e.args[0] == "ENOENT" and parent_of(path) in (tx.tree if tx else self.tree):
                return b"OK\0"
            raise
        if path == "/":
            raise Refused("EINVAL")
        self.change(client, tx, RM, path)
        return b"OK\0"

    def set_perms(self, client, tx, path, perms):
        if client.domid and len(perms) > self.quota["node-permissions"]:
            raise Refused("ENOSPC")
        node = self.look(client, tx, path, EXISTS, W | OWNER)
        if client.domid and perms[0][0] != node.perms[0][0]:
            raise Refused("EPERM")
        if perms[0][0] not in self.alive:
            raise Refused("ENOENT")
        perms = self.new_perms([perms[0]] + [e for e in perms[1:] if e[0] in self.alive])
        self.change(client, tx, SET_PERMS, path, perms)
        return b"OK\0"

    def watch(self, client, given, token):
        path = self.absolute(client, given)
        front = len(path) - len(given)
        if client.domid and len(client.watches) >= self.quota["watches"]:
            raise Refused("ENOSPC")
        if any(w[:2] == (path, token) for w in client.watches):
            raise Refused("EEXIST")
        client.watches.append((path, token, front))
        self.events.append((client.number, given, token))
        return b"OK\0"

    def unwatch(self, client, given, token):
        path = self.absolute(client, given)
        for w in client.watches:
            if w[:2] == (path, token):
                client.watches.remove(w)
                return b"OK\0"
        raise Refused("ENOENT")

    def start(self, client, number):
        """number: what the daemon calls it; None asks whether it may be."""
        if client.domid and len(client.transactions) >= self.quota["transactions"]:
            raise Refused("ENOSPC")
        if number is not None:
            client.transactions[number] = Transaction(dict(self.tree))

    @staticmethod
    def unchanged(base, live, parts):
        if base is live:
            return True
        if not base or not live or base.perms is not live.perms:
            return False
        if parts & ALL_BELOW and base.below != live.below:
            return False
        return (not parts & VALUE or base.value == live.value) and \
            (not parts & KIDS or base.kids == live.kids)

    def conflicts(self, tx):
        return not all(self.unchanged(tx.base.get(path), self.tree.get(path), parts)
                       for path, parts in tx.touched.items())

    def commit(self, client, number):
        """Makes the transaction's changes on the live tree, if nothing stands against it."""
        tx = client.transactions.pop(number)
        if tx.lost or self.conflicts(tx) or any(
                not self.counts(change[2], domid) for change, _ in tx.log if change[0] == SET_PERMS
                for domid, _ in change[2]):
            raise Refused("EAGAIN")
        for domid in {c.domid for c in self.clients if c.domid} if tx.log else ():
            more = self.owned(tx.tree, domid) - self.owned(tx.base, domid)
            if more > 0 and self.owned(self.tree, domid) + more > self.quota["nodes"]:
                raise Refused("ENOSPC")
        for change, _ in tx.log:
            self.apply(self.tree, change)
        told = set()
        for (_, path, _, _), gone in tx.log:
            if path not in tx.base and path not in self.tree:
                continue
            before = tx.base.get(path)
            if gone:
                self.fire_removed(path, gone, path in told)
            elif path not in told:
                self.fire(path, before and before.perms)
            told.add(path)
        return b"OK\0"


    # Domains.

    def of_domain(self, domid):
        """The client that is there, or Refused."""
        for client in self.clients:
            if client.domid == domid and domid and client.is_there:
                return client
        raise Refused("ENOENT")

    def fire_special(self, path):
        self.events += [(c.number, path, token) for c in self.clients if not c.domid
                        for top, token, _ in c.watches if top == path]

    def introduce(self, domid):
        client = next(c for c in self.clients if c.domid == domid)
        client.is_there = True
        self.alive.add(domid)
        self.fire_special("@introduceDomain")
        return b"OK\0"

    def release(self, domid):
        gone = self.of_domain(domid)
        for client in self.clients:
            if client.target == domid:
                client.target = None
        gone.is_there, gone.target = False, None
        gone.watches.clear()
        gone.transactions.clear()
        while True:
            own = [p for p, node in self.tree.items() if node.perms[0][0] == domid]
            if not own:
                break
            top = min(own, key=len)
            self.fire_removed(top, self.apply(self.tree, (RM, top, None, None)), False)
        self.stamp += 1
        self.died[domid] = self.stamp
        self.fire_special("@releaseDomain")
        return b"OK\0"

    def set_target(self, domid, target):
        client = self.of_domain(domid)
        self.of_domain(target)
        client.target = target
        return b"OK\0"

    def is_introduced(self, domid):
        return b"T\0" if any(c.domid == domid and c.is_there for c in self.clients) else b"F\0"

    def restart(self):
        """Sockets are closed; guests' transactions are of no use any more."""
        for client in self.clients:
            if not client.domid:
                client.watches.clear()
                client.transactions.clear()
            for number in client.transactions:
                client.transactions[number] = Transaction(dict(self.tree))
                client.transactions[number].lost = True


class Difference(Exception):
    pass


class Run:
    """One daemon and the model of it, doing the same."""
    transactions = True
    ours = True  # it can be killed, and knows SET_QUOTA

    def __init__(self, world, seed, guests, quota):
        self.world = world
        self.random = random.Random(seed)
        self.trace = []
        dom0 = SocketPeer(world)
        self.guests = range(1, guests + 1)
        self.peers = [dom0, SocketPeer(world)] + [introduce(world, dom0, g) for g in self.guests]
        clients = [Client(0, 0), Client(1, 0)] + [Client(g + 1, g) for g in self.guests]
        self.model = Model(clients, quota)
        self.due = [[] for _ in clients]  # for each client, the events of one request after another
        self.heard = [[] for _ in clients]
        self.prepare(dom0)

    def prepare(self, dom0):
        for path in ("/tool", "/tool/xenstored"):
            self.model.create(self.model.tree, path, None)
        for g in self.guests:
            path = f"/local/domain/{g}"
            self.model.create(self.model.tree, path, None)
            self.model.tree[path] = self.model.tree[path]._replace(
                perms=self.model.new_perms(((g, NONE),)))
        # Whatever the daemon puts there by itself is of no interest.
        for path in ("/tool", "/local"):
            dom0.call(SET_PERMS, text(path.encode(), b"n0"))
            self.model.tree[path] = self.model.tree[path]._replace(
                perms=self.model.new_perms(((0, NONE),)))

    # What to do next.

    def some_path(self, client):
        r = self.random
        names = r.choices("abc", k=r.choice((1, 1, 2, 2, 3)))
        sort = r.random()
        if sort < 0.3 and client.domid:
            return "/".join(names)
        if sort < 0.7:
            return f"/local/domain/{r.choice(self.guests)}/" + "/".join(names)
        return "/m/" + "/".join(names) if sort < 0.98 else r.choice(("/m", "/local", "/local/domain/1"))

    def some_value(self):
        r = self.random.random()
        if r < 0.01:
            return b"x" * self.random.choice((2047, 2048, 2049, 3000))
        return self.random.choice((b"", b"1", b"2", b"three"))

    def some_perms(self, client):
        r = self.random
        first = client.domid if r.random() < 0.7 else r.choice((0, *self.guests))
        count = r.choice((0, 0, 1, 1, 2, 5))
        others = [(r.choice((0, *self.guests)), r.randrange(4)) for _ in range(count)]
        return Perms(((first, r.randrange(4)), *others))

    def step(self):
        dice = self.random.random()
        if dice < 0.004:
            return self.step_domain()
        client = self.random.choice([c for c in self.model.clients if c.is_there])
        dice = self.random.random()
        open_ones = list(client.transactions)
        tx = self.random.choice(open_ones) if open_ones and self.random.random() < 0.7 else 0
        if dice < 0.06 and self.transactions:
            return self.perform(client, TX_START, 0, b"\0")
        if tx and dice < 0.2:
            return self.perform(client, TX_END, tx, self.random.choice((b"T\0", b"T\0", b"T\0", b"F\0")))
        if dice > 0.9:
            tx = 0
        kind, arguments = self.some_request(client, dice)
        return self.perform(client, kind, tx, arguments)

    def step_domain(self):
        """What is about domains and the daemon itself, of which domain 0 disposes."""
        r = self.random
        dom0 = self.model.clients[r.randrange(2)]
        guest = r.choice(self.guests)
        name = text(str(guest).encode())
        dice = r.random()
        if not self.model.clients[guest + 1].is_there and dice < 0.6:
            home = text(f"/local/domain/{guest}".encode())
            self.perform(dom0, INTRODUCE, 0, name + text(b"1", b"3"))
            self.perform(dom0, WRITE, 0, home)
            return self.perform(dom0, SET_PERMS, 0, home + text(b"n%d" % guest))
        if dice < 0.2 and self.ours:
            return self.perform(dom0, RESTART, 0, b"")
        if dice < 0.35:
            return self.perform(dom0, DEATH, 0, name)
        if dice < 0.45:
            return self.perform(dom0, RELEASE, 0, name)
        if dice < 0.6:
            return self.perform(dom0, SET_TARGET, 0, name + text(b"%d" % r.choice(self.guests)))
        if dice < 0.8 and self.ours:
            kind, most = r.choice((("nodes", 30), ("watches", 10), ("transactions", 4), ("node-size", 2100)))
            return self.perform(dom0, SET_QUOTA, 0, text(kind.encode(), b"%d" % r.randint(1, most)))
        return self.perform(dom0, IS_INTRODUCED, 0, name)

    def some_request(self, client, dice):
        path = text(self.some_path(client).encode())
        if dice < 0.35:
            return WRITE, path + self.some_value()
        if dice < 0.5:
            return READ, path
        if dice < 0.57:
            return DIRECTORY, path
        if dice < 0.6:
            return DIRECTORY_PART, path + b"0\0"
        if dice < 0.66:
            return MKDIR, path
        if dice < 0.75:
            return RM, path
        if dice < 0.81:
            return GET_PERMS, path
        if dice < 0.9:
            return SET_PERMS, path + text(*(f"{LETTERS[rights]}{domid}".encode()
                                            for domid, rights in self.some_perms(client)))
        token = text(self.random.choice((b"s", b"t")))
        if self.random.random() < 0.1:
            path = text(self.random.choice((b"@introduceDomain", b"@releaseDomain")))
        if dice < 0.96:
            return WATCH, path + token
        return (UNWATCH, path + token) if dice < 0.999 else (RESET_WATCHES, b"\0")

    # Doing it on both sides.

    def model_answer(self, client, kind, tx, payload):
        """What the model says to a request as it goes over the wire."""
        m, transaction = self.model, client.transactions.get(tx)
        if tx and not transaction:
            raise Refused("ENOENT")
        given, _, rest = payload.partition(b"\0")
        given = given.decode()
        if kind == TX_START:
            return m.start(client, None)
        if kind == TX_END and given == "T":
            return m.commit(client, tx)
        if kind == TX_END:
            del client.transactions[tx]
            return b"OK\0"
        if kind == RESET_WATCHES:
            client.watches.clear()
            client.transactions.clear()
            return b"OK\0"
        if kind in (WATCH, UNWATCH):
            return (m.watch if kind == WATCH else m.unwatch)(client, given, rest[:-1].decode())
        if kind in (INTRODUCE, RELEASE, SET_TARGET, IS_INTRODUCED, SET_QUOTA):
            return self.domain_answer(kind, given, rest)
        path = m.absolute(client, given)
        if kind == WRITE:
            return m.write(client, transaction, path, rest)
        if kind == SET_PERMS:
            return m.set_perms(client, transaction, path, Perms(
                (int(e[1:]), LETTERS.index(chr(e[0]))) for e in rest.split(b"\0")[:-1]))
        simple = {READ: m.read, DIRECTORY: m.directory, DIRECTORY_PART: m.directory, GET_PERMS: m.get_perms, MKDIR: m.mkdir, RM: m.rm}
        return simple[kind](client, transaction, path)

    def domain_answer(self, kind, given, rest):
        m = self.model
        if kind == SET_QUOTA:
            m.quota[given] = int(rest[:-1])
            return b"OK\0"
        if kind == SET_TARGET:
            return m.set_target(int(given), int(rest[:-1]))
        return {INTRODUCE: m.introduce, RELEASE: m.release, IS_INTRODUCED: m.is_introduced}[kind](int(given))

    def restart(self):
        self.world.restart()
        self.model.restart()
        for number in (0, 1):
            self.peers[number].close()
            self.peers[number] = SocketPeer(self.world)
            self.due[number].clear()

    def death(self, domid):
        """What comes of it is told before whatever is asked next."""
        m = self.model
        if domid not in m.alive:
            return
        self.world.domain_died(domid)
        m.alive.remove(domid)
        if m.clients[domid + 1].is_there:
            m.release(domid)
        self.add_due()

    def perform(self, client, kind, tx, payload):
        """Does it on both sides. Returns the daemon's answer."""
        self.model.events = []
        self.trace.append([client.number, kind, tx, payload, 0])
        if kind == RESTART:
            return self.restart()
        if kind == DEATH:
            return self.death(int(payload[:-1]))
        if kind == INTRODUCE:
            domid = int(payload.partition(b"\0")[0])
            self.peers[domid + 1] = RingPeer(self.world, domid)
            self.due[domid + 1].clear()
        got = self.peers[client.number].call(kind, payload, tx, lambda e: self.event(client.number, e))
        try:
            want = (kind, self.model_answer(client, kind, tx, payload))
        except Refused as e:
            want = (ERROR, e.args[0].encode() + b"\0")
        if got[0] == kind == TX_START == want[0]:
            number = int(got[1][:-1])
            self.model.start(client, number)
            self.trace[-1][4] = number
        if kind == DIRECTORY == got[0]:
            got = (kind, frozenset(name.decode() for name in got[1].split(b"\0")[:-1]))
        if kind == DIRECTORY_PART == got[0]:
            got = (kind, frozenset(name.decode() for name in got[1].split(b"\0")[1:-2]))
        if want[1] is not None and got != want or got[0] != want[0]:
            raise Difference(f"answered {show(got)}, and the model {show(want)}")
        self.settle(client.number)
        return got

    def event(self, number, payload):
        path, token = payload.split(b"\0")[:2]
        self.heard[number].append((path.decode(), token.decode()))

    def add_due(self):
        groups = collections.defaultdict(list)
        for client, path, token in self.model.events:
            groups[client].append((path, token))
        for client, events in groups.items():
            self.due[client].append(collections.Counter(events))
        return groups

    def settle(self, number):
        """What others did is told before the answer; what the request itself did, before or after it."""
        groups = self.add_due()
        heard, due = self.heard[number], self.due[number]
        for event in heard:
            while due and not due[0]:
                due.pop(0)
            if not due or event not in due[0]:
                raise Difference(f"client {number} heard {event} and should hear {due[:1]}")
            due[0] -= collections.Counter((event,))
        heard.clear()
        while due and not due[0]:
            due.pop(0)
        if len(due) > (number in groups):
            raise Difference(f"client {number} did not hear {due[0]}")

    def finish(self):
        """Every client hears the rest."""
        for client in self.model.clients:
            if client.is_there:
                self.perform(client, READ, 0, b"/local\0")

    def replay(self, trace):
        """Requests as recorded; transactions get the numbers that the daemon gives now."""
        numbers = {}
        for number, kind, tx, payload, started in trace:
            if tx and not numbers.get((number, tx)):
                continue  # its start has been left out
            if not self.model.clients[number].is_there:
                continue
            if kind == INTRODUCE and self.model.clients[int(payload.partition(b"\0")[0]) + 1].is_there:
                continue
            self.perform(self.model.clients[number], kind, numbers.get((number, tx), 0), payload)
            if started:
                numbers[number, started] = self.trace[-1][4]
        self.finish()


def show(answer):
    kind, payload = answer
    return f"{NAMES[kind]} {payload!r}"


FAILURES = (Difference, EOFError, TimeoutError, OSError)


def attempt(args, quota, trace):
    """Replays a trace on a new daemon. Returns what went wrong and the run, or None."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder, args.command)
        run = Run(world, args.seed, args.guests, dict(quota))
        try:
            run.replay(trace)
        except FAILURES as error:
            return error, run
        finally:
            world.proc.kill()
            world.stop()
    return None


def shrink(args, quota, trace, seconds=60):
    """Leaves out of a failing trace what it fails without."""
    end = time.monotonic() + seconds
    size = len(trace) // 2
    while size and time.monotonic() < end:
        at = len(trace)
        while at > 0 and time.monotonic() < end:
            less = trace[:max(0, at - size)] + trace[at:]
            if attempt(args, quota, less):
                trace = less
            at -= size
        size //= 2
    return trace


def report(args, quota, run, error):
    print(f"seed {args.seed}, request {len(run.trace)}: {error}", flush=True)
    trace = shrink(args, quota, run.trace)
    found = attempt(args, quota, trace)
    if found:
        print(f"without what it does not take, {len(trace)} requests: {found[0]}")
    for number, kind, tx, payload, started in trace[-40:]:
        print(f"  domain {run.model.clients[number].domid} client {number} {NAMES.get(kind, kind)}"
              f"{f' in {tx}' if tx else ''} {payload[:80]!r}{f' -> {started}' if started else ''}")
    print(f"again: model.py --seed {args.seed} --operations {len(run.trace)} {' '.join(args.daemon)}")


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--operations", type=int, default=0)
    p.add_argument("--seconds", type=float, default=0)
    p.add_argument("--guests", type=int, default=4)
    p.add_argument("--plain", action="store_true", help="the program is not ours: give it no options")
    p.add_argument("daemon", nargs=argparse.REMAINDER)
    args = p.parse_args()
    args.daemon = args.daemon or [os.environ["XENSTORED_FILES"]]
    quota = dict(QUOTA)
    Run.ours = not args.plain
    if args.plain:
        quota.update({"nodes": 1000, "watches": 100, "transactions": 10})
    args.command = args.daemon + ([] if args.plain else ["-N", "-F", "pid"] +
                                  [f"-Q{k}={v}" for k, v in quota.items()])
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder, args.command)
        run = Run(world, args.seed, args.guests, dict(quota))
        try:
            while (len(run.trace) < args.operations if args.operations
                   else time.monotonic() - began < (args.seconds or 5)):
                run.step()
            run.finish()
        except FAILURES as error:
            world.proc.kill()
            print(world.dir.joinpath("log").read_text()[-3000:], end="")
            report(args, quota, run, error)
            return 1
        status = world.stop()
        if status and not args.plain:
            print(f"the daemon ended with {status}:\n{world.dir.joinpath('log').read_text()[-3000:]}")
            return 1
    print(f"{len(run.trace)} requests as the model says, seed {args.seed}, "
          f"{time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
