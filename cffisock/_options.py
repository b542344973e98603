"""Socket options: getsockopt(2), setsockopt(2)."""

from __future__ import annotations

import sys
from operator import index

from ._arguments import INT_MAX, UINT_MAX, c_int
from ._buffers import readable, release
from ._cffi import ffi, lib
from ._errors import check, error_for
from ._platform import CONSTANTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, SupportsIndex

AF_VSOCK = CONSTANTS["AF_VSOCK"]
BUFLEN_MAX = 1024
NO_BUFLEN = 0
ABSENT: Any = object()
# CPython takes 65 ns to look a function up in `lib`, a tenth of a call.
cs_getsockopt_int = lib.cs_getsockopt_int
cs_setsockopt_int = lib.cs_setsockopt_int


class OptionMethods:
    """The base socket's methods for options."""

    __slots__ = ()

    _fd: int
    _kind: tuple[int, int, int]

    def getsockopt(
        self, level: SupportsIndex, optname: SupportsIndex, buflen: SupportsIndex = NO_BUFLEN, /
    ) -> int | bytes:
        """The value of an option, an int; with ``buflen`` its bytes, at most so many.

        OSError for a ``buflen`` outside of 0 to 1024, or as in getsockopt(2).
        """
        if (
            type(level) is not int
            or type(optname) is not int
            or buflen is not NO_BUFLEN
            or self._kind[0] == AF_VSOCK
        ):
            return self._getsockopt(c_int(level), c_int(optname), c_int(buflen))
        try:
            value = cs_getsockopt_int(self._fd, level, optname)
        except OverflowError:
            c_int(level), c_int(optname)  # raises in the words of the standard module
            raise
        if 0 <= value <= INT_MAX:
            return value
        return _signed(check(value))

    def _getsockopt(self, level: int, optname: int, size: int) -> int | bytes:
        if size == 0:
            if self._kind[0] == AF_VSOCK:
                # The options of this family are 64 bits wide.
                return int.from_bytes(self._option(level, optname, 8), sys.byteorder)
            return _signed(check(cs_getsockopt_int(self._fd, level, optname)))
        if not 0 < size <= BUFLEN_MAX:
            raise OSError("getsockopt buflen out of range")
        return self._option(level, optname, size)

    def _option(self, level: int, optname: int, size: int) -> bytes:
        memory = ffi.new("char[]", size)
        used = check(lib.cs_getsockopt(self._fd, level, optname, memory, size))
        data: bytes = ffi.unpack(memory, used)
        return data

    def setsockopt(
        self,
        level: SupportsIndex,
        optname: SupportsIndex,
        value: Any = ABSENT,
        /,
        *optlen: SupportsIndex,
    ) -> None:
        """Sets an option: ``setsockopt(level, optname, value)``, setsockopt(2).

        ``value`` is an int, or a buffer with the option's bytes; or None, for a NULL, and then
        its length is a fourth argument.  OSError as in the man page.
        """
        if (
            type(value) is not int
            or type(level) is not int
            or type(optname) is not int
            or optlen
            or self._kind[0] == AF_VSOCK
        ):
            return self._setsockopt(level, optname, value, *optlen)
        try:
            result = cs_setsockopt_int(self._fd, level, optname, value)
        except OverflowError:
            c_int(level), c_int(optname), c_int(value)  # as above
            raise
        if result < 0:
            raise error_for(result)
        return None

    def _setsockopt(
        self, level: SupportsIndex, optname: SupportsIndex, value: Any, *optlen: SupportsIndex
    ) -> None:
        if value is ABSENT:
            raise TypeError("setsockopt() takes at least 3 arguments (2 given)")
        if len(optlen) > 1:
            raise TypeError(f"setsockopt() takes at most 4 arguments ({3 + len(optlen)} given)")
        level, optname = c_int(level), c_int(optname)
        if value is None or optlen:
            self._set_null(level, optname, value, *optlen)
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
            check(cs_setsockopt_int(self._fd, level, optname, value))


def _signed(value: int) -> int:
    """An option's int, of which the shim gives the 32 bits."""
    return value if value <= INT_MAX else value - UINT_MAX - 1


def _value_bytes(value: Any) -> Any:
    """The memory of an option's ``value``; `release` it."""
    try:
        return readable(value)
    except TypeError:
        raise TypeError(
            f"socket option should be int, bytes-like object or None (got {type(value).__name__})"
        ) from None
