"""AF_QIPCRTR ``(node, port)``.  The IPC router of Qualcomm's chips, the kernel's net/qrtr."""

from __future__ import annotations

from .. import _types as t
from .._cffi import lib
from .._edge.platform import CONSTANTS
from ._codec import Codec, put, require_pair, unpack_pair, wrapped

AF_QIPCRTR = CONSTANTS["AF_QIPCRTR"]


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(node, port)`` as a ``cs_addr *``."""
    node, port = require_pair(address, "AF_QIPCRTR")
    return put(lib.cs_put_pair, AF_QIPCRTR, wrapped(node, 32), wrapped(port, 32))


CODEC = Codec(pack, unpack_pair, stable=True)
