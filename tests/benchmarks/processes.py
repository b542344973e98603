"""Other processes: programs in C, servers, and what they used of the processor."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


class Talker:
    """A process that answers lines with lines; the `with` statement ends its input."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            command, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="ascii"
        )

    def __enter__(self) -> Talker:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise

    def read(self) -> str:
        """The next line; RuntimeError where the process ended instead."""
        stdout: IO[str] = self.process.stdout  # type: ignore[assignment]
        line = stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args!r} ended early")
        return line

    def ask(self, question: str) -> str:
        """The answer to a line."""
        stdin: IO[str] = self.process.stdin  # type: ignore[assignment]
        stdin.write(f"{question}\n")
        stdin.flush()
        return self.read()


class Service(Talker):
    """A server, which says its address first; the `with` statement terminates it."""

    def __exit__(self, *args: object) -> None:
        self.process.terminate()
        super().__exit__(*args)

    def used(self) -> tuple[float, float]:
        """The seconds in user and in system mode of all its threads: proc(5)."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return int(user) / TICKS, int(system) / TICKS


@contextmanager
def compiled(source: Path) -> Iterator[str]:
    """The path of the program in C, compiled for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        program = str(Path(folder, source.stem))
        compiler = os.environ.get("CC") or shutil.which("cc") or "gcc"
        subprocess.run(
            [compiler, "-O2", "-Wall", "-Wextra", "-o", program, str(source)], check=True
        )
        yield program


def interpreter() -> str:
    """The interpreter's name and version."""
    version = platform.python_version()
    if sys.implementation.name == "pypy":
        version = ".".join(map(str, sys.pypy_version_info[:3]))  # type: ignore[attr-defined]
    return f"{platform.python_implementation()} {version}"
