"""Addresses of families without a codec: ``(family, bytes)``, the bytes as the kernel has them."""

from __future__ import annotations

from operator import index

from .. import _types as t
from .._cffi import ffi, lib
from .._edge.arguments import exact_tuple
from .._edge.memory import readable
from ._codec import Codec, put, take, text


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``address`` as a ``cs_addr *``; its first item must be the socket's family."""
    family = sock._cs_kind[0]
    parts = exact_tuple(address) if isinstance(address, tuple) else ()
    if len(parts) != 2 or index(parts[0]) != family:
        raise TypeError(f"{caller}(): address of family {family} must be ({family}, bytes)")
    data = readable(parts[1])
    try:
        return put(lib.cs_put_raw, family, data, len(data))
    finally:
        ffi.release(data)


def unpack(addr: t.Any, sock: t.Any) -> tuple[int, bytes]:
    """Returns the address that the kernel gave, its family first."""
    return addr.family, text(take(lib.cs_take_raw, addr))


CODEC = Codec(pack, unpack, stable=False)
