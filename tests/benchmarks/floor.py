"""Compiles floor.c: the loops that the cases' system calls take in C."""

from __future__ import annotations

import importlib.util
import os
import re
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Callable

from cffi import FFI

from .harness import Loop, Prepare

SOURCE = Path(__file__).with_name("floor.c")
MODULE = "_cffisock_floor"


def build() -> Any:
    """The compiled functions; an exception of cffi or setuptools where there is no compiler."""
    source = SOURCE.read_text(encoding="utf-8")
    ffi = FFI()
    ffi.cdef("".join(f"{line};\n" for line in re.findall(r"^int floor_\w+\(.*\)$", source, re.M)))
    ffi.set_source(MODULE, source, extra_compile_args=["-O2"])
    with tempfile.TemporaryDirectory(prefix="floor-") as folder:
        path = ffi.compile(folder)
        spec = importlib.util.spec_from_file_location(MODULE, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.lib


def floor(name: str, arguments: Callable[[ExitStack], tuple[int, ...]]) -> Prepare:
    """The loop of floor.c's ``floor_NAME``, called with what ``arguments`` makes, and n."""

    def prepare(lib: Any, exits: ExitStack) -> Loop:
        function = getattr(lib, f"floor_{name}")
        fixed = arguments(exits)

        def loop(n: int) -> None:
            result = function(*fixed, n)
            if result < 0:
                raise OSError(-result, os.strerror(-result))

        return loop

    return prepare
