"""The programs of the tutorial do what it shows, each pair in its two terminals."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import textwrap
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from .support import LONG, ROOT
from .test_docs import sections

BODY = r"\n\n((?: {4}.*\n|\n)+)"
PROGRAM = re.compile(r"^\.\. code-block:: python\n    :caption: (\S+)" + BODY, re.MULTILINE)
TERMINAL = re.compile(r"^\.\. code-block:: console\n\n    \$ (.*)\n((?: {4}.*\n)*)", re.MULTILINE)

TUTORIAL = sections("tutorial")
PROGRAMS = {
    name: textwrap.dedent(code)
    for text in TUTORIAL.values()
    for name, code in PROGRAM.findall(text)
}
PAIRS = {
    title: [(command, textwrap.dedent(output)) for command, output in TERMINAL.findall(text)]
    for title, text in TUTORIAL.items()
    if TERMINAL.search(text)
}
# A network of its own, in which the ports of the tutorial are free; then COMMAND.
APART = ["unshare", "--net", "sh", "-ec", 'ip link set lo up; exec "$@"', "sh"]


def start(command: str, folder: Path, *prefix: str) -> Any:
    """A program in its terminal; errors are seen there too."""
    words = shlex.split(command)
    assert words[0] == "python"
    return subprocess.Popen(
        [*prefix, sys.executable, *words[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def test_every_program_is_run() -> None:
    shown = [command for pair in PAIRS.values() for command, _ in pair]
    assert {f"python {name}" for name in PROGRAMS} == set(shown)
    assert [len(pair) for pair in PAIRS.values()] == [2] * len(PAIRS)
    assert len(PAIRS) >= 6


@pytest.mark.parametrize(
    "title",
    [
        pytest.param(title, marks=pytest.mark.vm if title == "CAN" else pytest.mark.netns)
        for title in PAIRS
    ],
)
def test_two_terminals(title: str, tmp_path: Path, stack: ExitStack) -> None:
    for name, code in PROGRAMS.items():
        (tmp_path / name).write_text(code, encoding="utf-8")
    (serving, seen), (asking, answered) = PAIRS[title]
    prefix = [] if title == "CAN" else APART
    server = stack.enter_context(start(serving, tmp_path, *prefix))
    stack.callback(server.kill)
    first, *others = seen.splitlines(keepends=True)
    assert server.stdout.readline() == first
    inside = [] if title == "CAN" else ["nsenter", f"--net=/proc/{server.pid}/ns/net"]
    client = stack.enter_context(start(asking, tmp_path, *inside))
    stack.callback(client.kill)
    assert client.communicate(timeout=LONG)[0] == answered
    assert client.returncode == 0
    assert [server.stdout.readline() for _ in others] == others
    server.kill()
    assert server.stdout.read() == ""
