"""The addresses of network interfaces: getifaddrs(3)."""

from __future__ import annotations

import os
from typing import Any, NamedTuple, Optional

from .._address import Nobody, unpack_once
from .._cffi import ffi, lib
from .._edge.enums import FAMILIES
from .._edge.platform import CONSTANTS
from .inet import inet_aton
from .netif import filled

AF_UNSPEC = CONSTANTS["AF_UNSPEC"]
AF_INET, AF_INET6 = CONSTANTS["AF_INET"], CONSTANTS["AF_INET6"]
IFF_BROADCAST = CONSTANTS["IFF_BROADCAST"]
_USUAL_COUNT = 64


class InterfaceAddress(NamedTuple):
    """One address of an interface; an interface without any has one record, without an address.

    ``name`` and ``index`` are the interface's, ``flags`` its ``IFF_`` flags, and ``hardware`` its
    hardware address, such as '02:00:00:00:00:01'.  ``family`` is the address's, AF_UNSPEC for none;
    ``address`` and ``netmask`` are text.  ``broadcast`` or ``peer`` is there if the address has
    one.  ``scope`` is the index of the link that an IPv6 address is local to, else 0.
    """

    name: str
    index: int  # type: ignore[assignment]  # the tuple's method is not needed
    flags: int
    family: Any
    address: Optional[str]
    netmask: Optional[str]
    broadcast: Optional[str]
    peer: Optional[str]
    hardware: Optional[str]
    scope: int


def getifaddrs() -> list[InterfaceAddress]:
    """Returns the addresses of all interfaces, IPv4 and IPv6: getifaddrs(3)."""
    entries, count = filled("cs_ifaddr", _USUAL_COUNT, lib.cs_getifaddrs)
    records = [_record(entry) for entry in entries[0:count]]
    # Every interface has an entry with the address of its hardware, which may be empty.
    hardware = {
        record.name: bytes(ffi.buffer(entry.hardware, entry.len)).hex(":")
        for record, entry in zip(records, entries[0:count])
        if entry.len >= 0
    }
    addressed = {record.name for record in records if record.address}
    return [
        record._replace(hardware=hardware.get(record.name))
        for record in records
        if record.address or record.name not in addressed
    ]


def _record(entry: Any) -> InterfaceAddress:
    """Makes the record of an entry, without the hardware's address."""
    family = entry.addr.family
    address: Any = _address(entry.addr) if family in (AF_INET, AF_INET6) else None
    netmask, other = _host(entry.netmask), _host(entry.other)
    if not address or other == address[0]:
        other = None  # the kernel repeats the address where there is neither
    is_broadcast = other and entry.flags & IFF_BROADCAST and _in_net(other, address[0], netmask)
    return InterfaceAddress(
        os.fsdecode(ffi.string(entry.name)),
        entry.index,
        entry.flags,
        FAMILIES.get(family, family) if address else FAMILIES[AF_UNSPEC],
        address[0] if address else None,
        netmask,
        other if is_broadcast else None,
        None if is_broadcast else other,
        None,
        address[3] if address and family == AF_INET6 else 0,
    )


def _in_net(one: str, other: str, netmask: Optional[str]) -> bool:
    """Returns whether both IPv4 addresses are in one network."""
    mask = inet_aton(netmask or "255.255.255.255")
    return all((a ^ b) & m == 0 for a, b, m in zip(inet_aton(one), inet_aton(other), mask))


def _address(addr: Any) -> Any:
    return unpack_once((ffi.addressof(addr), None), Nobody())


def _host(addr: Any) -> Optional[str]:
    return _address(addr)[0] if addr.family in (AF_INET, AF_INET6) else None
