"""Data over streams; each operation is one send and one receive, in one thread."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import Any, Callable

from ...support import tcp_pair
from ..floor import floor
from ..harness import Case, Goal, Loop, Prepare, ProcessCase
from .programs import program

SMALL = 64
KIB = 1024

Pair = Callable[[Any], tuple[Any, Any]]


def unix_pair(module: Any) -> tuple[Any, Any]:
    """Two sockets of AF_UNIX that are connected."""
    one, two = module.socketpair()
    return one, two


def opened(pair: Pair, module: Any, exits: ExitStack, timeout: float | None) -> tuple[Any, Any]:
    """The pair with that timeout, closed by ``exits``."""
    one, two = pair(module)
    for sock in (one, two):
        exits.enter_context(sock)
        sock.settimeout(timeout)
    return one, two


def send_recv(pair: Pair, timeout: float | None, size: int = SMALL, room: int = SMALL) -> Prepare:
    """``size`` bytes, for which the receiver offers ``room``."""

    def prepare(module: Any, exits: ExitStack) -> Loop:
        one, two = opened(pair, module, exits, timeout)
        data = bytes(size)

        def loop(n: int) -> None:
            for _ in range(n):
                one.send(data)
                two.recv(room)

        return loop

    return prepare


def on_used_heap(inner: Prepare) -> Prepare:
    """After a large block was freed, from which on glibc takes such blocks from the heap."""

    def prepare(module: Any, exits: ExitStack) -> Loop:
        block = bytearray(1024 * KIB)
        del block
        return inner(module, exits)

    return prepare


def sendall_recv_into(pair: Pair) -> Prepare:
    def prepare(module: Any, exits: ExitStack) -> Loop:
        one, two = opened(pair, module, exits, None)
        data, buffer = bytes(SMALL), bytearray(SMALL)

        def loop(n: int) -> None:
            for _ in range(n):
                one.sendall(data)
                two.recv_into(buffer)

        return loop

    return prepare


def mebibyte(pair: Pair) -> Prepare:
    """1 MiB as 16 parts, each received before the next is sent.

    With a thread for each end the scheduler would be what is measured.
    """

    def prepare(module: Any, exits: ExitStack) -> Loop:
        one, two = opened(pair, module, exits, None)
        part = bytes(64 * KIB)

        def loop(n: int) -> None:
            for _ in range(16 * n):
                one.sendall(part)
                left = len(part)
                while left > 0:
                    left -= len(two.recv(left))

        return loop

    return prepare


def bare(pair: Pair, timeout: float | None = None, size: int = SMALL, room: int = SMALL) -> Prepare:
    def arguments(exits: ExitStack) -> tuple[int, ...]:
        one, two = opened(pair, socket, exits, timeout)
        return one.fileno(), two.fileno(), size, room

    return floor("stream", arguments)


def bare_mebibyte(pair: Pair) -> Prepare:
    """The same 16 parts."""
    one_part = bare(pair, size=64 * KIB, room=64 * KIB)

    def prepare(lib: Any, exits: ExitStack) -> Loop:
        once = one_part(lib, exits)

        def loop(n: int) -> None:
            once(16 * n)

        return loop

    return prepare


TCP, UNIX, TIMED = Goal(1.10), Goal(1.30), Goal(1.0)
ROOMY = Goal(0.25)

CASES = [
    *(
        Case(f"{kind} 64 B, {mode}", send_recv(pair, timeout), goal, floor=bare(pair, timeout))
        for kind, pair, untimed in (("TCP", tcp_pair, TCP), ("UNIX", unix_pair, UNIX))
        for mode, timeout, goal in (
            ("blocking", None, untimed),
            ("timed", 5, TIMED),
            ("non-blocking", 0, untimed),
        )
    ),
    *(
        Case(f"{kind} 64 B, sendall, recv_into", sendall_recv_into(pair), goal, floor=bare(pair))
        for kind, pair, goal in (("TCP", tcp_pair, TCP), ("UNIX", unix_pair, UNIX))
    ),
    # The interpreter's module allocates 256 KiB for each recv.  In a new process glibc maps and
    # unmaps them, until the program first frees a block of that size: what other cases leave
    # behind would decide the ratio.
    *(
        ProcessCase(f"{kind} recv(256 KiB), new process", program("large_reads.py", family), ROOMY)
        for kind, family in (("TCP", "AF_INET"), ("UNIX", "AF_UNIX"))
    ),
    Case(
        "TCP recv(256 KiB), used heap",
        on_used_heap(send_recv(tcp_pair, None, room=256 * KIB)),
        TCP,
        floor=bare(tcp_pair, room=256 * KIB),
    ),
    *(
        Case(
            f"UNIX {size} KiB",
            send_recv(unix_pair, None, size * KIB, size * KIB),
            UNIX,
            floor=bare(unix_pair, None, size * KIB, size * KIB),
        )
        for size in (16, 64)
    ),
    *(
        Case(f"{kind} 1 MiB", mebibyte(pair), floor=bare_mebibyte(pair))
        for kind, pair in (("TCP", tcp_pair), ("UNIX", unix_pair))
    ),
]
