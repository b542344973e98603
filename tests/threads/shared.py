"""One socket in many threads: datagrams, and a timeout that is changed."""

from __future__ import annotations

import random
import threading
from typing import Any

import cffisock

from .crew import PATIENCE, Crew, Failure

MANY = 32
SIZE = 2000


# --- datagrams ------------------------------------------------------------------------------------


def datagram(thread: int, number: int) -> bytes:
    """A datagram that nobody else sends, of any length."""
    name = b"%d of %d " % (number, thread)
    return (name * SIZE)[: 40 + (thread * 131 + number * 17) % (SIZE - 40)]


def received(sock: Any, way: int) -> tuple[bytes, Any]:
    """A datagram and its sender, received in one of the ways there are."""
    room = bytearray(SIZE)
    if way == 0:
        data, address = sock.recvfrom(SIZE)
    elif way == 1:
        size, address = sock.recvfrom_into(room)
        data = bytes(room[:size])
    elif way == 2:
        data, _, _, address = sock.recvmsg(SIZE)
    elif way == 3:
        size, _, _, address = sock.recvmsg_into([memoryview(room)[:7], memoryview(room)[7:]])
        data = bytes(room[:size])
    elif way == 4:
        [(data, _, _, address)] = sock.recvmmsg(1, SIZE)
    else:
        data, address = sock.recv(SIZE), None
    return data, address


def sent(sock: Any, data: bytes, address: Any, way: int) -> None:
    if way == 0:
        sock.sendto(data, address)
    elif way == 1:
        sock.sendmsg([data[:9], data[9:]], [], 0, address)
    else:
        sock.sendmmsg([(data, address)])


def datagrams(rounds: int) -> str:
    """So many datagrams that 32 threads send by one socket to itself, and receive of it: each of
    them once and whole."""
    found: list[bytes] = []
    crew = Crew()
    with cffisock.socket(type=cffisock.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        address = sock.getsockname()

        def work(thread: int) -> None:
            # Each sends one before it receives one: there is one for each that waits.
            for number in range(rounds // MANY):
                sent(sock, datagram(thread, number), address, (thread + number) % 3)
                data, sender = received(sock, random.randrange(6))
                if sender not in (address, None):
                    raise Failure(f"{data[:20]!r} comes from {sender}")
                found.append(data)

        sock.settimeout(PATIENCE)
        for thread in range(MANY):
            crew.start(work, thread)
        crew.join()
    wanted = [
        datagram(thread, number) for thread in range(MANY) for number in range(rounds // MANY)
    ]
    if sorted(found) != sorted(wanted):
        raise Failure(f"{len(wanted)} sent, {len(found)} came, {len(set(found))} of them once")
    return f"{len(wanted):,} datagrams of {MANY} threads on one socket, each came once"


# --- timeouts -------------------------------------------------------------------------------------


def part(at: int, size: int) -> bytes:
    """The bytes of a stream of numbers from a place on."""
    words = range(at // 8, (at + size) // 8 + 1)
    return b"".join(b"%08d" % (word % 10**8) for word in words)[at % 8 : at % 8 + size]


class Stream:
    """A connection with a thread that sends and one that receives."""

    def __init__(self) -> None:
        self.one, self.two = cffisock.socketpair()
        self.done = threading.Event()
        self.counts = dict.fromkeys(("bytes", "not now", "timed out"), 0)

    def told(self, call: Any, *arguments: Any) -> Any:
        """What a call returns, None if it had to wait longer than it may."""
        try:
            return call(*arguments)
        except BlockingIOError:
            self.counts["not now"] += 1
        except cffisock.timeout:
            self.counts["timed out"] += 1
        return None

    def send(self) -> None:
        at = 0
        while not self.done.is_set():
            at += self.told(self.one.send, part(at, random.randrange(1, 5000))) or 0
        self.counts["bytes"] = at
        self.one.shutdown(cffisock.SHUT_WR)

    def receive(self) -> None:
        at = 0
        while (data := self.told(self.two.recv, random.randrange(1, 9000))) != b"":
            if data and data != part(at, len(data)):
                raise Failure(f"other bytes from {at} on")
            at += len(data or b"")
        if at != self.counts["bytes"]:
            raise Failure(f"{self.counts['bytes']} sent, {at} came")


def timeouts(rounds: int) -> str:
    """Changes the timeout of both ends of a connection so many times, while threads send and
    receive: all arrives in its order, and calls end by BlockingIOError and TimeoutError alone."""
    stream, crew = Stream(), Crew()
    ends = stream.one, stream.two
    with stream.one, stream.two:
        crew.start(stream.send)
        crew.start(stream.receive)
        for number in range(rounds):
            ends[number % 2].settimeout(random.choice((None, 0, 1e-5, 0.001, PATIENCE)))
        stream.done.set()
        for sock in ends:
            sock.settimeout(PATIENCE)
        crew.join()
    counts = ", ".join(f"{name} {count:,}" for name, count in stream.counts.items())
    return f"{rounds:,} timeouts set meanwhile: {counts}"
