"""python -m cffisock: run, info, demo, each in a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import cffisock

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


# --- the words of the command -------------------------------------------------------------------

SCRIPT = (str(Path(sys.executable).with_name("cffisock")),)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "COMMAND"),
        (("fly",), "'fly'"),
        (("info", "-x"), "-x"),
        (("run",), "it needs something to run: a script, or -m MODULE, or -c CODE"),
        (("run", "--only-here"), "it needs something to run: a script, or -m MODULE, or -c CODE"),
    ],
)
def test_usage(words: Any, said: str) -> None:
    done = python(*MODULE, *words)
    assert (done.returncode, done.stdout) == (2, "")
    usage, *_, error = done.stderr.splitlines()
    assert usage.startswith("usage: python -m cffisock")
    assert said in error


@pytest.mark.parametrize("words", [("--help",), ("run", "--help"), ("run", "-h"), ("info", "-h")])
def test_help(words: Any) -> None:
    done = python(*MODULE, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: python -m cffisock")
    if "run" in words:
        text = " ".join(done.stdout.split())
        assert "ARG what would follow the word python" in text
        assert "--only-here not for the processes that the program starts" in text


def test_version() -> None:
    """The same as the package's."""
    assert python(*MODULE, "--version").stdout == f"cffisock {cffisock.__version__}\n"
    assert cffisock.__version__ == version("cffisock")


@pytest.mark.parametrize("options", [(), ("-X", "dev", "-u")])
def test_the_script_that_pip_makes(options: Any, script: Path) -> None:
    """It has the same words, and runs programs with the options of its own Python."""
    assert python(*SCRIPT, "--version").stdout == f"cffisock {cffisock.__version__}\n"
    assert python(*SCRIPT).stderr.startswith("usage: cffisock [")
    script.write_text(
        "import socket, sys; print(socket.__name__, sys.flags.dev_mode, sys.argv[1:])"
    )
    done = python(*options, *SCRIPT, "run", str(script), "-m")
    assert (done.stdout, done.stderr) == (f"cffisock {bool(options)} ['-m']\n", "")


def test_called_by_a_program() -> None:
    """That has been started with words which are not the command's."""
    code = """
import sys
from cffisock._command import main
sys.argv[1:] = ["run", "-c", "import socket, sys; print(socket.__name__, sys.argv)", "a"]
main()
"""
    done = python("-O", "-c", code, "x", "y")
    assert (done.stdout, done.stderr) == ("cffisock ['-c', 'a']\n", "")


@pytest.mark.parametrize(
    ("before", "after", "letter"),
    [
        (("-E",), (), "E"),
        (("-I",), (), "I"),
        ((), ("-uS",), "S"),
        ((), ("-W", "ignore", "-X", "dev", "-BE"), "E"),
        ((), ("--check-hash-based-pycs", "always", "-I"), "I"),
    ],
)
def test_options_that_are_in_the_way(before: Any, after: Any, letter: str, script: Path) -> None:
    done = python(*before, *SCRIPT, "run", *after, str(script))
    assert (done.returncode, done.stdout) == (2, "")
    start = f"python -m cffisock run: with the option -{letter} Python starts without"
    assert done.stderr.startswith(start)
    assert done.stderr.count("\n") == 1


def test_a_folder_that_pythonpath_cannot_hold(tmp_path: Path) -> None:
    there = tmp_path / "a:b"
    there.mkdir()
    (there / "cffisock").symlink_to(ROOT / "cffisock")
    done = python(*MODULE, "run", "-c", "pass", cwd=there, env={"PYTHONPATH": ""})
    assert done.returncode == 2
    assert done.stderr == (
        "python -m cffisock run: PYTHONPATH cannot hold "
        f"{there}/cffisock/_command/startup, which has a : in it\n"
    )


