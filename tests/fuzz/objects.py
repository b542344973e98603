"""What programs have for arguments beside literals: objects that act while they are converted."""

from __future__ import annotations

import array
import ctypes
import io
import itertools
from typing import Any, Callable

__all__ = ["ACTED", "NAMES", "begin"]

Action = Callable[[], Any]


class Refused(Exception):
    """What an argument raises."""


def fail() -> None:
    raise Refused("by an argument")


def _nothing() -> None:
    """What an argument does that is merely of another class."""


# Which arguments of a step have acted, in order: the first one that was made is 0.
ACTED: list[int] = []
_made = itertools.count()


def begin() -> None:
    """Forgets what the arguments of the step before have done."""
    global _made
    ACTED.clear()
    _made = itertools.count()


class Argument:
    """Something that acts as it is converted."""

    def __init__(self, value: Any, action: Action = _nothing) -> None:
        self.value, self.action = value, action
        self.number = next(_made)

    def converted(self) -> Any:
        if self.action is not _nothing:
            ACTED.append(self.number)
        self.action()
        return self.value


class Index(Argument):
    """An int for those who ask with __index__."""

    def __index__(self) -> Any:
        return self.converted()


class Float(Argument):
    def __float__(self) -> Any:
        return self.converted()


class Each(Argument):
    """Something to iterate over."""

    def __iter__(self) -> Any:
        return iter(self.converted())


class Memory(Argument):
    """A buffer by __buffer__, where the interpreter asks for that; else no buffer."""

    def __buffer__(self, flags: int) -> memoryview:
        return memoryview(self.converted())


class Text(str):
    __slots__ = ()


class Data(bytes):
    __slots__ = ()


class Number(int):
    pass


def released() -> memoryview:
    view = memoryview(bytearray(4))
    view.release()
    return view


NAMES: dict[str, Any] = {
    "Data": Data,
    "Each": Each,
    "Float": Float,
    "Index": Index,
    "Memory": Memory,
    "Number": Number,
    "Text": Text,
    "array": array.array,
    "ctypes": ctypes,
    "fail": fail,
    "io": io,
    "released": released,
}
