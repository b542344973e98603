"""python -m cffisock: run, info, demo, each in a process of its own."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import why_no_ipv6
from .support import LONG, ROOT, python

MODULE = ("-m", "cffisock")

SHOW = """
import socket, sys
print(__name__, socket.__name__, sys.argv[1:])
print(sys.path[0])
print(__file__)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "folder" / "script.py"
    path.parent.mkdir()
    path.write_text(SHOW, encoding="utf-8")
    return path


def test_run_a_script(script: Path) -> None:
    done = python(*MODULE, "run", str(script), "-x", "--help", "a b")
    assert (done.returncode, done.stderr) == (0, "")
    first, path, file = done.stdout.splitlines()
    assert first == "__main__ cffisock ['-x', '--help', 'a b']"
    assert os.path.realpath(path) == os.path.realpath(script.parent)
    assert file == str(script)


def test_run_a_script_of_this_folder(script: Path) -> None:
    done = python(*MODULE, "run", "script.py", cwd=script.parent)
    assert done.stdout.splitlines()[0] == "__main__ cffisock []"


def test_run_a_script_with_modules_beside_it(script: Path) -> None:
    (script.parent / "beside.py").write_text("import socket\nname = socket.__name__\n")
    script.write_text("import beside\nprint(beside.name)\n")
    assert python(*MODULE, "run", str(script)).stdout == "cffisock\n"


def test_run_a_module(script: Path) -> None:
    done = python(*MODULE, "run", "-m", "script", "-m", "x", cwd=script.parent)
    assert done.stderr == ""
    assert done.stdout.splitlines()[0] == "__main__ cffisock ['-m', 'x']"


def test_run_a_package(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("from . import other\nprint(other.socket.__name__)\n")
    (package / "other.py").write_text("import socket\n")
    done = python(*MODULE, "run", "-m", "package", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("cffisock\n", "")


@pytest.mark.parametrize(
    ("end", "status", "said"),
    [
        ("", 0, ""),
        ("import sys; sys.exit(7)", 7, ""),
        ("raise SystemExit", 0, ""),
        ("import sys; sys.exit('sorry')", 1, "sorry\n"),
        ("import os; os._exit(3)", 3, ""),
    ],
)
def test_exit_status(end: str, status: int, said: str, script: Path) -> None:
    script.write_text(end, encoding="utf-8")
    done = python(*MODULE, "run", str(script))
    assert (done.returncode, done.stderr) == (status, said)


def test_an_exception_ends_the_program_as_always(script: Path) -> None:
    script.write_text("def f():\n    1 / 0\nf()\n", encoding="utf-8")
    done = python(*MODULE, "run", str(script))
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("ZeroDivisionError: division by zero")
    assert f'File "{script}", line 2, in f' in done.stderr


@pytest.mark.parametrize("program", [("no-such-file.py",), ("-m", "no_such_module")])
def test_no_such_program(program: Any, tmp_path: Path) -> None:
    done = python(*MODULE, "run", *program, cwd=tmp_path)
    assert done.returncode == 1
    assert program[-1] in done.stderr


@pytest.mark.parametrize("arguments", [(), ("run",), ("fly",), ("run", "-m")])
def test_usage(arguments: Any) -> None:
    done = python(*MODULE, *arguments)
    assert done.returncode == 2
    assert "usage: python -m cffisock" in done.stderr


def test_info() -> None:
    done = python(*MODULE, "info")
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("AF_UNIX", "AF_INET, TCP", "AF_CAN, J1939", "AF_BLUETOOTH, HCI", "AF_TIPC"):
        assert re.search(rf"^{word} +\S", done.stdout, re.MULTILINE), word
    assert os.uname().release in done.stdout
    assert sys.version.split()[0] in done.stdout
    for family in ("AF_UNIX", "AF_INET, TCP", "AF_NETLINK"):
        assert re.search(rf"^{family} +yes$", done.stdout, re.MULTILINE), family


def test_demo() -> None:
    done = python(*MODULE, "demo")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    shown = dict.fromkeys(("TCP over IPv4", "UDP over IPv4", "AF_UNIX"), "ok      {}: {}: 1048576")
    shown["TCP over IPv6"] = "left out {}: {}: " if why_no_ipv6() else "ok      {}: {}: 1048576"
    for what, said in shown.items():
        for roles in ("cffisock serves socket", "socket serves cffisock"):
            start = said.format(what, roles)
            assert any(line.startswith(start) for line in lines), start
    assert sum("descriptor passed" in line for line in lines) == 2
    assert lines[-1] == "all bytes came back right"


@pytest.mark.ipv6
def test_ipv6_in_info_and_demo() -> None:
    assert re.search(r"^AF_INET6, UDP +yes$", python(*MODULE, "info").stdout, re.MULTILINE)
    assert "left out" not in python(*MODULE, "demo").stdout


# --- a real server ------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """http.server, run on cffisock: its URL, and the folder it serves."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, *MODULE, "run", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+/", process.stdout.readline())
            assert found is not None
            yield found.group(), tmp_path
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(LONG)
    assert process.returncode == 0


def test_an_unchanged_server(server: Any) -> None:
    """To the interpreter's own client; sendfile, big and small."""
    url, folder = server
    data = os.urandom(8_000_000)
    (folder / "data").write_bytes(data)
    (folder / "empty").write_bytes(b"")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}data", timeout=LONG) as answer:
        assert hashlib.sha256(answer.read()).digest() == hashlib.sha256(data).digest()
    for _ in range(20):
        with opener.open(f"{url}empty", timeout=LONG) as answer:
            assert answer.read() == b""
    with pytest.raises(urllib.error.HTTPError, match="404") as refused:
        opener.open(f"{url}none", timeout=LONG)
    refused.value.close()
