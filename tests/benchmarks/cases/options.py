"""Options and addresses of a socket."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import Any

from ...support import tcp_pair
from ..floor import floor
from ..harness import Case, Loop
from .streams import opened

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


def getsockname(module: Any, exits: ExitStack) -> Loop:
    sock, _ = opened(tcp_pair, module, exits, None)

    def loop(n: int) -> None:
        for _ in range(n):
            sock.getsockname()

    return loop


def getpeername(module: Any, exits: ExitStack) -> Loop:
    sock, _ = opened(tcp_pair, module, exits, None)

    def loop(n: int) -> None:
        for _ in range(n):
            sock.getpeername()

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
    Case("getsockname", getsockname, floor=floor("getsockname", connected_fd)),
    Case("getpeername", getpeername, floor=floor("getpeername", connected_fd)),
]
