"""As test_differential, with arguments that hypothesis makes up.

PyPy's own module is no referee for numbers that no C int holds, nor for some others: there they
stay in its range.
"""

from __future__ import annotations

from typing import Any, Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import cffisock

from .differential import NAMES, Outcome, attempt, attempt_and_tidy, failure, normal
from .support import CPYTHON, IS_PYPY, own, udp_pair

C_INTS = st.integers(-(2**31), 2**31 - 1)
SMALL = st.integers(-5, 80)
INTS = (
    st.one_of(SMALL, C_INTS) if IS_PYPY else st.one_of(SMALL, C_INTS, st.integers(-(2**70), 2**70))
)
ODD = st.one_of(st.none(), st.text(max_size=3), st.floats(), st.binary(max_size=3), st.lists(SMALL))
FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def same(call: Callable[[Any], Any]) -> None:
    """The same outcome for both modules; the text too where CPython is new enough."""
    theirs, ours = attempt_call(own, call), attempt_call(cffisock, call)
    if CPYTHON < (3, 13) or ours.exception == "TypeError":
        theirs, ours = theirs._replace(text=None), ours._replace(text=None)
    assert ours == theirs


def attempt_call(module: Any, call: Callable[[Any], Any]) -> Outcome:
    evaluate = attempt_and_tidy if module is own else attempt
    return evaluate("call(S)", {**NAMES, "call": call, "S": module})


# --- options ------------------------------------------------------------------------------------

# Of SOL_SOCKET, those whose values do not change by themselves, nor by what the other socket does.
OPTIONS = st.sampled_from([1, 2, 3, 4, 5, 6, 9, 10, 13, 15, 16, 18, 20, 21, 29, 42, 99])


@pytest.mark.native("where the room is short it writes beyond it, and leaves some of it unwritten")
@FEW
@given(OPTIONS, st.one_of(st.integers(-5, 70), st.integers(-(2**31), 1024)))
@example(3, 1024)
def test_getsockopt(name: int, length: int) -> None:
    def call(module: Any) -> Any:
        with module.socket() as sock:
            return sock.getsockopt(module.SOL_SOCKET, name, length)

    same(call)


@FEW
@given(
    st.sampled_from([2, 6, 9, 13, 20, 21, 99]),
    st.one_of(C_INTS, st.binary(max_size=20), st.booleans()),
)
def test_setsockopt(name: int, value: Any) -> None:
    def call(module: Any) -> Any:
        with module.socket() as sock:
            result = sock.setsockopt(module.SOL_SOCKET, name, value)
            return result, sock.getsockopt(module.SOL_SOCKET, name, 16)

    same(call)


@FEW
@given(INTS | ODD, INTS | ODD)
def test_getsockopt_of_anything(level: Any, name: Any) -> None:
    def call(module: Any) -> Any:
        with module.socket() as sock:
            # Only whether it fails, and how: what a level of the kernel's says may change.
            sock.getsockopt(level, name)

    same(call)


# --- time ---------------------------------------------------------------------------------------


def timeouts() -> Any:
    if IS_PYPY:
        return st.one_of(
            st.none(), st.floats(1e-6, 1e9), st.integers(-5, 10**9), st.text(max_size=2)
        )
    return st.one_of(st.none(), st.floats(), st.integers(-(2**70), 2**70), SMALL, st.booleans())


@FEW
@given(timeouts())
def test_settimeout(value: Any) -> None:
    def call(module: Any) -> Any:
        with module.socket() as sock:
            try:
                sock.settimeout(value)
            except OverflowError:
                return "OverflowError"  # in words that each version of CPython changed
            given = sock.gettimeout()
            return given if given is None else round(given, digits), sock.getblocking()

    # PyPy keeps the float; CPython, and cffisock, whole nanoseconds, rounded up.
    digits = 6 if IS_PYPY else 12

    same(call)


# --- data ---------------------------------------------------------------------------------------

SIZES = st.one_of(st.integers(1, 40), st.integers(1, 300_000))
FLAGS = st.sampled_from([0, cffisock.MSG_PEEK, cffisock.MSG_DONTWAIT, cffisock.MSG_WAITALL, 3, 64])
METHODS = st.sampled_from(
    ["recv", "recvfrom", "recvmsg", "recv_into", "recvfrom_into", "recvmsg_into"]
)


def receive(sock: Any, method: str, size: int, flags: int) -> Any:
    """By that method: what came, and the rest of the result."""
    if not method.endswith("into"):
        extra = (0,) if method == "recvmsg" else ()
        result = getattr(sock, method)(size, *extra, flags)
        return result if method == "recv" else result[0]
    buffer = bytearray(size)
    if method == "recvmsg_into":
        return sock.recvmsg_into([buffer], 0, flags)[0], bytes(buffer)
    result = getattr(sock, method)(buffer, 0, flags)
    return result if method == "recv_into" else result[0], bytes(buffer)


