# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's monitor: asked what the processors do when all is lost, and told to make faults."""

import json
import pathlib
import re
import shutil
import socket
import tempfile


class Monitor:
    """The control socket of one QEMU."""

    def __init__(self):
        # A socket's path must be short, unlike that of a build folder.
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="harness-"))
        self._path = self._folder / "qmp"

    def arguments(self):
        """QEMU's arguments."""
        return ["-qmp", f"unix:{self._path},server=on,wait=off"]

    def close(self):
        """Forgets the socket."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def ask(self, command):
        """The answer to a command for people, such as "info registers -a"."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(20)
            link.connect(str(self._path))
            stream = link.makefile("rw", encoding="utf-8", errors="replace")
            self._call(stream, "qmp_capabilities")
            return self._call(stream, "human-monitor-command", {"command-line": command})

    @staticmethod
    def _call(stream, name, arguments=None):
        stream.write(json.dumps({"execute": name, "arguments": arguments or {}}) + "\n")
        stream.flush()
        for line in stream:
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                break
        raise OSError(f"QEMU's monitor refuses {name}")

    def processors(self):
        """A line for each processor, or why there is none."""
        try:
            text = self.ask("info registers -a")
        except (OSError, ValueError) as error:
            return f"QEMU's monitor does not answer: {error}"
        keep = re.compile(r"CPU#\d+|[RE]IP=.*|CR3=\w+")
        return "\n".join(found.group() for found in map(keep.search, text.splitlines()) if found)
