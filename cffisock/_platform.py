"""The constants that this platform has, as the shim was compiled with them."""

from __future__ import annotations

from ._cffi import ffi, lib


def _read() -> dict[str, int]:
    count = ffi.new("int *")
    table = ffi.unpack(lib.cs_constants(count), count[0])
    return {ffi.string(row.name).decode(): row.value for row in table}


CONSTANTS: dict[str, int] = _read()
