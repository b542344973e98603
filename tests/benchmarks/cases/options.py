"""Options and addresses of a socket."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from typing import Any

from ...support import tcp_pair
from ..floor import floor
from ..harness import Case, Loop
from .streams import opened

PAIRS = 50
COUNT = 2 * PAIRS
OPTION = (socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def getsockopt(module: Any, exits: ExitStack) -> Loop:
    sock, _ = opened(tcp_pair, module, exits, None)
    level, name = OPTION

    def loop(n: int) -> None:
        for _ in range(n):
            sock.getsockopt(level, name)

    return loop


def setsockopt(module: Any, exits: ExitStack) -> Loop:
    sock, _ = opened(tcp_pair, module, exits, None)
    level, name = OPTION

    def loop(n: int) -> None:
        for _ in range(n):
            sock.setsockopt(level, name, 1)

    return loop


def names(module: Any, exits: ExitStack) -> Loop:
    """Both ends of each connection, as asyncio asks for them: not the same answer twice in turn."""
    socks = [sock for _ in range(PAIRS) for sock in opened(tcp_pair, module, exits, None)]

    def loop(n: int) -> None:
        for i in range(n):
            sock = socks[i % COUNT]
            sock.getsockname()
            sock.getpeername()

    return loop


def names_of_new(module: Any, exits: ExitStack) -> Loop:
    """The same of connections that nobody has asked before: from a port of its own each."""
    listener = exits.enter_context(module.create_server(("127.0.0.1", 0)))
    address = listener.getsockname()

    def loop(n: int) -> int:
        taken = 0
        for _ in range(n):
            with module.create_connection(address), listener.accept()[0] as sock:
                start = time.process_time_ns()
                sock.getsockname()
                sock.getpeername()
                taken += time.process_time_ns() - start
        return taken

    return loop


def connected_fd(exits: ExitStack) -> tuple[int, ...]:
    return (opened(tcp_pair, socket, exits, None)[0].fileno(),)


CASES = [
    Case(
        "getsockopt",
        getsockopt,
        floor=floor("getsockopt", lambda exits: (*connected_fd(exits), *OPTION)),
    ),
    Case(
        "setsockopt",
        setsockopt,
        floor=floor("setsockopt", lambda exits: (*connected_fd(exits), *OPTION, 1)),
    ),
    Case("getsockname and getpeername of 100 connections in turn", names, per=2),
    Case("getsockname and getpeername of a new connection", names_of_new, per=2),
]
