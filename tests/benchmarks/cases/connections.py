"""Connections that are made, accepted and closed at once."""

from __future__ import annotations

import socket
import struct
from contextlib import ExitStack
from typing import Any

from ..floor import floor
from ..harness import Case, Goal, Loop


def listening(module: Any, exits: ExitStack) -> Any:
    """A listener whose connections end by a reset, once the accepted end is closed.

    Else tens of thousands of them would wait in TIME_WAIT, and no port would be left.
    Accepted sockets have their listener's SO_LINGER.
    """
    listener = exits.enter_context(module.create_server(("127.0.0.1", 0)))
    listener.setsockopt(module.SOL_SOCKET, module.SO_LINGER, struct.pack("ii", 1, 0))
    return listener


def connect_accept(module: Any, exits: ExitStack) -> Loop:
    listener = listening(module, exits)
    address = listener.getsockname()

    def loop(n: int) -> None:
        for _ in range(n):
            client = module.socket()
            client.connect(address)
            server, _peer = listener.accept()
            server.close()
            client.close()

    return loop


def create_connection(module: Any, exits: ExitStack) -> Loop:
    listener = listening(module, exits)
    address = listener.getsockname()

    def loop(n: int) -> None:
        for _ in range(n):
            client = module.create_connection(address)
            server, _peer = listener.accept()
            server.close()
            client.close()

    return loop


def socketpair(module: Any, _exits: ExitStack) -> Loop:
    def loop(n: int) -> None:
        for _ in range(n):
            one, two = module.socketpair()
            one.close()
            two.close()

    return loop


def listener_fd(exits: ExitStack) -> tuple[int, ...]:
    return (listening(socket, exits).fileno(),)


CONNECTING = Goal(1.05)

CASES = [
    Case(
        "connect, accept, close", connect_accept, CONNECTING, floor=floor("connection", listener_fd)
    ),
    Case(
        "create_connection", create_connection, CONNECTING, floor=floor("connection", listener_fd)
    ),
    Case("socketpair, close", socketpair, floor=floor("socketpair", lambda _exits: ())),
]
