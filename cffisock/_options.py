"""Socket options: getsockopt(2), setsockopt(2)."""

from __future__ import annotations

import sys
from operator import index

from ._arguments import INT_MAX, UINT_MAX, c_int
from ._buffers import readable, release
from ._cffi import ffi, lib
from ._errors import check
from ._platform import CONSTANTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, SupportsIndex

AF_VSOCK = CONSTANTS["AF_VSOCK"]
BUFLEN_MAX = 1024


class OptionMethods:
    """The base socket's methods for options."""

    __slots__ = ()

    _fd: int
    _kind: tuple[int, int, int]

    def getsockopt(
        self, level: SupportsIndex, optname: SupportsIndex, buflen: SupportsIndex = 0, /
    ) -> int | bytes:
        """The value of an option, an int; with ``buflen`` its bytes, at most so many.

        OSError for a ``buflen`` outside of 0 to 1024, or as in getsockopt(2).
        """
        level, optname, size = c_int(level), c_int(optname), c_int(buflen)
        if size == 0:
            if self._kind[0] == AF_VSOCK:
                # The options of this family are 64 bits wide.
                return int.from_bytes(self._option(level, optname, 8), sys.byteorder)
            value = check(lib.cs_getsockopt_int(self._fd, level, optname))
            return value if value <= INT_MAX else value - UINT_MAX - 1
        if not 0 < size <= BUFLEN_MAX:
            raise OSError("getsockopt buflen out of range")
        return self._option(level, optname, size)

    def _option(self, level: int, optname: int, size: int) -> bytes:
        memory = ffi.new("char[]", size)
        used = check(lib.cs_getsockopt(self._fd, level, optname, memory, size))
        data: bytes = ffi.unpack(memory, used)
        return data

    def setsockopt(self, level: SupportsIndex, optname: SupportsIndex, /, *args: Any) -> None:
        """Sets an option: ``setsockopt(level, optname, value)``, setsockopt(2).

        ``value`` is an int, or a buffer with the option's bytes; or None, for a NULL, and then
        its length is a fourth argument.  OSError as in the man page.
        """
        if not args:
            raise TypeError("setsockopt() takes at least 3 arguments (2 given)")
        if len(args) > 2:
            raise TypeError(f"setsockopt() takes at most 4 arguments ({2 + len(args)} given)")
        level, optname = c_int(level), c_int(optname)
        value = args[0]
        if value is None or len(args) == 2:
            self._set_null(level, optname, *args)
        elif hasattr(value, "__index__"):
            self._set_int(level, optname, c_int(value))
        else:
            data = _value_bytes(value)
            try:
                check(lib.cs_setsockopt(self._fd, level, optname, data, len(data)))
            finally:
                release(data)

    def _set_null(self, level: int, optname: int, value: Any, *optlen: SupportsIndex) -> None:
        if value is not None:
            raise TypeError(
                "setsockopt() only takes 4 arguments when the third argument is None "
                f"(got {type(value).__name__})"
            )
        if not optlen:
            raise TypeError("setsockopt() requires 4 arguments when the third argument is None")
        size = index(optlen[0]) & UINT_MAX
        check(lib.cs_setsockopt(self._fd, level, optname, ffi.NULL, size))

    def _set_int(self, level: int, optname: int, value: int) -> None:
        if self._kind[0] == AF_VSOCK:
            wide = value.to_bytes(8, sys.byteorder, signed=True)
            check(lib.cs_setsockopt(self._fd, level, optname, wide, len(wide)))
        else:
            check(lib.cs_setsockopt_int(self._fd, level, optname, value))


def _value_bytes(value: Any) -> Any:
    """The memory of an option's ``value``; `release` it."""
    try:
        return readable(value)
    except TypeError:
        raise TypeError(
            f"socket option should be int, bytes-like object or None (got {type(value).__name__})"
        ) from None
