# SPDX-License-Identifier: GPL-2.0-only
"""What the system tests, the benchmarks and quickstart share: images, and the QEMU machine."""
