"""O_NONBLOCK belongs to the open file, which others may have too and change.

A socket that has a timeout, or never waits, does not depend on it; nor does one that waits where
its own calls can do without.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

import pytest

import cffisock

from .support import IS_WINDOWS, LOCALHOST, LONG, full_listener, later, own, with_methods
from .waiting import Call, drain, fill, kinds, outcome, pair_of

SHORT = 0.05
EAGAIN = "EWOULDBLOCK" if IS_WINDOWS else "EAGAIN"
BIG = bytes(1 << 20)

RECEIVING: dict[str, Callable[[Any], Any]] = with_methods(
    {
        "recv": lambda s: s.recv(99),
        "recv much": lambda s: s.recv(1 << 20),
        "recv_into": lambda s: s.recv_into(bytearray(99)),
        "recvfrom": lambda s: s.recvfrom(99),
        "recvfrom_into": lambda s: s.recvfrom_into(bytearray(99)),
        "recvmsg": lambda s: s.recvmsg(99, 99),
        "recvmsg_into": lambda s: s.recvmsg_into([bytearray(9), bytearray(90)]),
        "recvmmsg": lambda s: s.recvmmsg(3, 99),
        "recvmmsg for one": lambda s: s.recvmmsg(3, 99, 0, cffisock.MSG_WAITFORONE),
        "recvmmsg_into": lambda s: s.recvmmsg_into([bytearray(99)] * 3),
    }
)
SENDING: dict[str, Callable[[Any], Any]] = with_methods(
    {
        "send": lambda s: s.send(b"x" * 1000),
        "sendall": lambda s: s.sendall(b"x" * 1000),
        "sendmsg": lambda s: s.sendmsg([b"x" * 500, bytearray(500)]),
    }
)
SENDING_BATCHES: dict[str, Callable[[Any], Any]] = with_methods(
    {
        "sendmmsg": lambda s: s.sendmmsg([(b"x" * 1000,)] * 3),
    }
)


@contextmanager
def others_wait(sock: Any) -> Iterator[None]:
    """Somebody else who has the same open file made it one that waits."""
    fd = own.dup(sock.fileno())
    try:
        set_mode(fd, True)
        yield
    finally:
        own.close(fd)


def set_mode(fd: int, blocking: bool) -> None:
    """Sets the mode of an open file behind the back of whoever has it too."""
    if IS_WINDOWS:
        theirs = own.socket(own.AF_INET, own.SOCK_STREAM, 0, fd)
        theirs.setblocking(blocking)
        theirs.detach()
    else:
        os.set_blocking(fd, blocking)
        assert os.get_blocking(fd) == blocking


def ends(call: Callable[..., Any], timeout: float, *args: Any) -> None:
    """The call ends as one that may not wait longer."""
    wanted = "timed out" if timeout else EAGAIN
    assert Call(call, *args).outcome() == wanted


# What never waits depends on the mode on Windows, where no flag says so: by the own module too.
limited = pytest.mark.parametrize("timeout", [SHORT] if IS_WINDOWS else [0.0, SHORT])


@limited
@pytest.mark.parametrize("kind", kinds("tcp", "stream", "udp", "seqpacket"))
@pytest.mark.parametrize("name", RECEIVING)
def test_receiving(name: str, kind: str, timeout: float) -> None:
    ours, theirs = pair_of(cffisock, kind)
    with ours, theirs:
        ours.settimeout(timeout)
        with others_wait(ours):
            ends(RECEIVING[name], timeout, ours)


@limited
@pytest.mark.parametrize("kind", kinds("tcp", "stream", "dgram", "seqpacket"))
@pytest.mark.parametrize("name", [*SENDING, *SENDING_BATCHES])
def test_sending(name: str, kind: str, timeout: float) -> None:
    if name in SENDING_BATCHES and kind in ("tcp", "stream"):
        kind = "dgram"
    ours, theirs = pair_of(cffisock, kind)
    with ours, theirs:
        fill(ours)
        ours.settimeout(timeout)
        with others_wait(ours):
            ends({**SENDING, **SENDING_BATCHES}[name], timeout, ours)


@pytest.mark.parametrize("kind", kinds("tcp", "stream"))
@pytest.mark.parametrize("method", ["sendall", "sendfile"])
def test_sending_more_than_fits(method: str, kind: str) -> None:
    ours, theirs = pair_of(cffisock, kind)
    with ours, theirs, tempfile.TemporaryFile() as file:
        file.write(BIG * 10)
        file.seek(0)
        ours.settimeout(SHORT)
        with others_wait(ours):
            ends(getattr(ours, method), SHORT, file if method == "sendfile" else BIG * 10)


@limited
@pytest.mark.parametrize("family", [own.AF_INET] if IS_WINDOWS else [own.AF_INET, own.AF_UNIX])
def test_accepting(family: int, timeout: float, folder: Any) -> None:
    address = LOCALHOST if family == own.AF_INET else str(folder / "socket")
    with cffisock.create_server(address, family=family) as listener:
        listener.settimeout(timeout)
        with others_wait(listener):
            ends(listener.accept, timeout)


def test_connecting() -> None:
    with full_listener() as listener, cffisock.socket() as sock:
        sock.settimeout(SHORT)
        with others_wait(sock):
            ends(sock.connect, SHORT, listener.getsockname())


def test_connecting_to_a_full_queue_of_af_unix(unix_path: str) -> None:
    listener = cffisock.create_server(unix_path, family=cffisock.AF_UNIX, backlog=0)
    first, second = cffisock.socket(cffisock.AF_UNIX), cffisock.socket(cffisock.AF_UNIX)
    with listener, first, second:
        first.connect(unix_path)
        second.settimeout(SHORT)
        with others_wait(second):
            ends(second.connect, SHORT, unix_path)


def test_a_file_of_a_socket() -> None:
    ours, theirs = pair_of(cffisock, "tcp")
    with ours, theirs, ours.makefile("rb") as file:
        ours.settimeout(SHORT)
        with others_wait(ours):
            ends(file.readline, SHORT)


# --- the other way round ----------------------------------------------------------------------


def test_a_socket_that_waits_sends_a_file(tmp_path: Any) -> None:
    """Though somebody else made its open file one that does not wait."""
    path = tmp_path / "big"
    path.write_bytes(BIG * 10)
    ours, theirs = pair_of(cffisock, "tcp")
    with ours, theirs, path.open("rb") as file:
        assert ours.gettimeout() is None
        set_mode(ours.fileno(), False)
        call = Call(ours.sendfile, file)
        call.until_it_waits()
        theirs.settimeout(LONG)
        received = 0
        while received < len(BIG) * 10:
            received += len(theirs.recv(1 << 20))
        assert call.outcome() == len(BIG) * 10


@pytest.mark.parametrize("kind", ["tcp", "udp"])
@pytest.mark.parametrize(
    "name",
    with_methods(dict.fromkeys(["recv", "recv_into", "recvfrom", "recvmsg", "recvmsg_into"])),
)
def test_other_calls_are_as_the_interpreters_own(name: str, kind: str) -> None:
    for module in (own, cffisock):
        ours, theirs = pair_of(module, kind)
        with ours, theirs:
            set_mode(ours.fileno(), False)
            assert outcome(RECEIVING[name], ours) == EAGAIN


def test_a_timed_call_goes_on_when_data_comes() -> None:
    ours, theirs = pair_of(cffisock, "tcp")
    with ours, theirs:
        ours.settimeout(LONG)
        with others_wait(ours), later(SHORT, theirs.send, b"data"):
            assert ours.recv(9) == b"data"
        fill(ours)
        ours.settimeout(LONG)
        with others_wait(ours), later(SHORT, drain, theirs):
            assert ours.send(b"x") == 1
