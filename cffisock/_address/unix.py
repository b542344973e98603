"""AF_UNIX: a path as str, os.PathLike, or bytes; an abstract name as bytes that begin with NUL.

unix(7).
"""

from __future__ import annotations

import errno
import os

from .. import _types as t
from .._cffi import ffi, lib
from .._edge.arguments import exact_str
from .._edge.memory import readable
from .._edge.platform import CONSTANTS
from ._codec import Codec, keep, take, text

AF_UNIX = CONSTANTS["AF_UNIX"]


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns the path or name ``address`` as a ``cs_addr *``."""
    if hasattr(address, "__fspath__"):
        address = os.fspath(address)
    path = readable(os.fsencode(exact_str(address)) if isinstance(address, str) else address)
    addr = ffi.new("cs_addr *")
    try:
        result = lib.cs_put_unix(addr, path, len(path))
    finally:
        ffi.release(path)
    if result == -errno.EINVAL:
        raise ValueError("embedded null byte")
    if result < 0:
        raise OSError("AF_UNIX path too long")
    if type(address) in (str, bytes):
        keep(AF_UNIX, address, addr)
    return addr


def unpack(addr: t.Any, sock: t.Any) -> t.Union[str, bytes]:
    """Returns the path of ``addr``, '' where it has none; an abstract name as bytes."""
    path = text(take(lib.cs_take_unix, addr))
    return path if path.startswith(b"\0") else os.fsdecode(path)


UNIX = Codec(pack, unpack, stable=True)
