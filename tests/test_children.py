"""install() and `run` where there are other processes and threads, and where there is no _ssl."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import python

METHODS = ("fork", "spawn", "forkserver")

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
    """A child that was not forked is an interpreter of its own; sockets arrive in it."""
    names = talk(tmp_path, TALK, method, "-m", "cffisock", "run").split()
    in_child = "cffisock" if method == "fork" else "socket"
    assert names == ["cffisock", in_child, in_child, in_child, "cffisock"]


@pytest.mark.parametrize("method", METHODS)
def test_children_of_run_with_a_program_that_installs(method: str, tmp_path: Path) -> None:
    names = talk(tmp_path, INSTALL + TALK, method, "-m", "cffisock", "run").split()
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
with multiprocessing.connection.Listener() as listener:
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
