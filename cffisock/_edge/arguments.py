"""Arguments of callers: integers, texts, hosts, checked and worded as in the standard module."""

from __future__ import annotations

import os
import sys
from operator import index
from types import FunctionType

from .. import _types as t
from .errors import warn

INT_MAX = 2**31 - 1
INT_MIN = -(2**31)
UINT_MAX = 2**32 - 1
# Handles of Windows are as wide as pointers.
FD_MIN, FD_MAX = (-(2**63), 2**63 - 1) if sys.platform == "win32" else (INT_MIN, INT_MAX)
_ALL = slice(None)
# What a negative number is where only an unsigned one will do: CPython 3.14 changed its mind.
NEGATIVE = ValueError if sys.version_info >= (3, 14) else OverflowError


def c_int(value: t.SupportsIndex) -> int:
    """Returns ``value`` as a C int; TypeError, or OverflowError out of its range."""
    number = value if type(value) is int else integer(value)
    if INT_MIN <= number <= INT_MAX:
        return number
    bound = "greater than maximum" if number > 0 else "less than minimum"
    raise OverflowError(f"signed integer is {bound}")


def c_fd(value: t.SupportsIndex) -> int:
    """Returns ``value`` as a descriptor: -1, which is none, for what none can be."""
    number = c_long(value)
    return number if FD_MIN <= number <= FD_MAX else -1


def c_unsigned(value: t.SupportsIndex, maximum: int, c_type: str) -> int:
    """Returns ``value`` as an unsigned number of the C type ``c_type``, up to ``maximum``."""
    number = index(value)
    if number < 0:
        raise NEGATIVE("Cannot convert negative int")
    if number > maximum:
        if sys.version_info < (3, 10) and number <= INT_MAX:
            # Python 3.9 cut off what was too much.
            warn(f"number too large for C {c_type}", DeprecationWarning, stacklevel=3)
            return number & maximum
        raise OverflowError(f"Python int too large for C {c_type}")
    return number


def exact_str(value: str) -> str:
    """Returns ``value`` as a str whose methods are str's, also where it is of a derived class."""
    return value if type(value) is str else str.__getitem__(value, _ALL)


def exact_bytes(value: t.Union[bytes, bytearray]) -> bytes:
    """Returns the bytes of ``value``, whatever a class derived from these says of itself."""
    if type(value) is bytes:
        return value
    if isinstance(value, bytes):
        return bytes.__getitem__(value, _ALL)
    return bytes(bytearray.__getitem__(value, _ALL))


def exact_tuple(value: tuple[t.Any, ...]) -> tuple[t.Any, ...]:
    """Returns the items of ``value``, whatever a class derived from tuple says of itself."""
    return value if type(value) is tuple else tuple.__getitem__(value, _ALL)


def c_text(value: object, argument: str) -> bytes:
    """Returns the str ``value`` as a C string; ``argument`` is its name in error messages."""
    if not isinstance(value, str):
        raise TypeError(f"{argument} must be str, not {type_name(value)}")
    return without_nul(exact_str(value).encode(), "character")


def c_path(value: t.PathLike) -> bytes:
    """Returns the path or name ``value`` as a C string, as os.fsencode() has it."""
    path = os.fspath(value)
    if isinstance(path, str):
        path = os.fsencode(exact_str(path))
    return without_nul(exact_bytes(path), "byte")


def without_nul(data: bytes, unit: str) -> bytes:
    """Returns ``data`` if it has no NUL byte, else a ValueError that calls it a null ``unit``."""
    if b"\0" in data:
        raise ValueError(f"embedded null {unit}")
    return data


def type_name(value: object) -> str:
    """Names the type of ``value`` for an error message."""
    return "None" if value is None else type(value).__name__


def integer(value: t.SupportsIndex) -> int:
    """Returns ``value`` as an int; TypeError, in the wording of the interpreter's version."""
    try:
        return int(index(value))  # index() of a bool is a bool before Python 3.10
    except TypeError:
        if sys.version_info >= (3, 10):
            raise
        # The wording of that time, which its programs may look for.
        given = type(value).__name__
        if isinstance(value, float):
            raise TypeError("integer argument expected, got float") from None
        if sys.implementation.name == "pypy":
            raise TypeError(f"expected integer, got {given} object") from None
        raise TypeError(f"an integer is required (got type {given})") from None


def c_ssize(value: t.SupportsIndex) -> int:
    """Returns ``value`` as a C ssize_t; TypeError, or OverflowError out of its range."""
    return _wide(index(value), "ssize_t")


def c_long(value: t.SupportsIndex) -> int:
    """Returns ``value`` as a C long; TypeError, or OverflowError out of its range."""
    return _wide(integer(value), "long")


def _wide(number: int, c_type: str) -> int:
    if not -sys.maxsize - 1 <= number <= sys.maxsize:
        raise OverflowError(f"Python int too large to convert to C {c_type}")
    return int(number)


def buffer_size(value: t.SupportsIndex, caller: str) -> int:
    """Returns ``value`` as the size of a buffer that ``caller`` receives into."""
    size = c_ssize(value)
    if size < 0:
        raise ValueError(f"negative buffersize in {caller}")
    return size


def host_bytes(host: object) -> bytes:
    """Returns a host's name as the resolver wants it: a str that is not ASCII goes through IDNA."""
    if isinstance(host, str):
        host = exact_str(host)
        try:
            name = host.encode("ascii" if host.isascii() else "idna")
        except UnicodeError:
            raise TypeError("encoding of hostname failed") from None
    elif isinstance(host, (bytes, bytearray)):
        name = exact_bytes(host)
    else:
        raise TypeError(f"str, bytes or bytearray expected, not {type(host).__name__}")
    if b"\0" in name:
        raise TypeError("host name must not contain null character")
    return name


def port_number(port: t.SupportsIndex, caller: str) -> int:
    """Returns ``port`` as a number of 16 bits, for the method ``caller``."""
    number = index(port)
    if not 0 <= number <= 0xFFFF:
        raise OverflowError(f"{caller}(): port must be 0-65535.")
    return number


def name_methods(cls: t.Any) -> None:
    """Lets a TypeError call the methods of ``cls`` by its name, whichever file they are from."""
    for name, member in vars(cls).items():
        if isinstance(member, FunctionType):
            member.__module__, member.__qualname__ = cls.__module__, f"{cls.__name__}.{name}"
