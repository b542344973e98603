"""Cases, and how they are measured: the sides in turn, round after round, in one process.

A machine is never quiet.  What a round's sides have in common, a busy neighbour or a warm cache,
cancels out in the round's ratio, and of the ratios the median is taken.
"""

from __future__ import annotations

import gc
import math
import socket
import statistics
import sys
import time
import types
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Callable, Union

import cffisock

from .results import Row

IS_PYPY = sys.implementation.name == "pypy"

# Runs an operation that many times; the time that counts, None where all of it does.
Loop = Callable[[int], Union[int, None]]
# Makes the loop for a module; what it opens is closed by the stack.
Prepare = Callable[[Any, ExitStack], Loop]
# One measurement: the time or the memory that an operation takes.
Sample = Callable[[], float]
Clock = Callable[[], int]

# A loop in one thread never waits, so its processor time is its time, without what other
# processes took of the processor.
PROCESSOR = time.process_time_ns
# Where threads wait for each other.
ELAPSED = time.perf_counter_ns


@dataclass(frozen=True)
class Goal:
    """What the median ratio may be at most, by implementation."""

    cpython: float = 1.3
    pypy: float = 1.05

    def here(self) -> float:
        """The goal on this interpreter."""
        return self.pypy if IS_PYPY else self.cpython


# For what is measured only to be known.
NO_GOAL = Goal(math.inf, math.inf)
# For the geometric mean of all cases' ratios.
MEAN_GOAL = Goal(1.0, 0.6)


@dataclass(frozen=True)
class Plan:
    """How much to measure; times are in seconds."""

    rounds: int = 41
    sample: float = 0.02
    # PyPy compiles loops once they have run for a while, and parts of them later.
    warm_up: float = 0.4 if IS_PYPY else 0.02
    # Of whole programs.
    process_rounds: int = 9
    program: float = 1.0
    program_warm_up: float = 1.5 if IS_PYPY else 0.2
    imports: int = 5
    sockets: int = 5000


# Shows that everything runs; the numbers mean nothing.
QUICK = Plan(2, 0.001, 0.001, 1, 0.1, 0.05, 1, 200)


@dataclass(frozen=True)
class Case:
    """An operation in a loop, in this process."""

    name: str
    # Gets cffisock, and the interpreter's socket too unless that has an `own` loop.
    ours: Prepare
    goal: Goal = Goal()
    own: Prepare | None = None
    # Gets the compiled loops of floor.c: the same system calls with no Python in between.
    floor: Prepare | None = None
    # How many operations one turn of the loop is.
    per: int = 1
    clock: Clock = PROCESSOR
    unit = "ns"

    def rounds(self, plan: Plan) -> int:
        return plan.rounds

    def sides(self, floor: Any, plan: Plan, exits: ExitStack) -> dict[str, Sample]:
        """What to measure in turn, warmed up; ``floor`` is the compiled module, None without."""
        loops = {
            "ours": self.ours(cffisock, exits),
            "own": (self.own or self.ours)(socket, exits),
        }
        if self.floor is not None and floor is not None:
            loops["floor"] = self.floor(floor, exits)
        return {side: self._sampler(loop, plan) for side, loop in loops.items()}

    def _sampler(self, loop: Loop, plan: Plan) -> Sample:
        loop = with_own_code(loop)
        calibrate(loop, plan.warm_up, self.clock)
        count = calibrate(loop, plan.sample, self.clock)

        def sample() -> float:
            return taken(loop, count, self.clock) / (count * self.per)

        return sample


@dataclass(frozen=True)
class ProcessCase:
    """Something that is measured in fresh processes."""

    name: str
    # Gets the module's name, "cffisock" or "socket".
    measure: Callable[[str, Plan], float]
    goal: Goal = Goal()
    unit: str = "ns"

    def rounds(self, plan: Plan) -> int:
        return min(plan.rounds, plan.process_rounds)

    def sides(self, _floor: Any, plan: Plan, _exits: ExitStack) -> dict[str, Sample]:
        """What to measure in turn."""
        return {
            "ours": lambda: self.measure("cffisock", plan),
            "own": lambda: self.measure("socket", plan),
        }


AnyCase = Union[Case, ProcessCase]


def with_own_code(function: Any) -> Any:
    """The function with a copy of its code object.

    CPython's inline caches and PyPy's compiled loops belong to the code: with one for both
    modules, each would find what the other one left.
    """
    return types.FunctionType(
        function.__code__.replace(),
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )


def taken(loop: Loop, count: int, clock: Clock) -> int:
    """Nanoseconds that so many operations take."""
    start = clock()
    counted = loop(count)
    return clock() - start if counted is None else counted


def calibrate(loop: Loop, seconds: float, clock: Clock) -> int:
    """How many times make ``seconds``; has run for about half of that at least."""
    wanted = seconds * 1e9
    count = 1
    while True:
        nanoseconds = taken(loop, count, clock)
        if nanoseconds >= wanted / 4:
            return max(1, round(count * wanted / nanoseconds))
        count *= 2


@contextmanager
def collected() -> Iterator[None]:
    """No garbage from before, and on CPython no collection meanwhile.

    On PyPy the collector is what allocating costs there.
    """
    gc.collect()
    if IS_PYPY:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def measure(room: str, case: AnyCase, floor: Any, plan: Plan) -> Row:
    """Takes the samples of the sides in turn; in each other round the last one is first."""
    with ExitStack() as exits:
        sides = case.sides(floor, plan, exits)
        samples: dict[str, list[float]] = {side: [] for side in sides}
        order = list(sides)
        with collected():
            for _ in range(case.rounds(plan)):
                for side in order:
                    samples[side].append(sides[side]())
                order.reverse()
    return summary(room, case, samples)


def summary(room: str, case: AnyCase, samples: dict[str, list[float]]) -> Row:
    """The case's row: medians of the samples, and the ratios' quartiles."""
    ratios = [ours / own for ours, own in zip(samples["ours"], samples["own"])]
    low, ratio, high = quartiles(ratios)
    medians = {side: statistics.median(values) for side, values in samples.items()}
    return Row(
        room=room,
        name=case.name,
        unit=case.unit,
        ratio=ratio,
        low=low,
        high=high,
        ours=medians["ours"],
        own=medians["own"],
        floor=medians.get("floor"),
        goal=case.goal.here(),
    )


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """The lower quartile, the median and the upper quartile."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, median, high
