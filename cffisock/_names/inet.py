"""Numbers in network byte order, and numeric addresses as text: byteorder(3), inet_pton(3).

The addresses that have been converted are remembered: a look-up costs less than a call of the
shim.  Look-ups are by exact types, since 1, 1.0 and True are equal keys.
"""

from __future__ import annotations

import sys
from operator import index

from .. import _types as t
from .._cffi import lib
from .._edge.arguments import c_int, c_text, c_unsigned
from .._edge.errors import EINVAL, check
from .._edge.memory import bytes_of, new_memory
from .._edge.platform import CONSTANTS
from .._edge.tables import remember

AF_INET = CONSTANTS["AF_INET"]
AF_INET6 = CONSTANTS["AF_INET6"]
SIZES = {AF_INET: 4, AF_INET6: 16}

_LONGEST_TEXT = 45  # of an IPv6 address; inet_aton() takes any length
_TEXT_SIZE = _LONGEST_TEXT + 1  # with its NUL byte


# --- byte order -----------------------------------------------------------------------


def htons(integer: t.SupportsIndex, /) -> int:
    """Returns ``integer``, of 16 bits, from host to network byte order: htons(3)."""
    return _in_network_order(c_unsigned(integer, 0xFFFF, "uint16_t"), 2)


def ntohs(integer: t.SupportsIndex, /) -> int:
    """Returns ``integer``, of 16 bits, from network to host byte order: ntohs(3)."""
    return _in_network_order(c_unsigned(integer, 0xFFFF, "uint16_t"), 2)


def htonl(integer: t.SupportsIndex, /) -> int:
    """Returns ``integer``, of 32 bits, from host to network byte order: htonl(3)."""
    return _in_network_order(c_unsigned(integer, 0xFFFFFFFF, "uint32_t"), 4)


def ntohl(integer: t.SupportsIndex, /) -> int:
    """Returns ``integer``, of 32 bits, from network to host byte order: ntohl(3)."""
    return _in_network_order(c_unsigned(integer, 0xFFFFFFFF, "uint32_t"), 4)


def _in_network_order(number: int, size: int) -> int:
    """Returns ``number`` of ``size`` bytes, from the host's byte order or back: it is the same."""
    return int.from_bytes(int.to_bytes(number, size, "big"), sys.byteorder)


# --- addresses ------------------------------------------------------------------------

_loose: dict[str, bytes] = {}
_packed: dict[str, bytes] = {}
_packed6: dict[str, bytes] = {}
_texts: dict[bytes, str] = {}
_texts6: dict[bytes, str] = {}


def inet_aton(ip_addr: str, /) -> bytes:
    """Returns the 4 bytes of an IPv4 address in any of its forms, such as '127.1': inet_aton(3)."""
    if type(ip_addr) is str:
        try:
            return _loose[ip_addr]
        except KeyError:
            pass
    text = c_text(ip_addr, "inet_aton() argument")
    packed = _filled("inet_aton", lib.cs_inet_aton, text)
    if len(text) > _LONGEST_TEXT:
        return packed
    return remember(_loose, text.decode(), packed)


def inet_ntoa(packed_ip: t.Buffer, /) -> str:
    """Returns the text of an IPv4 address of 4 bytes: inet_ntoa(3)."""
    if type(packed_ip) is bytes:
        try:
            return _texts[packed_ip]
        except KeyError:
            pass
    packed = bytes_of(packed_ip)
    if len(packed) != SIZES[AF_INET]:
        raise OSError("packed IP wrong length for inet_ntoa")
    return inet_ntop(AF_INET, packed)


def inet_pton(address_family: t.SupportsIndex, ip_string: str, /) -> bytes:
    """Returns the bytes of an AF_INET or AF_INET6 address: inet_pton(3)."""
    family = index(address_family)
    if type(ip_string) is str:
        try:
            if family == AF_INET:
                return _packed[ip_string]
            if family == AF_INET6:
                return _packed6[ip_string]
        except KeyError:
            pass
    family = c_int(family)
    text = c_text(ip_string, "inet_pton() argument 2")
    packed = _filled("inet_pton", lib.cs_inet_pton, family, text)
    return remember(_packed if family == AF_INET else _packed6, text.decode(), packed)


def inet_ntop(address_family: t.SupportsIndex, packed_ip: t.Buffer, /) -> str:
    """Returns the text of a packed AF_INET or AF_INET6 address: inet_ntop(3)."""
    family = index(address_family)
    if type(packed_ip) is bytes:
        try:
            if family == AF_INET:
                return _texts[packed_ip]
            if family == AF_INET6:
                return _texts6[packed_ip]
        except KeyError:
            pass
    family = c_int(family)
    packed = bytes_of(packed_ip)
    if family not in SIZES:
        raise ValueError(f"unknown address family {family}")
    if len(packed) != SIZES[family]:
        raise ValueError("invalid length of packed IP address string")
    text = _filled("inet_ntop", lib.cs_inet_ntop, family, packed)
    return remember(_texts if family == AF_INET else _texts6, packed, text.decode())


def _filled(caller: str, fill: t.Callable[..., int], *arguments: t.Any) -> bytes:
    """Gives the bytes that the shim's function ``fill`` puts into memory, its last argument."""
    memory, view = new_memory(_TEXT_SIZE)
    n = fill(*arguments, memory)
    if n == -EINVAL:
        raise OSError(f"illegal IP address string passed to {caller}")
    data: bytes = view[: check(n)]
    return data
