"""``python -m tests.load [SECONDS] [KIND...]``: echo servers on cffisock under load.

The servers, by asyncio, threads and epoll, share the SECONDS, 600 by default.  Each runs in a
process of its own, on this interpreter, and has 5,000 connections all the time.  The clients are a
program in C, client.c, which checks every byte; some stall, reset, vanish and leave, and are
replaced.  A server is sampled each second: its resident memory, which has to stay where it is, and
its descriptors, which are there for all connections, and afterwards for none.  It has nothing to
say on its error output.  The exit status is 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..benchmarks.processes import compiled
from ..benchmarks.scale import fitting, raise_limit
from .harness import KINDS, ON_CFFISOCK, Failure, Result, Run, load
from .picture import draw

CONNECTIONS = 5000


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("seconds", nargs="?", type=float, default=600.0)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], metavar="KIND")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--own", action="store_true", help="on the interpreter's own module")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the samples go there")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="a picture of them goes there")
    parser.add_argument(
        "--from", dest="files", type=Path, nargs="+", metavar="FILE", help="earlier runs, not new"
    )
    options = parser.parse_args()
    try:
        results = [Result.load(file) for file in options.files or []] or [measured(options)]
    except Failure as error:
        print(f"FAILED: {error}")
        return 1
    failed = False
    for result in results:
        print(result.interpreter)
        for run in result.runs:
            print(run)
            failed |= is_wrong(run)
    if options.json:
        results[0].save(options.json)
    if options.svg:
        options.svg.write_text(draw(results), encoding="utf-8")
    return failed


def is_wrong(run: Run) -> bool:
    """Says what was wrong with a run, if anything was."""
    try:
        run.check()
    except Failure as error:
        print(f"FAILED: {error}")
        return True
    return False


def measured(options: argparse.Namespace) -> Result:
    """Runs the servers that were chosen."""
    kinds = options.kinds or [*KINDS]
    limit = raise_limit()
    (connections,) = fitting([options.connections], limit)
    if connections < options.connections:
        raise Failure(f"{limit} descriptors (RLIMIT_NOFILE) are too few for so many connections")
    with compiled(Path(__file__).with_name("client.c")) as client:
        seconds = options.seconds / len(kinds)
        by = () if options.own else ON_CFFISOCK
        return Result.of(load(client, kind, connections, seconds, by) for kind in kinds)


if __name__ == "__main__":
    sys.exit(main())
