"""install() and `run` where there are other processes and threads, and where there is no _ssl."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .support import IMPORTABLE, LONG, ROOT, python

RUN = ("-m", "cffisock", "run")
METHODS = ("spawn",) if sys.platform == "win32" else ("fork", "spawn", "forkserver")

# The names of the socket module and of the sockets that a child sees, and gets, and sends back.
TALK = """
import http.client
import multiprocessing
import socket
import sys

def child(sock, queue):
    import socket
    names = [socket.__name__, http.client.socket.__name__, type(sock).__module__]
    sock.sendall(" ".join(names).encode())
    sock.close()
    one, two = socket.socketpair()
    queue.put(one)
    two.settimeout(20)
    two.recv(1)
    one.close()
    two.close()

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    queue = context.Queue()
    one, two = socket.socketpair()
    process = context.Process(target=child, args=(two, queue))
    process.start()
    two.close()
    with one.makefile("rb") as file:
        said = file.read().decode()
    one.close()
    with queue.get(timeout=20) as back:
        back.sendall(b"x")
        process.join()
        print(socket.__name__, said, type(back).__module__)
    assert process.exitcode == 0
"""
INSTALL = "import cffisock\ncffisock.install()\n"


def talk(folder: Path, text: str, method: str, *options: str) -> str:
    script = folder / "script.py"
    script.write_text(text, encoding="utf-8")
    done = python(*options, str(script), method)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.mark.parametrize("method", METHODS)
def test_children_of_a_program_that_installs(method: str, tmp_path: Path) -> None:
    """They import the program before they do anything, and it installs there too."""
    names = talk(tmp_path, INSTALL + TALK, method).split()
    assert names == ["cffisock"] * 5


@pytest.mark.parametrize("method", METHODS)
def test_children_of_run(method: str, tmp_path: Path) -> None:
    """A child that was not forked is an interpreter of its own, with the same start-up."""
    assert talk(tmp_path, TALK, method, *RUN).split() == ["cffisock"] * 5


@pytest.mark.parametrize("method", METHODS)
def test_children_of_run_only_here(method: str, tmp_path: Path) -> None:
    """They have the interpreter's own sockets, unless they were forked; sockets arrive in them."""
    names = talk(tmp_path, TALK, method, *RUN, "--only-here").split()
    in_child = "cffisock" if method == "fork" else "socket"
    assert names == ["cffisock", in_child, in_child, in_child, "cffisock"]


# Ways to start Python, each of which says which socket module it has.
SAY = "import socket; print(socket.__name__, flush=True)"
STARTS = {
    "subprocess": f"subprocess.run([sys.executable, '-c', {SAY!r}], check=True)",
    "shell": f"subprocess.run(f'{{sys.executable}} -c {chr(34)}{SAY}{chr(34)}', shell=True)",
    "with a path": f"""
env = {{**os.environ, "PYTHONPATH": os.environ["PYTHONPATH"] + os.pathsep + "there"}}
subprocess.run([sys.executable, '-c', {SAY!r}], env=env)
""",
    "grandchild": f"""
code = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
subprocess.run([sys.executable, '-c', code, {SAY!r}])
""",
    "run": f"subprocess.run([sys.executable, '-m', 'cffisock', 'run', '-c', {SAY!r}])",
    "spawnv": f"os.spawnv(os.P_WAIT, sys.executable, [sys.executable, '-c', {SAY!r}])",
    "posix_spawn": f"""
pid = os.posix_spawn(sys.executable, [sys.executable, '-c', {SAY!r}], os.environ)
os.waitpid(pid, 0)
""",
    "exec": f"os.execv(sys.executable, [sys.executable, '-c', {SAY!r}])",
}
if not hasattr(os, "posix_spawn"):  # PyPy 7.3.11
    del STARTS["posix_spawn"]
# Those that have nothing of the start-up.
BARE = {
    "-E": f"subprocess.run([sys.executable, '-E', '-c', {SAY!r}])",
    "-I": f"subprocess.run([sys.executable, '-I', '-c', {SAY!r}])",
    "-S": f"subprocess.run([sys.executable, '-S', '-c', {SAY!r}])",
    "no environment": f"subprocess.run([sys.executable, '-c', {SAY!r}], env={{}})",
}


