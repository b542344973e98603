"""Numbers in network byte order, and numeric addresses as text: byteorder(3), inet_pton(3).

What has been converted is remembered: a look-up costs less than a call of the shim.  The
tables are emptied when full, and look-ups are by exact types, since 1, 1.0 and True are
equal keys.  Addresses take 0.2-1.0 times as long as with the interpreter's own functions on
CPython 3.11 and 3.13, 0.05-0.4 times on PyPy.
"""

from __future__ import annotations

import errno
import sys
from operator import index

from ._arguments import c_int, c_text, c_unsigned
from ._buffers import give_scratch, new_scratch, readable, release, take_scratch
from ._cffi import ffi, lib
from ._errors import check
from ._platform import CONSTANTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, SupportsIndex, TypeVar

    _K = TypeVar("_K")
    _V = TypeVar("_V")

AF_INET = CONSTANTS["AF_INET"]
AF_INET6 = CONSTANTS["AF_INET6"]
SIZES = {AF_INET: 4, AF_INET6: 16}

KNOWN_MAX = 1024
_LONGEST_TEXT = 45  # of an IPv6 address; inet_aton() takes any length


def remember(known: dict[_K, _V], key: _K, value: _V) -> _V:
    """``value``, which is now in the table ``known``."""
    if len(known) >= KNOWN_MAX:
        known.clear()
    known[key] = value
    return value


# --- byte order -----------------------------------------------------------------------


def _swapped16(number: int) -> int:
    return (number & 0xFF) << 8 | number >> 8


def _swapped32(number: int) -> int:
    return _swapped16(number & 0xFFFF) << 16 | _swapped16(number >> 16)


def _swapper(name: str, bits: int, swapped: Callable[[int], int]) -> Callable[[SupportsIndex], int]:
    """The function ``name``: numbers of ``bits`` bits to network byte order, and back."""
    maximum = (1 << bits) - 1
    c_type = f"uint{bits}_t"
    known: dict[int, int] = {}
    if sys.byteorder == "big":
        swapped = int

    def swap(integer: SupportsIndex, /) -> int:
        return swapped(c_unsigned(integer, maximum, c_type))

    def swap_known(integer: SupportsIndex, /) -> int:
        if type(integer) is not int:
            return swap(integer)
        try:
            return known[integer]
        except KeyError:
            pass
        number = swap(integer)
        # Python 3.9 lets more pass, with a warning each time.
        return remember(known, integer, number) if integer <= maximum else number

    def swap_machine_word(integer: SupportsIndex, /) -> int:
        if type(integer) is int and 0 <= integer <= maximum:
            return swapped(integer)
        return swap(integer)

    # For 16 and 32 bits, in ns: CPython 3.11 and 3.13 take 130-160 and 240-320 for the shifts,
    # 65-75 for the look-up, 32-84 for the interpreter's own function, of which 30 are what any
    # call of C takes.  PyPy 7.3.11: 1.1 for the shifts, which its compiler makes machine
    # instructions of if they are of exact ints in range, 5 for the look-up, 45 for
    # int.from_bytes(), 2.7 and 21 for its own.
    function = swap_machine_word if sys.implementation.name == "pypy" else swap_known
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"``integer``, a {c_type}, between host and network byte order: {name}(3)."
    return function


htons = _swapper("htons", 16, _swapped16)
ntohs = _swapper("ntohs", 16, _swapped16)
htonl = _swapper("htonl", 32, _swapped32)
ntohl = _swapper("ntohl", 32, _swapped32)


# --- addresses ------------------------------------------------------------------------

_loose: dict[str, bytes] = {}
_packed: dict[str, bytes] = {}
_packed6: dict[str, bytes] = {}
_texts: dict[bytes, str] = {}
_texts6: dict[bytes, str] = {}


def inet_aton(ip_addr: str, /) -> bytes:
    """The 4 bytes of an IPv4 address in any of its forms, such as '127.1': inet_aton(3)."""
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


def inet_ntoa(packed_ip: Any, /) -> str:
    """The text of an IPv4 address of 4 bytes: inet_ntoa(3)."""
    if type(packed_ip) is bytes:
        try:
            return _texts[packed_ip]
        except KeyError:
            pass
    packed = _copy(packed_ip)
    if len(packed) != SIZES[AF_INET]:
        raise OSError("packed IP wrong length for inet_ntoa")
    return inet_ntop(AF_INET, packed)


def inet_pton(address_family: SupportsIndex, ip_string: str, /) -> bytes:
    """The bytes of an AF_INET or AF_INET6 address: inet_pton(3)."""
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


def inet_ntop(address_family: SupportsIndex, packed_ip: Any, /) -> str:
    """The text of a packed AF_INET or AF_INET6 address: inet_ntop(3)."""
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
    packed = _copy(packed_ip)
    if family not in SIZES:
        raise ValueError(f"unknown address family {family}")
    if len(packed) != SIZES[family]:
        raise ValueError("invalid length of packed IP address string")
    text = _filled("inet_ntop", lib.cs_inet_ntop, family, packed)
    return remember(_texts if family == AF_INET else _texts6, packed, text.decode())


def _copy(data: Any) -> bytes:
    """The bytes of a bytes-like object."""
    if type(data) is bytes:
        return data
    memory = readable(data)
    try:
        copy: bytes = ffi.unpack(memory, len(memory))
        return copy
    finally:
        release(memory)


def _filled(caller: str, fill: Callable[..., int], *arguments: Any) -> bytes:
    """What the shim's function ``fill`` puts into memory, its last argument."""
    try:
        scratch = take_scratch()
    except IndexError:
        scratch = new_scratch()
    try:
        n = fill(*arguments, scratch[0])
        if n == -errno.EINVAL:
            raise OSError(f"illegal IP address string passed to {caller}")
        data: bytes = scratch[1][: check(n)]
        return data
    finally:
        give_scratch(scratch)
