"""The constants that this platform has, as the shim was compiled with them."""

from __future__ import annotations

from .._cffi import ffi, lib


def _read() -> dict[str, int]:
    # One string for all names: taking them out of C one by one is slow.
    names = ffi.string(lib.cs_constant_names()).decode().split()
    return dict(zip(names, ffi.unpack(lib.cs_constant_values(), len(names))))


CONSTANTS: dict[str, int] = _read()

# Constants that are no numbers.
TEXTS = {
    "BDADDR_ANY": "00:00:00:00:00:00",
    "BDADDR_LOCAL": "00:00:00:FF:FF:FF",
}