def started(how: str, *options: str) -> list[str]:
    """The socket modules of a program that starts another, and of that one."""
    done = python(*RUN, *options, "-c", f"import os, subprocess, sys\n{SAY}\n{how}")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.parametrize("how", STARTS.values(), ids=STARTS)
def test_what_a_program_starts(how: str) -> None:
    assert started(how) == ["cffisock", "cffisock"]


@pytest.mark.parametrize("how", BARE.values(), ids=BARE)
def test_what_starts_without_the_environment(how: str) -> None:
    """It says nothing, and has the interpreter's own."""
    assert started(how) == ["cffisock", "socket"]


@pytest.mark.parametrize("how", [*STARTS.values()], ids=STARTS)
def test_what_a_program_starts_only_here(how: str) -> None:
    """`run` inside of it begins anew; what replaces the process is another program too."""
    assert started(how, "--only-here") == ["cffisock", "cffisock" if "'run'" in how else "socket"]


def test_only_here_leaves_the_environment_as_it_was() -> None:
    """With what was in PYTHONPATH, and with nothing."""
    show = "import os; print(os.environ.get('PYTHONPATH'), 'CFFISOCK_RUN' in os.environ)"
    paths = [os.pathsep.join([*IMPORTABLE, "a", "", "b"])]
    if sys.platform != "win32":  # where the interpreter that is tested has no cffi itself
        paths.append("")
    for path in paths:
        done = python(*RUN, "--only-here", "-c", show, cwd=ROOT, env={"PYTHONPATH": path})
        assert (done.stdout, done.stderr) == (f"{path or None} False\n", "")


# --- other interpreters in the same environment -------------------------------------------------


@pytest.fixture
def other(tmp_path: Path) -> str:
    """The Python of another virtual environment, in which cffisock is not installed."""
    import venv

    venv.create(tmp_path / "other", symlinks=True)
    return str(tmp_path / "other" / "bin" / "python")


def test_another_environment_does_not_notice(other: str, tmp_path: Path) -> None:
    """Neither by its sockets nor by its path, nor does its own sitecustomize."""
    (tmp_path / "sitecustomize.py").write_text("print('mine')\n")
    show = "import socket, sys; print(socket.__name__, sys.path, *sorted(sys.modules))"
    for path in (str(ROOT), f"{tmp_path}:{ROOT}"):
        plain = python("-c", CALL, other, show, env={"PYTHONPATH": path})
        ran = python(*RUN, "-c", CALL, other, show, env={"PYTHONPATH": path})
        assert plain.stderr == ""
        assert "socket" in plain.stdout
        assert (ran.stdout[-len(plain.stdout) :], ran.stderr) == (plain.stdout, "")


CALL = "import subprocess, sys; subprocess.run([sys.argv[1], '-c', sys.argv[2]])"


def late(other: str, condition: str) -> dict[str, str]:
    """Has the other environment import socket early, and can import cffisock: its PYTHONPATH."""
    (packages,) = Path(other).parents[1].glob("lib/*/site-packages")
    line = f"import os; {condition} and __import__('socketserver')\n"
    (packages / "early.pth").write_text(line)
    return {"PYTHONPATH": os.pathsep.join(IMPORTABLE)}


def run_other(other: str, *arguments: str, env: dict[str, str]) -> Any:
    return subprocess.run(
        [other, *arguments],
        check=False,
        env={**os.environ, **env},
        capture_output=True,
        encoding="utf-8",
        timeout=LONG,
    )


TOO_LATE = "cffisock.install() came too late: the interpreter's own socket module is already in use"


def test_run_came_too_late(other: str) -> None:
    env = late(other, "True")
    done = run_other(other, *RUN, "-c", "print('never')", env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"python -m cffisock run: {TOO_LATE} by socketserver;")
    assert done.stderr.count("\n") == 1


def test_run_came_too_late_in_a_child(other: str) -> None:
    """It goes on, and says so in one line."""
    env = late(other, "'CHILD' in os.environ")
    start = f"import os, subprocess, sys; os.environ['CHILD'] = ''; {STARTS['subprocess']}"
    done = run_other(other, *RUN, "-c", f"{SAY}; {start}", env=env)
    assert (done.returncode, done.stdout.split()) == (0, ["cffisock", "socket"])
    pattern = r"python -m cffisock run: process \d+ goes on without it: "
    assert re.match(pattern + re.escape(TOO_LATE), done.stderr)
    assert done.stderr.count("\n") == 1


