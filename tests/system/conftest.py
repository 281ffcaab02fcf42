# SPDX-License-Identifier: GPL-2.0-only
"""Boots each wanted system once and hands its dom0 to the tests.

A system is HYPERVISOR+TOOLS: "cloister" or "xen" (Debian's real one), with "ours" or "debian" tools; or
HYPERVISOR+TOOLS+STORE with a store daemon of its own: "ours", "debian" (the one in C) or "oxenstored".
"""

import pytest

from harness.dom0 import System


def pytest_addoption(parser):
    """--systems names what to test, --full adds what takes long."""
    parser.addoption("--systems", default="cloister+ours",
                     help="comma-separated HYPERVISOR+TOOLS[+STORE], such as cloister+ours,xen+debian")
    parser.addoption("--full", action="store_true",
                     help="also run the tests that are marked full, which take minutes each")


def pytest_configure(config):
    """Tells pytest about our mark."""
    config.addinivalue_line("markers", "full: takes minutes; run only with --full")


def pytest_collection_modifyitems(config, items):
    """Leaves the long tests out, unless they are asked for."""
    if not config.getoption("--full"):
        left_out = [item for item in items if item.get_closest_marker("full")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_generate_tests(metafunc):
    """Runs every test that asks for a system once for each."""
    if "system" in metafunc.fixturenames:
        names = metafunc.config.getoption("--systems").split(",")
        metafunc.parametrize("system", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def system(request):
    """A system that is started when first needed, and again when a test has lost it."""
    running = System(request.param)
    request.config.current_system = running
    yield running
    running.stop()


@pytest.fixture
def dom0(system):
    """A dom0 that answers, with the tools' daemons up."""
    return system.ready()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Shows the end of the serial log under a failed test."""
    report = (yield).get_result()
    running = getattr(item.config, "current_system", None)
    if report.failed and running and running.machine:
        report.sections.append(("serial log", running.machine.tail(60)))
