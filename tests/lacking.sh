#!/bin/bash
# Runs COMMAND as on a machine that has less: IPv6 is turned off, although its sockets open, and
# there are no names of services and protocols, as without Debian's package netbase.
#
#     tests/lacking.sh COMMAND [ARGUMENT...]
#
# It has a network namespace with nothing but the loopback interface.  Needs root.
set -euo pipefail

if [ $# -eq 0 ]; then
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2
    exit 2
fi

# CI: there nothing may be left out, and here something has to be.
exec env -u CI unshare --net --mount bash -euo pipefail -c '
    mount -t sysfs sysfs /sys    # with the interfaces of this namespace
    for file in /etc/services /etc/protocols; do
        if [ -e "$file" ]; then mount --bind /dev/null "$file"; fi
    done
    ip link set lo up
    if [ -e /proc/sys/net/ipv6 ]; then echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; fi
    if ip -6 address show dev lo | grep -q ::1; then
        echo "lacking: IPv6 cannot be turned off here" >&2
        exit 1
    fi
    exec "$@"
' bash "$@"
