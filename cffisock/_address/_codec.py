"""The `Codec` that each family has, and what the codecs have in common."""

from __future__ import annotations

from collections import defaultdict

from .. import _types as t
from .._cffi import ffi, lib
from .._edge.arguments import exact_str, exact_tuple, integer, without_nul
from .._edge.errors import check, warn
from .._edge.tables import remember


class Codec:
    """One address family.

    ``pack(address, caller, sock)`` gives a ``cs_addr *`` for a Python address;
    ``unpack(addr, sock)`` the Python address for a ``cs_addr *``.  ``sock`` is the socket
    that it belongs to: its protocol may choose the form, its descriptor is asked about
    interfaces.  ``stable`` says that the same bytes always give the same address, whatever
    the socket, so that it may be remembered.
    """

    __slots__ = ("pack", "stable", "unpack")

    def __init__(
        self,
        pack: t.Callable[[t.Any, str, t.Any], t.Any],
        unpack: t.Callable[[t.Any, t.Any], t.Any],
        *,
        stable: bool,
    ) -> None:
        self.pack = pack
        self.unpack = unpack
        self.stable = stable


# Addresses of peers, ready for the kernel: by family and by the id() of the very object that each
# was made of, which is kept with it.  So no code of the caller's has to compare anything, and ``1``
# and ``1.0``, or str and bytes, are never taken for each other.  Only for what means the same at
# any time.  A table is emptied when full.
KNOWN: defaultdict[int, dict[int, tuple[t.Any, t.Any]]] = defaultdict(dict)


def keep(family: int, address: t.Any, addr: t.Any) -> t.Any:
    """Keeps ``addr`` as what ``address``, which cannot change, is to the kernel, and returns it."""
    remember(KNOWN[family], id(address), (address, addr))
    return addr


def put(put_address: t.Callable[..., int], *parts: t.Any) -> t.Any:
    """Returns a new ``cs_addr *`` that the shim's ``put_address`` makes of ``parts``."""
    addr = ffi.new("cs_addr *")
    check(put_address(addr, *parts))
    return addr


def take(take_address: t.Callable[..., int], addr: t.Any, *fd: int) -> t.Any:
    """Returns the ``cs_fields *`` that the shim's ``take_address`` makes of ``addr``.

    It asks the socket ``fd`` for the name of an interface.
    """
    fields = ffi.new("cs_fields *")
    check(take_address(addr, fields, *fd))
    return fields


def unpack_pair(addr: t.Any, sock: t.Any) -> tuple[int, int]:
    """Returns the two numbers of a ``cs_addr *``, for families that have no more."""
    fields = take(lib.cs_take_pair, addr)
    return fields.number[0], fields.number[1]


def text(fields: t.Any) -> bytes:
    """Returns the bytes of a ``cs_fields *``."""
    data: bytes = ffi.unpack(fields.text, fields.len)
    return data


def require_tuple(address: object, family: str, caller: str) -> tuple[t.Any, ...]:
    """Returns ``address`` if it is a tuple.  A TypeError names the family."""
    if not isinstance(address, tuple):
        given = type(address).__name__
        raise TypeError(f"{caller}(): {family} address must be tuple, not {given}")
    return exact_tuple(address)


def completed(parts: tuple[t.Any, ...], size: int, *defaults: t.Any) -> tuple[t.Any, ...]:
    """Returns ``parts`` made ``size`` long by the last of the ``defaults``."""
    return (*parts, *defaults[len(parts) + len(defaults) - size :])


def wrapped(value: t.SupportsIndex, bits: int) -> int:
    """Returns ``value`` as an unsigned number of ``bits`` bits, -1 as the greatest one.

    Higher bits are lost, as they are in the standard module, which warns of it since 3.15.
    """
    number = integer(value)
    if not -(1 << bits - 1) <= number < 1 << bits:
        # Reported where the socket's method was called.
        warn("integer value out of range", DeprecationWarning, stacklevel=5)
    return number & (1 << bits) - 1


def utf8(value: object, complaint: str) -> bytes:
    """Returns the str ``value`` as C's text; TypeError with ``complaint`` where it is none."""
    if not isinstance(value, str):
        raise TypeError(complaint)
    return without_nul(exact_str(value).encode(), "character")


def require_pair(address: object, family: str) -> tuple[t.Any, t.Any]:
    """Returns ``address``, checked to be a pair as AF_VSOCK and AF_QIPCRTR have it.  TypeError."""
    if not isinstance(address, tuple):
        given = type(address).__name__
        raise TypeError(f"getsockaddrarg: {family} address must be tuple, not {given}")
    pair = exact_tuple(address)
    if len(pair) != 2:
        raise TypeError(f"getsockaddrarg() takes exactly 2 arguments ({len(pair)} given)")
    return pair[0], pair[1]


def require_items(address: t.Any, least: int, most: int) -> tuple[t.Any, ...]:
    """Returns ``address`` if it is a tuple with so many items.  TypeError if not."""
    if not isinstance(address, tuple):
        raise TypeError
    parts = exact_tuple(address)
    if not least <= len(parts) <= most:
        raise TypeError
    return parts


def wrong_format(caller: str) -> OSError:
    """Returns the exception for a Bluetooth address of a wrong type or length."""
    return OSError(f"{caller}(): wrong format")
