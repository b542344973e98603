"""Sockets that are made and dropped, and never closed."""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cffisock

from .crew import Failure

# PyPy collects when memory asks for it, and descriptors are no memory: the kernel's limit does.
AT_ONCE = 500
PAGE = os.sysconf("SC_PAGE_SIZE")
KIB = 1024
# Bytes of resident memory that may come in the second half of it.
GROWTH = 8 * KIB * KIB


def memory() -> int:
    """The resident memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


def collect() -> None:
    for _ in range(4):  # PyPy needs several for objects with __del__ that refer to others
        gc.collect()


def made(listener: Any, number: int) -> Iterator[Any]:
    """Sockets of each origin, two or three at a time."""
    kind = number % 4
    if kind == 0:
        yield from cffisock.socketpair()
    elif kind == 1:
        sock = cffisock.socket(type=cffisock.SOCK_DGRAM)
        yield from (sock, sock.dup())
    elif kind == 2:
        yield cffisock.create_connection(listener.getsockname())
        yield listener.accept()[0]
    else:
        one, two = cffisock.socketpair()
        one.send(b"x")
        two.recvmsg(9)
        yield from (one, two)


def drop(listener: Any, count: int) -> None:
    """Makes so many sockets and drops them, each third one in a circle."""
    there = 0
    while there < count:
        for sock in made(listener, there // 2):
            there += 1
            if there % 3 == 0:
                circle: list[Any] = [sock]
                circle.append(circle)
        if there % AT_ONCE == 0:
            collect()


def dropped(count: int) -> str:
    """Makes so many sockets and drops them: each warns, descriptors are what they were before, and
    memory is what it was after the first half."""
    seen = [0]

    def show(_message: Any, category: type[Warning], *_: object, **__: object) -> None:
        seen[0] += issubclass(category, ResourceWarning)

    with warnings.catch_warnings(), cffisock.create_server(("127.0.0.1", 0)) as listener:
        warnings.simplefilter("always", ResourceWarning)
        warnings.showwarning = show
        before = len(os.listdir("/proc/self/fd"))
        drop(listener, count // 2)
        collect()
        middle = memory()
        drop(listener, count - count // 2)
        collect()
        after = len(os.listdir("/proc/self/fd"))
        grown = memory() - middle
    if (after, seen[0]) != (before, count):
        raise Failure(f"{before} descriptors, then {after}; {seen[0]} warnings of {count}")
    if grown > GROWTH:
        raise Failure(f"{grown:,} bytes more after the second half")
    return f"{count:,} sockets dropped, none left; {grown // KIB:,} KiB more in the second half"
