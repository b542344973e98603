"""The servers that are measured, and what asks them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
BENCHMARKS = HERE.parent
SIZE = 64
UNDER_WAY = 64

# How a program runs on each; C is echo.c.
WAYS = {
    "own": [sys.executable],
    "cffisock": [sys.executable, "-m", "cffisock", "run"],
    "uvloop": [sys.executable],
    "C": [],
}
# It is for CPython alone, and installed with the extra "realworld".
HAS_UVLOOP = find_spec("uvloop") is not None


class Kind(NamedTuple):
    """A server: its name, its program with its arguments, its load, and the ways that it runs, the
    own one first."""

    name: str
    program: str
    load: str
    ways: tuple[str, ...]

    def command(self, way: str, echo: str) -> list[str]:
        """The command line of the server; ``echo`` is the program in C."""
        if way == "C":
            return [echo, self.program]
        program, *words = self.program.split()
        more = ["uvloop"] if way == "uvloop" else []
        return [*WAYS[way], str(HERE / "programs" / program), *words, *more]


BOTH = ("own", "cffisock")
LOOPS = (*BOTH, "uvloop") if HAS_UVLOOP else BOTH

KINDS = [
    Kind("TCP, epoll in C", "tcp", "tcp", ("C",)),
    Kind("TCP, asyncio protocol", "protocol.py", "tcp", LOOPS),
    Kind("TCP, asyncio streams", "streams.py", "tcp", LOOPS),
    Kind("TCP, epoll", "epolled.py", "tcp", BOTH),
    Kind("TCP, threads", "threads.py", "tcp", BOTH),
    Kind("UDP, in C", "udp", "udp", ("C",)),
    Kind("UDP, asyncio datagrams", "datagrams.py", "udp", LOOPS),
    Kind("UDP, cffisock.aio", "aio.py", "udp", LOOPS[1:]),
    Kind("UDP, a loop", "datagram_loop.py", "udp", BOTH),
    Kind("UDP, recvmmsg and sendmmsg", "batches.py", "udp", ("cffisock",)),
    Kind("UDP in, asyncio", "bulk.py asyncio", "udp in", LOOPS),
    Kind("UDP in, cffisock.aio", "bulk.py aio", "udp in", LOOPS[1:]),
    Kind("UDP trains in, asyncio", "bulk.py asyncio", "udp trains in", LOOPS),
    Kind("UDP trains in, cffisock.aio", "bulk.py aio", "udp trains in", LOOPS[1:]),
    Kind("UDP trains in, aio with gro", "bulk.py gro", "udp trains in", LOOPS[1:]),
    Kind("UDP out, asyncio", "bulk.py asyncio", "udp out", LOOPS),
    Kind("UDP out, cffisock.aio", "bulk.py aio", "udp out", LOOPS[1:]),
    Kind("HTTP, http.server", "http_threads.py", "http", BOTH),
    Kind("HTTP, uvicorn and h11", "asgi.py", "http", LOOPS),
]


def is_meant(name: str, words: Sequence[str]) -> bool:
    """Whether a server's name has one of the ``words`` in it; without words all are meant."""
    return not words or any(word.lower() in name.lower() for word in words)


def chosen(words: Sequence[str]) -> list[Kind]:
    """The kinds that are meant, in order."""
    return [kind for kind in KINDS if is_meant(kind.name, words)]
