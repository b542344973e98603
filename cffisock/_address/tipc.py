"""AF_TIPC ``(addr_type, v1, v2, v3[, scope])``.

The three values are, by the type of the address,

- TIPC_ADDR_NAMESEQ: the type of a service, its lowest and its highest instance;
- TIPC_ADDR_NAME: the type of a service and its instance; the third one is not used, and
  repeats the instance in what comes from the kernel;
- TIPC_ADDR_ID: the node and the reference of a socket; the third one is 0.
"""

from __future__ import annotations

from .. import _types as t
from .._cffi import ffi, lib
from .._edge.platform import CONSTANTS
from ._codec import Codec, completed, require_tuple, wrapped

TIPC_CLUSTER_SCOPE = CONSTANTS["TIPC_CLUSTER_SCOPE"]


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(addr_type, v1, v2, v3[, scope])`` as a ``cs_addr *``."""
    parts = require_tuple(address, "AF_TIPC", caller)
    if not 4 <= len(parts) <= 5:
        raise TypeError("AF_TIPC address must be a tuple (addr_type, v1, v2, v3[, scope])")
    addr_type, v1, v2, v3, scope = completed(parts, 5, TIPC_CLUSTER_SCOPE)
    addr = ffi.new("cs_addr *")
    result = lib.cs_put_tipc(
        addr,
        wrapped(addr_type, 32),
        wrapped(v1, 32),
        wrapped(v2, 32),
        wrapped(v3, 32),
        wrapped(scope, 32),
    )
    if result < 0:
        raise TypeError("Invalid address type")
    return addr


def unpack(addr: t.Any, sock: t.Any) -> tuple[int, int, int, int, int]:
    """Returns ``(addr_type, v1, v2, v3, scope)`` of a ``cs_addr *``."""
    fields = ffi.new("cs_fields *")
    if lib.cs_take_tipc(addr, fields) < 0:
        raise ValueError("Invalid address type")
    addr_type, v1, v2, v3, scope = fields.number
    return addr_type, v1, v2, v3, scope


CODEC = Codec(pack, unpack, stable=True)
