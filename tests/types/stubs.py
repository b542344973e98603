"""Stubs and what is there at run time, name by name, by mypy's stubtest."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import mypy

from cffisock._command.info import missing_names

from ..support import ROOT
from .tools import Result, tool

TYPESHED = Path(mypy.__file__).parent / "typeshed" / "stdlib"
DIFFERENCES = Path(__file__).with_name("differences.txt")


def standard() -> Result:
    """typeshed's stubs of socket and _socket, as the newest Python has them, as if they were ours.

    What cffisock has and they do not, tests/test_surface.py knows.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "cffisock")
        folder.mkdir()
        for stub, ours in (("socket.pyi", "__init__.pyi"), ("_socket.pyi", "_socket.pyi")):
            text = (TYPESHED / stub).read_text(encoding="utf-8")
            (folder / ours).write_text(as_ours(text), encoding="utf-8")
        result = compared("cffisock", DIFFERENCES, Path(name))
    lines = DIFFERENCES.read_text(encoding="utf-8").splitlines()
    allowed = sum(line != "" and not line.startswith("#") for line in lines)
    return Result(f"{result.summary}, differences allowed by {allowed} lines", result.problems)


def as_ours(text: str) -> str:
    """A stub of typeshed's, for all versions, with the names of our modules."""
    text = re.sub(r"\b(sys\.version_info (?:>=|<)) \(3, \d+\)", r"\1 (3,)", text)
    text = re.sub(r"^import _socket$", "from cffisock import _socket", text, flags=re.MULTILINE)
    text = re.sub(r"\bfrom _socket import", "from cffisock._socket import", text)
    return re.sub(r"\bfrom socket import", "from cffisock import", text)


def constants() -> Result:
    """The stub of the constants; those that these headers lack may be missing."""
    with tempfile.TemporaryDirectory() as folder:
        allowed = Path(folder, "lacking.txt")
        lines = [rf"cffisock\._public_constants\.{name}" for name in missing_names()]
        allowed.write_text("\n".join(lines), encoding="utf-8")
        return compared("cffisock._public_constants", allowed, ROOT)


def compared(module: str, allowed: Path, folder: Path) -> Result:
    """Lets stubtest compare a module with its stub, which is below ``folder``."""
    done = tool("tests.types.stubtest", module, "--allowlist", str(allowed), cwd=folder)
    *lines, last = done.stdout.splitlines() or [""]
    return Result(last, [] if done.returncode == 0 else [*lines, last])
