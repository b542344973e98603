"""``python -m cffisock info``: the interpreter, the kernel, and which families work here."""

from __future__ import annotations

import json
import os
import platform
import sys

import _cffi_backend

import cffisock

from .. import _socket
from .. import _types as t
from .._constants import CONSTANTS as TABLE
from .._edge.platform import CONSTANTS
from .._object import socket
from .surface import MODULE, SOCKET

# The sockets that programs open: what to call it, family, type, protocol.
SOCKETS: tuple[tuple[str, str, str, str | None], ...] = (
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
    ("AF_HYPERV", "AF_HYPERV", "SOCK_STREAM", "HV_PROTOCOL_RAW"),
)
# An address of this machine, where a socket can be made although there is none.
LOCAL = {"AF_INET": ("127.0.0.1", 0), "AF_INET6": ("::1", 0)}
GREEN, RED, PLAIN = "\033[32m", "\033[31m", "\033[0m"


def why_not(family: str, kind: str, proto: str | None) -> str | None:
    """Returns why such a socket is of no use here; None where it is."""
    names = [name for name in (family, kind, proto) if name]
    missing = [name for name in names if name not in CONSTANTS]
    if missing:
        return f"this build lacks {', '.join(missing)}"
    try:
        sock = socket(*(CONSTANTS[name] for name in names))
    except OSError as error:
        return error.strerror
    with sock:
        try:
            if family in LOCAL and kind != "SOCK_RAW":
                sock.bind(LOCAL[family])
        except OSError as error:
            return f"it opens, but {LOCAL[family][0]} cannot be bound: {error.strerror}"
    return None


def in_place() -> str:
    """Returns whether ``import socket`` gives cffisock here."""
    if cffisock.installed():
        return "yes"
    return "no; python -m cffisock run and cffisock.install() put it there"


def surface() -> str:
    """Counts how much of CPython 3.15's socket module is here."""
    absent = [name for name in MODULE if not hasattr(cffisock, name)]
    absent += [f"socket.{name}" for name in SOCKET if not hasattr(socket, name)]
    if absent:
        return f"absent: {', '.join(absent)}"
    return f"all {len(MODULE)} names, and {len(SOCKET)} of the socket type"


def missing_names() -> list[str]:
    """Returns the constants of the table that neither the headers nor the kernel's ABI gave us."""
    wanted = {word.partition("=")[0] for text in TABLE.values() for word in text.split()}
    return sorted(wanted - set(CONSTANTS))


def facts() -> dict[str, str]:
    """Collects what can be said without trying a socket."""
    implementation = platform.python_implementation()
    version = platform.python_version()
    if implementation == "PyPy":
        version = f"{'.'.join(map(str, sys.pypy_version_info[:3]))} (Python {version})"  # type: ignore[attr-defined]
    return {
        "cffisock": cffisock.__version__,
        "interpreter": f"{implementation} {version}",
        "cffi": _cffi_backend.__version__,
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "C library": " ".join(filter(None, platform.libc_ver())) or "unknown",
        "in the place of socket": in_place(),
        "constants": f"{len(_socket.CONSTANT_NAMES)}",
        "of CPython 3.15's socket": surface(),
        "not in these headers": ", ".join(missing_names()) or "none",
    }


def has_colour(stream: t.Any) -> bool:
    """Returns whether what is written there may have colour: no-color.org."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def main(as_json: bool) -> int:
    """Prints the report; the exit status."""
    found = facts()
    sockets = {label: why_not(family, kind, proto) for label, family, kind, proto in SOCKETS}
    if as_json:
        tried = {label: {"works": why is None, "why": why} for label, why in sockets.items()}
        print(json.dumps({**found, "sockets": tried}, indent=2))
        return 0
    width = max(map(len, [*found, *sockets]))
    for label, value in found.items():
        print(f"{label:{width}}  {value}")
    yes, no, plain = (GREEN, RED, PLAIN) if has_colour(sys.stdout) else ("", "", "")
    print()
    for label, why in sockets.items():
        verdict = f"{yes}yes{plain}" if why is None else f"{no}no{plain}   {why}"
        print(f"{label:{width}}  {verdict}")
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        print("(not root: raw and packet sockets may be refused for that)")
    return 0
