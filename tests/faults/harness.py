"""Does each case on the interpreter's own module and on cffisock, in a process with the library
preloaded, and compares what comes of it."""

from __future__ import annotations

import gc
import os
import signal
import socket as own
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any, NamedTuple, Optional

import cffisock
from cffisock._names import netdb

from .. import support
from ..differential import Outcome, failure, normal
from ..support import IS_PYPY
from . import setups
from .cases import Case, Operation, cases, operations, standing
from .differences import Difference, rows
from .library import Faults, Made, Rule

# Seconds after which a case counts as one that never ends.
PATIENCE = 8


class NeverEndedError(BaseException):
    """An operation took so long that it will never end."""


class Result(NamedTuple):
    """What came of a case on one module."""

    outcome: Outcome
    usable: Any
    left: int  # descriptors left open
    gone: int  # and closed that were open before
    made: Made


def descriptors() -> set[tuple[int, str]]:
    """What is open: the numbers, and what each is."""
    return set(support.descriptors().items())


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Ends with an exception what never ends by itself."""

    def give_up(*_: object) -> None:
        raise NeverEndedError("it takes too long")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@cache
def compiled(expression: str) -> Any:
    return compile(expression, "<operation>", "eval")


def value_of(result: Any) -> Any:
    """What is compared of a result; it closes what is in there."""
    if isinstance(result, setups.Descriptors):
        fds, *rest = result
        for fd in fds:
            os.close(fd)
        return (len(fds), *(alike(normal(item)) for item in rest))
    return alike(normal(result))


def alike(value: Any) -> Any:
    """A value without what differs between the modules' sockets: paths and deadlines."""
    if isinstance(value, tuple):
        return tuple(map(alike, value))
    if isinstance(value, cffisock.Deadline):
        return setups.LIMIT
    return "a path" if isinstance(value, str) and value.startswith("/tmp/cs-") else value


HELPERS = {
    name: getattr(setups, name) for name in ("filled", "gathered", "using", "dropped", "taken")
}


def run(
    faults: Faults, module: Any, operation: Operation, rules: list[Rule], lasts: bool = False
) -> Result:
    """Does an operation on a module, with these rules; one `lasts` until the time is up."""
    code = compiled(operation.own if module is own else operation.expression)
    limit = setups.SHORT_LIMIT if lasts else setups.LIMIT
    with ExitStack() as stack:
        names = setups.KINDS[operation.kind](module, stack)
        names.update(HELPERS, S=module, adopted=lambda make: make(fileno=names["d"]))
        netdb._numeric.clear()
        before = descriptors()
        timeout = setups.timeout_of(module, operation.mode, limit)
        (names["s"].settimeout if "s" in names else module.setdefaulttimeout)(timeout)
        # The own sendfile() is known to go on for ever.
        seconds = 1 if lasts and module is own else PATIENCE
        with patience(seconds), faults.injected(rules, module is own) as made:
            outcome, result = attempt(code, names)
        module.setdefaulttimeout(None)
        if outcome is None:
            outcome = Outcome(value_of(result))
        after = settled(before) if module is cffisock else descriptors()
        if after - before:
            close_all(before)
        useful = setups.usable(operation.kind, names)
        return Result(outcome, useful, len(after - before), len(before - after), made[0])


