"""AF_NETLINK ``(pid, groups)``.  netlink(7)."""

from __future__ import annotations

from .. import _types as t
from .._cffi import lib
from ._codec import Codec, put, require_tuple, take, wrapped


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(pid, groups)`` as a ``cs_addr *``."""
    parts = require_tuple(address, "AF_NETLINK", caller)
    if len(parts) != 2:
        raise TypeError("AF_NETLINK address must be a pair (pid, groups)")
    pid, groups = parts
    return put(lib.cs_put_netlink, wrapped(pid, 32), wrapped(groups, 32))


def unpack(addr: t.Any, sock: t.Any) -> tuple[int, int]:
    """Returns ``(pid, groups)`` of a ``cs_addr *``."""
    fields = take(lib.cs_take_netlink, addr)
    return fields.number[0], fields.number[1]


CODEC = Codec(pack, unpack, stable=True)
