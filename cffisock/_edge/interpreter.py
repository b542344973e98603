"""The interpreter's own modules, beside those of cffisock that `install` puts in their place."""

from __future__ import annotations

from types import ModuleType

_set_aside: dict[str, ModuleType] = {}


def interpreters_own(name: str) -> ModuleType:
    """Returns the interpreter's own module ``name``, also where another has its place."""
    return _set_aside[name] if name in _set_aside else __import__(name)


def set_aside(name: str) -> None:
    """Keeps the interpreter's own module ``name`` for `interpreters_own`."""
    _set_aside[name] = __import__(name)
