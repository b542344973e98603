"""AF_VSOCK ``(cid, port)``.  vsock(7)."""

from __future__ import annotations

from .. import _types as t
from .._cffi import lib
from ._codec import Codec, put, require_pair, take, wrapped


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(cid, port)`` as a ``cs_addr *``."""
    cid, port = require_pair(address, "AF_VSOCK")
    return put(lib.cs_put_vsock, wrapped(cid, 32), wrapped(port, 32))


def unpack(addr: t.Any, sock: t.Any) -> tuple[int, int]:
    """Returns ``(cid, port)`` of a ``cs_addr *``."""
    fields = take(lib.cs_take_vsock, addr)
    return fields.number[0], fields.number[1]


CODEC = Codec(pack, unpack, stable=True)