def test_a_child_that_cannot_import_it(other: str) -> None:
    """Here it lacks the compiled module."""
    env = late(other, "False")
    code = f"import os, subprocess, sys; del os.environ['LIBRARY']; {STARTS['subprocess']}"
    (packages,) = Path(other).parents[1].glob("lib/*/site-packages")
    line = "import os, sys; 'LIBRARY' in os.environ or sys.modules.update({'cffisock._cffi': None})"
    (packages / "early.pth").write_text(f"{line}\n")
    done = run_other(other, *RUN, "-c", f"{SAY}; {code}", env={**env, "LIBRARY": ""})
    assert (done.returncode, done.stdout.split()) == (0, ["cffisock", "socket"])
    assert re.match(r"python -m cffisock run: process \d+ goes on without it: ", done.stderr)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("method", METHODS)
def test_children_of_run_with_a_program_that_installs(method: str, tmp_path: Path) -> None:
    names = talk(tmp_path, INSTALL + TALK, method, *RUN).split()
    assert names == ["cffisock"] * 5


@pytest.mark.parametrize("method", METHODS)
def test_too_late_in_a_child(method: str, tmp_path: Path) -> None:
    """What a child does is said by the same error, which names who has the other sockets."""
    text = """
import http.client
import multiprocessing
import sys

def child(queue):
    import cffisock
    try:
        cffisock.install()
    except RuntimeError as error:
        queue.put(str(error))

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    queue = context.SimpleQueue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    print(queue.get())
    process.join()
"""
    said = talk(tmp_path, text, method)
    assert said.startswith("cffisock.install() came too late")
    holders = said.partition("already in use by ")[2].partition(";")[0].split(", ")
    assert "http.client" in holders
    assert not any(name.startswith("multiprocessing") for name in holders)


def test_after_multiprocessing() -> None:
    """Its modules refer to no more than the socket module, and are told of the new one."""
    code = """
import multiprocessing.connection
import cffisock
cffisock.install()
assert multiprocessing.connection.socket is cffisock
family = None if hasattr(cffisock, "AF_UNIX") else "AF_INET"
with multiprocessing.connection.Listener(family=family) as listener:
    assert type(listener._listener._socket) is cffisock.socket
print("done")
"""
    done = python("-c", code)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_from_many_threads_at_once() -> None:
    code = """
import threading
import cffisock
start = threading.Barrier(8)
results = []
def install():
    start.wait()
    try:
        cffisock.install()
        import socket, _socket
        results.append((socket, _socket))
    except BaseException as error:
        results.append(error)
threads = [threading.Thread(target=install) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert results == [(cffisock, cffisock._socket)] * 8, results
print("done")
"""
    done = python("-c", code)
    assert (done.stdout, done.stderr) == ("done\n", "")


# --- without _ssl ---------------------------------------------------------------------------------

BLOCKS = {
    "None": "sys.modules['_ssl'] = None",
    "finder": """
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "_ssl":
            raise ModuleNotFoundError("No module named '_ssl'", name=name)
sys.meta_path.insert(0, Finder())
""",
}


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("installs", [False, True])
def test_an_interpreter_without_ssl(installs: bool, block: str) -> None:
    """ssl cannot be imported, with the interpreter's own error, and all else works."""
    code = f"""
import sys
{BLOCKS[block]}
{INSTALL if installs else ""}
try:
    import ssl
except ImportError as error:
    print(type(error).__name__, error.name)
import asyncio, http.client, socket
assert not hasattr(http.client, "HTTPSConnection")

async def main():
    async def serve(reader, writer):
        writer.write(await reader.readline())
        writer.close()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello\\n")
    print((await reader.read()).decode(), end="")
    writer.close()
    server.close()

asyncio.run(main())
"""
    done = python("-c", code)
    assert done.stderr == ""
    assert done.stdout == "ModuleNotFoundError _ssl\nhello\n"
