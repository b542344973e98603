"""A program that has a descriptor of each kind, and starts a child: ``python -m tests.open_things
HOW FILE``.

The child writes what it has open into FILE, and this prints what itself has, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cffisock
from cffisock import _activation, aio, options

from .receiving import OWN_WITH_ROOM, RIGHTS, WITH_ROOM, pair_of
from .support import LOCALHOST, LONG, descriptors, fds_in, rights


def show(path: str) -> None:
    """Writes down what this process has open."""
    Path(path).write_text(json.dumps(descriptors()))


SHOW = "import sys; from tests.open_things import show; show(sys.argv[1])"


def by_exec(path: str) -> None:
    warnings.simplefilter("ignore", DeprecationWarning)  # that there may be threads
    child = os.fork()
    if child == 0:
        try:
            os.execv(sys.executable, [sys.executable, "-c", SHOW, path])
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def by_process(method: str, path: str) -> None:
    process = multiprocessing.get_context(method).Process(target=show, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == 0


def by_posix_spawn(path: str) -> None:
    command = [sys.executable, "-c", SHOW, path]
    child = os.posix_spawn(sys.executable, command, os.environ)
    assert os.waitpid(child, 0)[1] == 0


CHILDREN = {
    "subprocess": lambda path: subprocess.run(
        [sys.executable, "-c", SHOW, path], check=True, close_fds=False
    ),
    "shell": lambda path: subprocess.run(
        f"{sys.executable} -c '{SHOW}' {path}", check=True, close_fds=False, shell=True
    ),
    "exec": by_exec,
    "spawnv": lambda path: os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", SHOW, path]),
    "posix_spawn": by_posix_spawn,
    "spawn": lambda path: by_process("spawn", path),
    "forkserver": lambda path: by_process("forkserver", path),
}
if not hasattr(os, "posix_spawn"):  # PyPy 7.3.11
    del CHILDREN["posix_spawn"]


def activated() -> Any:
    """A socket as a service manager hands it over."""
    fd = cffisock.socket().detach()
    os.set_inheritable(fd, True)
    _activation.FIRST = fd
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
    ((_, sock),) = cffisock.listen_fds()
    return sock


def sockets() -> Iterator[Any]:
    """Sockets by all that makes them."""
    for family in (cffisock.AF_INET, cffisock.AF_UNIX, cffisock.AF_NETLINK):
        yield cffisock.socket(family, cffisock.SOCK_DGRAM)
    yield cffisock._socket.socket()
    yield from cffisock.socketpair()
    yield from cffisock._socket.socketpair()
    yield from cffisock._convenience._fallback_socketpair()
    listener = cffisock.create_server(LOCALHOST)
    listener.settimeout(LONG)
    address = listener.getsockname()
    yield listener
    yield cffisock.create_connection(address)
    yield cffisock.create_connection(address, LONG, happy_eyeballs_delay=0.1)
    for _ in range(2):
        yield listener.accept()[0]
    yield cffisock.create_connection(address, cffisock.Deadline(LONG))
    yield asyncio.run(accepted(listener))
    yield listener.dup()
    yield cffisock.fromfd(listener.fileno(), listener.family, listener.type)
    yield cffisock.socket(fileno=cffisock.dup(listener.fileno()))
    yield activated()
    cffisock.getaddrinfo("localhost", 1, timeout=LONG)


async def accepted(listener: Any) -> Any:
    listener.setblocking(False)
    return (await aio.accept(listener))[0]


def received(stack: ExitStack) -> Iterator[int]:
    """Descriptors of pipes, received in every way."""
    assert set(OWN_WITH_ROOM) < set(WITH_ROOM)
    one, two = map(stack.enter_context, pair_of("stream"))
    two.settimeout(LONG)
    for name in (*WITH_ROOM, *RIGHTS):
        read, write = os.pipe()
        one.sendmsg([b"x"], [rights(read)])
        os.close(read)
        os.close(write)
        if name in RIGHTS:
            yield from RIGHTS[name](two, 1)
        else:
            yield from fds_in(WITH_ROOM[name](two, 1, 100)[1])
    yield options.peer_pidfd(one)


async def start(how: str, path: str, before: dict[int, str]) -> dict[int, str]:
    """Starts the child while there is a loop with an endpoint: what is open then."""
    transport, _ = await aio.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=LOCALHOST
    )
    try:
        mine = {fd: target for fd, target in descriptors().items() if fd not in before}
        CHILDREN[how](path)
        return mine
    finally:
        transport.close()
        await asyncio.sleep(0)


def main(how: str, path: str) -> None:
    before = descriptors()
    with ExitStack() as stack:
        for sock in sockets():
            stack.callback(sock.close)
        for fd in received(stack):
            stack.callback(os.close, fd)
        asked, changed = map(stack.enter_context, cffisock.socketpair())
        asked.set_inheritable(True)
        changed.set_inheritable(True)
        changed.set_inheritable(False)
        stack.enter_context(asked.makefile("rb"))
        mine = asyncio.run(start(how, path, before))
        print(json.dumps({"mine": mine, "asked": asked.fileno()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
