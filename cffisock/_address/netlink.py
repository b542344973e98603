"""AF_NETLINK ``(pid, groups)``.  netlink(7)."""

from __future__ import annotations

from .. import _types as t
from .._cffi import lib
from .._edge.platform import CONSTANTS
from ._codec import Codec, put, require_tuple, unpack_pair, wrapped

AF_NETLINK = CONSTANTS["AF_NETLINK"]


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(pid, groups)`` as a ``cs_addr *``."""
    parts = require_tuple(address, "AF_NETLINK", caller)
    if len(parts) != 2:
        raise TypeError("AF_NETLINK address must be a pair (pid, groups)")
    pid, groups = parts
    return put(lib.cs_put_pair, AF_NETLINK, wrapped(pid, 32), wrapped(groups, 32))


CODEC = Codec(pack, unpack_pair, stable=True)
