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
RESET_WATCHES, DIRECTORY_PART = 21, 22


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
    }
    for name, stream in streams.items():
        yield "dom0-" + name, b"\0" + stream
        yield "guest-" + name, b"\1" + stream


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
    write_all(f"{out}/kernel", kernels())
    write_all(f"{out}/kernel-check", whole_kernel())
    write_all(f"{out}/payload", kernels())
    write_all(f"{out}/unpack", archives())
    write_all(f"{out}/lzma2", raw_lzma2())
    write_all(f"{out}/spec", specs())
    write_all(f"{out}/store-client", [("list", b"a\0bc\0"), ("error", b"ENOENT\0"), ("perms", b"n0\0r12\0")])
    shutil.copytree(configs, f"{out}/config")


if __name__ == "__main__":
    main(*sys.argv[1:])
