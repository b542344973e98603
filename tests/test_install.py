"""install(): each test in a process of its own."""

from __future__ import annotations

import pytest

from .support import python


def run(code: str) -> str:
    """Runs the program, which ends well, and gives what it printed."""
    done = python("-c", code)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_import_gives_cffisock_from_then_on() -> None:
    code = """
import cffisock
cffisock.install()
import socket, _socket
assert socket is cffisock, socket
assert _socket is cffisock._socket, _socket
from socket import socket as kind
assert kind is cffisock.socket
one, two = socket.socketpair()
one.send(b"x")
assert two.recv(1) == b"x"
one.close(); two.close()
print("done")
"""
    assert run(code) == "done\n"


def test_programs_that_know_nothing_of_it() -> None:
    code = """
import cffisock
cffisock.install()
import asyncio, http.server, multiprocessing.connection, socketserver, ssl, urllib.request
assert socketserver.socket is cffisock
assert issubclass(ssl.SSLSocket, cffisock.socket)

async def main():
    async def serve(reader, writer):
        writer.write((await reader.readline()).upper())
        writer.close()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    assert server.sockets[0]._sock.__class__ is cffisock.socket
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello\\n")
    print((await reader.read()).decode(), end="")
    writer.close()
    server.close()

asyncio.run(main())
"""
    assert run(code) == "HELLO\n"


def test_twice_is_fine() -> None:
    code = """
import cffisock
cffisock.install()
cffisock.install()
import socket
cffisock.install()
assert socket is cffisock
print("done")
"""
    assert run(code) == "done\n"


def test_from_a_thread() -> None:
    code = """
import threading, cffisock
thread = threading.Thread(target=cffisock.install)
thread.start()
thread.join()
import socket
assert socket is cffisock
print("done")
"""
    assert run(code) == "done\n"


@pytest.mark.parametrize(
    ("before", "holder"),
    [
        ("import socketserver", "socketserver"),
        ("import http.client", "http.client"),
        ("import socket", "__main__"),
        ("import socket as other", "__main__"),
        ("from socket import socket", "__main__"),
        ("from socket import create_connection", "__main__"),
        ("from _socket import socket", "__main__"),
    ],
)
def test_too_late(before: str, holder: str) -> None:
    code = f"""
{before}
import sys
had = sys.modules.get("socket")
import cffisock
try:
    cffisock.install()
except RuntimeError as error:
    print(error)
assert sys.modules.get("socket") is had
import socket
assert socket is not cffisock
"""
    said = run(code)
    assert "too late" in said
    assert holder in said.partition("already in use by ")[2].partition(";")[0].split(", ")


def test_imported_and_forgotten_is_not_too_late() -> None:
    code = """
import socket
del socket
import cffisock
cffisock.install()
import socket
assert socket is cffisock
print("done")
"""
    assert run(code) == "done\n"


def test_the_interpreters_own_low_level_module_is_still_to_be_had() -> None:
    code = """
import _socket as before
kind = before.socket
del before
import cffisock
from cffisock._edge.interpreter import interpreters_own
del kind
cffisock.install()
own = interpreters_own("_socket")
assert own.socket is not cffisock._socket.socket
assert own.socket.__name__ == "socket"
print("done")
"""
    assert run(code) == "done\n"


def test_import_alone_changes_nothing() -> None:
    code = """
import cffisock, sys
assert sys.modules.get("socket") is not cffisock
import socket, _socket
assert socket is not cffisock
assert _socket is not cffisock._socket
print("done")
"""
    assert run(code) == "done\n"
