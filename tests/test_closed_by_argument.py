"""Arguments whose conversion closes the socket: nobody acts on who gets the number.

The caller's code runs while arguments are converted: methods of numbers, iterators, paths.
"""

from __future__ import annotations

from typing import Any, Callable

import pytest

import cffisock

from .support import EBADF, IS_PYPY, IS_WINDOWS, own, with_methods
from .waiting import Successor, outcome, pair_of

# What is said of a closed socket, where it is not a number.
CLOSED = "ENOTSOCK" if IS_WINDOWS else "EBADF"
MODULES = {"cffisock": cffisock} if IS_PYPY else {"own": own, "cffisock": cffisock}


class Evil:
    """What is an int, a float, a path, a tuple or a list, once it has run the caller's code."""

    def __init__(self, run: Callable[[], None], value: Any) -> None:
        self.run, self.value = run, value

    def __index__(self) -> int:
        self.run()
        return int(self.value)

    def __iter__(self) -> Any:
        self.run()
        return iter(self.value)

    def __fspath__(self) -> str:
        self.run()
        return str(self.value)


class Float:
    def __init__(self, run: Callable[[], None], value: float) -> None:
        self.run, self.value = run, value

    def __float__(self) -> float:
        self.run()
        return float(self.value)


# Calls, each with what makes an argument evil.
CALLS: dict[str, Callable[[Any, Any], Any]] = with_methods(
    {
        "setsockopt level": lambda s, evil: s.setsockopt(evil(own.SOL_SOCKET), own.SO_KEEPALIVE, 1),
        "setsockopt name": lambda s, evil: s.setsockopt(own.SOL_SOCKET, evil(own.SO_KEEPALIVE), 1),
        "setsockopt value": lambda s, evil: s.setsockopt(own.SOL_SOCKET, own.SO_KEEPALIVE, evil(1)),
        "setsockopt length": lambda s, evil: s.setsockopt(
            own.SOL_SOCKET, own.SO_KEEPALIVE, None, evil(4)
        ),
        "getsockopt level": lambda s, evil: s.getsockopt(evil(own.SOL_SOCKET), own.SO_KEEPALIVE),
        "getsockopt size": lambda s, evil: s.getsockopt(own.SOL_SOCKET, own.SO_KEEPALIVE, evil(4)),
        "listen": lambda s, evil: s.listen(evil(1)),
        "shutdown": lambda s, evil: s.shutdown(evil(own.SHUT_RDWR)),
        "send flags": lambda s, evil: s.send(b"x", evil(0)),
        "sendall flags": lambda s, evil: s.sendall(b"x", evil(0)),
        "sendto flags": lambda s, evil: s.sendto(b"x", evil(0), ("127.0.0.1", 9)),
        "sendto port": lambda s, evil: s.sendto(b"x", ("127.0.0.1", evil(9))),
        "sendmsg buffers": lambda s, evil: s.sendmsg(evil([b"x"])),
        "sendmsg control": lambda s, evil: s.sendmsg([b"x"], evil([])),
        "sendmsg level": lambda s, evil: s.sendmsg([b"x"], [(evil(1), 99, b"")]),
        "sendmsg flags": lambda s, evil: s.sendmsg([b"x"], [], evil(0)),
        "sendmsg port": lambda s, evil: s.sendmsg([b"x"], [], 0, ("127.0.0.1", evil(9))),
        "recv size": lambda s, evil: s.recv(evil(9)),
        "recv flags": lambda s, evil: s.recv(9, evil(0)),
        "recv_into size": lambda s, evil: s.recv_into(bytearray(9), evil(9)),
        "recv_into flags": lambda s, evil: s.recv_into(bytearray(9), 9, evil(0)),
        "recvfrom size": lambda s, evil: s.recvfrom(evil(9)),
        "recvfrom flags": lambda s, evil: s.recvfrom(9, evil(0)),
        "recvfrom_into size": lambda s, evil: s.recvfrom_into(bytearray(9), evil(9)),
        "recvmsg size": lambda s, evil: s.recvmsg(evil(9)),
        "recvmsg control": lambda s, evil: s.recvmsg(9, evil(9)),
        "recvmsg flags": lambda s, evil: s.recvmsg(9, 9, evil(0)),
        "recvmsg_into buffers": lambda s, evil: s.recvmsg_into(evil([bytearray(9)])),
        "recvmsg_into flags": lambda s, evil: s.recvmsg_into([bytearray(9)], 0, evil(0)),
        "connect port": lambda s, evil: s.connect(("127.0.0.1", evil(9))),
        "connect_ex port": lambda s, evil: s.connect_ex(("127.0.0.1", evil(9))),
        "bind port": lambda s, evil: s.bind(("127.0.0.1", evil(0))),
    }
)
BATCHES: dict[str, Callable[[Any, Any], Any]] = with_methods(
    {
        "recvmmsg count": lambda s, evil: s.recvmmsg(evil(1), 9),
        "recvmmsg size": lambda s, evil: s.recvmmsg(1, evil(9)),
        "recvmmsg control": lambda s, evil: s.recvmmsg(1, 9, evil(9)),
        "recvmmsg flags": lambda s, evil: s.recvmmsg(1, 9, 0, evil(0)),
        "recvmmsg_into buffers": lambda s, evil: s.recvmmsg_into(evil([bytearray(9)])),
        "sendmmsg messages": lambda s, evil: s.sendmmsg(evil([(b"x",)])),
        "sendmmsg flags": lambda s, evil: s.sendmmsg([(b"x",)], evil(0)),
        "sendmmsg segment": lambda s, evil: s.sendmmsg([(b"x",)], 0, evil(0)),
        "sendmmsg port": lambda s, evil: s.sendmmsg([(b"x", ("127.0.0.1", evil(9)))]),
    }
)
CASES = [(name, call) for name, call in MODULES.items() for call in CALLS]
CASES += [("cffisock", call) for call in BATCHES]


