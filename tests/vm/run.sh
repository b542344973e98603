#!/bin/bash
# Runs COMMAND in a virtual machine whose Linux has all the address families: CAN, TIPC, RDS,
# AF_ALG, vsock, QIPCRTR, Bluetooth, SCTP, UDP-Lite.
#
#     tests/vm/run.sh COMMAND [ARGUMENT...]
#
# The machine is QEMU's with the kernel of a Debian package.  Its root directory is this machine's,
# which it can read and not change: what COMMAND writes stays in the guest's memory and is gone
# afterwards.  There is no network but the loopback and vcan0.  COMMAND runs as root in the current
# directory and environment, plus CFFISOCK_VM=1, with nothing on stdin; its stdout and stderr both
# come out on stdout, and its exit status is the status of this script.  125 says that the guest
# ended before COMMAND did, or that the time was up.
#
# Needs root on Debian 12 or later, or a system much like it.  Programs that are missing are
# installed with apt-get; the kernel's package is only unpacked.  The first run prepares VM_DIR and
# takes a minute or two, the others start within half a minute.
set -euo pipefail

# --- settings -------------------------------------------------------------------------------------

: "${VM_DIR:=${TMPDIR:-/tmp}/cffisock-vm}"    # keeps the unpacked kernel and its initramfs
: "${VM_KERNEL:=linux-image-amd64}"           # Debian's package; the cloud kernels have no CAN
: "${VM_ACCEL:=tcg}"                          # emulation; or kvm, where /dev/kvm works
: "${VM_MEMORY:=1G}"
: "${VM_CPUS:=2}"
: "${VM_SECONDS:=900}"                        # for the boot and COMMAND together
modules="vcan can-raw can-bcm can-gw can-isotp can-j1939 tipc rds rds_tcp af_alg algif_hash
    algif_skcipher algif_aead algif_rng vsock vsock_loopback qrtr bluetooth rfcomm hci_vhci sctp"

kernel=$VM_DIR/$VM_KERNEL

say() { echo "vm: $*" >&2; }

# --- what the host needs --------------------------------------------------------------------------

missing_packages() {
    command -v qemu-system-x86_64 >/dev/null || echo qemu-system-x86
    command -v depmod >/dev/null             || echo kmod
    command -v ip >/dev/null                 || echo iproute2
    command -v xz >/dev/null                 || echo xz-utils
    # The guest's first program has to run without this machine's libraries.
    [ -e /usr/share/doc/busybox-static ]     || echo busybox-static
}

prepare() {
    local packages
    packages=$(missing_packages)
    if [ -z "$packages" ] && [ -e "$kernel/initramfs" ]; then
        return
    fi
    say "preparing $VM_DIR"
    apt-get update -qq
    if [ -n "$packages" ]; then
        # shellcheck disable=SC2086  # one word each
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
    fi
    if [ ! -e "$kernel/initramfs" ]; then
        rm -rf "$kernel"
        mkdir -p "$kernel/initrd/modules"
        unpack_kernel
        make_initramfs
    fi
}

