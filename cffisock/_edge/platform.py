"""The constants that this platform has, as the shim was compiled with them."""

from __future__ import annotations

import errno

from .._cffi import ffi, lib


class Constants(dict[str, int]):
    """Names and values; to ask for a name that is not there is what the kernel would make of it."""

    def __missing__(self, name: str) -> int:
        raise OSError(errno.ENOPROTOOPT, f"this system has no {name}")


def _read() -> dict[str, int]:
    # One string for all names: taking them out of C one by one is slow.
    names = ffi.string(lib.cs_constant_names()).decode().split()
    return dict(zip(names, ffi.unpack(lib.cs_constant_values(), len(names))))


CONSTANTS: dict[str, int] = Constants(_read())

# Whether the shim has what is in its folder for Linux.
IS_LINUX = hasattr(lib, "cs_put_packet")

# Constants that are no numbers.
TEXTS = {
    "BDADDR_ANY": "00:00:00:00:00:00",
    "BDADDR_LOCAL": "00:00:00:FF:FF:FF",
}
