"""The command ``python -m cffisock``: runs programs on cffisock, shows and tries what it can."""

from __future__ import annotations

import argparse
import importlib
import os
import runpy
import sys

from . import install


def main() -> int:
    """Does what the command line says; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m cffisock", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run a program with cffisock in place of socket")
    run.add_argument("-m", dest="module", action="store_true", help="PROGRAM is a module")
    run.add_argument("program", metavar="PROGRAM", help="a script, or with -m a module")
    run.add_argument("arguments", metavar="ARG", nargs=argparse.REMAINDER)
    commands.add_parser("info", help="show what this machine and this build offer")
    commands.add_parser("demo", help="send data between cffisock and the interpreter's socket")
    options = parser.parse_args()
    if options.command == "run":
        run_program(options.program, options.arguments, is_module=options.module)
        return 0
    # Imported only now: a program to run must be the first to import what it needs, and on
    # PyPy hashlib, for one, imports the interpreter's own _socket.
    return int(importlib.import_module(f"{__package__}._command.{options.command}").main())


def run_program(program: str, arguments: list[str], *, is_module: bool) -> None:
    """Runs a script, or a module, as ``__main__``, with ``arguments`` in sys.argv."""
    try:
        install()
    except RuntimeError as error:
        sys.exit(f"python -m cffisock run: {error}")
    sys.argv[:] = [program, *arguments]
    if is_module:
        runpy.run_module(program, run_name="__main__", alter_sys=True)
        return
    # The script's own directory takes the place of the one that `python -m` put there.
    if not getattr(sys.flags, "safe_path", False) and os.path.isfile(program):
        sys.path[0] = os.path.dirname(os.path.realpath(program))
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    sys.exit(main())
