"""Which methods create_connection and create_server call, beside the own module's."""

from __future__ import annotations

from typing import Any

import pytest

import cffisock

from .support import CPYTHON, IS_WINDOWS, own


class Recorder:
    """In the place of the class of sockets: records calls, and fails where it is told to."""

    def __init__(self, fails: dict[tuple[Any, ...], Exception]) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.fails = fails

    def __call__(self, *args: Any) -> Recorder:
        return self.record("socket", args) or self

    def record(self, name: str, args: tuple[Any, ...]) -> Any:
        call = (name, *(int(arg) if isinstance(arg, int) else arg for arg in args))
        self.calls.append(call)
        for start, error in self.fails.items():
            if call[: len(start)] == start:
                raise error
        return 0 if name == "getsockopt" else None

    def __getattr__(self, name: str) -> Any:
        return lambda *args: self.record(name, args)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()


REFUSED = ConnectionRefusedError(111, "Connection refused")
NO_OPTION = OSError(92, "Protocol not available")
IN_USE = OSError(98, "Address already in use")
SIX = "family=S.AF_INET6"
FAILS: list[tuple[str, dict[tuple[Any, ...], Exception]]] = [
    ("S.create_connection(('x', 1))", {}),
    ("S.create_connection(('x', 1), 5, ('y', 2))", {}),
    ("S.create_connection(('x', 1), timeout=None)", {("connect", ("a", 1)): REFUSED}),
    ("S.create_connection(('x', 1), 0)", {("connect",): REFUSED}),
    ("S.create_connection(('x', 1), 5)", {("socket", own.AF_INET): IN_USE}),
    ("S.create_connection(('x', 1), 5, ('y', 2))", {("bind",): IN_USE}),
    ("S.create_server(('x', 1))", {}),
    ("S.create_server(('x', 1), backlog=7, reuse_port=True)", {}),
    ("S.create_server(('x', 1))", {("setsockopt", own.SOL_SOCKET, own.SO_REUSEADDR): NO_OPTION}),
    ("S.create_server(('x', 1), reuse_port=True)", {("setsockopt", own.SOL_SOCKET, 15): NO_OPTION}),
    ("S.create_server(('x', 1))", {("bind",): IN_USE}),
    ("S.create_server(('x', 1))", {("listen",): IN_USE}),
    (f"S.create_server(('x', 1), {SIX})", {}),
    (f"S.create_server(('x', 1), {SIX})", {("setsockopt", 41): NO_OPTION}),
]
# What CPython does from 3.14 on.
LEVEL, ONLY = own.IPPROTO_IPV6, own.IPV6_V6ONLY
BOTH = [("socket", own.AF_INET6, 1), ("setsockopt", LEVEL, ONLY, 0)]
ASKED = [*BOTH, ("getsockopt", LEVEL, ONLY), ("close",)]
REUSE = [] if IS_WINDOWS else [("setsockopt", own.SOL_SOCKET, own.SO_REUSEADDR, 1)]
NEWER: list[tuple[str, dict[tuple[Any, ...], Exception], list[tuple[Any, ...]]]] = [
    ("S.has_dualstack_ipv6()", {}, ASKED),
    (
        f"S.create_server(('x', 1), {SIX}, dualstack_ipv6=True)",
        {},
        [*ASKED, BOTH[0], *REUSE, BOTH[1], ("bind", ("x", 1)), ("listen",)],
    ),
]
if not IS_WINDOWS:
    NEWER += [
        (
            "S.create_server('x', family=S.AF_UNIX, reuse_port=True)",
            {},
            [("socket", 1, 1), *REUSE, ("bind", "x"), ("listen",)],
        )
    ]


def calls(
    module: Any, expression: str, fails: dict[tuple[Any, ...], Exception]
) -> tuple[list[tuple[Any, ...]], str]:
    """The calls on sockets of that module that it takes to evaluate, and the outcome."""
    found = [(own.AF_INET, 1, 6, "", ("a", 1)), (own.AF_INET6, 1, 6, "", ("b", 2))]
    with pytest.MonkeyPatch.context() as patch:
        recorder = Recorder(fails)
        patch.setattr(module, "socket", recorder)
        patch.setattr(module, "getaddrinfo", lambda *_: found)
        try:
            result = eval(expression, {"S": module})
            outcome = "a socket" if result is recorder else repr(result)
        except (OSError, ValueError) as error:
            outcome = f"{type(error).__name__}: {error}"
        return recorder.calls, outcome


@pytest.mark.parametrize(("expression", "fails"), FAILS)
def test_the_same_calls(expression: str, fails: Any) -> None:
    assert calls(cffisock, expression, fails) == calls(own, expression, fails)


@pytest.mark.parametrize(("expression", "fails", "expected"), NEWER)
def test_the_calls_of_newer_versions(expression: str, fails: Any, expected: Any) -> None:
    found, outcome = calls(cffisock, expression, fails)
    assert found == expected
    if CPYTHON >= (3, 14):
        assert calls(own, expression, fails) == (found, outcome)


def test_has_ipv6_can_be_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (cffisock, own):
        monkeypatch.setattr(module, "has_ipv6", False)
        assert not module.has_dualstack_ipv6()
        found, outcome = calls(module, f"S.create_server(('x', 1), {SIX})", {})
        assert ([name for name, *_ in found], outcome) == (
            ["socket", *(["setsockopt"] if REUSE else []), "bind", "listen"],
            "a socket",
        )