@FEW
@given(
    st.lists(st.binary(max_size=60), max_size=4),
    st.lists(st.tuples(METHODS, SIZES, FLAGS), max_size=6),
)
def test_datagrams(sent: list[bytes], received: list[tuple[str, int, int]]) -> None:
    def call(module: Any) -> Any:
        one, two = udp_pair(module)
        with one, two:
            two.settimeout(0)
            results: list[Any] = [one.send(data) for data in sent]
            for method, size, flags in received:
                try:
                    results.append(receive(two, method, size, flags))
                except OSError as error:
                    results.append(repr(failure(error)._replace(text=None)))
            return results

    same(call)


@FEW
@given(
    st.lists(st.binary(max_size=5000), max_size=8),
    st.lists(st.tuples(METHODS, SIZES, FLAGS), max_size=8),
)
def test_streams(sent: list[bytes], received: list[tuple[str, int, int]]) -> None:
    def call(module: Any) -> Any:
        one, two = module.socketpair()
        with one, two:
            two.settimeout(0)
            for index, data in enumerate(sent):
                (one.sendall, one.send, lambda data: one.sendmsg([data[:9], data[9:]]))[index % 3](
                    data
                )
            results: list[Any] = []
            for method, size, flags in received:
                try:
                    results.append(receive(two, method, size, flags))
                except OSError as error:
                    results.append(repr(failure(error)._replace(text=None)))
            rest = b""
            one.close()
            while True:
                data = two.recv(100_000)
                if not data:
                    return results, rest
                rest += data

    same(call)


# --- addresses ----------------------------------------------------------------------------------

# Nothing that would have to be looked up.
TEXTS = ["127.0.0.1", "127.1", "", "::1", "::", "fe80::1", "0x7f000001", "256", "%lo", "a\0b"]
OTHERS = [b"127.0.0.1", b"", bytearray(b"127.0.0.1"), None, 5, 1.0]
HOSTS = st.sampled_from([*TEXTS, *OTHERS])
PORTS = st.sampled_from([0, 1, 9, 65535, True, -1, 65536, "9", None, 1.0, b"9"])
REST = st.lists(st.sampled_from([0, 1, 7, 2**20 - 1, 2**20, -1]), max_size=3)


@FEW
@given(
    st.sampled_from(["AF_INET", "AF_INET6"]), HOSTS, PORTS, REST, st.sampled_from(["tuple", "list"])
)
def test_connect_a_datagram_socket(family: str, host: Any, port: Any, rest: Any, kind: str) -> None:
    """Connecting one sends nothing, and getpeername() says what the kernel was given."""

    def call(module: Any) -> Any:
        address: Any = (host, port, *rest)
        with module.socket(getattr(module, family), module.SOCK_DGRAM) as sock:
            sock.connect(address if kind == "tuple" else list(address))
            return repr(sock.getpeername())

    if not IS_PYPY:
        same(call)
        return
    # PyPy has other errors, and takes lists and more items than there may be.
    theirs, ours = attempt_call(own, call), attempt_call(cffisock, call)
    if theirs.exception is None and kind == "tuple" and len(rest) <= (2 if "6" in family else 0):
        assert ours == theirs
    elif theirs.exception is not None:
        assert ours.exception is not None


@FEW
@given(st.one_of(st.text(max_size=120), st.binary(max_size=120), st.none(), SMALL))
@example("/none\0x")
@example(b"\0/none\0x")
@pytest.mark.differs("null-in-path")
def test_connect_to_a_path(path: Any) -> None:
    def call(module: Any) -> Any:
        with module.socket(module.AF_UNIX, module.SOCK_DGRAM) as sock:
            try:
                sock.connect(path)
            except UnicodeEncodeError:
                return "UnicodeEncodeError"

    ours = attempt_call(cffisock, call)
    if ours.exception == "ValueError":
        ends = "\0" if isinstance(path, str) else b"\0"
        assert path.index(ends) > 0
    else:
        same(call)


def test_the_outcomes_tell_a_difference() -> None:
    """The comparison itself: values of other types, and other errors, are not the same."""
    assert normal(1) != normal(True) != normal(1.0) != normal("1")
    assert normal((1, 2)) != normal([1, 2])
    assert normal(cffisock.AF_INET) != normal(2)
    assert failure(OSError(1, "x")) != failure(OSError(2, "x"))
    assert failure(OSError(32, "x")) != failure(OSError("x"))
