"""The command ``python -m cffisock``, or ``cffisock``: its words, each in a file of its own.

Nothing else imports from here.  `main` is the console command.
"""

from __future__ import annotations

import os
import sys

import cffisock

from .. import _types as t
from . import run

ABOUT = "Python's socket module over a small C shim: runs programs on it, shows what it can."
RUN = """
Starts Python with cffisock in the place of socket, for the program and for the processes of
Python that it starts.
"""
ARG = """
what would follow the word python: options of Python, and then a script, -m MODULE, -c CODE, or
- for the standard input; and the arguments of that program
"""
INFO = "show what this machine and this build offer, and which sockets work"
DEMO = "send data between cffisock and the interpreter's own socket module"
NEEDS = "it needs something to run: a script, or -m MODULE, or -c CODE, as after python"


def main() -> int:
    """Does what the command line says; the exit status."""
    words = sys.argv[1:]
    if words[:1] == ["run"] and words[1:] not in ([], ["-h"], ["--help"], [run.ONLY_HERE]):
        run.main(words[1:])
    options = parser().parse_args()
    if options.command == "run":
        options.error(NEEDS)
    if options.command == "info":
        from . import info  # noqa: PLC0415  (hashlib, which demo needs, is slow to import)

        return info.main(options.json)
    from . import demo  # noqa: PLC0415

    return demo.main()


def parser() -> t.Any:
    """Returns the parser, which understands all of the command line but what follows `run`."""
    import argparse  # noqa: PLC0415  (run does without it, and starts sooner)

    name = os.path.basename(sys.argv[0])
    prog = "python -m cffisock" if name == "__main__.py" else name
    whole = argparse.ArgumentParser(prog=prog, description=ABOUT)
    whole.add_argument(
        "--version",
        action="version",
        version=f"cffisock {cffisock.__version__}",
        help="show the version",
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run_words = commands.add_parser(
        "run",
        help="run a program of Python with cffisock in the place of socket",
        description=RUN,
        usage=f"{prog} run [{run.ONLY_HERE}] ARG...",
    )
    run_words.add_argument(
        run.ONLY_HERE, action="store_true", help="not for the processes that the program starts"
    )
    run_words.add_argument("arguments", metavar="ARG", nargs="*", help=ARG)
    run_words.set_defaults(error=run_words.error)
    info_words = commands.add_parser("info", help=INFO, description=f"{INFO.capitalize()}.")
    info_words.add_argument("--json", action="store_true", help="as JSON, for programs")
    commands.add_parser("demo", help=DEMO, description=f"{DEMO.capitalize()}.")
    return whole
