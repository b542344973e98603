"""The constants of four groups as enums, which the public module shows in place of ints."""

from __future__ import annotations

from enum import IntEnum, IntFlag

from ._platform import CONSTANTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


# Where two names have one value the first in alphabetical order is the one that is shown.
_ROWS = sorted(
    (value, name)
    for name, value in CONSTANTS.items()
    if name.startswith(("AF_", "SOCK_", "MSG_", "AI_")) and name.isupper()
)


def _members(prefix: str) -> list[tuple[str, int]]:
    return [(name, value) for value, name in _ROWS if name.startswith(prefix)]


AddressFamily = IntEnum("AddressFamily", _members("AF_"), module="cffisock")  # type: ignore[misc]
SocketKind = IntEnum("SocketKind", _members("SOCK_"), module="cffisock")  # type: ignore[misc]
MsgFlag = IntFlag("MsgFlag", _members("MSG_"), module="cffisock")  # type: ignore[misc]
AddressInfo = IntFlag("AddressInfo", _members("AI_"), module="cffisock")  # type: ignore[misc]

ENUMS: tuple[Any, ...] = (AddressFamily, SocketKind, MsgFlag, AddressInfo)

# Looked up for each socket: a dict is ten times faster than calling the enum.
FAMILIES: dict[int, Any] = {int(member): member for member in AddressFamily}
KINDS: dict[int, Any] = {int(member): member for member in SocketKind}


def _intenum_converter(value: int, enum_klass: Any) -> Any:
    """``value`` as a member of the enum, or as it is where there is no such member."""
    try:
        return enum_klass(value)
    except ValueError:
        return value
