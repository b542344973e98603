"""Addresses as the bytes of a ``struct sockaddr``, as the kernel and other programs have them."""

from __future__ import annotations

from typing import Any

from . import _address
from ._cffi import ffi, lib
from ._edge.arguments import c_int
from ._edge.errors import check
from ._edge.memory import bytes_of
from ._edge.platform import CONSTANTS

__all__ = ["pack", "unpack"]

AF_UNIX, SOCK_DGRAM = CONSTANTS["AF_UNIX"], CONSTANTS["SOCK_DGRAM"]


class _Asker(_address.Nobody):
    """Asks for interfaces by a socket that is there as long as the ``with`` block."""

    __slots__ = ()

    def __enter__(self) -> _Asker:
        self._cs_fd = check(lib.cs_socket(AF_UNIX, SOCK_DGRAM, 0))
        return self

    def __exit__(self, *args: object) -> None:
        lib.cs_close(self._cs_fd)


def pack(address: Any, family: int, proto: int = 0) -> bytes:
    """Returns the bytes of ``address``, in the form that sockets of ``family`` and ``proto`` take.

    Raises what ``bind`` would.  A host's name is looked up, an interface's too.
    """
    with _Asker(c_int(family), c_int(proto)) as sock:
        addr = _address.pack(sock, address, "pack")
        data: bytes = ffi.buffer(addr)[: addr.len]
        return data


def unpack(data: Any, proto: int = 0) -> Any:
    """Returns the address in bytes-like ``data``, as ``recvfrom`` would; None for none.

    OSError for more bytes than an address can have.
    """
    raw = bytes_of(data)
    with _Asker(0, c_int(proto)) as sock:
        return _address.unpack_bytes(raw, sock)
