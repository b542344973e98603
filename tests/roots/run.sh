#!/bin/bash
# Runs COMMAND in another Debian, which has other interpreters or is for another machine:
#
#     tests/roots/run.sh ROOT COMMAND [ARGUMENT...]
#
#     newer   CPython 3.14 and 3.15 and PyPy 8, with headers and test suites, of Debian sid
#     i386    Debian 12 for x86 of 32 bits, which kernels for 64 bits run as well
#     s390x   Debian 12 for a big-endian machine, run by qemu-user
#     bare    Debian 12 as of those who install a wheel: CPython 3.11 and PyPy, no compiler, no header
#     bare-arm64  the same for ARM of 64 bits, run by qemu-user, without PyPy
#
# ROOT is a directory that the first run makes, of Debian's packages; with the name alone, without
# COMMAND, that is all that happens.  COMMAND runs there as root, in the current directory, which is
# /src there, and in this environment but for PATH.  It shares this machine's kernel, network and
# devices; /tmp is its own and gone afterwards.  Its exit status is the status of this script.
#
# Needs root on Debian 12 or later, or a system much like it.  Programs that are missing are
# installed with apt-get.  A root takes up to five minutes and 1.1 GB.
set -euo pipefail

# --- settings -------------------------------------------------------------------------------------

: "${ROOTS_DIR:=/var/cache/cffisock-roots}"    # keeps the directories; on no noexec or nodev mount

# What tests need: a compiler, libffi where cffi has no wheel, ip(8), and netbase for the names of
# services and protocols.
basics=ca-certificates,gcc,libc6-dev,libffi-dev,iproute2,netbase
debian12=$basics,python3-dev,python3-venv,libpython3.11-testsuite
bare=ca-certificates,iproute2,netbase,python3-venv
# Installed one after the other, since sid may have days without one of them: a line, a group.
interpreters="python3.14-dev python3.14-venv libpython3.14-testsuite
python3.15-dev python3.15-venv libpython3.15-testsuite
pypy3-dev pypy3-venv pypy3-lib-testsuite"

say() { echo "roots: $*" >&2; }

# --- what the host needs --------------------------------------------------------------------------

# Installs a package with the command that is missing: need COMMAND PACKAGE
need() {
    if ! command -v "$1" >/dev/null; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600 "$2"
    fi
}

# What an executable file for another machine begins with, and which bits of that count.
declare -A headers=(
    [s390x]='\x7fELF\x02\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x16'
    [aarch64]='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
)
declare -A masks=(
    [s390x]='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff'
    [aarch64]='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
)

# Lets the kernel run programs for another machine; until it is told otherwise, and in every chroot.
let_kernel_run() {
    [ "$(uname -m)" != "$1" ] || return 0
    need "qemu-$1-static" qemu-user-static
    # The mount stays: since Linux 6.7 the kernel forgets with the last one.
    bash -euo pipefail -c '
        binfmt=/proc/sys/fs/binfmt_misc
        [ -e $binfmt/register ] || mount -t binfmt_misc none $binfmt
        [ -e $binfmt/qemu-$1 ] || printf %s "$2" >$binfmt/register
    ' bash "$1" ":qemu-$1:M::${headers[$1]}:${masks[$1]}:$(command -v "qemu-$1-static"):F"
}

# --- making a root --------------------------------------------------------------------------------

# What is mounted on the way ends with the namespace: nothing is left for rm or mv to go into.
make() {
    say "making $root"
    need debootstrap debootstrap
    rm -rf "$root.part"
    unshare --mount "$BASH" "$0" --make "$name"
    mv "$root.part" "$root"
}

fill() {
    case $name in
        newer)
            debootstrap --variant=minbase --include="$basics" sid "$root.part"
            install_interpreters
            ;;
        i386)
            debootstrap --arch=i386 --variant=minbase --include="$debian12" bookworm "$root.part"
            ;;
        s390x) fill_foreign s390x "$debian12" ;;
        bare)
            debootstrap --variant=minbase --include="$bare,pypy3-venv" bookworm "$root.part"
            ;;
        bare-arm64) fill_foreign arm64 "$bare" ;;
    esac
}

fill_foreign() {
    debootstrap --foreign --arch="$1" --variant=minbase --include="$2" bookworm "$root.part"
    chroot "$root.part" /debootstrap/debootstrap --second-stage
}

install_interpreters() {
    local group missing=
    mount --rbind /dev "$root.part/dev"
    mount -t proc proc "$root.part/proc"
    # The lists of packages are debootstrap's, a minute old.
    while read -r group; do
        # shellcheck disable=SC2086  # one word each
        install_in_root $group || missing+=" ${group%%-*}"
    done <<<"$interpreters"
    if [ "$missing" ]; then
        say "sid has these not today:$missing; for another try, remove $root"
    fi
}

install_in_root() {
    env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        chroot "$root.part" apt-get install -y -qq --no-install-recommends "$@" </dev/null
}

# --- running in it --------------------------------------------------------------------------------

# Each file as it is here: how names are looked up, and how pip gets packages.
host_files="/etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt"

run() {
    export root host_files
    exec unshare --mount bash -euo pipefail -c '
        mount --bind "$root" "$root"    # / of a chroot has to be a mount for unshare(1) in it
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount --rbind /sys "$root/sys"
        mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
        mkdir -p "$root/src"
        mount --bind "$PWD" "$root/src"
        for file in $host_files; do
            if [ -e "$file" ]; then
                [ -e "$root$file" ] || : >>"$root$file"
                mount --bind "$(readlink -f "$file")" "$root$file"
            fi
        done
        export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        unset host_files
        exec chroot "$root" sh -c "unset root; cd /src && exec \"\$@\"" sh "$@"
    ' bash "$@"
}

# --- all of it ------------------------------------------------------------------------------------

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2
    exit 2
}

if [ "${1:-}" = --make ]; then    # itself, in a namespace of its own
    name=$2
    root=$ROOTS_DIR/$name
    fill
    exit
fi

name=${1:-}
case $name in newer | i386 | s390x | bare | bare-arm64) shift ;; *) usage ;; esac

if [ "$(id -u)" -ne 0 ]; then
    say "this needs root"
    exit 2
fi

export ROOTS_DIR
root=$ROOTS_DIR/$name
mkdir -p "$ROOTS_DIR"
exec 9>"$ROOTS_DIR/$name.lock"    # one run makes it, the others wait for it
flock 9
case $name in
    s390x) let_kernel_run s390x </dev/null >&2 ;;
    bare-arm64) let_kernel_run aarch64 </dev/null >&2 ;;
esac
[ -e "$root" ] || make </dev/null >&2
exec 9>&-

[ $# -eq 0 ] || run "$@"