def test_installed() -> None:
    show = "import cffisock; print(cffisock.installed())"
    assert python("-c", show).stdout == "False\n"
    assert python(*MODULE, "run", "-c", show).stdout == "True\n"
    assert python("-c", f"import cffisock; cffisock.install(); {show}").stdout == "True\n"
    assert python("-c", f"import socket; {show}").stdout == "False\n"


# --- info and demo ------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [MODULE, (*MODULE, "run", *MODULE)], ids=["own", "in place"])
def test_info(words: Any) -> None:
    done = python(*words, "info")
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("AF_UNIX", "AF_INET, TCP", "AF_CAN, J1939", "AF_BLUETOOTH, HCI", "AF_TIPC"):
        assert re.search(rf"^{word} +(yes$|no   \S)", done.stdout, re.MULTILINE), word
    assert os.uname().release in done.stdout
    assert sys.version.split()[0] in done.stdout
    for family in ("AF_UNIX", "AF_INET, TCP", "AF_NETLINK"):
        assert re.search(rf"^{family} +yes$", done.stdout, re.MULTILINE), family
    found = re.search(r"^in the place of socket +(yes|no)\b", done.stdout, re.MULTILINE)
    assert found is not None
    assert found.group(1) == ("no" if words == MODULE else "yes")


def test_info_for_programs() -> None:
    done = python(*MODULE, "info", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["cffisock"] == cffisock.__version__
    assert found["sockets"]["AF_UNIX"] == {"works": True, "why": None}
    ipv6 = found["sockets"]["AF_INET6, TCP"]
    assert ipv6["works"] is (why_no_ipv6() is None)
    assert bool(ipv6["why"]) is not ipv6["works"]


@pytest.mark.netns
def test_info_where_ipv6_is_turned_off() -> None:
    """Its sockets open, and have no address to be bound to."""
    command = ["unshare", "--net", sys.executable, *MODULE, "info"]
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert re.search(r"^AF_INET6, TCP +no   it opens, but ::1 cannot be bound", done.stdout, re.M)
    assert re.search(r"^AF_UNIX +yes$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("environment", "has_colour"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
    ids=str,
)
def test_info_on_a_terminal(environment: Any, has_colour: bool) -> None:
    keep = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    main, other = pty.openpty()
    with open(main, "rb", buffering=0) as terminal:
        with open(other, "wb") as theirs:
            subprocess.run(
                [sys.executable, *MODULE, "info"],
                check=True,
                stdout=theirs,
                env={**keep, "TERM": "xterm", "PYTHONPATH": str(ROOT), **environment},
            )
        said = terminal.read(100_000)
    assert b"AF_UNIX" in said
    assert (b"\x1b[32myes\x1b[0m" in said) is has_colour
    assert (b"\x1b" in said) is has_colour


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


@pytest.mark.parametrize(
    "words",
    [("-m", "cffisock", "run", "-m", "cffisock", "demo"), ("-c", "INSTALLED")],
    ids=["run", "install"],
)
def test_demo_where_cffisock_is_in_place(words: Any) -> None:
    """It still has the interpreter's own, and so has the process that it starts."""
    code = "import cffisock; cffisock.install(); import cffisock._command.demo as demo; demo.main()"
    done = python(*(code if word == "INSTALLED" else word for word in words))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search("^ok .*TCP over IPv4: socket serves cffisock", done.stdout, re.MULTILINE)
    assert re.search("^ok .*descriptor passed: cffisock to socket", done.stdout, re.MULTILINE)
    assert done.stdout.endswith("all bytes came back right\n")


def test_demo_talks_to_the_interpreters_own() -> None:
    code = """
import cffisock
cffisock.install()
from cffisock._command.demo import own_socket
own = own_socket()
import socket, _socket
assert socket is cffisock
assert _socket is cffisock._socket
assert own is own_socket()
assert own.__file__.endswith("/socket.py"), own
assert not issubclass(own.socket, cffisock._socket.socket)
assert type(own.AF_INET) is own.AddressFamily is not cffisock.AddressFamily
print("done")
"""
    assert python("-c", code).stdout == "done\n"


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
