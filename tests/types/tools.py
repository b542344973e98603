"""The tools, as programs of this interpreter's environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from ..support import ROOT

# Finds the package as in a wheel, also where it is installed in the editable way.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}

# The longest takes twenty on two busy cores.
SECONDS = 300


class Result(NamedTuple):
    """What a check has found."""

    summary: str
    problems: list[str]


def tool(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Runs ``python -m COMMAND``, from the repository, and returns what it printed."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        check=False,
        cwd=cwd,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=SECONDS,
    )


def checked(*command: str) -> Result:
    """Runs a tool whose last line is its summary, and whose status says whether it is content."""
    done = tool(*command)
    *lines, last = done.stdout.splitlines() or [""]
    return Result(last, [] if done.returncode == 0 else [*lines, last])


def pyright(*arguments: str) -> list[str]:
    """The command that lets pyright look at this environment."""
    return ["pyright", "--pythonpath", sys.executable, *arguments]
