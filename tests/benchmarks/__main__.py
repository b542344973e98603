"""``python -m tests.benchmarks [CASE...]``: cffisock beside the interpreter's own socket.

Prints for each case how long an operation takes with cffisock, as a ratio to the time with the
interpreter's own module: less is faster.  CASE is a word in a case's name or room.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from . import floor, picture, report
from .cases import chosen
from .harness import MEAN_GOAL, QUICK, Plan, measure
from .results import Result


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("words", nargs="*", metavar="CASE")
    parser.add_argument("--rounds", type=int, metavar="N", help=f"default: {Plan.rounds}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the results there")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw the results there")
    parser.add_argument("--quick", action="store_true", help="only show that everything runs")
    options = parser.parse_args()
    plan = QUICK if options.quick else Plan()
    if options.rounds is not None:
        plan = dataclasses.replace(plan, rounds=options.rounds)
    cases = chosen(options.words)
    if not cases:
        parser.error(f"no case has one of these words: {' '.join(options.words)}")
    result = Result(plan.rounds, MEAN_GOAL.here())
    lib = floor.build()
    print(report.heading(result), report.HEADINGS, sep="\n", flush=True)
    for room, case in cases:
        result.rows.append(measure(room, case, lib, plan))
        print(report.line(result.rows[-1]), flush=True)
    print(report.conclusion(result))
    if options.json is not None:
        result.save(options.json)
    if options.svg is not None:
        options.svg.write_text(picture.draw([result]), encoding="utf-8")


if __name__ == "__main__":
    main()
