"""``python -m tests.typed_constants`` writes the stub of the constants from their one table.

A type checker cannot see what the package makes of the table while it is imported: the stub tells
it which names there are, and which of them are members of an enum.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cffisock
from cffisock import _constants
from cffisock._edge.platform import TEXTS

STUB = Path(cffisock.__file__).parent / "_public_constants.pyi"
# Base class, name, prefix of the members.
ENUMS = (
    ("IntEnum", "AddressFamily", "AF_"),
    ("IntEnum", "SocketKind", "SOCK_"),
    ("IntFlag", "MsgFlag", "MSG_"),
    ("IntFlag", "AddressInfo", "AI_"),
)


def names() -> list[str]:
    """The names in the table, each once, in its order."""
    parts = [*_constants.CONSTANTS.values(), _constants.ASM_GENERIC]
    return [*dict.fromkeys(word.partition("=")[0] for part in parts for word in part.split())]


def lines() -> Iterator[str]:
    """The lines of the stub."""
    yield "# Written by `python -m tests.typed_constants` from _constants.py."
    yield "from enum import IntEnum, IntFlag\n"
    yield "__all__ = ["
    for name in [*names(), *TEXTS]:
        yield f'    "{name}",'
    yield "]"
    enum_of = {}
    for base, enum, prefix in ENUMS:
        yield f"\nclass {enum}({base}):"
        for name in names():
            if name.startswith(prefix) and name.isupper():
                enum_of[name] = enum
                yield f"    {name} = ..."
    yield ""
    for name in names():
        yield f"{name} = {enum_of[name]}.{name}" if name in enum_of else f"{name}: int"
    for name in TEXTS:
        yield f"{name}: str"


def text() -> str:
    """The whole stub."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    STUB.write_text(text(), encoding="utf-8")
