"""Files on sockets."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from ..harness import Case, Loop
from .streams import opened, unix_pair

LINES = 100


def lines(module: Any, exits: ExitStack) -> Loop:
    """Lines of text, written, flushed and read."""
    one, two = opened(unix_pair, module, exits, None)
    out = exits.enter_context(one.makefile("w", encoding="utf-8"))
    into = exits.enter_context(two.makefile("r", encoding="utf-8"))
    line = "x" * 63 + "\n"

    def loop(n: int) -> None:
        for _ in range(n):
            for _ in range(LINES):
                out.write(line)
            out.flush()
            for _ in range(LINES):
                into.readline()

    return loop


def unbuffered_lines(module: Any, exits: ExitStack) -> Loop:
    """A request and its answer at a time, as line protocols have them."""
    one, two = opened(unix_pair, module, exits, None)
    out = exits.enter_context(one.makefile("wb", buffering=0))
    into = exits.enter_context(two.makefile("rb"))
    line = b"x" * 63 + b"\n"

    def loop(n: int) -> None:
        for _ in range(n):
            out.write(line)
            into.readline()

    return loop


CASES = [
    Case("100 lines, flush, readline", lines, per=LINES),
    Case("write and readline, one by one", unbuffered_lines),
]
