"""Where two runs of a program differ, what of it is known, and the least program that does."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple, Optional

import cffisock

from ..support import CPYTHON, own
from .machine import Seen, run
from .programs import Program

__all__ = ["Difference", "Known", "compare", "rows", "shrunk"]

INTERPRETER = sys.implementation.name
# "TypeError: text", or "OSError 22: text".
RAISED = re.compile(r"\w+( -?\d+)?: ")


class Row(NamedTuple):
    """A line of differences.txt: a pattern of what may differ, below a key."""

    key: str
    pattern: re.Pattern[str]
    line: int


class Difference(NamedTuple):
    """Which step differs, and how, as rows have it: ``step => theirs ~ ours``."""

    step: int
    text: str


def _is_here(interpreter: str) -> bool:
    """Whether a row is for this one: ``both``, ``pypy``, ``cpython``, ``cpython<3.12``."""
    name, _, version = interpreter.partition("<")
    if name not in ("both", INTERPRETER):
        return False
    return not version or tuple(map(int, version.split("."))) > CPYTHON


def rows() -> list[Row]:
    """The rows for this interpreter."""
    text = Path(__file__).with_name("differences.txt").read_text(encoding="utf-8")
    found = []
    key = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("["):
            key = line.strip("[]")
        elif line.startswith("    "):
            interpreter, pattern = line.split(None, 1)
            if _is_here(interpreter):
                found.append(Row(key, re.compile(pattern, re.DOTALL), number))
    return found


class Known:
    """The rows, and how often each was about something."""

    def __init__(self) -> None:
        self.rows = rows()
        self.hits: Counter[int] = Counter()

    def has(self, text: str) -> bool:
        for row in self.rows:
            if row.pattern.fullmatch(text):
                self.hits[row.line] += 1
                return True
        return False

    def idle(self) -> list[Row]:
        """The rows that were about nothing."""
        return [row for row in self.rows if not self.hits[row.line]]


# An argument that does something as it is converted, and exceptions that say that one is bad.
ACTS = re.compile(r"lambda: |\b[sp]\.(close|detach)\b(?!\()|\bfail\b")
BAD = re.compile(
    "TypeError|OverflowError|ValueError|BufferError|MemoryError|Refused|gaierror|OSError: "
)


def _may_be_elsewhere(program: Program, step: int, theirs: Seen, ours: Seen) -> bool:
    """Whether an argument may have acted on one module alone, since another one is bad."""
    acts = step < len(program.steps) and ACTS.search(program.steps[step].expression)
    return bool(acts and (BAD.match(theirs.outcome) or BAD.match(ours.outcome) or theirs != ours))


def _kind(outcome: str) -> str:
    """Of an exception its type and errno, of a value that it is one."""
    raised = RAISED.match(outcome)
    return raised[0] if raised else ""


def _text(program: Program, step: int, theirs: Seen, ours: Seen) -> str:
    name = str(program.steps[step]) if step < len(program.steps) else "END"
    if theirs.descriptors == ours.descriptors:
        return f"{name} => {theirs.outcome} ~ {ours.outcome}"
    counts = (f"{seen.outcome} [{seen.descriptors:+}]" for seen in (theirs, ours))
    return f"{name} => {' ~ '.join(counts)}"


def compare(program: Program, known: Known, again: bool = False) -> Optional[Difference]:
    """Runs a program on both modules; the first difference that is not known, or None.

    Where a known one is more than a text, or of two bad arguments one may have acted, what follows
    may be another state's, and is not compared.
    """
    theirs, ours = run(own, program, again), run(cffisock, program, again)
    for step, (their, our) in enumerate(zip(theirs, ours)):
        elsewhere = _may_be_elsewhere(program, step, their, our)
        if their == our:
            if elsewhere:
                return None
            continue
        text = _text(program, step, their, our)
        if not known.has(text):
            return Difference(step, text)
        same_kind = _kind(their.outcome) == _kind(our.outcome) != ""
        if elsewhere or not same_kind or their.descriptors != our.descriptors:
            return None
    return None


def steady(program: Program, known: Known) -> Optional[Difference]:
    """As `compare`, for a difference that is there again and again."""
    found = None
    for _ in range(3):
        found = compare(program, known, again=True)
        if found is None:
            return None
    return found


def shrunk(program: Program, known: Known) -> tuple[Program, Difference]:
    """The program without the steps that it differs without, and how it differs."""
    found = compare(program, known, again=True)
    assert found is not None
    program = program._replace(steps=program.steps[: found.step + 1])
    at = len(program.steps) - 2
    while at >= 0:
        less = program._replace(steps=program.steps[:at] + program.steps[at + 1 :])
        difference = steady(less, known)
        if difference is not None:
            program, found = less, difference
        at -= 1
    return program, found
