"""Runs random programs on this interpreter: ``python -m tests.fuzz OPERATIONS [SEED]``."""

from __future__ import annotations

import argparse
import faulthandler
import gc
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple, Optional

import cffisock

from ..support import own
from . import __doc__ as description
from .comparison import Difference, Known, compare, shrunk, steady
from .machine import run, undisturbed
from .programs import Program, program

# So many operations are many enough for each row to be about something.
LONG = 1_000_000
# After so many differences it gives up.
MANY = 2000


class Failure(NamedTuple):
    number: int
    program: Program
    difference: Difference


class Fuzz:
    """A run: what was done, and what was found."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.known = Known()
        self.programs = self.operations = self.unsteady = 0
        self.failures: list[Failure] = []

    def go_on(self, operations: int) -> Iterator[None]:
        """Runs programs until there are so many operations; yields after each."""
        while self.operations < operations and len(self.failures) < MANY:
            made = program(self.seed, self.programs)
            steps, difference = compare(made, self.known)
            if difference is not None:
                self.look_at(made, difference)
            self.programs += 1
            self.operations += steps
            yield

    def look_at(self, made: Program, difference: Difference) -> None:
        """Shortens what differs, if it does so again."""
        again = steady(made, self.known)
        if again is None:
            self.unsteady += 1
            print(f"unsteady, program {self.programs}: {difference.text}\n", flush=True)
        else:
            self.failures.append(Failure(self.programs, *shrunk(made, self.known, again)))

    def says(self) -> str:
        return (
            f"seed {self.seed}: {self.operations:,} operations in {self.programs:,} programs;"
            f" known differences: {sum(self.known.hits.values()):,}; unsteady: {self.unsteady};"
            f" differences: {len(self.failures)}"
        )


def show(failure: Failure, seed: str) -> str:
    """A failing program, for a person."""
    made = failure.program
    lines = "\n".join(f"    {step}" for step in made.steps)
    return (
        f"program {failure.number} of seed {seed}, {made.kind}, timeout {made.timeout}:\n{lines}\n"
        f"  {failure.difference.text}\n"
    )


def trace(made: Program) -> None:
    """Shows what comes of each step of a program, on either module."""
    print(f"{made.kind}, timeout {made.timeout}")
    names = [*map(str, made.steps), "END"]
    for name, theirs, ours in zip(names, run(own, made, True), run(cffisock, made, True)):
        print(f"{name}\n    {theirs}" + (f"\n    {ours}" if ours != theirs else ""))


def search(seed: str, operations: int) -> Optional[str]:
    """Runs programs, and shows those that differ; "failed" if there are any."""
    fuzz = Fuzz(seed)
    shown = 0
    begun = said = time.monotonic()
    for _ in fuzz.go_on(operations):
        for failure in fuzz.failures[shown:]:
            print(show(failure, seed), flush=True)
        shown = len(fuzz.failures)
        if time.monotonic() - said > 30:
            said = time.monotonic()
            print(fuzz.says(), flush=True)
    idle = fuzz.known.idle() if fuzz.operations >= LONG else []
    for row in idle:
        print(f"about nothing: differences.txt:{row.line} [{row.key}] {row.pattern.pattern}")
    print(f"{fuzz.says()}; rows about nothing: {len(idle)}; {time.monotonic() - begun:.0f} s")
    return "failed" if fuzz.failures or idle else None


def main() -> Optional[str]:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("operations", type=int)
    parser.add_argument("seed", nargs="?", default="0")
    parser.add_argument("--program", type=int, metavar="NUMBER", help="shows one program")
    chosen = parser.parse_args()
    faulthandler.enable()
    # What is there already need not be looked at by each collection; PyPy has no such function.
    getattr(gc, "freeze", gc.collect)()
    with undisturbed():
        if chosen.program is None:
            return search(chosen.seed, chosen.operations)
        trace(program(chosen.seed, chosen.program))
    return None


if __name__ == "__main__":
    sys.exit(main())
