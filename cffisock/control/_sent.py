"""Control messages to be sent, each ``(level, type, data)`` as ``sendmsg`` and its kin take it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from operator import index
from struct import error as StructError
from struct import pack
from typing import Optional, Union

from .._edge.platform import CONSTANTS as C
from .._names.inet import inet_pton
from .._names.netif import if_nametoindex

AF_INET, AF_INET6 = C["AF_INET"], C["AF_INET6"]
SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6 = C["SOL_SOCKET"], C["IPPROTO_IP"], C["IPPROTO_IPV6"]

Item = tuple[int, int, bytes]


def _packed(layout: str, *numbers: int) -> bytes:
    """Packs ``numbers`` as the kernel has them; OverflowError for one that is out of range."""
    try:
        return pack(layout, *map(index, numbers))
    except (StructError, ValueError) as error:  # PyPy has both
        raise OverflowError(str(error)) from None


def rights(fds: Iterable[int]) -> Item:
    """Sends duplicates of the descriptors ``fds`` along: SCM_RIGHTS in unix(7)."""
    return SOL_SOCKET, C["SCM_RIGHTS"], b"".join(_packed("@i", fd) for fd in fds)


def credentials(
    pid: Optional[int] = None, uid: Optional[int] = None, gid: Optional[int] = None
) -> Item:
    """Sends who this process is, or says that it is: SCM_CREDENTIALS in unix(7).

    Others than its own take CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID.
    """
    data = _packed(
        "@iII",
        os.getpid() if pid is None else pid,
        os.getuid() if uid is None else uid,
        os.getgid() if gid is None else gid,
    )
    return SOL_SOCKET, C["SCM_CREDENTIALS"], data


def source(address: str, interface: Union[int, str] = 0) -> Item:
    """Sends from a local ``address``, '' for any, by an ``interface``: IP_PKTINFO, IPV6_PKTINFO.

    The interface is a name or an index, 0 for any.  An address with a colon is for sockets of
    IPv6, which send to IPv4 with one such as '::ffff:192.0.2.1'.
    """
    by = _packed("@i", if_nametoindex(interface) if isinstance(interface, str) else interface)
    if ":" in address:
        return IPPROTO_IPV6, C["IPV6_PKTINFO"], inet_pton(AF_INET6, address) + by
    packed = inet_pton(AF_INET, address or "0.0.0.0")
    # The first address is what is sent from; the second one the kernel leaves alone.
    return IPPROTO_IP, C["IP_PKTINFO"], by + packed + bytes(4)


def hop_limit(value: int, family: int = AF_INET) -> Item:
    """Lets a datagram pass ``value`` hops, 1 to 255: IP_TTL, IPV6_HOPLIMIT."""
    return _of_family(family, "IP_TTL", "IPV6_HOPLIMIT", value)


def traffic_class(value: int, family: int = AF_INET) -> Item:
    """Gives a datagram a traffic class, 0 to 255: IP_TOS, IPV6_TCLASS."""
    if not 0 <= value <= 255:
        raise ValueError("a traffic class must be 0-255")
    return _of_family(family, "IP_TOS", "IPV6_TCLASS", value)


def _of_family(family: int, name: str, name6: str, value: int) -> Item:
    """Makes a message of an int, which has a name for each IP version."""
    data = _packed("@i", value)
    return (IPPROTO_IPV6, C[name6], data) if family == AF_INET6 else (IPPROTO_IP, C[name], data)


def ecn(value: int, family: int = AF_INET) -> Item:
    """Says what a datagram knows of congestion: 0 no ECN, 1 or 2 ECN, 3 congestion.  RFC 3168."""
    if not 0 <= value <= 3:
        raise ValueError("ecn must be 0-3")
    return traffic_class(value, family)


def segment_size(size: int) -> Item:
    """Divides a message into datagrams of ``size`` bytes: UDP_SEGMENT in udp(7), Linux 4.18."""
    return C["IPPROTO_UDP"], C["UDP_SEGMENT"], _packed("@H", size)


def transmit_time(ns: int) -> Item:
    """Sends a message at ``ns`` nanoseconds of the clock that SO_TXTIME chose: Linux 4.19."""
    return SOL_SOCKET, C["SCM_TXTIME"], _packed("@Q", ns)


def timestamping(flags: int) -> Item:
    """Asks when this message goes, by ``SOF_TIMESTAMPING_TX_`` flags: Linux 4.7."""
    return SOL_SOCKET, C["SO_TIMESTAMPING"], _packed("@I", flags)
