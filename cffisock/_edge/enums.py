"""The constants of four groups as enums, which the public module shows in place of ints."""

from __future__ import annotations

from enum import Enum, IntEnum, IntFlag
from types import SimpleNamespace

from .platform import CONSTANTS

# Not False, for which jedi, in editors, would not look at what type checkers see.
TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "ENUMS",
    "FAMILIES",
    "MEMBERS",
    "TYPES",
    "AddressFamily",
    "AddressInfo",
    "MsgFlag",
    "SocketKind",
    "_intenum_converter",
]


def _make(base: Any, name: str, prefix: str) -> Any:
    """Makes an enum as the interpreter makes those of its own module.

    What they pickle as, for one, differs between its versions.  Where two names have one value the
    first in alphabetical order is the one that is shown.
    """
    # Fewer names for `_convert_`, which asks a function about each.
    named = {each: value for each, value in CONSTANTS.items() if each.startswith(prefix)}
    enum = base._convert_(name, __name__, str.isupper, SimpleNamespace(**named))
    enum.__module__ = "cffisock"
    if enum.__reduce_ex__ is not Enum.__reduce_ex__:
        enum.__reduce_ex__ = _reduce_ex_by_name
    return enum


def _reduce_ex_by_name(member: Any, _protocol: int) -> Any:
    """Reduces a member to a name of the module, as pickle wants it before CPython 3.11.4.

    A combination of flags has none, and cannot be pickled there; here it goes by its value.
    """
    if member.name in type(member).__members__:
        return member.name
    return type(member), (member.value,)


if TYPE_CHECKING:
    from .._public_constants import AddressFamily, AddressInfo, MsgFlag, SocketKind
else:
    AddressFamily = _make(IntEnum, "AddressFamily", "AF_")
    SocketKind = _make(IntEnum, "SocketKind", "SOCK_")
    MsgFlag = _make(IntFlag, "MsgFlag", "MSG_")
    AddressInfo = _make(IntFlag, "AddressInfo", "AI_")

ENUMS: tuple[Any, ...] = (AddressFamily, SocketKind, MsgFlag, AddressInfo)
MEMBERS = {name: member for enum in ENUMS for name, member in enum.__members__.items()}

# Looked up for each socket: a dict is ten times faster than calling the enum.
FAMILIES: dict[int, Any] = {int(member): member for member in AddressFamily}
TYPES: dict[int, Any] = {int(member): member for member in SocketKind}


def _intenum_converter(value: int, enum_klass: Any) -> Any:
    """Returns ``value`` as a member of the enum, or as it is where there is no such member."""
    try:
        return enum_klass(value)
    except ValueError:
        return value
