# SPDX-License-Identifier: GPL-2.0-only
"""An initramfs in memory: files owned by root, written as a gzipped newc archive without root."""

import gzip
import pathlib
import stat


class Initramfs:
    """Collects files by their path inside the archive; parents are made as needed."""

    def __init__(self):
        self._entries = {}

    def __contains__(self, path):
        return self._key(path) in self._entries

    @staticmethod
    def _key(path):
        return str(path).strip("/")

    def add_dir(self, path, mode=0o755):
        """Adds a directory and its parents."""
        key = self._key(path)
        if key in ("", "."):
            return
        self.add_dir(pathlib.PurePosixPath(key).parent)
        self._entries.setdefault(key, (stat.S_IFDIR | mode, b""))

    def add_data(self, path, data, mode=0o644):
        """Adds a file with these contents (bytes or text)."""
        key = self._key(path)
        self.add_dir(pathlib.PurePosixPath(key).parent)
        if isinstance(data, str):
            data = data.encode()
        self._entries[key] = (stat.S_IFREG | mode, data)

    def add_file(self, source, path, mode=None):
        """Adds a copy of a host file; symbolic links are followed."""
        source = pathlib.Path(source)
        if mode is None:
            mode = 0o755 if source.stat().st_mode & 0o111 else 0o644
        self.add_data(path, source.read_bytes(), mode)

    def add_link(self, path, target):
        """Adds a symbolic link."""
        key = self._key(path)
        self.add_dir(pathlib.PurePosixPath(key).parent)
        self._entries[key] = (stat.S_IFLNK | 0o777, str(target).encode())

    def add_tree(self, source, path="/"):
        """Adds everything under a host directory; links stay links."""
        source = pathlib.Path(source)
        for item in sorted(source.rglob("*")):
            inside = pathlib.PurePosixPath(path) / item.relative_to(source).as_posix()
            if item.is_symlink():
                self.add_link(inside, item.readlink())
            elif item.is_dir():
                self.add_dir(inside)
            elif item.is_file():
                self.add_file(item, inside)

    def to_bytes(self):
        """The archive, not compressed."""
        out = bytearray()
        for number, key in enumerate(sorted(self._entries), 1):
            mode, data = self._entries[key]
            _append(out, key, number, mode, data)
        _append(out, "TRAILER!!!", 0, 0, b"")
        return bytes(out)

    def write(self, path):
        """Writes the gzipped archive and returns its path."""
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        fresh.write_bytes(gzip.compress(self.to_bytes(), compresslevel=1, mtime=0))
        fresh.rename(path)
        return path


def _append(out, name, number, mode, data):
    """Appends one newc member; names and data are padded to four bytes."""
    links = 2 if stat.S_ISDIR(mode) else 1
    raw_name = name.encode() + b"\0"
    fields = (number, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(raw_name), 0)
    out += b"070701" + b"".join(b"%08X" % f for f in fields) + raw_name
    out += bytes(-len(out) % 4)
    out += data
    out += bytes(-len(out) % 4)
