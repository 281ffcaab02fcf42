#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes the inputs that fuzzing starts from. Usage: seeds.py OUT CONFIG-SAMPLES"""
import gzip
import lzma
import os
import shutil
import struct
import sys
import zlib

(CONTROL, DIRECTORY, READ, GET_PERMS, WATCH, UNWATCH, TX_START, TX_END, INTRODUCE, RELEASE,
 GET_DOMAIN_PATH, WRITE, MKDIR, RM, SET_PERMS) = range(15)
RESET_WATCHES, DIRECTORY_PART, GET_FEATURE, SET_FEATURE, GET_QUOTA, SET_QUOTA = range(21, 27)


def message(kind, *strings, tx=0, tail=b""):
    payload = b"".join(s.encode() + b"\0" for s in strings) + tail
    return struct.pack("=4I", kind, 1, tx, len(payload)) + payload


def store_streams():
    """One stream for each sort of request; the first byte says who sends."""
    write = message(WRITE, "device/vif", tail=b"value")
    streams = {
        "nodes": write + message(READ, "device/vif") + message(MKDIR, "/local/domain/2/x")
        + message(DIRECTORY, "device") + message(DIRECTORY_PART, "device", "0") + message(RM, "device"),
        "perms": write + message(SET_PERMS, "device", "n2", "r3") + message(GET_PERMS, "device"),
        "watches": message(WATCH, "device", "token") + write + message(WATCH, "@releaseDomain", "t")
        + message(UNWATCH, "device", "token") + message(RESET_WATCHES, ""),
        "transaction": message(TX_START, "") + message(WRITE, "a", tail=b"1", tx=1)
        + message(READ, "a", tx=1) + message(TX_END, "T", tx=1),
        "abort": message(TX_START, "") + message(RM, "a", tx=1) + message(TX_END, "F", tx=1),
        "control": message(CONTROL, "help") + message(CONTROL, "quota", "set", "nodes", "5")
        + message(GET_DOMAIN_PATH, "2") + message(RELEASE, "2") + message(INTRODUCE, "2", "1", "1"),
        "settings": message(GET_FEATURE) + message(SET_FEATURE, "3", "3") + message(GET_FEATURE, "3")
        + message(GET_QUOTA) + message(SET_QUOTA, "nodes", "9") + message(SET_QUOTA, "2", "nodes", "1")
        + message(GET_QUOTA, "2", "nodes"),
        "log": message(CONTROL, "log", "domid", "2", "on") + message(CONTROL, "log", "path", "/a")
        + message(CONTROL, "log") + message(WRITE, "/a/b") + message(CONTROL, "metrics"),
    }
    for name, stream in streams.items():
        yield "dom0-" + name, b"\0" + stream
        yield "guest-" + name, b"\1" + stream


def state_item(kind, domid, body=b""):
    return struct.pack("=2HI", kind, domid, len(body)) + body + b"\0" * (-len(body) % 8)


def state_files():
    """Entries of a state file, by the numbers of enum state_kind; the first byte asks for sums."""
    def change(path, rest=b"", owner=-1):
        return struct.pack("=iI", owner, len(path)) + path + rest

    closed, open3 = struct.pack("=QI", 1, 0), struct.pack("=QII", 2, 3, 4 | 3 << 16)
    tree = [state_item(2, 0, struct.pack("=9I", *range(100, 109))), state_item(3, 9, struct.pack("=Q", 7)),
            state_item(6, 0, struct.pack("=2I", 0, 0) + closed), state_item(4, 0, closed),
            state_item(5, 0, struct.pack("=I2HQ", 0, 0, 0, 1)), state_item(4, 0, open3),
            state_item(5, 0, struct.pack("=I2HQ", 1, 1, 1, 2) + b"avalue"),
            state_item(5, 0, struct.pack("=I2HQ", 0, 2, 1, 2) + b"b"),
            state_item(5, 0, struct.pack("=I2HQ", 1, 1, 2, 2) + b"cc"),
            state_item(1, 0, struct.pack("=Q", 50))]
    changes = [state_item(7, 0, change(b"/x/y", b"text")), state_item(8, 0, change(b"/z", b"", 5)),
               state_item(10, 0, change(b"/x", open3)), state_item(9, 0, change(b"/x/y")),
               state_item(11, 5)]
    guest = [state_item(12, 3, struct.pack("=QII", 99, 7, 0)), state_item(14, 3, struct.pack("=2I", 0, 0)),
             state_item(15, 3, struct.pack("=2I", 1, 0)),
             state_item(17, 3, struct.pack("=2I", 2**32 - 1, 0) + b"/x\0token\0"),
             state_item(17, 3, struct.pack("=2I", 1, 0) + b"@releaseDomain\0t\0"),
             state_item(18, 3, b"/x\0token\0"), state_item(20, 3, struct.pack("=2I", 1, 1)),
             state_item(20, 3, struct.pack("=2I", 2, 1)), state_item(20, 3, struct.pack("=2I", 1, 0)),
             state_item(21, 3, struct.pack("=2I", 40, 0) + struct.pack("=4I", 11, 1, 0, 2000) + b"/x"),
             state_item(23, 3, struct.pack("=2I", 8, 1) + message(READ, "x")),
             state_item(23, 3, struct.pack("=2I", 26, 2) + message(READ, "x"))]
    end = [state_item(22, 3, struct.pack("=2I", 90, 0)), state_item(19, 3), state_item(16, 3),
           state_item(13, 3)]
    for name, entries in {"tree": [tree], "changes": [tree, changes], "guest": [tree, guest],
                          "end": [guest, end, guest]}.items():
        yield name, b"\0" + b"".join(struct.pack("=2I", len(e), 0) + e for e in map(b"".join, entries))


