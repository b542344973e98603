"""What name_store.c is elsewhere: a bind() of winsock that only keeps the address, and a
getsockname() that gives it back, for the interpreter's own module."""

from __future__ import annotations

import ctypes
import os
import struct
from typing import Any

from ..support import own

NAME = ctypes.create_string_buffer(128)
NAME_LEN = ctypes.c_uint()

# The fields of a WSAPROTOCOL_INFOW, which share() returns, that say what a socket is.
FAMILY, PROTO = 76, 92
# Where a module's header has the table of the functions that it uses of others.
HEADER, TABLE = 60, 24 + 112 + 12 * 8
PAGE_READWRITE = 4

KEPT: list[Any] = []  # what C calls


def keep(sock: int, addr: int, size: int) -> int:
    ctypes.memmove(NAME, addr, size)
    NAME_LEN.value = size
    return 0


def give(sock: int, addr: int, size: Any) -> int:
    ctypes.memmove(addr, NAME, min(size[0], NAME_LEN.value))
    size[0] = NAME_LEN.value
    return 0


def replace() -> None:
    """Puts both in the place of winsock's, for good."""
    windll: Any = vars(ctypes)["WinDLL"]
    kernel, winsock = windll("kernel32"), windll("ws2_32")
    kernel.GetProcAddress.restype = ctypes.c_void_p
    kernel.GetProcAddress.argtypes = ctypes.c_void_p, ctypes.c_char_p
    pointer, c_int = ctypes.c_void_p, ctypes.c_int
    kernel.VirtualProtect.argtypes = pointer, ctypes.c_size_t, ctypes.c_uint, pointer
    start = ctypes.PyDLL(own._socket.__file__)._handle  # type: ignore[attr-defined]

    def number(offset: int) -> int:
        return ctypes.c_uint32.from_address(start + offset).value

    where, size = number(number(HEADER) + TABLE), number(number(HEADER) + TABLE + 4)
    table = (ctypes.c_void_p * (size // 8)).from_address(start + where)
    before = ctypes.c_uint()
    assert kernel.VirtualProtect(start + where, size, PAGE_READWRITE, ctypes.byref(before))
    function: Any = vars(ctypes)["WINFUNCTYPE"]
    for name, new, kind in (
        (b"bind", keep, function(c_int, pointer, pointer, c_int)),
        (b"getsockname", give, function(c_int, pointer, pointer, ctypes.POINTER(c_int))),
    ):
        index = list(table).index(kernel.GetProcAddress(winsock._handle, name))
        KEPT.append(kind(new))
        table[index] = ctypes.cast(KEPT[-1], pointer).value


def named(family: int, proto: int) -> Any:
    """A socket of the own module, of a family and a protocol that winsock need not have."""
    with own.socket() as base:
        info = bytearray(base.share(os.getpid()))  # type: ignore[attr-defined]
    struct.pack_into("i", info, FAMILY, family)
    struct.pack_into("i", info, PROTO, proto)
    return own.socket(fileno=bytes(info))  # type: ignore[arg-type]
