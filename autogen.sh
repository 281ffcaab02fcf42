#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Makes ./configure in a checkout.
set -eu
cd "$(dirname "$0")"
if ! command -v autoreconf >/dev/null 2>&1; then
    echo "autogen.sh: autoreconf is missing; install it with" >&2
    echo "  apt-get install autoconf automake libtool pkg-config" >&2
    exit 1
fi
exec autoreconf -fi
