"""Network interfaces by index and by name: if_nameindex(3), if_nametoindex(3)."""

from __future__ import annotations

import os

from .. import _types as t
from .._cffi import ffi, lib
from .._edge.arguments import UINT_MAX, c_path, c_unsigned
from .._edge.errors import check
from .._edge.platform import IS_WINDOWS

_USUAL_COUNT = 32
_NAME_SIZE = lib.CS_INTERFACE_NAME


def filled(kind: str, usual: int, ask: t.Callable[[t.Any, int], int]) -> tuple[t.Any, int]:
    """Returns an array of ``kind`` that ``ask`` has filled in, and how many there are in it.

    It has room for the ``usual`` number at first, and is made anew where there are more.
    """
    size = usual
    while True:
        array = ffi.new(f"{kind}[]", size)
        count = check(ask(array, size))
        if count <= size:
            return array, count
        size = count


def if_nameindex() -> list[tuple[int, str]]:
    """Returns the index and the name of each interface: if_nameindex(3)."""
    found, count = filled("cs_interface", _USUAL_COUNT, lib.cs_if_nameindex)
    return [(entry.index, os.fsdecode(ffi.string(entry.name))) for entry in found[0:count]]


def if_nametoindex(oname: t.PathLike, /) -> int:
    """Returns the index of the interface named ``oname``: if_nametoindex(3)."""
    index = lib.cs_if_nametoindex(c_path(oname))
    if index < 0 and IS_WINDOWS:  # which has no error for it
        raise OSError("no interface with this name")
    return check(index)


def if_indextoname(if_index: t.SupportsIndex, /) -> str:
    """Returns the name of the interface with the index ``if_index``: if_indextoname(3)."""
    number = c_unsigned(if_index, UINT_MAX, "unsigned int")
    name = ffi.new("char[]", _NAME_SIZE)
    check(lib.cs_if_indextoname(number, name))
    return os.fsdecode(ffi.string(name))
