"""Children of a process whose threads are busy with sockets."""

from __future__ import annotations

import os
import signal
import threading
import warnings
from contextlib import ExitStack, suppress

import cffisock

from .crew import PATIENCE, Crew, Failure

# The bytes of a message, for a thread each.
SIZES = (9, 90, 9000, 90_000)


def child() -> None:
    """Does all that has memory or locks which the parent's threads may have had in the moment."""
    one, two = cffisock.socketpair()
    with one, two:
        for size in (10, 100_000, 600_000):
            thread = threading.Thread(target=one.sendall, args=(b"c" * size,))
            thread.start()
            data = b""
            while len(data) < size:
                data += two.recv(1 << 20)
            thread.join()
            assert data == b"c" * size
    assert cffisock.getaddrinfo("127.0.0.1", 1, timeout=PATIENCE)
    with cffisock.create_server(("127.0.0.1", 0)) as listener:
        with cffisock.create_connection(listener.getsockname(), timeout=PATIENCE) as client:
            conn, address = listener.accept()
            with conn:
                assert address == client.getsockname()


def forked() -> int:
    """The status of one child; that of SIGALRM if it hangs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that there are threads
        pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    status = 1
    try:
        signal.alarm(int(PATIENCE))
        child()
        status = 0
    finally:
        os._exit(status)


class Traffic:
    """Threads that send, receive and look up until they are done."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.messages = 0

    def exchange(self, number: int) -> None:
        one, two = cffisock.socketpair()
        message = b"%d" % number * SIZES[number]
        with one, two:
            while not self.done.is_set():
                one.sendall(message)
                data = b""
                while len(data) < len(message):
                    data += two.recv(len(message) - len(data))
                if data != message:
                    raise Failure(f"{data[:20]!r} for {message[:20]!r}")
                self.messages += 1

    def look_up(self) -> None:
        """Looks up numbers, and by another thread what is refused for being none.

        Nothing that goes to the C library's resolver: a child that is forked while somebody has its
        lock waits for it without end when it looks up or ends a thread, with any module.
        """
        while not self.done.is_set():
            cffisock.getaddrinfo("127.0.0.1", 80, timeout=PATIENCE)
            with suppress(cffisock.gaierror):
                cffisock.getaddrinfo(
                    "localhost", 80, flags=cffisock.AI_NUMERICHOST, timeout=PATIENCE
                )


def fork(rounds: int) -> str:
    """Forks so many children while threads send, receive and look up: children can do the same, and
    nothing is lost in the parent."""
    traffic, crew = Traffic(), Crew()
    with ExitStack() as exits:
        exits.callback(crew.join)
        exits.callback(traffic.done.set)
        for number in range(len(SIZES)):
            crew.start(traffic.exchange, number)
        crew.start(traffic.look_up)
        for _ in range(rounds):
            status = forked()
            crew.check()
            if status:
                raise Failure(f"a child ended with status {status}")
    return f"{rounds:,} children meanwhile, {traffic.messages:,} messages in the parent"
