"""Sockets of cffisock where others are annotated for the standard module's.

docs/typing.rst shows the parts; mypy and pyright say what has to be rejected; test_typing.py runs
it.
"""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

import asyncio
import fcntl
import select
import selectors
import socket
import ssl
import struct
from typing import Protocol, Union, cast

import cffisock
from cffisock import control


# [theirs]
def greet(sock: socket.socket) -> None:
    """A function of somebody else's."""
    sock.sendall(b"hello")


# [nothing]
async def nothing(sock: cffisock.socket, other: socket.socket) -> None:
    """What needs no cast."""
    # What takes descriptors, or objects that have one.
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
    select.select([], [sock], [], 0)
    fcntl.ioctl(sock, cffisock.SIOCINQ, struct.pack("i", 0))
    # asyncio's streams, which hand `sock` on without looking at it.
    server = await asyncio.start_server(print, sock=cffisock.create_server(("127.0.0.1", 0)))
    server.close()
    # Constants: those of either module are ints for the other.
    other.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    family: int = cffisock.AF_INET
    socket.socket(family, cffisock.SOCK_STREAM).close()
    # The modules beyond, which take sockets of any module.
    control.enable(other, control.Timestamp)
    # Exceptions: in either module error is OSError, and timeout is TimeoutError.
    late: type[socket.timeout] = cffisock.timeout
    print(late.__name__.lower().startswith("timeout"))
    # A descriptor that changes hands.
    cffisock.socket(fileno=other.detach()).close()


# [cast]
async def casts(sock: cffisock.socket) -> bytes:
    """What works, and is annotated for the standard module's class."""
    standard = cast("socket.socket", sock)
    greet(standard)
    data = await asyncio.get_running_loop().sock_recv(standard, 100)
    context = ssl.create_default_context()
    tls = context.wrap_socket(standard, server_hostname="localhost", do_handshake_on_connect=False)
    tls.close()
    return data


# [rejected]
async def rejected(sock: cffisock.socket) -> None:
    """What a type checker rejects without a cast, though it works."""
    greet(sock)  # type: ignore[arg-type]
    ssl.create_default_context().wrap_socket(sock)  # type: ignore[arg-type]
    loop = asyncio.get_running_loop()
    await loop.sock_recv(sock, 100)  # type: ignore[arg-type]
    await loop.create_connection(asyncio.Protocol, sock=sock)  # type: ignore[call-overload]
    # And what it rejects since it is not so.
    family: socket.AddressFamily = cffisock.AF_INET  # type: ignore[assignment]
    failure: socket.gaierror = cffisock.gaierror()  # type: ignore[assignment]
    print(family, failure)


# [either]
AnySocket = Union[socket.socket, cffisock.socket]


class Sender(Protocol):
    """Says what it needs, and takes either."""

    def sendall(self, data: bytes, flags: int = ..., /) -> None: ...


def greet_any(sock: AnySocket) -> None:
    sock.sendall(b"hello")


def greet_sender(sock: Sender) -> None:
    sock.sendall(b"hello")


# [end]
def main() -> None:
    """Runs what does not have to be rejected."""
    one, two = cffisock.socketpair()
    own_one, own_two = socket.socketpair()
    with one, two, own_one, own_two:
        greet_any(two)
        greet_any(own_two)
        greet_sender(two)
        print(own_one.recv(100), one.recv(100))
        asyncio.run(nothing(one, own_one))
        two.sendall(b"answer")
        one.setblocking(False)
        print(asyncio.run(casts(one)), two.recv(100))


if __name__ == "__main__":
    main()
