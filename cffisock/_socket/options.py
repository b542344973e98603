"""The base socket's methods for options: getsockopt(2), setsockopt(2)."""

from __future__ import annotations

from operator import index

from .. import _types as t
from .._cffi import ffi, lib
from .._edge.arguments import UINT_MAX, c_int
from .._edge.errors import check, error_for
from .._edge.memory import readable, release

NO_BUFLEN = 0
NO_VALUE = lib.CS_NO_VALUE
ABSENT: t.Any = object()
# CPython finds a global sooner than an attribute of `lib`.
cs_getsockopt_int = lib.cs_getsockopt_int
cs_setsockopt_int = lib.cs_setsockopt_int


def getsockopt(
    self: t.Socket,
    level: t.SupportsIndex,
    optname: t.SupportsIndex,
    buflen: t.SupportsIndex = NO_BUFLEN,
    /,
) -> t.Union[int, bytes]:
    """Returns the value of an option, an int; with ``buflen`` its bytes, at most so many.

    OSError for a negative ``buflen``, or as in getsockopt(2).
    """
    if type(level) is type(optname) is int and buflen is NO_BUFLEN:
        try:
            value: int = cs_getsockopt_int(self._cs_socket, level, optname)
        except OverflowError:
            pass  # is worded below
        else:
            if value > NO_VALUE:
                return value
            raise error_for(value - NO_VALUE)
    level, optname, size = c_int(level), c_int(optname), c_int(buflen)
    if size == 0:
        return getsockopt(self, level, optname)
    if size < 0:
        raise OSError("getsockopt buflen out of range")
    # Cleared: not every system writes all that it says.
    memory = ffi.new("char[]", size)
    used = check(lib.cs_getsockopt(self._cs_socket, level, optname, memory, size))
    data: bytes = ffi.unpack(memory, min(used, size))
    return data


def setsockopt(
    self: t.Socket,
    level: t.SupportsIndex,
    optname: t.SupportsIndex,
    value: t.Any = ABSENT,
    /,
    *optlen: t.SupportsIndex,
) -> None:
    """Sets an option: ``setsockopt(level, optname, value)``, setsockopt(2).

    ``value`` is an int, or a buffer with the option's bytes; or None, for a NULL, and then
    its length is a fourth argument.  OSError as in the man page.
    """
    if type(level) is type(optname) is type(value) is int and not optlen:
        try:
            result = cs_setsockopt_int(self._cs_socket, level, optname, value)
        except OverflowError:
            pass  # is worded below
        else:
            if result < 0:
                raise error_for(result)
            return
    _setsockopt(self, level, optname, value, *optlen)


def _setsockopt(
    self: t.Socket,
    level: t.SupportsIndex,
    optname: t.SupportsIndex,
    value: t.Any,
    *optlen: t.SupportsIndex,
) -> None:
    if value is ABSENT:
        raise TypeError("setsockopt() takes at least 3 arguments (2 given)")
    if len(optlen) > 1:
        raise TypeError(f"setsockopt() takes at most 4 arguments ({3 + len(optlen)} given)")
    level, optname = c_int(level), c_int(optname)
    if value is None or optlen:
        _set_null(self, level, optname, value, *optlen)
    elif hasattr(value, "__index__"):
        number = c_int(value)
        check(cs_setsockopt_int(self._cs_socket, level, optname, number))
    else:
        data = _value_bytes(value)
        try:
            check(lib.cs_setsockopt(self._cs_socket, level, optname, data, len(data)))
        finally:
            release(data)


def _set_null(
    self: t.Socket, level: int, optname: int, value: t.Any, *optlen: t.SupportsIndex
) -> None:
    if value is not None:
        raise TypeError(
            "setsockopt() only takes 4 arguments when the third argument is None "
            f"(got {type(value).__name__})"
        )
    if not optlen:
        raise TypeError("setsockopt() requires 4 arguments when the third argument is None")
    size = index(optlen[0]) & UINT_MAX
    check(lib.cs_setsockopt(self._cs_socket, level, optname, ffi.NULL, size))


def _value_bytes(value: t.Any) -> t.Any:
    """Returns the memory of an option's ``value``; `release` it."""
    try:
        return readable(value)
    except TypeError:
        raise TypeError(
            f"socket option should be int, bytes-like object or None (got {type(value).__name__})"
        ) from None
