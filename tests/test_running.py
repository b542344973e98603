"""The programs that docs/running.rst shows do what it says."""

from __future__ import annotations

import re
import socket as own
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from .support import LONG, ROOT, environ, python

PAGE = (ROOT / "docs" / "running.rst").read_text(encoding="utf-8")
ON_CFFISOCK = ("-m", "cffisock", "run")
# As systemd starts a unit that has a socket: the listener is descriptor 3.
ACTIVATE = """
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname(), flush=True)
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""

# Whether the system knows that the compiled module is in the process.
LOADED = 'print("cffisock/_cffi" in open("/proc/self/maps").read())'
if sys.platform == "win32":
    LOADED = "import ctypes; print(ctypes.windll.kernel32.GetModuleHandleW('_cffi.pyd') != 0)"


def shown(word: str) -> str:
    """The one program of the page that has this word in it."""
    blocks = re.findall(r"^\.\. code-block:: python\n\n((?: {4}.*\n|\n)+)", PAGE, re.MULTILINE)
    (found,) = (textwrap.dedent(block) for block in blocks if word in block)
    return found


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "script.py"


def test_in_code(script: Path) -> None:
    code = shown("serve_forever")
    assert code.count(", 8000)") == 1
    said = "print(server.sockets[0].getsockname()[1], asyncio.trsock.socket.__name__, flush=True)"
    code = code.replace(", 8000)", f", 0)\n    {said}")
    script.write_text(code)
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        env=environ(),
    ) as process:
        try:
            assert process.stdout is not None
            port, name = process.stdout.readline().split()
            assert name == b"cffisock"
            with own.create_connection(("127.0.0.1", int(port)), timeout=LONG) as sock:
                sock.sendall(b"hello\n")
                assert sock.recv(100) == b"hello\n"
        finally:
            process.terminate()


def test_single_sockets(script: Path) -> None:
    script.write_text(shown("sock=listener"))
    done = python("-X", "dev", str(script))
    assert (done.stdout, done.stderr) == ("b''\n", "")


@pytest.mark.parametrize("on", [(), ON_CFFISOCK], ids=["own", "cffisock"])
def test_activated(on: tuple[str, ...], script: Path) -> None:
    """The descriptor's family, type and address come from the kernel."""
    code = shown("LISTEN_PID")
    script.write_text(f"{code}\nprint(listener.family, listener.type, socket.__name__)\n")
    done = python("-c", ACTIVATE, *on, str(script))
    assert done.stderr == ""
    address, listening, kinds = done.stdout.splitlines()
    assert listening == f"listening at {address}"
    family, kind, name = kinds.split()
    assert family in {"2", "AddressFamily.AF_INET"}
    assert kind in {"1", "SocketKind.SOCK_STREAM"}
    assert name == ("cffisock" if on else "socket")


@pytest.mark.parametrize(
    ("on", "says"),
    [((), ["socket", "<socket.socket fd="]), (ON_CFFISOCK, ["cffisock", "<cffisock.socket fd="])],
    ids=["own", "cffisock"],
)
def test_whether_it_is_in_use(on: tuple[str, ...], says: list[str], script: Path) -> None:
    code = shown("print(socket.socket())")
    script.write_text(f"{code}\n{LOADED}\n")
    name, sock, in_maps = python(*on, str(script)).stdout.splitlines()
    assert [name, sock[: len(says[1])]] == says
    assert in_maps == str(bool(on))
