"""Data under a storm of signals: ``python -m tests.signals [MEGABYTES]``.

Two processes send each other so much, 100 MB by default, over TCP and AF_UNIX, in blocking, timed
and non-blocking mode, by each pair of methods in turn, while each gets a thousand signals a
second.  Every byte is compared.  Then timed calls in which nothing comes: how long
they take beyond their time.  And handlers that raise, at any moment: how many descriptors are lost,
by the interpreter's own module and by cffisock.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Callable, NamedTuple

import cffisock
from cffisock import AF_UNIX, SOCK_SEQPACKET, SOL_SOCKET

from .support import IS_PYPY, ROOT, descriptors, own, tcp_pair

EVERY = 0.001  # seconds between two signals
CHUNK = 256 * 1024
RECORD = 1000  # bytes of a message
BUFFER = 32 * 1024  # less than a chunk, so that both sides have to wait
MODES = {"blocking": None, "timed": 60.0, "non-blocking": 0.0}
FAMILIES = ("TCP", "AF_UNIX")
LIMIT = 0.05


# --- ways to move a chunk -----------------------------------------------------------------------


def ready(sock: Any, event: int, call: Callable[..., Any], *arguments: Any) -> Any:
    """Makes a call, again and again if the socket is non-blocking and not ready."""
    while True:
        try:
            return call(*arguments)
        except BlockingIOError:
            poll = select.poll()
            poll.register(sock, event)
            poll.poll()


def send(sock: Any, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[ready(sock, select.POLLOUT, sock.send, left) :]


def recv(sock: Any, size: int) -> bytes:
    parts = []
    while size:
        parts.append(ready(sock, select.POLLIN, sock.recv, size))
        size -= len(parts[-1])
    return b"".join(parts)


def sendall(sock: Any, data: bytes) -> None:
    if sock.gettimeout() == 0:
        send(sock, data)  # how much went, only `send` tells
    else:
        sock.sendall(data)


def recv_into(sock: Any, size: int) -> bytes:
    data = bytearray(size)
    left = memoryview(data)
    while left:
        left = left[ready(sock, select.POLLIN, sock.recv_into, left) :]
    return bytes(data)


def sendmsg(sock: Any, data: bytes) -> None:
    left = memoryview(data)
    while left:
        parts = [left[:1000], left[1000:5000], left[5000:]]
        left = left[ready(sock, select.POLLOUT, sock.sendmsg, parts) :]


def recvmsg(sock: Any, size: int) -> bytes:
    parts = []
    while size:
        parts.append(ready(sock, select.POLLIN, sock.recvmsg, size, 100)[0])
        size -= len(parts[-1])
    return b"".join(parts)


def sendfile(sock: Any, data: bytes) -> None:
    if sock.gettimeout() == 0:
        send(sock, data)  # which sendfile refuses on such a socket
        return
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        sock.sendfile(file)


def file_read(sock: Any, size: int) -> bytes:
    if sock.gettimeout() != 0:
        with sock.makefile("rb", buffering=0) as file:
            parts = []
            while size:
                parts.append(file.read(size))
                size -= len(parts[-1])
            return b"".join(parts)
    return recv(sock, size)


def sendmmsg(sock: Any, data: bytes) -> None:
    records = [data[i : i + RECORD] for i in range(0, len(data), RECORD)]
    while records:
        del records[: ready(sock, select.POLLOUT, sock.sendmmsg, records)]


def recvmmsg(sock: Any, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        left = -(-size // RECORD)
        items = ready(sock, select.POLLIN, sock.recvmmsg, left, RECORD)
        parts += [item[0] for item in items]
        size -= sum(len(item[0]) for item in items)
    return b"".join(parts)


STREAMS = [(send, recv), (sendall, recv_into), (sendmsg, recvmsg), (sendfile, file_read)]
RECORDS = [(sendmmsg, recvmmsg)]


# --- two processes ------------------------------------------------------------------------------


def chunks(seed: int, size: int) -> Iterator[bytes]:
    """The data that a side sends: of ``size`` bytes, the same for the same ``seed``."""
    source = random.Random(seed)
    while size > 0:
        yield source.randbytes(min(CHUNK, size))
        size -= CHUNK


@contextmanager
def alarms(handler: Callable[[], None]) -> Iterator[None]:
    """Lets ``handler`` run a thousand times a second, by the timer of a process of our own."""
    before = signal.signal(signal.SIGALRM, lambda *_: handler())
    signal.setitimer(signal.ITIMER_REAL, EVERY, EVERY)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def exchange(sock: Any, ways: list[Any], size: int, first: bool) -> tuple[int, float]:
    """Sends and receives ``size`` bytes, a chunk in turn; how many signals came in how long."""
    ours, theirs = (1, 2) if first else (2, 1)
    count = 0
    start = time.monotonic()

    def handle() -> None:
        nonlocal count
        count += 1

    with alarms(handle):
        for number, (mine, other) in enumerate(zip(chunks(ours, size), chunks(theirs, size))):
            put, take = ways[number % len(ways)]
            if first:
                put(sock, mine)
            if take(sock, len(other)) != other:
                raise ValueError(f"{take.__name__}: not the bytes that were sent, chunk {number}")
            if not first:
                put(sock, mine)
    return count, time.monotonic() - start


class Storm(NamedTuple):
    """What was moved, bytes each way; how many signals came to each of the two, in how long."""

    size: int
    came: list[tuple[int, float]]

    def __str__(self) -> str:
        rates = " and ".join(f"{count / seconds:.0f}" for count, seconds in self.came)
        return (
            f"{self.size / 1e6:.0f} MB each way in {max(self.came)[1]:.0f} s, "
            f"{sum(count for count, _ in self.came):,} signals, {rates} a second"
        )


def storm(family: str, mode: str, kind: str, size: int) -> Storm:
    """Lets two processes exchange ``size`` bytes, by a ``kind`` of socket."""
    if kind == "records":
        pair = cffisock.socketpair(AF_UNIX, SOCK_SEQPACKET)
    else:
        pair = tcp_pair() if family == "TCP" else cffisock.socketpair()
    with ExitStack() as exits:
        peers = []
        for sock, first in zip(pair, ("first", "second")):
            with sock:
                peer = exits.enter_context(started(sock, kind, mode, str(size), first))
                exits.callback(peer.kill)
                peers.append(peer)
        said = [peer.communicate()[0].split() for peer in peers]
    return Storm(size, [(int(count), float(seconds)) for count, seconds in said])


def started(sock: Any, *arguments: str) -> subprocess.Popen[str]:
    """A process that has the socket."""
    fd = sock.fileno()
    command = [sys.executable, "-m", "tests.signals", "--peer", str(fd), *arguments]
    return subprocess.Popen(command, cwd=ROOT, pass_fds=[fd], stdout=subprocess.PIPE, text=True)


def exchanged(fd: int, kind: str, mode: str, size: int, first: bool) -> tuple[int, float]:
    """What one of the processes does, on the descriptor of an end of the pair."""
    with cffisock.socket(fileno=fd) as sock:
        return exchange(prepared(sock, mode), ways_of(kind), size, first)


def ways_of(kind: str) -> list[Any]:
    return RECORDS if kind == "records" else STREAMS


def prepared(sock: Any, mode: str) -> Any:
    sock.settimeout(MODES[mode])
    for option in cffisock.SO_SNDBUF, cffisock.SO_RCVBUF:
        sock.setsockopt(SOL_SOCKET, option, BUFFER)
    return sock


# --- timed calls --------------------------------------------------------------------------------


def lateness(times: int, come: Callable[..., Any] = alarms, module: Any = cffisock) -> float:
    """Lets timed calls wait in vain under signals: the most seconds that one took beyond its time.

    ``come`` is the context in which they come.  ValueError for a call that ended before its time.
    """
    most = 0.0
    one, two = module.socketpair()
    calls = [lambda: one.recv(1), lambda: one.recvmsg(1), lambda: one.recvmmsg(1, 1)]
    with one, two, come(lambda: None):
        one.settimeout(LIMIT)
        for call in calls if module is cffisock else calls[:2]:
            for _ in range(times):
                start = time.monotonic()
                try:
                    call()
                except TimeoutError:
                    late = time.monotonic() - start - LIMIT
                if late < 0:
                    raise ValueError("a timed call ended before its time")
                most = max(most, late)
    return most


# --- handlers that raise ------------------------------------------------------------------------


class Raised(Exception):
    """What the handler raises."""


def pairs(module: Any) -> Callable[[], None]:
    def call() -> None:
        for sock in module.socketpair():
            sock.close()

    return call


def accepting(module: Any) -> Callable[[], None]:
    listener = module.create_server(("127.0.0.1", 0))
    listener.setblocking(False)

    def call() -> None:
        with module.socket() as sock:
            sock.connect(listener.getsockname())
            with suppress(BlockingIOError):
                while True:  # connections of calls that were ended, too
                    listener.accept()[0].close()

    return call


def duplicating(module: Any) -> Callable[[], None]:
    sock = module.socket()
    return lambda: sock.dup().close()


def passing(module: Any) -> Callable[[], None]:
    one, two = module.socketpair()
    two.setblocking(False)

    def call() -> None:
        module.send_fds(one, [b"x"], [0])
        with suppress(BlockingIOError):
            while True:
                for fd in module.recv_fds(two, 1, 1)[1]:
                    os.close(fd)

    return call


def lost(module: Any, prepare: Callable[[Any], Callable[[], None]], raises: int) -> int:
    """Lets a handler raise so often, at any moment of a call: the descriptors left open."""

    raised = 0

    def handle(*_: object) -> None:
        nonlocal raised
        raised += 1
        raise Raised

    call = prepare(module)
    collect()  # sockets of what was tried before
    moments = random.Random(1)
    before = signal.signal(signal.SIGALRM, handle)
    start = len(descriptors())
    try:
        for number in range(raises):
            try:
                signal.setitimer(signal.ITIMER_REAL, moments.uniform(1e-5, 1e-4))
                while raised == number:  # in a finalizer nobody sees it
                    call()
            except Raised:
                pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    collect()
    return len(descriptors()) - start


def collect() -> None:
    for _ in range(3):
        gc.collect()


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--peer"]:
        fd, kind, mode, size, which = arguments[1:]
        print(*exchanged(int(fd), kind, mode, int(size), which == "first"))
        return
    parser = argparse.ArgumentParser(prog="python -m tests.signals", description=__doc__)
    parser.add_argument("megabytes", nargs="?", type=float, default=100)
    parser.add_argument("--raises", type=int, default=1000, help="of handlers, in each call")
    options = parser.parse_args(arguments)
    size = int(options.megabytes * 1e6)
    for family in FAMILIES:
        for mode in MODES:
            print(f"{family:10}{mode:14}{storm(family, mode, 'streams', size)}", flush=True)
    for mode in MODES:
        print(f"{'messages':10}{mode:14}{storm('AF_UNIX', mode, 'records', size)}", flush=True)
    # PyPy's own begins anew after each signal, and never ends.
    for module in [cffisock] if IS_PYPY else [own, cffisock]:
        most = lateness(100, module=module) * 1000
        print(
            f"timed calls: at most {most:.1f} ms beyond their {LIMIT * 1000:.0f}, {module.__name__}"
        )
    warnings.simplefilter("ignore", ResourceWarning)
    sys.unraisablehook = lambda _: None
    for prepare in accepting, pairs, duplicating, passing:
        counts = [lost(module, prepare, options.raises) for module in (own, cffisock)]
        print(
            f"{options.raises} raises, {prepare.__name__}: lost by the own module, cffisock",
            *counts,
        )


if __name__ == "__main__":
    os.chdir(ROOT)
    main(sys.argv[1:])
