"""The constants of four groups as enums, which the public module shows in place of ints."""

from __future__ import annotations

from enum import Enum, IntEnum, IntFlag
from types import SimpleNamespace

from .platform import CONSTANTS, TEXTS

# Not False, for which jedi, in editors, would not look at what type checkers see.
TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "FAMILIES",
    "LATER",
    "TYPES",
    "AddressFamily",
    "SocketKind",
    "_intenum_converter",
    "flags_with",
    "public_constants",
]

# To cut the names out of one text is far cheaper than to look at each.
_NAMES = f" {' '.join(CONSTANTS)}"


def _group(prefix: str) -> dict[str, int]:
    """Returns the constants that begin with ``prefix``, those that are no capitals left out."""
    rest = _NAMES.split(f" {prefix}")[1:]
    names = [prefix + part.partition(" ")[0] for part in rest]
    return {name: CONSTANTS[name] for name in names if name.isupper()}


def _make(base: Any, name: str, prefix: str) -> Any:
    """Makes an enum as the interpreter makes those of its own module.

    What they pickle as, for one, differs between its versions.  Where two names have one value the
    first in alphabetical order is the one that is shown.
    """
    group = _group(prefix)
    enum = base._convert_(name, __name__, group.__contains__, SimpleNamespace(**group))
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
    from .._public_constants import AddressFamily, SocketKind
else:
    AddressFamily = _make(IntEnum, "AddressFamily", "AF_")
    SocketKind = _make(IntEnum, "SocketKind", "SOCK_")

# Looked up for each socket: a dict is ten times faster than calling the enum.
FAMILIES: dict[int, Any] = {int(member): member for member in AddressFamily}
TYPES: dict[int, Any] = {int(member): member for member in SocketKind}

# Most programs use no flags, so that these enums are made when they are asked for.
_FLAGS = {"MsgFlag": "MSG_", "AddressInfo": "AI_"}
_made: dict[str, Any] = {}
# They and their members, by the names of the enums.
LATER = {name: enum for enum, prefix in _FLAGS.items() for name in (enum, *_group(prefix))}


def flags_with(name: str) -> dict[str, Any]:
    """Returns the enum that ``name``, of LATER, belongs to, and its members, by their names.

    Nothing is imported for that: it may be when no descriptor is left.  Of two that threads make at
    once either is kept.
    """
    kind = LATER[name]
    enum = _made.get(kind) or _made.setdefault(kind, _make(IntFlag, kind, _FLAGS[kind]))
    return {kind: enum, **enum.__members__}


def public_constants() -> dict[str, Any]:
    """Returns the constants as the public module has them, without those of LATER."""
    members = {**AddressFamily.__members__, **SocketKind.__members__}
    constants = {**CONSTANTS, **TEXTS, **members}
    for name in LATER:
        constants.pop(name, None)
    return constants


def _intenum_converter(value: int, enum_klass: Any) -> Any:
    """Returns ``value`` as a member of the enum, or as it is where there is no such member."""
    try:
        return enum_klass(value)
    except ValueError:
        return value
