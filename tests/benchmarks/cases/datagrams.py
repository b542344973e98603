"""UDP with addresses; each operation is one sendto and one recvfrom."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import Any

from ..floor import floor
from ..harness import Case, Goal, Loop, Prepare

SIZE = 64
PEERS = 100
HOSTS = {"UDP": (socket.AF_INET, "127.0.0.1"), "UDP6": (socket.AF_INET6, "::1")}


def opened(kind: str, module: Any, exits: ExitStack, timeout: float | None) -> tuple[Any, Any]:
    """Two sockets with addresses, not connected, closed by ``exits``."""
    family, host = HOSTS[kind]
    socks = [exits.enter_context(module.socket(family, module.SOCK_DGRAM)) for _ in range(2)]
    for sock in socks:
        sock.bind((host, 0))
        sock.settimeout(timeout)
    return socks[0], socks[1]


def sendto_recvfrom(kind: str, timeout: float | None) -> Prepare:
    def prepare(module: Any, exits: ExitStack) -> Loop:
        one, two = opened(kind, module, exits, timeout)
        data, address = bytes(SIZE), two.getsockname()

        def loop(n: int) -> None:
            for _ in range(n):
                one.sendto(data, address)
                two.recvfrom(SIZE)

        return loop

    return prepare


def sendto_recvfrom_into(module: Any, exits: ExitStack) -> Loop:
    one, two = opened("UDP", module, exits, None)
    data, address, buffer = bytes(SIZE), two.getsockname(), bytearray(SIZE)

    def loop(n: int) -> None:
        for _ in range(n):
            one.sendto(data, address)
            two.recvfrom_into(buffer)

    return loop


def from_many(module: Any, exits: ExitStack) -> Loop:
    """What a server does: each datagram is another peer's, and is answered."""
    socks = [exits.enter_context(module.socket(type=module.SOCK_DGRAM)) for _ in range(PEERS)]
    server = exits.enter_context(module.socket(type=module.SOCK_DGRAM))
    for sock in (server, *socks):
        sock.bind(("127.0.0.1", 0))
    data, address = bytes(SIZE), server.getsockname()

    def loop(n: int) -> None:
        for i in range(n):
            sock = socks[i % PEERS]
            sock.sendto(data, address)
            request, peer = server.recvfrom(SIZE)
            server.sendto(request, peer)
            sock.recv(SIZE)

    return loop


def bare(kind: str, timeout: float | None) -> Prepare:
    def arguments(exits: ExitStack) -> tuple[int, ...]:
        one, two = opened(kind, socket, exits, timeout)
        return one.fileno(), two.fileno(), SIZE

    return floor("datagram", arguments)


BLOCKING, TIMED = Goal(1.05), Goal(1.0)

CASES = [
    *(
        Case(
            f"{kind} 64 B, {mode}", sendto_recvfrom(kind, timeout), goal, floor=bare(kind, timeout)
        )
        for kind in HOSTS
        for mode, timeout, goal in (("blocking", None, BLOCKING), ("timed", 5, TIMED))
    ),
    Case(f"UDP 64 B, a server of {PEERS} peers in turn", from_many, BLOCKING, per=2),
    Case("UDP 64 B, recvfrom_into", sendto_recvfrom_into, BLOCKING, floor=bare("UDP", None)),
]
