"""``python -m cffisock info``: the interpreter, the kernel, and which families open here."""

from __future__ import annotations

import os
import platform
import sys

import _cffi_backend

import cffisock

from .. import _socket
from .._constants import CONSTANTS as TABLE
from .._object import socket
from .._edge.platform import CONSTANTS
from .surface import MODULE, SOCKET

# The sockets that programs open: what to call it, family, type, protocol.
SOCKETS = (
    ("AF_UNIX", "AF_UNIX", "SOCK_STREAM", None),
    ("AF_INET, TCP", "AF_INET", "SOCK_STREAM", None),
    ("AF_INET, UDP", "AF_INET", "SOCK_DGRAM", None),
    ("AF_INET, raw", "AF_INET", "SOCK_RAW", "IPPROTO_ICMP"),
    ("AF_INET6, TCP", "AF_INET6", "SOCK_STREAM", None),
    ("AF_INET6, UDP", "AF_INET6", "SOCK_DGRAM", None),
    ("AF_NETLINK", "AF_NETLINK", "SOCK_RAW", "NETLINK_ROUTE"),
    ("AF_PACKET", "AF_PACKET", "SOCK_RAW", None),
    ("AF_CAN, raw", "AF_CAN", "SOCK_RAW", "CAN_RAW"),
    ("AF_CAN, broadcast manager", "AF_CAN", "SOCK_DGRAM", "CAN_BCM"),
    ("AF_CAN, ISO-TP", "AF_CAN", "SOCK_DGRAM", "CAN_ISOTP"),
    ("AF_CAN, J1939", "AF_CAN", "SOCK_DGRAM", "CAN_J1939"),
    ("AF_TIPC", "AF_TIPC", "SOCK_RDM", None),
    ("AF_RDS", "AF_RDS", "SOCK_SEQPACKET", None),
    ("AF_VSOCK", "AF_VSOCK", "SOCK_STREAM", None),
    ("AF_ALG", "AF_ALG", "SOCK_SEQPACKET", None),
    ("AF_QIPCRTR", "AF_QIPCRTR", "SOCK_DGRAM", None),
    ("AF_BLUETOOTH, L2CAP", "AF_BLUETOOTH", "SOCK_SEQPACKET", "BTPROTO_L2CAP"),
    ("AF_BLUETOOTH, RFCOMM", "AF_BLUETOOTH", "SOCK_STREAM", "BTPROTO_RFCOMM"),
    ("AF_BLUETOOTH, HCI", "AF_BLUETOOTH", "SOCK_RAW", "BTPROTO_HCI"),
    ("AF_BLUETOOTH, SCO", "AF_BLUETOOTH", "SOCK_SEQPACKET", "BTPROTO_SCO"),
)


def opens(family: str, kind: str, proto: str | None) -> str:
    """'yes', or why such a socket cannot be opened here."""
    names = [name for name in (family, kind, proto) if name]
    missing = [name for name in names if name not in CONSTANTS]
    if missing:
        return f"no: this build lacks {', '.join(missing)}"
    try:
        socket(*(CONSTANTS[name] for name in names)).close()
    except OSError as error:
        return f"no: {error.strerror}"
    return "yes"


def in_place() -> str:
    """Whether ``import socket`` gives cffisock here."""
    if cffisock.installed():
        return "yes"
    return "no; python -m cffisock run and cffisock.install() put it there"


def surface() -> str:
    """How much of CPython 3.15's socket module is here."""
    absent = [name for name in MODULE if not hasattr(cffisock, name)]
    absent += [f"socket.{name}" for name in SOCKET if not hasattr(socket, name)]
    if absent:
        return f"absent: {', '.join(absent)}"
    return f"all {len(MODULE)} names, and {len(SOCKET)} of the socket type"


def missing_names() -> list[str]:
    """The constants of the table that neither the headers nor the kernel's ABI gave us."""
    wanted = {word.partition("=")[0] for text in TABLE.values() for word in text.split()}
    return sorted(wanted - set(CONSTANTS))


def main() -> int:
    """Prints the report; the exit status."""
    implementation = platform.python_implementation()
    version = platform.python_version()
    if implementation == "PyPy":
        version = f"{'.'.join(map(str, sys.pypy_version_info[:3]))} (Python {version})"  # type: ignore[attr-defined]
    libc = " ".join(platform.libc_ver()) or "unknown"
    absent = missing_names()
    rows = [
        ("interpreter", f"{implementation} {version}"),
        ("cffi", _cffi_backend.__version__),
        ("kernel", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("C library", libc),
        ("in the place of socket", in_place()),
        ("constants", f"{len(_socket.CONSTANT_NAMES)}"),
        ("of CPython 3.15's socket", surface()),
        ("not in these headers", ", ".join(absent) or "none"),
    ]
    rows += [(label, opens(family, kind, proto)) for label, family, kind, proto in SOCKETS]
    width = max(len(label) for label, _ in rows)
    for label, value in rows:
        print(f"{label:{width}}  {value}")
    if os.geteuid() != 0:
        print("(not root: raw and packet sockets may be refused for that)")
    return 0
