# SPDX-License-Identifier: GPL-2.0-only
"""The loadable segments of ELF images."""

import pathlib
import struct


def segments(path):
    """(virtual address, bytes in memory) of each loadable segment of a 32-bit or 64-bit image."""
    data = pathlib.Path(path).read_bytes()
    if data[:4] != b"\x7fELF":
        raise ValueError(f"{path} is no ELF image")
    wide = data[4] == 2
    offset = struct.unpack_from("<Q" if wide else "<I", data, 32 if wide else 28)[0]
    size, count = struct.unpack_from("<HH", data, 54 if wide else 42)
    for index in range(count):
        at = offset + index * size
        if struct.unpack_from("<I", data, at)[0] != 1:
            continue
        if wide:
            yield (struct.unpack_from("<Q", data, at + 16)[0],
                   struct.unpack_from("<Q", data, at + 40)[0])
        else:
            yield (struct.unpack_from("<I", data, at + 8)[0],
                   struct.unpack_from("<I", data, at + 20)[0])


def memory_range(path):
    """The lowest and the highest address that the image takes."""
    found = list(segments(path))
    return min(start for start, _ in found), max(start + size for start, size in found)


def memory_size(path):
    """Bytes from the lowest to the highest address."""
    low, high = memory_range(path)
    return high - low
