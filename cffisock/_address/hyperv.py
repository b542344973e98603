"""AF_HYPERV ``(vm_id, service_id)``, which Windows has: two GUIDs, as texts.

SOCKADDR_HV is the family, 16 bits that are reserved, and the two.
"""

from __future__ import annotations

from .. import _types as t
from .._cffi import lib
from .._edge.arguments import exact_str
from .._edge.platform import CONSTANTS
from ._codec import Codec, put, require_tuple, take, text

GROUPS = [8, 4, 4, 4, 12]  # the digits of a text between its hyphens
RESERVED = bytes(2)


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(vm_id, service_id)`` as a ``cs_addr *``."""
    family, _, proto = sock._cs_kind
    if proto != CONSTANTS["HV_PROTOCOL_RAW"]:
        raise OSError(f"{caller}(): unsupported AF_HYPERV protocol: {proto}")
    pair = require_tuple(address, "AF_HYPERV", caller)
    if len(pair) != 2 or not all(isinstance(item, str) for item in pair):
        raise TypeError("AF_HYPERV address must be a str tuple (vm_id, service_id)")
    data = RESERVED
    for name, guid in zip(("vm_id", "service_id"), pair):
        try:
            data += pack_guid(exact_str(guid))
        except ValueError:
            complaint = f"{caller}(): AF_HYPERV address {name} is not a valid UUID string"
            raise ValueError(complaint) from None
    return put(lib.cs_put_raw, family, data, len(data))


def unpack(addr: t.Any, sock: t.Any) -> tuple[str, str]:
    """Returns ``(vm_id, service_id)`` of a ``cs_addr *``."""
    data = text(take(lib.cs_take_raw, addr)).ljust(34, b"\0")
    return unpack_guid(data[2:18]), unpack_guid(data[18:34])


def pack_guid(guid: str) -> bytes:
    """Returns the bytes of a GUID; ValueError if the text is none."""
    groups = guid.split("-")
    data = bytes.fromhex("".join(groups))
    if list(map(len, groups)) != GROUPS or len(data) != 16:
        raise ValueError
    return swapped(data)


def unpack_guid(data: bytes) -> str:
    """Returns the text of a GUID's bytes, in small letters."""
    digits = swapped(data).hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def swapped(data: bytes) -> bytes:
    """Returns a GUID's 16 bytes with the first three numbers in the other byte order.

    In memory these are little-endian, in the text they are not.
    """
    return data[3::-1] + data[5:3:-1] + data[7:5:-1] + data[8:]


CODEC = Codec(pack, unpack, stable=True)
