"""AF_PACKET ``(ifname, proto[, pkttype[, hatype[, addr]]])``; all five in what comes from the
kernel.

``proto`` is the Ethernet protocol in host byte order, ``pkttype`` a PACKET_ constant, ``hatype``
an ARPHRD_ number and ``addr`` the hardware address, as bytes.  packet(7).
"""

from __future__ import annotations

import os

from .. import _types as t
from .._cffi import ffi, lib
from .._edge.arguments import c_int
from .._edge.errors import check
from .._edge.memory import readable
from .._edge.platform import CONSTANTS
from ._codec import Codec, completed, put, require_tuple, take, text, utf8

PACKET_HOST = CONSTANTS["PACKET_HOST"]

COMPLAINT = "AF_PACKET address must be a tuple of two to five elements"


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(ifname, proto[, pkttype[, hatype[, addr]]])`` as a ``cs_addr *``.

    Raises OSError for an interface that does not exist.
    """
    parts = require_tuple(address, "AF_PACKET", caller)
    if not 2 <= len(parts) <= 5:
        raise TypeError(COMPLAINT)
    ifname, proto, pkttype, hatype, hardware = completed(parts, 5, PACKET_HOST, 0, b"")
    name = utf8(ifname, COMPLAINT)
    try:
        proto, pkttype, hatype = c_int(proto), c_int(pkttype), c_int(hatype)
    except OverflowError:
        raise OverflowError(f"{caller}(): address argument out of range") from None
    memory = readable(hardware)
    try:
        ifindex = check(lib.cs_interface_index(sock._cs_socket, name, len(name)))
        if len(memory) > 8:
            raise ValueError("Hardware address must be 8 bytes or less")
        if not 0 <= proto <= 0xFFFF:
            raise OverflowError(f"{caller}(): proto must be 0-65535.")
        return put(lib.cs_put_packet, ifindex, proto, pkttype, hatype, memory, len(memory))
    finally:
        ffi.release(memory)


def unpack(addr: t.Any, sock: t.Any) -> tuple[str, int, int, int, bytes]:
    """Returns ``(ifname, proto, pkttype, hatype, addr)`` of a ``cs_addr *``.

    ``ifname`` is '' where no interface of the socket's network namespace is meant.
    """
    fields = take(lib.cs_take_packet, addr, sock._cs_socket)
    proto, pkttype, hatype, name_len, _ = fields.number
    both = text(fields)
    return os.fsdecode(both[:name_len]), proto, pkttype, hatype, both[name_len:]


CODEC = Codec(pack, unpack, stable=False)
