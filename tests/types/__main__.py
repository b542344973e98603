"""``python -m tests.types``: all checks, or those whose names have one of the words given.

The exit status is 1 where one of them has found something.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from ..support import ROOT
from . import names, signatures, stubs
from .tools import Result, checked, pyright

FOLDER = Path(__file__).with_name("programs")
PROGRAMS = sorted(map(str, FOLDER.glob("*.py")))


def with_the_standard_module(tool: list[str]) -> Result:
    """Lets a tool look at standard.py where its line about the module is the usual one."""
    text = (FOLDER / "standard.py").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "program.py")
        changed = text.replace("import cffisock as socket", "import socket")
        assert changed != text
        program.write_text(changed, encoding="utf-8")
        return checked(*tool, str(program))


MYPY = ["mypy", "--config-file=", "--strict"]
CHECKS = {
    "mypy --strict": lambda: checked("mypy"),
    # By its path: a pyrightconfig.json in a folder above would come first.
    "pyright, strict": lambda: checked(*pyright("--project", str(ROOT / "pyproject.toml"))),
    "mypy, programs": lambda: checked(*MYPY, *PROGRAMS),
    "pyright, programs": lambda: checked(*pyright(*PROGRAMS)),
    "mypy, the standard module": lambda: with_the_standard_module(MYPY),
    "pyright, the standard module": lambda: with_the_standard_module(pyright()),
    "stubtest, typeshed": stubs.standard,
    "stubtest, constants": stubs.constants,
    "signatures, typeshed": signatures.standard,
    "signatures, methods": signatures.declared,
    "pyright --verifytypes": names.complete,
    "completion by jedi": names.completed,
    "names in a program": names.named,
}


def main(words: list[str]) -> int:
    """Runs the checks, and prints a line for each; the exit status."""
    status = 0
    for name, check in CHECKS.items():
        if words and not any(word in name for word in words):
            continue
        start = time.monotonic()
        summary, problems = check()
        verdict = "FAILED" if problems else "ok"
        print(f"{name:30} {verdict:6} {summary}, {time.monotonic() - start:.0f} s", flush=True)
        for problem in problems:
            print(f"    {problem}")
        status |= bool(problems)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
