# SPDX-License-Identifier: GPL-2.0-only
"""What cannot work is refused at power-on, with a line that says what is wrong."""

import dataclasses

import pytest

from harness import debian, image
from harness.dom0 import hypervisor_image
from harness.machine import EMULATED_CPU, Config, Machine
from harness.paths import IMAGES


@pytest.fixture(name="config")
def fixture_config():
    """A machine that would boot."""
    kernel = debian.kernel()
    return Config(name="refusal", hypervisor=hypervisor_image("cloister"), kernel=kernel.image,
                  initramfs=image.dom0("ours", kernel))


def _says(config, *patterns):
    with Machine(config) as machine:
        for pattern in patterns:
            machine.expect(pattern, timeout=90, fatal=False)


@pytest.mark.parametrize("missing,line", [
    ("svm", "this processor has no AMD SVM"),
    ("npt", "this processor's SVM has no nested paging"),
])
def test_processor_without(config, missing, line):
    _says(dataclasses.replace(config, cpu=f"{EMULATED_CPU},-{missing}"), line)


def test_unknown_option(config):
    options = "loglvl=all dom0_memory=512M no-such-option dom0_max_vcpus=many"
    _says(dataclasses.replace(config, hypervisor_args=options),
          "unknown option 'dom0_memory' is ignored", "unknown option 'no-such-option' is ignored",
          "option 'dom0_max_vcpus' cannot be 'many'")


class _WithoutModules(Config):
    """A boot loader that gives the hypervisor alone."""

    def command(self):
        command = super().command()
        place = command.index("-initrd")
        return command[:place] + command[place + 2:]


def test_no_dom0(config):
    alone = _WithoutModules(**{f.name: getattr(config, f.name) for f in dataclasses.fields(config)})
    _says(alone, "no dom0 kernel: the boot loader must give it as the first module")


@pytest.mark.parametrize("damage,line", [
    ("truncated", "the file ends at .*: it is truncated"),
    ("overwritten", "its xz data is corrupt at byte"),
    ("text", "it is neither a bzImage nor an ELF kernel"),
])
def test_corrupt_kernel(config, damage, line):
    whole = config.kernel.read_bytes()
    half = len(whole) // 2
    broken = {"truncated": whole[:half],
              "overwritten": whole[:half] + bytes(4096) + whole[half + 4096:],
              "text": b"This is no kernel.\n" * 4000}[damage]
    path = IMAGES / f"vmlinuz-{damage}"
    path.write_bytes(broken)
    _says(dataclasses.replace(config, kernel=path), f"cloister-boot: kernel module .*{line}")
