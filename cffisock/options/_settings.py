"""Settings of a socket that take more than one number, or a name."""

from __future__ import annotations

import os
from struct import Struct
from typing import Any, NamedTuple, Optional, Union

from .._edge.platform import CONSTANTS as C
from .._names.netif import if_indextoname

SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP = C["SOL_SOCKET"], C["IPPROTO_TCP"], C["IPPROTO_IP"]
IFNAMSIZ = 16
# macOS has another name for the first.
IDLE = "TCP_KEEPIDLE" if "TCP_KEEPIDLE" in C else "TCP_KEEPALIVE"
KEEPALIVE = IDLE, "TCP_KEEPINTVL", "TCP_KEEPCNT"
_LINGER, _UNSIGNED = Struct("@ii"), Struct("@I")


class Keepalive(NamedTuple):
    """How a connection is kept alive, in seconds; None where the protocol is not TCP."""

    on: bool
    idle: Optional[int]
    interval: Optional[int]
    count: Optional[int]  # type: ignore[assignment]  # the tuple's method is not needed


def set_keepalive(
    sock: Any,
    idle: Optional[int] = None,
    interval: Optional[int] = None,
    count: Optional[int] = None,
    *,
    on: bool = True,
) -> None:
    """Finds out whether the peer is there yet, when nothing comes: SO_KEEPALIVE, tcp(7).

    The first probe goes after ``idle`` seconds without data, the next ones after ``interval``
    seconds each; the connection ends when ``count`` of them had no answer.  What is not given
    stays as it is, at first the system's 2 hours, 75 seconds and 9.
    """
    for name, value in zip(KEEPALIVE, (idle, interval, count)):
        if value is not None:
            sock.setsockopt(IPPROTO_TCP, C[name], value)
    sock.setsockopt(SOL_SOCKET, C["SO_KEEPALIVE"], int(on))


def get_keepalive(sock: Any) -> Keepalive:
    """Returns what `set_keepalive` has set, or the system's."""
    on = bool(sock.getsockopt(SOL_SOCKET, C["SO_KEEPALIVE"]))
    try:
        idle, interval, count = (sock.getsockopt(IPPROTO_TCP, C[name]) for name in KEEPALIVE)
    except OSError:
        return Keepalive(on, None, None, None)
    return Keepalive(on, idle, interval, count)


def set_linger(sock: Any, seconds: Optional[int]) -> None:
    """Sets what closing does with data that is not sent yet: SO_LINGER in socket(7).

    None: the kernel goes on sending.  0: the data is dropped, and the peer gets a reset.  Else
    closing waits for so many seconds.
    """
    value = _LINGER.pack(seconds is not None, seconds or 0)
    sock.setsockopt(SOL_SOCKET, C["SO_LINGER"], value)


def get_linger(sock: Any) -> Optional[int]:
    """Returns what `set_linger` has set."""
    on, seconds = _LINGER.unpack(sock.getsockopt(SOL_SOCKET, C["SO_LINGER"], _LINGER.size))
    return seconds if on else None


def bind_to_device(sock: Any, interface: Union[str, bytes, int, None]) -> None:
    """Lets a socket use one interface alone, by name or index; None for any: SO_BINDTODEVICE.

    Changing it takes CAP_NET_RAW.
    """
    if isinstance(interface, int):
        interface = if_indextoname(interface) if interface else None
    name = b"" if interface is None else os.fsencode(interface)
    if len(name) >= IFNAMSIZ or b"\0" in name:
        raise ValueError("the name of an interface has 1 to 15 bytes, none of them 0")
    sock.setsockopt(SOL_SOCKET, C["SO_BINDTODEVICE"], name + b"\0")


def bound_device(sock: Any) -> Optional[str]:
    """Returns the interface that `bind_to_device` has set, None for any."""
    value = sock.getsockopt(SOL_SOCKET, C["SO_BINDTODEVICE"], IFNAMSIZ)
    return os.fsdecode(value.partition(b"\0")[0]) or None


def set_local_port_range(sock: Any, low: int, high: int) -> None:
    """Lets the kernel choose local ports from ``low`` to ``high``: IP_LOCAL_PORT_RANGE, Linux 6.3.

    0 leaves that end as the system has it.
    """
    for port in (low, high):
        if not 0 <= port <= 0xFFFF:
            raise OverflowError("port must be 0-65535.")
    value = _UNSIGNED.pack(high << 16 | low)
    sock.setsockopt(IPPROTO_IP, C["IP_LOCAL_PORT_RANGE"], value)


def get_local_port_range(sock: Any) -> tuple[int, int]:
    """Returns what `set_local_port_range` has set, 0 for the system's."""
    value = sock.getsockopt(IPPROTO_IP, C["IP_LOCAL_PORT_RANGE"], _UNSIGNED.size)
    (both,) = _UNSIGNED.unpack(value)
    return both & 0xFFFF, both >> 16
