"""AF_QIPCRTR ``(node, port)``.  The IPC router of Qualcomm's chips, the kernel's net/qrtr."""

from __future__ import annotations

from .. import _types as t
from .._cffi import lib
from ._codec import Codec, put, require_pair, take, wrapped


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(node, port)`` as a ``cs_addr *``."""
    node, port = require_pair(address, "AF_QIPCRTR")
    return put(lib.cs_put_qipcrtr, wrapped(node, 32), wrapped(port, 32))


def unpack(addr: t.Any, sock: t.Any) -> tuple[int, int]:
    """Returns ``(node, port)`` of a ``cs_addr *``."""
    fields = take(lib.cs_take_qipcrtr, addr)
    return fields.number[0], fields.number[1]


CODEC = Codec(pack, unpack, stable=True)
