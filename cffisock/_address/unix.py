"""AF_UNIX: a path as str, or bytes; an abstract name as bytes that begin with NUL.  unix(7)."""

from __future__ import annotations

import os

from .._buffers import readable
from .._cffi import ffi, lib
from .._platform import CONSTANTS
from ._codec import Codec, keep, take, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

AF_UNIX = CONSTANTS["AF_UNIX"]


def pack(address: Any, caller: str, sock: Any) -> Any:
    """The path or name ``address`` as a ``cs_addr *``."""
    path = readable(os.fsencode(address) if isinstance(address, str) else address)
    addr = ffi.new("cs_addr *")
    try:
        if lib.cs_put_unix(addr, path, len(path)) < 0:
            raise OSError("AF_UNIX path too long")
    finally:
        ffi.release(path)
    if type(address) in (str, bytes):
        keep(AF_UNIX, address, addr)
    return addr


def unpack(addr: Any, sock: Any) -> str | bytes:
    """The path of ``addr``, '' where it has none; an abstract name as bytes."""
    path = text(take(lib.cs_take_unix, addr))
    return path if path.startswith(b"\0") else os.fsdecode(path)


UNIX = Codec(pack, unpack, stable=True)
