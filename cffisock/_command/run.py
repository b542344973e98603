"""``python -m cffisock run``: Python once more, with cffisock in the place of ``socket``.

The same interpreter takes the place of this process, with the command line that follows ``run``;
on Windows this process waits for it.  It finds startup/sitecustomize.py by its environment, and so
do the processes that it starts.
"""

from __future__ import annotations

import itertools
import os
import sys
from errno import ENOENT

from .. import _types as t
from .._edge.platform import IS_WINDOWS

STARTUP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "startup")
ONLY_HERE = "--only-here"
NAME = "cffisock"
# Options of Python that keep it from reading that, and those that have a value.
IN_THE_WAY = "EIS"
VALUED = "WX"
VALUED_WORDS = ("--check-hash-based-pycs", "--jit")  # the last is PyPy's
ENDS = "cm"  # what follows is the program's


def main(words: list[str]) -> t.NoReturn:
    """Starts Python with these arguments; returns only by an exception."""
    only_here = words[0] == ONLY_HERE
    arguments = words[only_here:]
    python = command_before()
    hindrance = in_the_way(python[1:]) or in_the_way(arguments)
    if hindrance:
        refuse(
            f"with the option -{hindrance} Python starts without what puts cffisock in the place "
            "of socket: leave it out, or call cffisock.install() at the start of the program"
        )
    if os.pathsep in STARTUP:
        refuse(f"PYTHONPATH cannot hold {STARTUP}, which has a {os.pathsep} in it")
    start([*python, *arguments], environment(only_here))


def start(command: list[str], env: dict[str, str]) -> t.NoReturn:
    """Runs this interpreter with that command line, as if it were this process."""
    if not IS_WINDOWS:
        os.execve(sys.executable, command, env)
    # There an exec ends this process at once, for whose end and status somebody waits.
    import signal  # noqa: PLC0415
    import subprocess  # noqa: PLC0415

    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()  # what sitecustomize has said comes before
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # which the other one gets too
    status = subprocess.call(command, executable=sys.executable, env=env, close_fds=False)
    sys.exit(status - 2**32 if status >= 2**31 else status)  # as a C int


def refuse(why: str) -> t.NoReturn:
    sys.stderr.write(f"python -m cffisock run: {why}\n")
    sys.exit(2)


def command_before() -> list[str]:
    """Returns the start of this process's command line: Python and its options."""
    try:
        words: list[str] = getattr(sys, "orig_argv", None) or read_proc("cmdline")  # 3.9 has none
    except OSError:
        return [sys.executable]
    *python, last = words[: len(words) - len(sys.argv) + 1]
    if last in (sys.argv[0], f"{sys.argv[0]}.exe"):  # the script that pip made
        return python
    # -m cffisock, -mcffisock, -Om cffisock
    options = python.pop() if last == NAME and len(python) > 1 else last
    letters = options.removesuffix(NAME)
    if not last.endswith(NAME) or letters[:1] != "-" or letters[-1:] != "m":
        return [sys.executable]  # called by a program
    return [*python, *([letters[:-1]] if len(letters) > 2 else [])]


def read_proc(name: str) -> list[str]:
    """Returns the strings in a file of this process under /proc.  OSError where there is none."""
    if IS_WINDOWS:  # where that is a folder like any other
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT))
    with open(f"/proc/self/{name}", "rb") as file:
        return [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]


def in_the_way(words: list[str]) -> str | None:
    """Returns the first option of Python in a command line with which cffisock cannot be there."""
    rest = iter(words)
    for word in rest:
        if word in ("-", "--") or not word.startswith("-"):
            return None
        letters = "" if word.startswith("--") else word[1:]
        plain = "".join(itertools.takewhile(lambda letter: letter not in ENDS + VALUED, letters))
        for letter in plain:
            if letter in IN_THE_WAY:
                return letter
        special = letters[len(plain) :]
        if special and special[0] in ENDS:
            return None
        if word in VALUED_WORDS or (special and special in VALUED):
            next(rest, None)
    return None


def environment(only_here: bool) -> dict[str, str]:
    """Returns the environment of this process with what startup/sitecustomize.py has to find."""
    # Not os.environ: in the locale C, Python sets LC_CTYPE in it, and would see another locale.
    try:
        found = dict(word.split("=", 1) for word in read_proc("environ") if "=" in word)
    except OSError:
        found = dict(os.environ)
    others = [entry for entry in found.get("PYTHONPATH", "").split(os.pathsep) if entry != STARTUP]
    path = os.pathsep.join(others)
    found["PYTHONPATH"] = f"{STARTUP}{os.pathsep}{path}" if path else STARTUP
    how = "only-here" if only_here else "first"
    found["CFFISOCK_RUN"] = f"{how} {sys.hexversion:x} {sys.prefix}"
    return found
