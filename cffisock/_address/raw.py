"""Addresses of families without a codec: ``(family, bytes)``, the bytes as the kernel has them."""

from __future__ import annotations

from operator import index

from .._buffers import readable
from .._cffi import ffi, lib
from ._codec import Codec, put, take, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def pack(address: Any, caller: str, sock: Any) -> Any:
    """``address`` as a ``cs_addr *``; its first item must be the socket's family."""
    family = sock._cs_kind[0]
    if not isinstance(address, tuple) or len(address) != 2 or index(address[0]) != family:
        raise TypeError(f"{caller}(): address of family {family} must be ({family}, bytes)")
    data = readable(address[1])
    try:
        return put(lib.cs_put_raw, family, data, len(data))
    finally:
        ffi.release(data)


def unpack(addr: Any, sock: Any) -> tuple[int, bytes]:
    """The address that the kernel gave, its family first."""
    return addr.family, text(take(lib.cs_take_raw, addr))


CODEC = Codec(pack, unpack, stable=False)
