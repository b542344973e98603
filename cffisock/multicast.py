"""Multicast by the names of interfaces, in one spelling for both IP versions: ip(7), ipv6(7).

An interface is a name, an index, or None, where the kernel chooses by its routes.  Sockets may be
of any module.
"""

from __future__ import annotations

from struct import Struct
from typing import Any, Optional, Union

from ._address import Nobody, pack
from ._cffi import ffi
from ._edge.arguments import c_int
from ._edge.platform import CONSTANTS as C
from ._names.netif import if_nametoindex

__all__ = [
    "block_source",
    "join",
    "leave",
    "set_hops",
    "set_interface",
    "set_loopback",
    "unblock_source",
]

AF_INET6 = C["AF_INET6"]
IPPROTO_IP, IPPROTO_IPV6 = C["IPPROTO_IP"], C["IPPROTO_IPV6"]
Interface = Union[str, bytes, int, None]

# The interface, and behind it, where a long may lie, addresses of the kernel's size.
_HEAD, _STORAGE = Struct("@I0l"), 128


def join(sock: Any, group: str, interface: Interface = None, source: Optional[str] = None) -> None:
    """Receives what is sent to ``group``, with a ``source`` what that host sends: RFC 3678."""
    _membership(sock, "JOIN", group, interface, source)


def leave(sock: Any, group: str, interface: Interface = None, source: Optional[str] = None) -> None:
    """Undoes what `join` has done with the same arguments."""
    _membership(sock, "LEAVE", group, interface, source)


def block_source(sock: Any, group: str, source: str, interface: Interface = None) -> None:
    """Receives nothing any more that the host ``source`` sends to a ``group`` that was joined."""
    _set_group(sock, "MCAST_BLOCK_SOURCE", interface, group, source)


def unblock_source(sock: Any, group: str, source: str, interface: Interface = None) -> None:
    """Undoes what `block_source` has done."""
    _set_group(sock, "MCAST_UNBLOCK_SOURCE", interface, group, source)


def set_interface(sock: Any, interface: Interface) -> None:
    """Sends to groups by this interface: IP_MULTICAST_IF, IPV6_MULTICAST_IF."""
    index = Struct("@i").pack(_index(interface))
    if sock.family == AF_INET6:
        sock.setsockopt(IPPROTO_IPV6, C["IPV6_MULTICAST_IF"], index)
    else:
        # struct ip_mreqn: no group, no address.
        sock.setsockopt(IPPROTO_IP, C["IP_MULTICAST_IF"], bytes(8) + index)


def set_hops(sock: Any, hops: int) -> None:
    """Lets what is sent to groups pass so many hops, at first 1: IP_MULTICAST_TTL and its kin."""
    _set(sock, "IP_MULTICAST_TTL", "IPV6_MULTICAST_HOPS", hops)


def set_loopback(sock: Any, on: bool) -> None:
    """Sets whether this host receives too what it sends to groups, as it does at first."""
    _set(sock, "IP_MULTICAST_LOOP", "IPV6_MULTICAST_LOOP", int(on))


def _set(sock: Any, name: str, name6: str, value: int) -> None:
    if sock.family == AF_INET6:
        sock.setsockopt(IPPROTO_IPV6, C[name6], value)
    else:
        sock.setsockopt(IPPROTO_IP, C[name], value)


def _membership(
    sock: Any, verb: str, group: str, interface: Interface, source: Optional[str]
) -> None:
    if source is None:
        _set_group(sock, f"MCAST_{verb}_GROUP", interface, group)
    else:
        _set_group(sock, f"MCAST_{verb}_SOURCE_GROUP", interface, group, source)


def _set_group(sock: Any, option: str, interface: Interface, *hosts: str) -> None:
    """Sets an option whose value is an interface and one or two addresses: RFC 3678."""
    level = IPPROTO_IPV6 if sock.family == AF_INET6 else IPPROTO_IP
    value = _HEAD.pack(_index(interface))
    for host in hosts:
        addr = pack(Nobody(sock.family), (host, 0), "setsockopt")
        value += ffi.buffer(addr)[: addr.len].ljust(_STORAGE, b"\0")
    sock.setsockopt(level, C[option], value)


def _index(interface: Interface) -> int:
    if interface is None:
        return 0
    return if_nametoindex(interface) if isinstance(interface, (str, bytes)) else c_int(interface)
