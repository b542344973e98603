"""Sockets that one thread closes, and opens again by the same number, while others use them.

Each connection carries bytes that name it: whoever has bytes of another name has acted on a number
that belonged to somebody else by then.
"""

from __future__ import annotations

import errno
import os
import queue
import random
import socket as own
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import cffisock

from ..support import full_listener
from ..waiting import numbers_of_locks, sleeps_in
from .crew import PATIENCE, Crew, Failure

WORKERS = 24
BOTH = 2  # threads for one socket
# How a call ends whose socket was closed, or the other end.  Neither ENOTCONN nor ENOTSOCK: so
# would one that met a number's next owner.
ENDS = {errno.EBADF, errno.EPIPE, errno.ECONNRESET, errno.EAGAIN}
BATCH = 4
# Seconds.  poll(2) looks the number up again when it wakes, and goes on where that is another
# socket by then, which does not wake it.
SHORT = 0.02


class Scene:
    """A socket, ``sock``, that is closed while other threads `work` with it, and its other end.

    ``module`` has the socket; if ``waits``, a call of theirs has to wait once it has begun.
    """

    ends = ENDS

    def __init__(self, module: Any, number: int, waits: bool) -> None:
        self.module, self.waits = module, waits
        self.name = b"%015d " % number
        self.at_work: set[threading.Thread] = set()
        self.sock: Any

    def work(self) -> None:
        """What the other threads do, until OSError says that the socket is closed."""

    def feed(self) -> None:
        """Gives them something to do."""

    def end(self) -> None:
        """Wakes those that wait for the socket, which is closed, and checks the other end."""

    def check(self, data: bytes, whole: bool = True) -> None:
        """That data is this connection's, from the beginning of a message on if it is whole."""
        start = 0 if whole else max((self.name * 2).find(data[: len(self.name)]), 0)
        wanted = self.name * (len(data) // len(self.name) + 2)
        if data != wanted[start : start + len(data)]:
            raise Failure(f"{type(self).__name__}: {data[:40]!r} for {self.name!r}")


class Receive(Scene):
    def __init__(self, module: Any, number: int, waits: bool) -> None:
        super().__init__(module, number, waits)
        if number % 2:
            self.sock, theirs = module.socketpair()
            self.theirs = own.socket(fileno=theirs.detach())
        else:
            with own.create_server(("127.0.0.1", 0)) as listener:
                self.sock = module.create_connection(listener.getsockname())
                self.theirs, _ = listener.accept()

    def work(self) -> None:
        receive = random.choice((self.recv, self.recv_into, self.recvmsg, self.recvfrom))
        while data := receive():
            self.check(data, whole=False)  # another thread may have the beginning

    def recv(self) -> Any:
        return self.sock.recv(16 * BATCH)

    def recv_into(self) -> Any:
        room = bytearray(16 * BATCH)
        return bytes(room[: self.sock.recv_into(room)])

    def recvmsg(self) -> Any:
        return self.sock.recvmsg(16 * BATCH)[0]

    def recvfrom(self) -> Any:
        return self.sock.recvfrom(16 * BATCH)[0]

    def feed(self) -> None:
        self.theirs.send(self.name * random.choice((1, BATCH, 2 * BATCH)))

    def end(self) -> None:
        with self.theirs, suppress(BrokenPipeError, ConnectionResetError):
            self.theirs.send(self.name)


class Send(Scene):
    def __init__(self, module: Any, number: int, waits: bool) -> None:
        super().__init__(module, number, waits)
        # Whole messages, so that those of two threads do not mix.
        self.sock, theirs = module.socketpair(own.AF_UNIX, own.SOCK_SEQPACKET)
        self.theirs = own.socket(fileno=theirs.detach())
        self.theirs.setblocking(False)
        if waits:
            self.sock.setsockopt(own.SOL_SOCKET, own.SO_SNDBUF, 1)
            self.sock.settimeout(0)
            with suppress(BlockingIOError):
                while True:
                    self.sock.send(self.name)

    def work(self) -> None:
        send = random.choice((self.sock.send, self.sock.sendall, self.sendmsg))
        while True:
            send(self.name)

    def sendmsg(self, data: bytes) -> None:
        self.sock.sendmsg([data[:3], data[3:]])

    def end(self) -> None:
        with self.theirs, suppress(BlockingIOError, ConnectionResetError):
            while data := self.theirs.recv(99):
                self.check(data)


class Accept(Scene):
    ends = ENDS | {errno.EINVAL}

    def __init__(self, module: Any, number: int, waits: bool) -> None:
        super().__init__(module, number, waits)
        self.sock = module.socket(own.AF_UNIX if number % 2 else own.AF_INET)
        self.sock.bind("" if number % 2 else ("127.0.0.1", 0))  # the kernel finds a name
        self.sock.listen()
        self.same = own.socket(fileno=os.dup(self.sock.fileno()))
        self.clients: list[Any] = []

    def work(self) -> None:
        while True:
            conn, _ = self.sock.accept()
            with conn:
                conn.settimeout(PATIENCE)
                self.check(conn.recv(len(self.name)))

    def feed(self) -> None:
        client = own.socket(self.same.family)
        client.connect(self.same.getsockname())
        client.send(self.name)
        self.clients.append(client)

    def end(self) -> None:
        self.feed()
        self.same.shutdown(own.SHUT_RDWR)  # wakes who waits for it
        for sock in (self.same, *self.clients):
            sock.close()


class Connect(Scene):
    ends = ENDS | {errno.EINPROGRESS, errno.EALREADY, errno.EISCONN}
    full: Any = None  # a listener that lets nobody in

    def __init__(self, module: Any, number: int, waits: bool) -> None:
        super().__init__(module, number, waits)
        self.sock = module.socket()
        self.same = own.socket(fileno=os.dup(self.sock.fileno()))
        self.listener = own.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.to = (self.full if waits else self.listener).getsockname()

    def work(self) -> None:
        self.sock.connect(self.to)
        if self.waits:
            raise Failure("Connect: connected where nobody listens")
        self.sock.sendall(self.name)

    def accepted(self) -> Iterator[Any]:
        with suppress(BlockingIOError):
            while True:
                yield self.listener.accept()[0]

    def end(self) -> None:
        if self.waits:
            self.same.shutdown(own.SHUT_RDWR)
        self.same.close()
        with self.listener:
            for conn in self.accepted():
                with conn, suppress(BlockingIOError, ConnectionResetError):
                    conn.setblocking(False)
                    self.check(conn.recv(99))


SCENES = (Receive, Send, Accept, Connect)


class Stage:
    """The threads that work, and the one that opens and closes."""

    def __init__(self, module: Any, waits: bool) -> None:
        self.module, self.waits = module, waits
        self.jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.begun: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.counts: Counter[str] = Counter()
        self.foreign = 0
        # The system calls of one that waits for a lock, and of one that does not wait.
        self.locks: set[str | None] = {*numbers_of_locks(), None}
        self.crew = Crew()

    def work(self) -> None:
        while (scene := self.jobs.get()) is not None:
            scene.at_work.add(threading.current_thread())
            self.begun.put(None)
            try:
                scene.work()
                self.counts["the end of the stream"] += 1
            except self.module.timeout:
                self.counts["a timeout"] += 1
            except OSError as error:
                if error.errno not in scene.ends:
                    self.is_foreign(Failure(f"{type(scene).__name__}: {error!r}"))
                self.counts[errno.errorcode[error.errno]] += 1
            except Failure as failure:
                self.is_foreign(failure)
            finally:
                scene.at_work.discard(threading.current_thread())

    def is_foreign(self, failure: Exception) -> None:
        """What may not happen where calls wait, and is counted elsewhere."""
        if self.waits:
            raise failure
        self.foreign += 1

    def until_they_wait(self, scene: Scene) -> None:
        """Returns once all that are not done with it sleep in a system call of the socket."""
        end = time.monotonic() + PATIENCE
        while {sleeps_in(thread) for thread in scene.at_work.copy()} & self.locks:
            if time.monotonic() > end:
                raise Failure(f"{type(scene).__name__}: it neither waits nor ends")

    def opened(self, number: int) -> Scene | None:
        """Opens a socket, with something to do; None if somebody meddled."""
        try:
            scene = random.choice(SCENES)(self.module, number, self.waits)
            scene.sock.settimeout(random.choice((None, SHORT) if self.waits else (None, 0, SHORT)))
            for _ in range(random.randrange(3)):
                scene.feed()  # which must be there for its own threads
        except OSError as error:
            self.is_foreign(error)
            return None
        return scene

    def open_and_close(self, number: int, before: Scene | None) -> Scene | None:
        """Opens a socket and closes it while others are at work with it; ends that before, whose
        number it has."""
        scene = self.opened(number)
        self.end(before)
        if scene is None:
            return None
        for _ in range(BOTH):
            self.jobs.put(scene)
        self.begun.get()
        if self.waits:
            self.begun.get()
            self.until_they_wait(scene)
        else:
            time.sleep(random.choice((0, random.random() * 0.0001)))
        scene.sock.close()
        return scene

    def end(self, scene: Scene | None) -> None:
        try:
            if scene:
                scene.end()
        except (Failure, OSError) as error:
            self.is_foreign(error)

    def play(self, rounds: int) -> None:
        scene = None
        for _ in range(WORKERS):
            self.crew.start(self.work)
        with full_listener() as Connect.full:
            for number in range(rounds):
                scene = self.open_and_close(number, scene)
                self.crew.check()
            self.end(scene)
        for _ in range(WORKERS):
            self.jobs.put(None)
        self.crew.join()

    def __str__(self) -> str:
        ends = (f"{name} {count:,} times" for name, count in sorted(self.counts.items()))
        return f"their calls ended by {', '.join(ends)}"


def close_and_reuse(rounds: int) -> str:
    """Closes so many sockets in one thread while others wait for them, in calls that receive, send,
    accept and connect, and gives their numbers to others: what those get or send is nobody
    else's."""
    stage = Stage(cffisock, waits=True)
    stage.play(rounds)
    return f"{rounds:,} sockets closed and reused, no foreign byte; {stage}"


def overtake(rounds: int) -> str:
    """Closes so many sockets in one thread at any moment, also in that between a thread's reading
    the number and its system call, where no module can tell: how often somebody acted on another's
    number, with the interpreter's own module beside it."""
    found = []
    for name, module in (("cffisock", cffisock), ("the own module", own)):
        stage = Stage(module, waits=False)
        stage.play(rounds)
        found.append(f"{name} {stage.foreign:,}")
    return f"{rounds:,} sockets closed at any moment, met by another's call: {', '.join(found)}"
