# SPDX-License-Identifier: GPL-2.0-only
"""What `quickstart run` and `quickstart shell` do once everything is built."""

import argparse
import os
import shutil
import sys
import time

from .dom0 import Guest, System
from .machine import MachineError


class Progress:
    """Says each step with the time it took."""

    def __init__(self):
        self._start = time.monotonic()

    def say(self, text):
        """One line of progress."""
        print(f"==> [{time.monotonic() - self._start:5.1f} s] {text}", flush=True)


def run(system, progress):
    """Boots, creates a guest with disk and network, talks to it, destroys it."""
    progress.say(f"booting {system.name} in QEMU; emulation takes a minute")
    dom0 = system.ready()
    uname = dom0.run("uname -r").output.strip()
    progress.say(f"dom0 is up: Linux {uname}, {dom0.run('nproc').output.strip()} processor(s), "
                 f"hypervisor {dom0.run('cat /sys/hypervisor/type').output.strip()}")
    progress.say("xl create: a guest with its root disk and a network card")
    dom0.run("prepare-guest && xl create /root/guest.cfg", 600)
    guest = Guest(dom0, "first", int(dom0.xl("domid first")))
    print(dom0.xl("list"), end="")
    guest.wait_console("guest: root shell")
    for line in guest.console().splitlines():
        if line.startswith("guest: "):
            print(f"    first: {line}")
    answers = dom0.run("ping -c 3 -w 60 10.77.0.2").output
    progress.say("dom0 pings the guest: " + answers.strip().splitlines()[-2])
    guest.destroy()
    left = dom0.domains()
    progress.say(f"xl destroy: left are {', '.join(left)}")
    return left == ["Domain-0"]


def shell(system):
    """Replaces this process with QEMU on the terminal, in dom0's shell."""
    machine = system.new_machine()
    size = shutil.get_terminal_size()
    machine.config.kernel_args = f"quiet mode=shell size={size.lines}x{size.columns}"
    command = machine.config.command()
    position = command.index("-monitor")
    del command[position:position + 2]
    print("==> booting in QEMU; emulation takes half a minute. Leave with Ctrl-A x.", flush=True)
    os.execvp(command[0], [*command, "-serial", "mon:stdio"])


def main():
    """run or shell, on a system such as cloister+ours."""
    parser = argparse.ArgumentParser(prog="quickstart")
    parser.add_argument("action", choices=("run", "shell"))
    parser.add_argument("system")
    arguments = parser.parse_args()
    system = System(arguments.system)
    if arguments.action == "shell":
        shell(system)
    progress = Progress()
    try:
        good = run(system, progress)
    except MachineError as error:
        print(error, file=sys.stderr)
        good = False
    except KeyboardInterrupt:
        good = False
    finally:
        system.stop()
    progress.say("everything worked" if good else "it did not work; see the log above")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
