"""Runs a command in a network of its own, with mounts of its own, which unshare(1) has made.

Some tests of the standard library want to reach hosts out there.  Here their names lead to
the loopback interface of the namespace, where one port accepts and stays silent, one drops
what comes, and the others refuse.  RDS, where the kernel has it, is connected there.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import cffisock

SILENT = ("127.0.0.1", 80)
DROPS = ("127.0.0.1", 56666)
HOSTS = """
127.0.0.1 www.python.org www.python.org. pythontest.net blackhole.snakebite.net
127.0.0.1 python.org xn--80akhbyknj4f.python.org xn--80akhbyknj4f.pythontest.net
127.0.0.2 whitehole.snakebite.net
"""


def keep_mounts_here() -> None:
    """Lets no other namespace see what is mounted.  In a chroot / may be no mount: see then."""
    private = subprocess.run(["mount", "--make-rprivate", "/"], check=False, stderr=subprocess.PIPE)
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    if private.returncode != 0 and " shared:" in mounts:
        sys.exit(f"what is mounted here would be seen elsewhere: {private.stderr.decode()}")


def main() -> int:
    """Sets up the namespace and runs the command; its exit status."""
    keep_mounts_here()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.NamedTemporaryFile("w") as hosts, ExitStack() as sockets:
        hosts.write(Path("/etc/hosts").read_text(encoding="utf-8") + HOSTS)
        hosts.flush()
        subprocess.run(["mount", "--bind", hosts.name, "/etc/hosts"], check=True)
        try:
            sockets.enter_context(socket.create_server(SILENT))
            fill(sockets)
            connect_rds()
            return subprocess.run(sys.argv[1:], check=False).returncode
        finally:
            subprocess.run(["umount", "/etc/hosts"], check=True)


def fill(sockets: ExitStack) -> None:
    """Fills the queue of a listening socket: what comes next is dropped without an answer."""
    sockets.enter_context(socket.create_server(DROPS, backlog=0))
    while True:
        sock = sockets.enter_context(socket.socket())
        sock.settimeout(0.5)
        try:
            sock.connect(DROPS)
        except socket.timeout:
            return


def connect_rds() -> None:
    """Sends a first message over RDS, with which the kernel begins to connect.

    It would lose the first one of a test whose sender closes before that is done.
    """
    with ExitStack() as stack:
        try:
            one, two = (
                stack.enter_context(cffisock.socket(cffisock.AF_RDS, cffisock.SOCK_SEQPACKET))
                for _ in range(2)
            )
        except OSError:
            return  # this kernel has no RDS
        for sock in (one, two):
            sock.bind(("127.0.0.1", 0))
            sock.settimeout(10)
        one.sendto(b"first", two.getsockname())
        two.recv(5)


if __name__ == "__main__":
    sys.exit(main())
