"""Every way to receive, with room for control messages and without, by names."""

from __future__ import annotations

import asyncio
from typing import Any, Callable

import cffisock
from cffisock import aio, control

from .support import own

__all__ = ["KINDS", "OWN_WITH_ROOM", "WITHOUT_ROOM", "WITH_ROOM", "Received", "pair_of"]

KINDS = {"stream": own.SOCK_STREAM, "dgram": own.SOCK_DGRAM, "seqpacket": own.SOCK_SEQPACKET}
# Data, control messages, flags, address.
Received = tuple[bytes, list[tuple[int, int, bytes]], int, Any]


def pair_of(kind: str, module: Any = cffisock) -> tuple[Any, Any]:
    """Two sockets of AF_UNIX that are connected to each other."""
    one, two = module.socketpair(own.AF_UNIX, KINDS[kind])
    return one, two


def now(sock: Any, wait: Callable[[], Any]) -> Any:
    """The result of a coroutine of asyncio, for which the socket must not block."""
    timeout = sock.gettimeout()
    sock.setblocking(False)
    try:
        return asyncio.run(wait())
    finally:
        sock.settimeout(timeout)


# --- without room for control messages ----------------------------------------------------------


def into(sock: Any, size: int, receive: Callable[[Any, Any], Any]) -> bytes:
    """The bytes that were received into memory: ``receive`` tells how many."""
    memory = bytearray(size)
    n = receive(sock, memory)
    return bytes(memory[:n])


def by_file(sock: Any, size: int, **options: Any) -> bytes:
    with sock.makefile("rb", **options) as file:
        data = file.read1(size) if hasattr(file, "read1") else file.read(size)
    return bytes(data)


def by_text(sock: Any, size: int) -> bytes:
    with sock.makefile("r", encoding="latin-1", newline="") as file:
        return bytes(file.readline(size).encode("latin-1"))


async def by_transport(sock: Any) -> tuple[bytes, Any]:
    """What a transport of datagrams delivers first, and its sender's address."""
    got: asyncio.Future[tuple[bytes, Any]] = asyncio.get_running_loop().create_future()

    class Protocol(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, address: Any) -> None:
            if not got.done():
                got.set_result((data, address))

    transport, _ = await aio.create_datagram_endpoint(Protocol, sock=sock.dup(), batch=1)
    try:
        return await got
    finally:
        transport.close()
        await asyncio.sleep(0)


WITHOUT_ROOM: dict[str, Callable[[Any, int], bytes]] = {
    "recv": lambda s, size: s.recv(size),
    "recv, large": lambda s, _size: s.recv(1 << 20),
    "recv_into": lambda s, size: into(s, size, lambda s, b: s.recv_into(b)),
    "recvfrom": lambda s, size: s.recvfrom(size)[0],
    "recvfrom_into": lambda s, size: into(s, size, lambda s, b: s.recvfrom_into(b)[0]),
    "recvmsg": lambda s, size: s.recvmsg(size)[0],
    "recvmsg, large": lambda s, _size: s.recvmsg(1 << 20)[0],
    "recvmsg_into": lambda s, size: into(s, size, lambda s, b: s.recvmsg_into([b])[0]),
    "recvmmsg": lambda s, size: s.recvmmsg(1, size)[0][0],
    "recvmmsg_into": lambda s, size: into(s, size, lambda s, b: s.recvmmsg_into([b])[0][0]),
    "makefile": by_file,
    "makefile, raw": lambda s, size: by_file(s, size, buffering=0),
    "makefile, text": by_text,
    "recv_fds of none": lambda s, size: cffisock.recv_fds(s, size, 0)[0],
    "aio.recvmsg": lambda s, size: now(s, lambda: aio.recvmsg(s, size))[0],
    "aio.recvmsg_into": lambda s, size: into(
        s, size, lambda s, b: now(s, lambda: aio.recvmsg_into(s, [b]))[0]
    ),
    "aio.recvmmsg": lambda s, size: now(s, lambda: aio.recvmmsg(s, 1, size))[0][0],
    "aio.recv_fds of none": lambda s, size: now(s, lambda: aio.recv_fds(s, size, 0))[0],
    "a transport": lambda s, _size: now(s, lambda: by_transport(s))[0],
}

# --- with room ------------------------------------------------------------------------------------


def whole(memory: bytearray, result: Any) -> Received:
    n, items, flags, address = result
    return bytes(memory[:n]), items, flags, address


def recvmsg_into(sock: Any, size: int, room: int, flags: int = 0) -> Received:
    memory = bytearray(size)
    return whole(memory, sock.recvmsg_into([memory], room, flags))


def recvmmsg_into(sock: Any, size: int, room: int, flags: int = 0) -> Received:
    memory = bytearray(size)
    return whole(memory, sock.recvmmsg_into([memory], room, flags)[0])


def aio_recvmsg_into(sock: Any, size: int, room: int, flags: int = 0) -> Received:
    memory = bytearray(size)
    return whole(memory, now(sock, lambda: aio.recvmsg_into(sock, [memory], room, flags)))


WithRoom = Callable[..., Any]
# Those that the interpreter's own sockets have too.
OWN_WITH_ROOM: dict[str, WithRoom] = {
    "recvmsg": lambda s, size, room, flags=0: s.recvmsg(size, room, flags),
    "recvmsg_into": recvmsg_into,
}
WITH_ROOM: dict[str, WithRoom] = {
    **OWN_WITH_ROOM,
    "recvmsg, large": lambda s, _size, room, flags=0: s.recvmsg(1 << 20, room, flags),
    "recvmmsg": lambda s, size, room, flags=0: s.recvmmsg(1, size, room, flags)[0],
    "recvmmsg_into": recvmmsg_into,
    "aio.recvmsg": lambda s, size, room, flags=0: now(s, lambda: aio.recvmsg(s, size, room, flags)),
    "aio.recvmsg_into": aio_recvmsg_into,
    "aio.recvmmsg": lambda s, size, room, flags=0: now(
        s, lambda: aio.recvmmsg(s, 1, size, room, flags)
    )[0],
}


def rights_of(message: Any) -> list[int]:
    """The descriptors of a message of `cffisock.control`, taken."""
    found = message.get(control.Rights)
    return found.take() if found else []


# Descriptors by functions that have room for them: up to as many.
Rights = Callable[[Any, int], list[int]]
RIGHTS: dict[str, Rights] = {
    "recv_fds": lambda s, most: cffisock.recv_fds(s, 100, most)[1],
    "aio.recv_fds": lambda s, most: now(s, lambda: aio.recv_fds(s, 100, most))[1],
    "control.receive": lambda s, _most: rights_of(control.receive(s, 100)),
    "control.receive_many": lambda s, _most: rights_of(control.receive_many(s, 1, 100)[0]),
}
