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

# Whether the shim is that of Windows, over winsock, which has to be started.
IS_WINDOWS = hasattr(lib, "cs_startup")
if IS_WINDOWS:
    lib.cs_startup()

# Whether the shim has what is in its folder for Linux.
IS_LINUX = hasattr(lib, "cs_put_packet")

# Constants that are no numbers.
TEXTS = {
    "BDADDR_ANY": "00:00:00:00:00:00",
    "BDADDR_LOCAL": "00:00:00:FF:FF:FF",
}
if "AF_HYPERV" in CONSTANTS:
    TEXTS.update(
        HV_GUID_BROADCAST="FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        HV_GUID_CHILDREN="90DB8B89-0D35-4F79-8CE9-49EA0AC8B7CD",
        HV_GUID_LOOPBACK="E0E16197-DD56-4A10-9195-5EE7A155A838",
        HV_GUID_PARENT="A42E7CDA-D03F-480C-9CC2-A4DE20ABB878",
        HV_GUID_WILDCARD="00000000-0000-0000-0000-000000000000",
        HV_GUID_ZERO="00000000-0000-0000-0000-000000000000",
    )

# The functions that Windows has not.
LACKING = ("CMSG_LEN", "CMSG_SPACE", "recv_fds", "send_fds", "sethostname") if IS_WINDOWS else ()
