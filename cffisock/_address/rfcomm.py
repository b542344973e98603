"""AF_BLUETOOTH as Windows has it, where BTPROTO_RFCOMM is the only protocol: ``(bdaddr, channel)``.

``bdaddr`` is the address of a device, a str "XX:XX:XX:XX:XX:XX".  SOCKADDR_BTH is the family, that
address as a number of 64 bits, a GUID that stays 0, and the channel, with nothing between them.
"""

from __future__ import annotations

import re
from struct import Struct

from .. import _types as t
from .._cffi import lib
from .._edge.arguments import c_int
from .._edge.platform import CONSTANTS
from ._codec import Codec, put, require_items, take, text, utf8, wrong_format

AFTER_FAMILY = Struct("<Q16xi")
# What C's functions take as a number in hexadecimal digits.
PART = re.compile(rb"\s*([+-]?(?:0x)?[0-9a-f]+)", re.IGNORECASE)


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(bdaddr, channel)`` as a ``cs_addr *``."""
    family, _, proto = sock._cs_kind
    if proto != CONSTANTS["BTPROTO_RFCOMM"]:
        raise OSError(f"{caller}(): unknown Bluetooth protocol")
    try:
        bdaddr, channel = require_items(address, 2, 2)
        name, number = utf8(bdaddr, ""), c_int(channel)
    except (TypeError, ValueError, OverflowError):
        raise wrong_format(caller) from None
    data = AFTER_FAMILY.pack(pack_device(name), number)
    return put(lib.cs_put_raw, family, data, len(data))


def unpack(addr: t.Any, sock: t.Any) -> tuple[str, int]:
    """Returns ``(bdaddr, channel)`` of a ``cs_addr *``."""
    data = text(take(lib.cs_take_raw, addr)).ljust(AFTER_FAMILY.size, b"\0")
    device, channel = AFTER_FAMILY.unpack_from(data)
    return ":".join(f"{byte:02X}" for byte in device.to_bytes(8, "big")[2:]), channel


def pack_device(name: bytes) -> int:
    """Returns the number of the device ``name``; OSError where it is none."""
    parts = list(map(PART.fullmatch, name.split(b":")))
    numbers = [int(part[1], 16) & 0xFFFFFFFF for part in parts if part]  # as C cuts them
    if not len(parts) == len(numbers) == 6 or max(numbers) > 0xFF:
        raise OSError("bad bluetooth address")
    return int.from_bytes(numbers, "big")


CODEC = Codec(pack, unpack, stable=True)