def settled(before: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """The descriptors, once a thread has ended that looks up what nobody waits for any more."""
    end = time.monotonic() + PATIENCE
    while True:
        after = descriptors()
        if not after - before or time.monotonic() > end:
            return after
        time.sleep(0.001)


def attempt(code: Any, names: dict[str, Any]) -> tuple[Optional[Outcome], Any]:
    """Evaluates an expression: the outcome if it failed, else its value, to be looked at later."""
    try:
        return None, eval(code, names)
    except (Exception, NeverEndedError) as error:  # noqa: BLE001
        return failure(error), None


def close_all(before: set[tuple[int, str]]) -> None:
    """Closes what was left open: by its object, if somebody has it yet, else by number."""
    for _ in range(3):
        gc.collect()
    for fd, _ in descriptors() - before:
        os.close(fd)


def differences(ours: Result, theirs: Result) -> Iterator[str]:
    """What is not the same, each as a word that differences.txt may have."""
    if ours.outcome != theirs.outcome:
        yield f"{word(theirs.outcome)}>{word(ours.outcome)}"
    if ours.usable != theirs.usable:
        yield "usable"
    if ours.gone != theirs.gone:
        yield "gone"


def word(outcome: Outcome) -> str:
    """An outcome in short."""
    if outcome.exception is None:
        return "value"
    number = f".{outcome.errno}" if outcome.errno else ""
    return f"{outcome.exception}{number}"


class Tally:
    """What was counted, and what was found."""

    def __init__(self) -> None:
        self.operations = 0
        self.cases = 0
        self.hits = 0
        self.failures: list[str] = []
        self.listed: Counter[Difference] = Counter()
        self.unlisted: list[str] = []


def check(faults: Faults, case: Case, listed: list[Difference], tally: Tally) -> None:
    """Runs a case on both modules, and notes what came of it."""
    ours = run(faults, cffisock, case.operation, case.rules, case.lasts)
    # PyPy's own module does not wait where poll(2) was wrong: it gets the fault alone.
    rules = case.rules[-1:] if IS_PYPY else case.rules
    theirs = run(faults, own, case.operation, rules, case.lasts)
    title = f"{case.operation.title} {case.fault}"
    tally.cases += 1
    tally.hits += ours.made.hits[-1]
    if not ours.made.hits[-1]:
        tally.failures.append(f"{title}: it never hit")
    if ours.left:
        tally.failures.append(f"{title}: descriptors left open")
    if ours.outcome.exception == "NeverEndedError":
        tally.failures.append(f"{title}: it never ended")
    compare(case, ours, theirs, listed, tally)


def compare(
    case: Case, ours: Result, theirs: Result, listed: list[Difference], tally: Tally
) -> None:
    """Notes what differs, as one that is listed or not."""
    found = list(differences(ours, theirs))
    if not found:
        return
    if case.rules and not theirs.made.hits[-1]:
        found.append("unhit")
    for row in listed:
        if row.holds(case, found):
            tally.listed[row] += 1
            return
    title = f"{case.operation.title} {case.fault}"
    tally.unlisted.append(
        f"{title}: {' '.join(found)}\n    ours   {shown(ours)}\n    theirs {shown(theirs)}"
    )


def shown(result: Result) -> str:
    outcome = result.outcome
    what = outcome.value if outcome.exception is None else outcome[1:]
    return f"{what} then {result.usable} left {result.left} gone {result.gone}"


def check_operation(
    faults: Faults, operation: Operation, listed: list[Difference], tally: Tally
) -> None:
    """All cases of an operation; without a fault it has to be the same, too."""
    plain = run(faults, cffisock, operation, [])
    if not operation.waits:
        compare(Case(operation, "none", []), plain, run(faults, own, operation, []), listed, tally)
    rules = standing(operation, plain.made.calls) if operation.waits else []
    if operation.waits:
        if not rules:
            return
        plain = run(faults, cffisock, operation, rules)
    tally.operations += 1
    for case in cases(operation, plain.made.calls, rules):
        check(faults, case, listed, tally)


def report(tally: Tally, listed: list[Difference], complete: bool) -> int:
    """Prints what was counted and found; 0 if all is as it should be."""
    keys: Counter[str] = Counter()
    for row in listed:
        keys[row.key] += tally.listed[row]
        if complete and not tally.listed[row]:
            tally.failures.append(f"{row.key}: this is no difference any more: {row.line}")
    for complaint in [*tally.failures, *tally.unlisted]:
        print(complaint)
    print(f"{tally.operations} operations, {tally.cases} cases, {tally.hits} hits")
    print(f"{sum(tally.listed.values())} cases differ as listed:")
    for key, count in sorted(keys.items()):
        print(f"    {count:6} {key}")
    print(f"{len(tally.unlisted)} differences not listed, {len(tally.failures)} other failures")
    return 1 if tally.unlisted or tally.failures else 0


def main(library: str, how_much: str, *words: str) -> int:
    """Runs the operations that have all the words in their titles; what a shell expects."""
    warnings.simplefilter("ignore")
    gc.disable()  # so that nothing is closed by chance while the faults are on
    faults = Faults(library)
    listed = rows()
    tally = Tally()
    for operation in operations(quick=how_much == "quick"):
        if all(word in operation.title.split() for word in words):
            check_operation(faults, operation, listed, tally)
            gc.collect()
    return report(tally, listed, complete=not words)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
