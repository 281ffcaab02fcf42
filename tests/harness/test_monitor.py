# SPDX-License-Identifier: GPL-2.0-only
"""The monitor, of a QEMU that runs its firmware only."""

import subprocess
import time

import pytest

from harness.monitor import Monitor


@pytest.fixture(name="monitor")
def fixture_monitor():
    """A monitor whose QEMU is up."""
    monitor = Monitor()
    command = ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-smp", "2", *monitor.arguments()]
    with subprocess.Popen(command) as qemu:
        deadline = time.monotonic() + 60
        while "does not answer" in monitor.processors() and time.monotonic() < deadline:
            time.sleep(0.1)
        yield monitor
        qemu.kill()
    monitor.close()


def test_each_processor_is_told_of(monitor):
    lines = monitor.processors().splitlines()
    assert [line for line in lines if line.startswith("CPU#")] == ["CPU#0", "CPU#1"]
    assert sum("IP=" in line for line in lines) == 2


def test_dead_qemu_is_no_exception():
    monitor = Monitor()
    assert "does not answer" in monitor.processors()
    monitor.close()
