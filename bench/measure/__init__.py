# SPDX-License-Identifier: GPL-2.0-only
"""Measurements in executed instructions, side by side with Debian's Xen."""
