"""What a family's module has to offer."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

from .._cffi import ffi
from .._errors import check


class Codec(NamedTuple):
    """One address family, by its number.

    ``pack(address, caller, sock)`` gives a ``cs_addr *`` for a Python address;
    ``unpack(addr, sock)`` the Python address for a ``cs_addr *``.  ``sock`` is the socket
    that it belongs to: its protocol may choose the form, its descriptor is asked about
    interfaces.  ``stable`` says that the same bytes always give the same address, whatever
    the socket, so that it may be remembered.
    """

    family: int
    pack: Callable[[Any, str, Any], Any]
    unpack: Callable[[Any, Any], Any]
    stable: bool


def put(put_address: Callable[..., int], *parts: Any) -> Any:
    """A new ``cs_addr *`` that the shim's ``put_address`` makes of ``parts``."""
    addr = ffi.new("cs_addr *")
    check(put_address(addr, *parts))
    return addr


def take(take_address: Callable[..., int], addr: Any) -> Any:
    """The ``cs_fields *`` that the shim's ``take_address`` makes of ``addr``."""
    fields = ffi.new("cs_fields *")
    check(take_address(addr, fields))
    return fields


def text(fields: Any) -> bytes:
    """The bytes of a ``cs_fields *``."""
    data: bytes = ffi.unpack(fields.text, fields.len)
    return data


def require_tuple(address: object, family: str, caller: str) -> tuple[Any, ...]:
    """``address`` if it is a tuple, else a TypeError that names the family."""
    if not isinstance(address, tuple):
        kind = type(address).__name__
        raise TypeError(f"{caller}(): {family} address must be tuple, not {kind}")
    return address
