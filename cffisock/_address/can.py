"""AF_CAN, in the form that the socket's protocol has:

- CAN_RAW, CAN_BCM: ``(interface,)``;
- CAN_ISOTP: ``(interface, rx_addr, tx_addr)``;
- CAN_J1939: ``(interface, name, pgn, addr)``.

The interface '' means all of them.  The kernel's Documentation/networking/can.rst,
iso15765-2.rst, j1939.rst.
"""

from __future__ import annotations

import os
from operator import index

from .. import _types as t
from .._cffi import lib
from .._edge.arguments import c_path, type_name
from .._edge.errors import check
from .._edge.platform import CONSTANTS
from ._codec import Codec, put, require_tuple, take, text, wrapped

CAN_RAW = CONSTANTS["CAN_RAW"]
CAN_BCM = CONSTANTS["CAN_BCM"]
CAN_ISOTP = CONSTANTS["CAN_ISOTP"]
CAN_J1939 = CONSTANTS["CAN_J1939"]

NAME_SIZE = 16  # an interface's name with its NUL byte


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns the address of ``sock`` in its protocol's form, as a ``cs_addr *``.

    Raises OSError for an interface that does not exist.
    """
    proto = sock._cs_kind[2]
    if proto not in (CAN_RAW, CAN_BCM, CAN_ISOTP, CAN_J1939):
        raise OSError(f"{caller}(): unsupported CAN protocol")
    parts = require_tuple(address, "AF_CAN", caller)
    if proto == CAN_ISOTP:
        interface, rx_addr, tx_addr = require_count(parts, 3)
        name = c_path(interface)
        rx_addr, tx_addr = long_number(rx_addr, 2), long_number(tx_addr, 3)
        ifindex = interface_index(name, sock)
        return put(lib.cs_put_can_isotp, ifindex, rx_addr & 0xFFFFFFFF, tx_addr & 0xFFFFFFFF)
    if proto == CAN_J1939:
        interface, j1939_name, pgn, addr = require_count(parts, 4)
        name = c_path(interface)
        numbers = long_number(j1939_name, 2), wrapped(pgn, 32), wrapped(addr, 8)
        return put(lib.cs_put_can_j1939, interface_index(name, sock), *numbers)
    if len(parts) != 1:
        raise TypeError("AF_CAN address must be a tuple (interface, )")
    return put(lib.cs_put_can, interface_index(c_path(parts[0]), sock))


def require_count(parts: tuple[t.Any, ...], count: int) -> tuple[t.Any, ...]:
    """Returns ``parts`` if it has ``count`` items.  TypeError if not."""
    if len(parts) != count:
        raise TypeError(f"function takes exactly {count} arguments ({len(parts)} given)")
    return parts


def interface_index(name: bytes, sock: t.Any) -> int:
    """Returns the number of the interface ``name`` where ``sock`` is, 0 for none in particular."""
    if len(name) >= NAME_SIZE:
        raise OSError("AF_CAN interface name too long")
    return check(lib.cs_interface_index(sock._cs_socket, name, len(name))) if name else 0


def long_number(value: t.Any, position: int) -> int:
    """Returns ``value``, the item at that position of a tuple, as an unsigned number of 64 bits."""
    try:
        value = index(value)
    except TypeError:
        raise TypeError(f"argument {position} must be int, not {type_name(value)}") from None
    return wrapped(value, 64)


def unpack(addr: t.Any, sock: t.Any) -> tuple[t.Any, ...]:
    """Returns the address of a ``cs_addr *`` in the form of the protocol that ``sock`` has."""
    if sock._cs_kind[2] == CAN_ISOTP:
        fields = take(lib.cs_take_can_isotp, addr, sock._cs_socket)
        return os.fsdecode(text(fields)), fields.number[0], fields.number[1]
    if sock._cs_kind[2] == CAN_J1939:
        fields = take(lib.cs_take_can_j1939, addr, sock._cs_socket)
        name, pgn, address, *_ = fields.number
        return os.fsdecode(text(fields)), name % (1 << 64), pgn, address
    return (os.fsdecode(text(take(lib.cs_take_can, addr, sock._cs_socket))),)


CODEC = Codec(pack, unpack, stable=False)
