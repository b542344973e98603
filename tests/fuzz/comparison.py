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

__all__ = ["Difference", "Known", "compare", "shrunk", "steady"]

INTERPRETER = sys.implementation.name
# "TypeError: text", or "OSError 22: text".
RAISED = re.compile(r"\w+( -?\d+)?: ")


class Row(NamedTuple):
    """A line of differences.txt: a pattern of what may differ, below a key.

    With a "!" behind the interpreter all that follows may differ, even where nothing is seen yet.
    """

    key: str
    pattern: re.Pattern[str]
    line: int
    unseen: bool


class Difference(NamedTuple):
    """Which step differs, and how, as rows have it: ``step => theirs ~ ours``."""

    step: int
    text: str


def _is_here(interpreter: str) -> bool:
    """Whether a row is for this one: ``both``, ``pypy``, ``cpython<3.12``, ``cpython>=3.12``."""
    name, sign, version = re.split("(<|>=|$)", interpreter, maxsplit=1)
    if name not in ("both", INTERPRETER):
        return False
    is_older = bool(sign) and tuple(map(int, version.split("."))) > CPYTHON
    return not sign or is_older == (sign == "<")


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
            if _is_here(interpreter.rstrip("!")):
                unseen = interpreter.endswith("!")
                found.append(Row(key, re.compile(pattern, re.DOTALL), number, unseen))
    return found


class Known:
    """The rows, and how often each was about something."""

    def __init__(self) -> None:
        self.rows = rows()
        self.hits: Counter[int] = Counter()

    def row_of(self, text: str, same: bool) -> Optional[Row]:
        """The row for this text; where both were seen to be the ``same``, one that is for that."""
        for row in self.rows:
            if (row.unseen or not same) and row.pattern.fullmatch(text):
                self.hits[row.line] += 1
                return row
        return None

    def idle(self) -> list[Row]:
        """The rows that were about nothing."""
        return [row for row in self.rows if not self.hits[row.line]]


# Exceptions that say that an argument is bad.
BAD = re.compile(
    "TypeError|OverflowError|ValueError|BufferError|MemoryError|Refused|gaierror|OSError: "
)


class Comparison(NamedTuple):
    """How many steps were compared, and the first difference that is not known."""

    steps: int
    difference: Optional[Difference] = None


def _kind(outcome: str) -> str:
    """Of an exception its type and errno, of a value that it is one."""
    raised = RAISED.match(outcome)
    return raised[0] if raised else ""


def _is_as_before(theirs: Seen, ours: Seen) -> bool:
    """Whether both are in the same state, though what was seen differs."""
    if theirs[1:] != ours[1:]:
        return False
    if BAD.match(theirs.outcome) and BAD.match(ours.outcome):
        return True
    return _kind(theirs.outcome) == _kind(ours.outcome) != ""


def _text(program: Program, step: int, theirs: Seen, ours: Seen) -> str:
    name = str(program.steps[step]) if step < len(program.steps) else "END"
    outcomes = [theirs.outcome, ours.outcome]
    for at, seen in enumerate((theirs, ours)):
        if theirs.descriptors != ours.descriptors:
            outcomes[at] += f" [{seen.descriptors:+}]"
        if theirs.acted != ours.acted:
            outcomes[at] += f" <{' '.join(map(str, seen.acted))}>"
    return f"{name} => {' ~ '.join(outcomes)}"


def compare(program: Program, known: Known, again: bool = False) -> Comparison:
    """Runs a program on both modules, until there is a difference that is not known.

    Where a known one is more than a text, what follows may be another state's, and is not compared.
    """
    theirs, ours = run(own, program, again), run(cffisock, program, again)
    for step, (their, our) in enumerate(zip(theirs, ours)):
        same = their == our
        text = _text(program, step, their, our)
        row = known.row_of(text, same)
        if row is None and not same:
            return Comparison(step, Difference(step, text))
        if row is not None and (row.unseen or not _is_as_before(their, our)):
            return Comparison(step + 1)
    return Comparison(len(program.steps))


def steady(program: Program, known: Known) -> Optional[Difference]:
    """As `compare`, for a difference that is there again and again."""
    found = None
    for _ in range(3):
        found = compare(program, known, again=True).difference
        if found is None:
            return None
    return found


def shrunk(program: Program, known: Known, found: Difference) -> tuple[Program, Difference]:
    """The program without the steps that it differs without, and how it differs."""
    program = program._replace(steps=program.steps[: found.step + 1])
    at = len(program.steps) - 2
    while at >= 0:
        less = program._replace(steps=program.steps[:at] + program.steps[at + 1 :])
        difference = steady(less, known)
        if difference is not None:
            program, found = less, difference
        at -= 1
    return program, found
