"""Numeric addresses and byte order.  A hundred different values, since cffisock remembers some."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import Any

from ..harness import NO_GOAL, Case, Goal, Loop, Prepare

NUMBERS = range(1, 101)
TEXTS = {
    socket.AF_INET: [f"10.1.{number}.7" for number in NUMBERS],
    socket.AF_INET6: [f"2001:db8::{number:x}" for number in NUMBERS],
}
PACKED = {
    family: [socket.inet_pton(family, text) for text in texts] for family, texts in TEXTS.items()
}


def each(name: str, values: Any) -> Prepare:
    """The module's function ``name`` for each of the ``values``."""

    def prepare(module: Any, _exits: ExitStack) -> Loop:
        function = getattr(module, name)

        def loop(n: int) -> None:
            for _ in range(n):
                for value in values:
                    function(value)

        return loop

    return prepare


def each_of_family(name: str, family: int, values: Any) -> Prepare:
    def prepare(module: Any, _exits: ExitStack) -> Loop:
        function = getattr(module, name)

        def loop(n: int) -> None:
            for _ in range(n):
                for value in values:
                    function(family, value)

        return loop

    return prepare


def getaddrinfo(module: Any, _exits: ExitStack) -> Loop:
    def loop(n: int) -> None:
        for _ in range(n):
            module.getaddrinfo("127.0.0.1", 80, 0, module.SOCK_STREAM)

    return loop


def hundred(name: str, prepare: Prepare, goal: Goal) -> Case:
    return Case(name, prepare, goal, per=len(NUMBERS))


CASES = [
    hundred("inet_aton", each("inet_aton", TEXTS[socket.AF_INET]), Goal(1.0)),
    hundred("inet_ntoa", each("inet_ntoa", PACKED[socket.AF_INET]), Goal(1.0)),
    *(
        hundred(f"{name}, {kind}", each_of_family(name, family, values[family]), Goal(1.0))
        for name, values in (("inet_pton", TEXTS), ("inet_ntop", PACKED))
        for kind, family in (("IPv4", socket.AF_INET), ("IPv6", socket.AF_INET6))
    ),
    # Plain functions, which have no goal: no program waits for them.
    *(hundred(name, each(name, NUMBERS), NO_GOAL) for name in ("htons", "ntohs", "htonl", "ntohl")),
    Case("getaddrinfo, numeric", getaddrinfo),
]
