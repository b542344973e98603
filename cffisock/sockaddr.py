"""Addresses as the bytes of a ``struct sockaddr``, as the kernel and other programs have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from . import _address
from ._cffi import ffi, lib
from ._edge.arguments import c_int
from ._edge.errors import check
from ._edge.memory import bytes_of
from ._edge.platform import CONSTANTS
from ._socket.descriptors import arrival, leave

__all__ = ["pack", "unpack"]

T = TypeVar("T")

# Of a family that needs no network.
AF_ASKING = CONSTANTS.get("AF_UNIX", CONSTANTS["AF_INET"])
SOCK_DGRAM = CONSTANTS["SOCK_DGRAM"]


def _asking(family: int, proto: int, ask: Callable[[Any], T]) -> T:
    """Returns what ``ask`` does with a socket, by which it may ask for interfaces."""
    fds = arrival()
    try:
        check(lib.cs_new_socket(AF_ASKING, SOCK_DGRAM, 0, fds))
        return ask(_address.Nobody(family, proto, fds))
    finally:
        leave(fds)


def pack(address: Any, family: int, proto: int = 0) -> bytes:
    """Returns the bytes of ``address``, in the form that sockets of ``family`` and ``proto`` take.

    Raises what ``bind`` would.  A host's name is looked up, an interface's too.
    """

    def packed(sock: Any) -> bytes:
        addr = _address.pack(sock, address, "pack")
        data: bytes = ffi.buffer(addr)[: addr.len]
        return data

    return _asking(c_int(family), c_int(proto), packed)


def unpack(data: Any, proto: int = 0) -> Any:
    """Returns the address in bytes-like ``data``, as ``recvfrom`` would; None for none.

    OSError for more bytes than an address can have.
    """
    raw = bytes_of(data)
    return _asking(0, c_int(proto), lambda sock: _address.unpack_bytes(raw, sock))
