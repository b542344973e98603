"""``python -m tests.threads [--quick] [WORD...]``: what threads, forks and collections could break.

WORDs choose trials by their names.  A line tells what each did; the exit status is 1 if one failed.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Callable, NamedTuple

from ..benchmarks.processes import interpreter
from . import dropped, forks, processes, reuse, shared
from .crew import Failure


class Trial(NamedTuple):
    """What is tried, how often in whole and how often for a quick look."""

    run: Callable[[int], str]
    whole: int
    quick: int


TRIALS = {
    "reuse": Trial(reuse.close_and_reuse, 100_000, 1000),
    "overtake": Trial(reuse.overtake, 20_000, 500),
    "datagrams": Trial(shared.datagrams, 500_000, 6400),
    "timeouts": Trial(shared.timeouts, 500_000, 5000),
    "fork": Trial(forks.fork, 1000, 10),
    "dropped": Trial(dropped.dropped, 200_000, 2000),
    "resolver": Trial(processes.resolver, 16_000, 640),
    "ends": Trial(processes.ends, 20, 1),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.threads", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="some of each, in half a minute")
    parser.add_argument("words", nargs="*", metavar="WORD")
    options = parser.parse_args()
    print(interpreter())
    failed = False
    for name, trial in TRIALS.items():
        if options.words and not any(word in name for word in options.words):
            continue
        start = time.monotonic()
        try:
            said = trial.run(trial.quick if options.quick else trial.whole)
        except Failure as failure:
            failed, said = True, f"FAILED: {failure}"
        print(f"{name}: {said} ({time.monotonic() - start:.0f} s)", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
