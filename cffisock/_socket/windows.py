"""What sockets have on Windows alone: codes of control, and duplicates for other processes."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index

from .. import _types as t
from .._cffi import ffi, lib
from .._edge.arguments import UINT_MAX, type_name
from .._edge.errors import check
from .._edge.memory import allocate
from .._edge.platform import CONSTANTS

# What programs may ask for, and how many numbers of 32 bits that takes.
CODES = {
    CONSTANTS["SIO_RCVALL"]: 1,
    CONSTANTS["SIO_KEEPALIVE_VALS"]: 3,
    CONSTANTS["SIO_LOOPBACK_FAST_PATH"]: 1,
}
# The texts of winsock's errors, by their numbers.
_CODES = (6, 8, 87, 995, 996, 997, 10004, 10009, 10013, 10014, 10022, 10024)
_RANGES = (10035, 10071), (10091, 10093), (10101, 10112), (11001, 11031)
_ALL_CODES = (*_CODES, *(code for first, last in _RANGES for code in range(first, last + 1)))
errorTab = {code: ffi.getwinerror(code)[1] for code in _ALL_CODES}
SHARE_SIZE: int = lib.cs_share_size()


def ioctl(self: t.Socket, control: t.SupportsIndex, option: t.Any, /) -> int:
    """Sets what a code of control, ``SIO_``, is for: WSAIoctl().  Returns how long the answer is.

    ``option`` is an int; for SIO_KEEPALIVE_VALS three of them: whether TCP asks at times if the
    peer is there, after how many milliseconds without data, and how many between two probes.
    """
    code = _number(control, "")
    if code not in CODES:
        raise ValueError(f"invalid ioctl command {code}")
    numbers = ffi.new("uint32_t[]", _numbers(option, CODES[code]))
    data = ffi.cast("char *", numbers)
    return check(lib.cs_ioctl(self._cs_socket, code, data, ffi.sizeof(numbers), ffi.NULL, 0))


def _numbers(option: t.Any, count: int) -> list[int]:
    if count == 1:
        return [index(option) & UINT_MAX]
    if not isinstance(option, Sequence) or isinstance(option, (str, bytes)):
        raise TypeError(
            f"ioctl() argument 2 must be {count}-item sequence, not {type_name(option)}"
        )
    given = list(option)
    if len(given) != count:
        raise TypeError(f"ioctl() argument 2 must be sequence of length {count}, not {len(given)}")
    return [_number(each, f", item {i}", 2) for i, each in enumerate(given)]


def _number(value: t.Any, item: str, argument: int = 1) -> int:
    """Returns the lowest 32 bits of an argument, as the standard module takes them."""
    try:
        return index(value) & UINT_MAX
    except TypeError:
        given = type_name(value)
        raise TypeError(f"ioctl() argument {argument}{item} must be int, not {given}") from None


def share(self: t.Socket, process_id: t.SupportsIndex, /) -> bytes:
    """Returns what the process ``process_id`` gives to `fromshare`, for a socket like this one."""
    description = allocate("char[]", SHARE_SIZE)
    check(lib.cs_share(self._cs_socket, index(process_id) & UINT_MAX, description))
    data: bytes = ffi.unpack(description, SHARE_SIZE)
    return data


def from_share(description: bytes, fds: t.Any) -> tuple[int, int, int]:
    """Puts the descriptor of a duplicate into ``fds``: its family, type and protocol."""
    if len(description) != SHARE_SIZE:
        raise ValueError(f"socket descriptor string has wrong size, should be {SHARE_SIZE} bytes.")
    kind = ffi.new("int[3]")
    check(lib.cs_from_share(description, fds, kind, kind + 1, kind + 2))
    return kind[0], kind[1], kind[2]
