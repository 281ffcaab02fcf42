#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What xl does without a hypervisor: dry runs against recorded outputs of Xen's xl, help, exit codes.
xl=${XL:-xl}
data=${srcdir:-.}/data
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
failed=0

complain() {
    echo "FAIL: $*"
    failed=1
}

# expect CODE TEXT ARG...: the exit code, and a text that the output or the errors must hold
expect() {
    code=$1 text=$2
    shift 2
    "$xl" "$@" > "$tmp/out" 2>&1 < /dev/null
    rc=$?
    [ $rc -eq "$code" ] || complain "xl $*: exit code $rc, not $code"
    grep -qF -e "$text" "$tmp/out" || complain "xl $*: no \"$text\" in: $(cat "$tmp/out")"
}

for json in "$data"/*.json; do
    cfg=${json%.json}.cfg
    "$xl" create -q -n "$cfg" > "$tmp/out" 2> "$tmp/err" || complain "$cfg: $(cat "$tmp/err")"
    diff -u "$json" "$tmp/out" || complain "$cfg: the dry run prints something else"
    "$xl" -N create --defconfig="$cfg" --quiet | cmp -s - "$json" || complain "$cfg: -N differs"
done

expect 0 'Parsing config from' create -n "$data/small.cfg"
expect 0 '"name": "other"' create -n "$data/small.cfg" 'name="other"'
expect 0 '"target_memkb": 65536' create "$data/small.cfg" memory=64 -n
expect 1 'command line:1:8: memory = "lots"' create -n "$data/small.cfg" 'memory="lots"'
expect 3 'Failed to read config file' create -n /nonexistent.cfg
expect 6 'Config file not specified' create
expect 2 "option \`z' not supported." create -z
expect 2 "'xl domid' requires at least 1 argument." domid
expect 1 'command "foo" not implemented' foo
expect 1 'xl full list of subcommands' --
expect 0 'Usage: xl [-vtTfN] create' help create
expect 0 'Usage: xl [-vtTf] debug-keys' help debug
expect 0 'Usage: xl [-vtTf] list' list -h
expect 1 'is not supported on a PVH-only system' pci-attach 1 00:00.0
expect 1 'is not supported yet' migrate a b
expect 1 'does not implement -N' -N list
expect 0 '"pdev_path": "/dev/vg/a"' -N block-attach 0 /dev/vg/a,raw,xvda,rw
expect 0 '"vdev": "hdc"' -N block-attach 0 vdev=hdc access=r devtype=cdrom target=
expect 1 'is no disk format' -N block-attach 0 /a,xvda,w
expect 0 '"mac": "00:16:3e:01:1a:32"' -N network-attach 0 mac=00:16:3e:01:1a:32 rate=10MB/s
expect 0 '"rate_bytes_per_interval": 500000' -N network-attach 0 rate=10MB/s
expect 1 'rate=10x is wrong' -N network-attach 0 rate=10x
[ -e /dev/xen/privcmd ] || expect 1 'xl: ' list

# Completion scripts read the help so.
"$xl" help | tail -n +5 | awk '/^ [^ ]/{print $1}' | grep -qx vcpu-list || complain "xl help: layout"
exit $failed
