# SPDX-License-Identifier: GPL-2.0-only
"""What `quickstart run` and `quickstart shell` do once everything is built."""

import argparse
import os
import sys
import time

from .dom0 import System
from .machine import MachineError

DISK = "/root/guest-disk.img"


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
    dom0.run("brctl addbr br0; ip address add 10.77.0.1/24 dev br0; ip link set br0 up; "
             f"cp /boot/guest-disk.img {DISK}")
    progress.say("xl create: a guest with its root disk and a network card")
    guest = dom0.create("first", vif=["bridge=br0"], disk=[f"{DISK},raw,xvda,rw"],
                        extra="console=hvc0 quiet root=/dev/xvda")
    print(dom0.xl("list"), end="")
    guest.wait_console("guest: root shell")
    for line in guest.console().splitlines():
        if line.startswith("guest:"):
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
    machine.config.kernel_args = "quiet mode=shell"
    command = machine.config.command()
    position = command.index("-monitor")
    del command[position:position + 2]
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