def store_answers():
    """What a daemon says to the requests of fuzz-store-client.c, which are numbered from 1."""
    def reply(kind, number, payload):
        return struct.pack("=4I", kind, number, 0, len(payload)) + payload

    ok, event, error = b"OK\0", 15, 16
    yield "list", b"a\0bc\0"
    yield "error", b"ENOENT\0"
    yield "perms", b"n0\0r12\0"
    yield "answers", (reply(READ, 1, b"value") + reply(DIRECTORY, 2, b"a\0bc\0") + reply(GET_PERMS, 3, b"n0\0r5\0")
                      + reply(TX_START, 4, b"7\0") + reply(WRITE, 5, ok) + reply(WATCH, 6, ok)
                      + reply(event, 0, b"/w\0libctl/0\0") + reply(event, 0, b"/w/x\0mine\0"))
    yield "parts", (reply(error, 2, b"E2BIG\0") + reply(DIRECTORY_PART, 7, b"12\0a\0b\0")
                    + reply(DIRECTORY_PART, 8, b"13\0c\0\0"))
    yield "refusals", reply(error, 1, b"EACCES\0") + reply(error, 4, b"EAGAIN\0") + reply(error, 6, b"EINVAL\0")


def kernels():
    elf = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, 0x1000000, 64, 0, 0, 64, 56, 2,
                      0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x1000000, 0x1000000, 256, 4096, 4096)
    note = struct.pack("<IIQQQQQQ", 4, 4, 176, 0, 0, 20, 20, 4)
    yield "elf", (elf + load + note + struct.pack("<III4sI", 4, 4, 18, b"Xen", 0x1000000)).ljust(256)
    head = bytearray(1024)
    head[0x1f1] = 1
    head[0x1fe:0x200] = b"\x55\xaa"
    head[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", head, 0x206, 0x20f)
    yield "bzimage", bytes(head)


def whole_kernel():
    """A bzImage of 16 sectors with a PE header and the checksum that its build puts at the end."""
    image = bytearray(dict(kernels())["bzimage"].ljust(8192 - 4, b"\x90"))
    struct.pack_into("<I", image, 0x1f4, (8192 - 1024) // 16)
    struct.pack_into("<QI", image, 0x258, 0x1000000, 0x200000)
    struct.pack_into("<I", image, 0x3c, 0x40)
    struct.pack_into("<I20xH", image, 0x40, 0x4550, 0x20b)
    yield "whole", bytes(image) + struct.pack("<I", zlib.crc32(image) ^ 0xffffffff)


def archives():
    data = b"some text that repeats, some text that repeats\n" * 20
    room = b"\0\4"
    yield "gzip", room + gzip.compress(data, mtime=0)
    yield "xz", room + lzma.compress(data, check=lzma.CHECK_CRC32)
    yield "lzma", room + lzma.compress(data, format=lzma.FORMAT_ALONE)


def raw_lzma2():
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 65536}]
    yield "raw", b"\0\4" + lzma.compress(b"abcabcabc" * 30, format=lzma.FORMAT_RAW, filters=filters)


def specs():
    for i, text in enumerate(["phy:/dev/vg/a,xvda,w", "format=raw, vdev=xvdb, access=ro, target=/a",
                              "mac=00:16:3e:00:00:01,bridge=xenbr0,rate=10Mb/s@20ms", "0-3,^2",
                              "xvda1", "script=vif-bridge,type=vif,ip=10.0.0.1"]):
        yield str(i), text.encode()


def write_all(folder, samples):
    os.makedirs(folder, exist_ok=True)
    for name, data in samples:
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)


def main(out, configs):
    shutil.rmtree(out, ignore_errors=True)
    write_all(f"{out}/xenstore", store_streams())
    write_all(f"{out}/xenstore-state", state_files())
    write_all(f"{out}/kernel", kernels())
    write_all(f"{out}/kernel-check", whole_kernel())
    write_all(f"{out}/payload", kernels())
    write_all(f"{out}/unpack", archives())
    write_all(f"{out}/lzma2", raw_lzma2())
    write_all(f"{out}/spec", specs())
    write_all(f"{out}/store-client", store_answers())
    shutil.copytree(configs, f"{out}/config")


if __name__ == "__main__":
    main(*sys.argv[1:])
