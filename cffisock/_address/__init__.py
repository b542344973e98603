"""Socket addresses: Python's tuples and strings on one side, the kernel's bytes on the other.

A family is one file here, with a `Codec` that packs and unpacks, and a line in `MODULES` or
`CODECS`.  No system call belongs here but the look-up of a host or an interface.  From outside this
module's `__all__` is used, and of `inet` also its functions for numeric hosts.
"""

from __future__ import annotations

from .. import _types as t
from .._cffi import ffi, lib
from .._edge.errors import check
from .._edge.memory import NO_SOCKET
from .._edge.platform import CONSTANTS, IS_LINUX, IS_WINDOWS
from .._edge.tables import remember
from . import inet
from ._codec import KNOWN, Codec

__all__ = [
    "CODECS",
    "UNPACKED",
    "codec",
    "is_stable",
    "new_slot",
    "pack",
    "unpack",
    "unpack_bytes",
    "unpack_once",
]

# The modules that few programs need, each imported with the first socket of its family.  The
# layouts of these are Linux's, and below Windows': on other systems those that have such a family
# are raw.
MODULES = {
    CONSTANTS[f"AF_{module.upper()}"]: module
    for module in (
        "alg", "bluetooth", "can", "netlink", "packet", "qipcrtr", "rds", "tipc", "vsock",
    )
    if IS_LINUX
}  # fmt: skip
if IS_WINDOWS:
    MODULES.update({CONSTANTS["AF_BLUETOOTH"]: "rfcomm", CONSTANTS["AF_HYPERV"]: "hyperv"})

# The codecs that are there.
CODECS: dict[int, Codec] = {
    CONSTANTS["AF_INET"]: inet.INET,
    CONSTANTS["AF_INET6"]: inet.INET6,
}
if "AF_UNIX" in CONSTANTS:
    from . import unix

    CODECS[CONSTANTS["AF_UNIX"]] = unix.UNIX

# What has been unpacked, by its raw bytes, for families whose addresses mean the same at
# any time.  It is emptied when full: a server with that many peers gains little from it.
UNPACKED: dict[bytes, t.Any] = {}


def new_slot() -> t.Slot:
    """Returns memory that the kernel writes an address into, without one, and its view."""
    addr = ffi.new("cs_addr *")
    return addr, ffi.buffer(addr)


def codec(family: int) -> Codec:
    """Returns the codec of ``family``, imported if need be; that of `raw` where none is."""
    known = CODECS.get(family)
    if known is None:
        from importlib import import_module  # noqa: PLC0415  (rarely needed)

        module = import_module(f"{__name__}.{MODULES.get(family, 'raw')}")
        known = CODECS[family] = module.CODEC
    return known


def pack(sock: t.Any, address: t.Any, caller: str) -> t.Any:
    """Returns ``address`` for the kernel, a ``cs_addr *`` that nobody may change.

    ``sock`` is the base socket whose method ``caller`` was called with it.  Raises TypeError,
    ValueError or OverflowError for a bad address, OSError or gaierror for a name that is not
    known.
    """
    family = sock._cs_kind[0]
    try:
        return KNOWN[family][id(address)][1]
    except KeyError:
        return (CODECS.get(family) or codec(family)).pack(address, caller, sock)


def is_stable(family: int) -> bool:
    """Returns whether the bytes of an address of ``family`` always mean the same."""
    known = CODECS.get(family)
    return known is not None and known.stable


def unpack(slot: t.Slot, sock: t.Any) -> t.Any:
    """Returns the address that the kernel wrote into ``slot`` for ``sock``, None for none."""
    addr, view = slot
    raw_bytes = view[: addr.len]
    try:
        return UNPACKED[raw_bytes]
    except KeyError:
        pass
    if not raw_bytes:
        return None
    of_family = CODECS.get(addr.family) or codec(addr.family)
    address = of_family.unpack(addr, sock)
    if of_family.stable:
        remember(UNPACKED, raw_bytes, address)
    return address


def unpack_once(slot: t.Slot, sock: t.Any) -> t.Any:
    """Does as `unpack`, but remembers nothing: peers that connect do so from new ports."""
    addr = slot[0]
    if addr.len == 0:
        return None
    return (CODECS.get(addr.family) or codec(addr.family)).unpack(addr, sock)


class Nobody:
    """Stands for a socket where there is an address alone; ``memory`` is to ask the kernel by."""

    __slots__ = ("_cs_kind", "_cs_socket", "_cs_wait")

    def __init__(self, family: int = 0, proto: int = 0, memory: t.Any = NO_SOCKET) -> None:
        self._cs_kind, self._cs_socket, self._cs_wait = (family, 0, proto), memory, -1


def unpack_bytes(data: bytes, sock: t.Any = None) -> t.Any:
    """Returns the address in the bytes of a ``struct sockaddr``; OSError if they are too many."""
    slot = new_slot()
    check(lib.cs_put_bytes(slot[0], data, len(data)))
    return unpack_once(slot, sock or Nobody())
