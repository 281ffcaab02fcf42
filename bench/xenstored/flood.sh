#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# flood.sh [PHASES [NAME]]: builds flood-bench and runs it; README.md says what it measures.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
sources=$(ls "$top"/tools/xenstored/*.c | grep -vE '/(confine|confine-files|keeper|main|options|platform-xen|successor)\.c$')
# shellcheck disable=SC2086 # a list
gcc -std=gnu11 -O2 -Wall -Wextra -D_GNU_SOURCE -I"$top/xen/include" -o "$dir/flood-bench" \
    "$top/bench/xenstored/flood-bench.c" "$top/tests/unit/xenstored/floods.c" \
    "$top/tests/unit/xenstored/kill-world.c" "$top/tests/unit/xenstored/fake-platform.c" $sources
"$dir/flood-bench" "$@"