@pytest.mark.parametrize("kind", ["udp", "tcp"])
@pytest.mark.parametrize(("module", "name"), CASES)
def test_a_number(module: str, name: str, kind: str) -> None:
    if name.startswith("sendmmsg"):
        kind = "udp"  # there are no batches in streams
    ours, theirs = pair_of(MODULES[module], kind)
    with theirs, Successor(ours, kind) as successor:
        theirs.send(b"data")
        end = outcome({**CALLS, **BATCHES}[name], ours, lambda x: Evil(successor.take_over, x))
        assert end in (CLOSED, EBADF), end
        successor.check()


if hasattr(bytes, "__buffer__"):  # classes written in Python have buffers since 3.12

    @pytest.mark.parametrize(
        "method",
        with_methods(dict.fromkeys(["setsockopt", "send", "sendall", "sendmsg", "recv_into"])),
    )
    @pytest.mark.parametrize("module", MODULES)
    def test_a_buffer(module: str, method: str) -> None:
        class Buffer:
            def __buffer__(self, flags: int) -> memoryview:
                successor.take_over()
                return memoryview(bytearray(4))

        calls: dict[str, Callable[[Any], Any]] = {
            "setsockopt": lambda s: s.setsockopt(own.SOL_SOCKET, own.SO_KEEPALIVE, Buffer()),
            "send": lambda s: s.send(Buffer()),
            "sendall": lambda s: s.sendall(Buffer()),
            "sendmsg": lambda s: s.sendmsg([b"x", Buffer()]),
            "recv_into": lambda s: s.recv_into(Buffer()),
        }
        ours, theirs = pair_of(MODULES[module], "tcp")
        with theirs, Successor(ours, "tcp") as successor:
            theirs.send(b"data")
            assert outcome(calls[method], ours) == CLOSED
            successor.check()


# The interpreter's own module takes no such float before 3.15.
TIMEOUTS = [(module, Evil) for module in MODULES] + [("cffisock", Float)]


@pytest.mark.parametrize("value", [0, 5])
@pytest.mark.parametrize(("module", "number"), TIMEOUTS)
def test_a_timeout(module: str, number: Any, value: int) -> None:
    """O_NONBLOCK is not set on the file that has the number now."""
    ours, theirs = pair_of(MODULES[module], "tcp")
    with theirs, Successor(ours, "tcp") as successor:
        assert outcome(ours.settimeout, number(successor.take_over, value)) == CLOSED
        successor.check()


@pytest.mark.parametrize("derived", [str, bytes])
@pytest.mark.parametrize("method", ["connect", "connect_ex", "bind"])
def test_a_path_of_a_derived_class(derived: Any, method: str) -> None:
    """None of the caller's methods is asked whether two addresses are the same."""

    class Path(derived):  # type: ignore[misc]
        def __hash__(self) -> int:
            raise AssertionError("it was hashed")

        def __eq__(self, other: object) -> bool:
            raise AssertionError("it was compared")

        def __len__(self) -> int:
            raise AssertionError("it was measured")

    with cffisock.socket(cffisock.AF_UNIX) as sock:
        for _ in range(2):
            end = outcome(getattr(sock, method), Path(derived(*NOWHERE[derived])))
            assert end in ("ENOENT", 2)


NOWHERE: dict[Any, tuple[Any, ...]] = {
    str: ("/nowhere/at all",),
    bytes: (b"/nowhere/at all",),
}
