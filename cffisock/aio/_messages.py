"""Methods of sockets that asyncio has no function for, as coroutines.

A task waits until the socket is ready, and makes the call itself in one step with its return: one
that is cancelled has taken nothing from the socket.  Tasks that want the same take turns.
"""

from __future__ import annotations

import asyncio
import errno
import os
from functools import partial
from typing import Any, Callable, Optional, TypeVar

from .. import _rights
from .._socket import batches
from ._sockets import base_of

V = TypeVar("V")
READ, WRITE = "reader", "writer"


class Turns:
    """Those who wait for one socket to be readable, or writable, one after the other."""

    __slots__ = ("lock", "users", "waiter")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0
        self.waiter: Optional[asyncio.Future[None]] = None

    async def ready(self, fd: int, way: str) -> None:
        """Waits until ``fd`` is ready."""
        loop = asyncio.get_running_loop()
        self.waiter = waiter = loop.create_future()
        getattr(loop, f"add_{way}")(fd, _wake, waiter)
        try:
            await waiter
        finally:
            # After `close` the number may be somebody else's.
            if self.waiter is waiter:
                self.waiter = None
                getattr(loop, f"remove_{way}")(fd)


# By the id() of a socket, which those who wait hold, and by what they wait for.
_turns: dict[tuple[int, str], Turns] = {}


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


async def _when(sock: Any, way: str, call: Callable[[], V]) -> V:
    """Returns what ``call`` returns, once it would not have to wait."""
    if hasattr(sock, "do_handshake"):
        raise TypeError("Socket cannot be of type SSLSocket")
    if sock.gettimeout() != 0:
        raise ValueError("the socket must be non-blocking")
    key = id(sock), way
    turns = _turns.get(key)
    if turns is None:
        try:
            return call()
        except (BlockingIOError, InterruptedError):
            turns = _turns[key] = Turns()
    turns.users += 1
    try:
        async with turns.lock:
            while True:
                try:
                    return call()
                except (BlockingIOError, InterruptedError):
                    await turns.ready(sock.fileno(), way)
    finally:
        turns.users -= 1
        if turns.users == 0:
            del _turns[key]


def _method(sock: Any, name: str) -> Any:
    """Returns a method for batches, which sockets of other modules have not."""
    return getattr(sock, name, None) or partial(getattr(batches, name), base_of(sock))


def close(sock: Any) -> None:
    """Closes ``sock``; those who wait for it here get OSError EBADF.

    A socket that is closed by its own method leaves them waiting, as with asyncio's functions.
    """
    waiters = []
    for way in (READ, WRITE):
        turns = _turns.get((id(sock), way))
        if turns is not None and turns.waiter is not None:
            waiters.append(turns.waiter)
            # While the number is the socket's, so that the loop forgets it.
            getattr(turns.waiter.get_loop(), f"remove_{way}")(sock.fileno())
            turns.waiter = None
    sock.close()
    for waiter in waiters:
        if not waiter.done():
            waiter.set_exception(OSError(errno.EBADF, os.strerror(errno.EBADF)))


# --- receiving ----------------------------------------------------------------------------


async def recvmsg(
    sock: Any, bufsize: int, ancbufsize: int = 0, flags: int = 0
) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]:
    """Receives a message: data, control messages, flags and the sender's address; recvmsg(2)."""
    return await _when(sock, READ, lambda: sock.recvmsg(bufsize, ancbufsize, flags))


async def recvmsg_into(
    sock: Any, buffers: Any, ancbufsize: int = 0, flags: int = 0
) -> tuple[int, list[tuple[int, int, bytes]], int, Any]:
    """Does as `recvmsg`, with the data into ``buffers``: how many bytes comes first."""
    items = list(buffers)
    return await _when(sock, READ, lambda: sock.recvmsg_into(items, ancbufsize, flags))


async def recvmmsg(
    sock: Any, count: int, bufsize: int, ancbufsize: int = 0, flags: int = 0
) -> list[tuple[bytes, list[tuple[int, int, bytes]], int, Any]]:
    """Receives the messages that are there, at least one and up to ``count``: recvmmsg(2)."""
    receive = _method(sock, "recvmmsg")
    return await _when(sock, READ, lambda: receive(count, bufsize, ancbufsize, flags))


async def recv_fds(
    sock: Any, bufsize: int, maxfds: int, flags: int = 0
) -> tuple[bytes, list[int], int, Any]:
    """Receives data and up to ``maxfds`` descriptors, flags and the sender's address: unix(7)."""
    return await _when(sock, READ, lambda: _rights.recv_fds(sock, bufsize, maxfds, flags))


async def accept(sock: Any) -> tuple[Any, Any]:
    """Accepts a connection: a non-blocking socket, and the peer's address; accept(2)."""
    connection, address = await _when(sock, READ, sock.accept)
    try:
        connection.setblocking(False)
    except BaseException:
        connection.close()
        raise
    return connection, address


# --- sending --------------------------------------------------------------------------------


async def sendmsg(
    sock: Any, buffers: Any, ancdata: Any = (), flags: int = 0, address: Any = None
) -> int:
    """Sends a message once there is room; how many bytes of it the kernel took: sendmsg(2)."""
    parts, items = list(buffers), list(ancdata)
    return await _when(sock, WRITE, lambda: sock.sendmsg(parts, items, flags, address))


async def sendmmsg(sock: Any, messages: Any, flags: int = 0, segment: int = 0) -> int:
    """Sends messages once there is room; how many datagrams the kernel took: sendmmsg(2).

    That is at least one.  The messages are those of the socket's method `sendmmsg`.
    """
    send, items = _method(sock, "sendmmsg"), list(messages)
    return await _when(sock, WRITE, lambda: send(items, flags, segment))


async def send_fds(sock: Any, buffers: Any, fds: Any, flags: int = 0, address: Any = None) -> int:
    """Sends data and the descriptors ``fds``; how many bytes of the data: unix(7)."""
    parts, numbers = list(buffers), list(fds)
    return await _when(sock, WRITE, lambda: _rights.send_fds(sock, parts, numbers, flags, address))