unpack_kernel() {
    local package
    # linux-image-amd64 is empty and depends on the package of today's kernel.
    package=$(apt-cache depends --important "$VM_KERNEL" |
        awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ { print $2; exit }')
    # As root: apt's own user may not be able to write there.
    (cd "$kernel" && apt-get download -qq -o APT::Sandbox::User=root "${package:-$VM_KERNEL}")
    dpkg -x "$kernel"/*.deb "$kernel"
    rm "$kernel"/*.deb
    mv "$kernel"/boot/vmlinuz-* "$kernel/vmlinuz"
    [ -e "$kernel/lib" ] || ln -s usr/lib "$kernel/lib"
    depmod -b "$kernel" "$(ls "$kernel/lib/modules")"
}

# --- the guest's first program: mounts the host's root and goes there ------------------------------

make_initramfs() {
    local file name
    modprobe -d "$kernel" -S "$(ls "$kernel/lib/modules")" -a --show-depends \
        virtio_pci 9pnet_virtio 9p overlay |
        awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
        while read -r file; do
            name=$(basename "$file")
            case $name in
                *.xz) name=${name%.xz}; xz -dc "$file" ;;
                *.zst) name=${name%.zst}; zstd -dcq "$file" ;;
                *) cat "$file" ;;
            esac >"$kernel/initrd/modules/module"
            mv "$kernel/initrd/modules/module" "$kernel/initrd/modules/$name"
            echo "$name" >>"$kernel/initrd/modules/order"
        done
    cp "$(command -v busybox)" "$kernel/initrd/busybox"
    cat >"$kernel/initrd/init" <<'GUEST'
#!/busybox sh
b=/busybox
$b mkdir -p /proc /lower /upper /newroot
$b mount -t proc proc /proc
for word in $($b cat /proc/cmdline); do
    case $word in vm_share=*) share=${word#vm_share=} ;; esac
done
while read -r name; do $b insmod "/modules/$name"; done </modules/order
options=trans=virtio,version=9p2000.L,msize=512000
$b mount -t 9p -o "ro,cache=loose,$options" root /lower
$b mount -t tmpfs -o mode=755 tmpfs /upper
$b mkdir /upper/upper /upper/work
$b mount -t overlay -o lowerdir=/lower,upperdir=/upper/upper,workdir=/upper/work overlay /newroot
$b mkdir -p "/newroot$share"
$b mount -t 9p -o "$options" share "/newroot$share"
$b umount /proc
exec $b switch_root /newroot "$share/init"
GUEST
    chmod 755 "$kernel/initrd/init"
    (cd "$kernel/initrd" && find . | busybox cpio -o -H newc) >"$kernel/initramfs.part"
    mv "$kernel/initramfs.part" "$kernel/initramfs"
}

# --- its second program: sets the system up and runs COMMAND --------------------------------------

# Leaves the way for it in the directory that host and guest share: leave_orders COMMAND...
leave_orders() {
    export -p >"$share/environment"
    { printf 'cd %q\n' "$PWD"; printf '%q ' "$@"; } >"$share/command"
    printf '%s=%q\n' share "$share" kernel "$kernel" modules "$modules" name "$(uname -n)" \
        >"$share/settings"
    { printf '#!/bin/bash\n. %q/settings\n' "$share"; cat <<'GUEST'; } >"$share/init"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm /lib/modules
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
for link in fd: stdin:/0 stdout:/1 stderr:/2; do
    ln -sfn "/proc/self/fd${link#*:}" "/dev/${link%%:*}"
done
mount --bind "$kernel/lib/modules" /lib/modules
exec </dev/null >/dev/ttyS0 2>&1
stty raw -echo </dev/ttyS0
for module in $modules; do
    modprobe "$module" || echo "vm: there is no module $module"
done
echo "$name" >/proc/sys/kernel/hostname
ip link set lo up
ip link add dev vcan0 type vcan && ip link set vcan0 up
read -r uptime _ </proc/uptime
echo "vm: Linux $(uname -r) is up after $uptime s"
(. "$share/environment"; export CFFISOCK_VM=1; . "$share/command")
echo $? >"$share/status"
echo 0 >/proc/sys/kernel/printk
busybox poweroff -f
GUEST
    chmod 755 "$share/init"
}

boot() {
    local cpu=max,la57=off    # emulated page tables of five levels are slow
    [ "$VM_ACCEL" != kvm ] || cpu=host
    timeout -k 5 "$VM_SECONDS" qemu-system-x86_64 \
        -machine q35 -accel "$VM_ACCEL" -cpu "$cpu" -smp "$VM_CPUS" -m "$VM_MEMORY" \
        -nodefaults -no-user-config -no-reboot -nic none \
        -display none -monitor none -serial stdio \
        -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
        -device virtio-9p-pci,fsdev=root,mount_tag=root \
        -fsdev local,id=share,path="$share",security_model=none \
        -device virtio-9p-pci,fsdev=share,mount_tag=share \
        -device virtio-rng-pci \
        -kernel "$kernel/vmlinuz" -initrd "$kernel/initramfs" \
        -append "console=ttyS0 quiet loglevel=1 panic=-1 no_timer_check mitigations=off vm_share=$share"
}

# --- all of it ------------------------------------------------------------------------------------

if [ $# -eq 0 ]; then
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2
    exit 2
fi

if [ "$(id -u)" -ne 0 ]; then
    say "this needs root"
    exit 2
fi

mkdir -p "$VM_DIR"
exec 9>"$VM_DIR/lock"    # one run prepares, the others wait for it
flock 9
prepare </dev/null >&2
exec 9>&-

share=$(mktemp -d "$VM_DIR/share.XXXXXX")
trap 'rm -rf "$share"' EXIT
leave_orders "$@"
boot </dev/null || say "qemu ended with status $?"
if [ ! -s "$share/status" ]; then
    say "the guest did not finish the command"
    exit 125
fi
exit "$(cat "$share/status")"
