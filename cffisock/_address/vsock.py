"""AF_VSOCK ``(cid, port)``.  vsock(7)."""

from __future__ import annotations

from .. import _types as t
from .._cffi import lib
from .._edge.platform import CONSTANTS
from ._codec import Codec, put, require_pair, unpack_pair, wrapped

AF_VSOCK = CONSTANTS["AF_VSOCK"]


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(cid, port)`` as a ``cs_addr *``."""
    cid, port = require_pair(address, "AF_VSOCK")
    return put(lib.cs_put_pair, AF_VSOCK, wrapped(cid, 32), wrapped(port, 32))


CODEC = Codec(pack, unpack_pair, stable=True)
