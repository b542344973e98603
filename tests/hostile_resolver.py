"""A program that asks `tests.nonsense` by every function of both modules, and prints as JSON what
they made of it: ``main(PART)`` in a namespace of its own."""

from __future__ import annotations

import json
import socket as own
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Callable

import cffisock

from .nonsense import FLIPS, LATE, POINTERS, REPLIES, nonsense
from .support import LONG, descriptors

THREADS = 24
TRIES = 5
CUTS = range(12, 60, 3)
GOOD = ["'192.0.2.1'"]
WAITED_FOR = ("empty", "five", "other-id", "question-back", "other-question", "silence")


def connect(module: Any, host: str) -> None:
    with module.socket() as sock:
        sock.settimeout(0.2)
        sock.connect((host, 1))


FORWARD: dict[str, Callable[[Any, str], Any]] = {
    "getaddrinfo": lambda S, host: S.getaddrinfo(host, 80, 0, S.SOCK_STREAM),
    "canonical": lambda S, host: S.getaddrinfo(host, 80, 0, S.SOCK_STREAM, 0, S.AI_CANONNAME),
    "IPv6": lambda S, host: S.getaddrinfo(host, 80, S.AF_INET6, S.SOCK_DGRAM),
    "gethostbyname": lambda S, host: S.gethostbyname(host),
    "gethostbyname_ex": lambda S, host: S.gethostbyname_ex(host),
    "create_connection": lambda S, host: S.create_connection((host, 1), 0.2),
    "connect": connect,
}
BACKWARD: dict[str, Callable[[Any, str], Any]] = {
    "gethostbyaddr": lambda S, address: S.gethostbyaddr(address),
    "getnameinfo": lambda S, address: S.getnameinfo((address, 80), S.NI_NUMERICSERV),
    "getfqdn": lambda S, address: S.getfqdn(address),
}


def timely(_module: Any, host: str) -> Any:
    """In a thread of the shim: it has no other way to be compared with."""
    return cffisock.getaddrinfo(host, 80, 0, own.SOCK_STREAM, 0, own.AI_CANONNAME, timeout=LONG)


def told(call: Callable[[Any, str], Any], module: Any, host: str) -> list[Any]:
    try:
        result = repr(call(module, host))
    except Exception as error:  # noqa: BLE001
        kind = "TimeoutError" if isinstance(error, own.timeout) else type(error).__name__
        # PyPy's herror has no number.
        number = None if kind == "herror" else getattr(error, "errno", None)
        return [kind, number]
    return [result if len(result) < 2000 else f"{len(result)} {hash(result)}"]


Asked = tuple[str, str, Callable[[Any, str], Any]]


def forward(names: list[str]) -> Iterator[Asked]:
    """Questions about hosts: by which function, which host."""
    for name in names:
        host = f"{name}.example."
        if name in WAITED_FOR:
            yield from ((how, host, FORWARD[how]) for how in ("getaddrinfo", "gethostbyname"))
        else:
            yield from ((how, host, call) for how, call in FORWARD.items())
            yield "timely", host, timely


def backward() -> Iterator[Asked]:
    """Questions about addresses."""
    for number in range(1, len(POINTERS) + 1):
        yield from ((how, f"192.0.2.{number}", call) for how, call in BACKWARD.items())


def damaged() -> Iterator[Asked]:
    """Right answers with wrong bytes in them, or cut."""
    names = [f"flip-{seed}" for seed in range(FLIPS)] + [f"cut-{length}" for length in CUTS]
    for name in names:
        for how in ("canonical", "gethostbyname_ex"):
            yield how, f"{name}.example.", FORWARD[how]


NAMES = [*REPLIES, *LATE]
PARTS: dict[str, Callable[[], Iterator[Asked]]] = {
    "hosts": lambda: forward(NAMES[::2]),
    "more hosts": lambda: forward(NAMES[1::2]),
    "addresses": backward,
    "damaged": damaged,
}


def both(how: str, host: str, call: Callable[[Any, str], Any]) -> list[Callable[[], Any]]:
    """What asks the interpreter's own module, and cffisock."""
    referee = FORWARD["canonical"] if how == "timely" else call
    return [partial(told, referee, own, host), partial(told, call, cffisock, host)]


def until(settled: Callable[[list[Any]], bool], pair: list[Callable[[], Any]]) -> list[Any]:
    """Asks both, and again: on a busy machine an answer may come too late for one of the two."""
    for _ in range(TRIES):
        answers = [ask() for ask in pair]
        if settled(answers):
            break
    return answers


def main(part: str) -> None:
    pairs = {f"{how} {host}": both(how, host, call) for how, host, call in PARTS[part]()}
    before = descriptors()
    with nonsense():
        with ThreadPoolExecutor(THREADS) as pool:
            futures = {what: [pool.submit(ask) for ask in pair] for what, pair in pairs.items()}
        found = {what: [future.result() for future in pair] for what, pair in futures.items()}
        # After a part of an answer the moment decides which error it is.
        for what, pair in pairs.items():
            if found[what][0] != found[what][1] and " cut-" not in what:
                found[what] = until(lambda answers: answers[0] == answers[1], pair)
        good = both("gethostbyname", "good.example.", FORWARD["gethostbyname"])
        found["usable afterwards"] = until(lambda answers: answers == [GOOD] * 2, good)
    found["left open"] = [[], sorted(set(descriptors().values()) - set(before.values()))]
    json.dump(found, sys.stdout)
