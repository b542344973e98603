"""``python -m tests.benchmarks.servers [WORD...]``: what a message costs a whole server.

Echo servers, and two for HTTP, on the interpreter's own socket module, on cffisock, and on CPython
on uvloop, each time in a process of its own, in turns; and in C, the least that it can cost.
Clients in C keep 64 messages of 64 bytes on their way and choose the connection for each by chance,
wrk asks for pages of 64 bytes; "in" and "out" is one direction alone, as many as there is time for.
The table has the microseconds of processor time that the server took for a message, in user and in
system mode, which a busy machine disturbs least: medians of the rounds.  WORDs choose servers by
their names.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ..processes import interpreter
from ..scale import raise_limit
from .kinds import chosen
from .load import measure, programs
from .report import Result, draw, rst, table

WARM_UP = 8.0 if sys.implementation.name == "pypy" else 0.5


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.servers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("words", nargs="*", metavar="WORD")
    parser.add_argument("--connections", type=int, nargs="+", metavar="N", default=[100])
    parser.add_argument("--seconds", type=float, default=2.0, help="of load in each run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE", help="every run goes there")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="a picture goes there")
    parser.add_argument("--quick", action="store_true", help="only to see that it works")
    parser.add_argument(
        "--from", dest="files", type=Path, nargs="+", metavar="FILE", help="earlier runs, not new"
    )
    parser.add_argument("--rst", action="store_true", help="print a table for the documentation")
    options = parser.parse_args(arguments)
    if options.files:
        results = [Result.load(file).of(options.words) for file in options.files]
    else:
        results = [measured(options)]
    for result in results:
        print(result.interpreter, *table(result.runs), sep="\n")
    if options.rst:
        print(*rst(results), sep="\n")
    if options.json:
        results[0].save(options.json)
    if options.svg:
        options.svg.write_text(draw(results), encoding="utf-8")


def measured(options: argparse.Namespace) -> Result:
    """Runs the servers that were chosen."""
    warm_up = WARM_UP
    if options.quick:
        warm_up, options.seconds, options.rounds = 0.1, 0.2, 1
    raise_limit()
    with programs() as made:
        runs = [
            measure(kind, way, made, connections, warm_up, options.seconds)
            for connections in options.connections
            for kind in chosen(options.words)
            for _ in range(options.rounds)
            for way in kind.ways
        ]
    return Result(interpreter(), runs)


if __name__ == "__main__":
    main()
