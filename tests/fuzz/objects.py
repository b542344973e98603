"""What programs have for arguments beside literals: objects that act while they are converted."""

from __future__ import annotations

import array
import ctypes
import io
from typing import Any, Callable

__all__ = ["NAMES"]

Action = Callable[[], Any]


class Refused(Exception):
    """What an argument raises."""


def fail() -> None:
    raise Refused("by an argument")


def _nothing() -> None:
    """What an argument does that is merely of another class."""


class Index:
    """An int for those who ask with __index__."""

    def __init__(self, value: Any, action: Action = _nothing) -> None:
        self.value, self.action = value, action

    def __index__(self) -> Any:
        self.action()
        return self.value


class Float:
    def __init__(self, value: Any, action: Action = _nothing) -> None:
        self.value, self.action = value, action

    def __float__(self) -> Any:
        self.action()
        return self.value


class Each:
    """Something to iterate over."""

    def __init__(self, value: Any, action: Action = _nothing) -> None:
        self.value, self.action = value, action

    def __iter__(self) -> Any:
        self.action()
        return iter(self.value)


class Memory:
    """A buffer by __buffer__, where the interpreter asks for that; else no buffer."""

    def __init__(self, value: Any, action: Action = _nothing) -> None:
        self.value, self.action = value, action

    def __buffer__(self, flags: int) -> memoryview:
        self.action()
        return memoryview(self.value)


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
