"""Deadline: one instant for all that follows, wherever a timeout is taken."""

from __future__ import annotations

import copy
import pickle
import socket as own
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest

import cffisock
from cffisock import Deadline

from .support import (
    IS_PYPY,
    LOCALHOST,
    LONG,
    full_listener,
    has_mode,
    python,
    signals,
    tcp_pair,
    udp_pair,
    with_methods,
)
from .tls_peer import context_of, make_certificate, peer
from .waiting import fill

SOON = 0.1


def late(call: Callable[[], Any]) -> bool:
    """Whether it ends by its time being up."""
    try:
        call()
    except TimeoutError as error:
        return isinstance(error, cffisock.timeout) and str(error) == "timed out"
    return False


# --- the object -------------------------------------------------------------------------------


def test_what_is_left() -> None:
    start = time.monotonic()
    deadline = Deadline(LONG)
    assert isinstance(deadline, float)
    assert float(deadline) == LONG
    left = deadline.left()
    assert LONG - (time.monotonic() - start) <= left + 1e-3
    assert 0 < deadline.left() <= left <= LONG
    assert str(deadline).startswith("<Deadline, ")
    assert f"{deadline}".startswith("<Deadline, ")
    assert Deadline(deadline).left() <= deadline.left() + 1e-3
    assert copy.copy(deadline) is copy.deepcopy(deadline) is deadline


def test_one_that_has_passed() -> None:
    deadline = Deadline(0)
    assert deadline.left() == 0
    assert 0 < float(deadline) < 1e-6
    with cffisock.socket() as sock:
        sock.settimeout(deadline)
        # 0 would mean that it does not wait at all.
        assert sock.gettimeout() > 0
        assert sock.getblocking()
        assert has_mode(sock, False)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (None, TypeError),
        ("1", TypeError),
        (-1, ValueError),
        (float("nan"), ValueError),
        (1e20, OverflowError),
    ],
)
def test_bad_values(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        Deadline(value)


def test_it_cannot_be_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Deadline(1))


def test_very_far() -> None:
    a, b = cffisock.socketpair()
    with a, b:
        a.settimeout(Deadline(9e9))
        b.send(b"x")
        assert a.recv(1) == b"x"
        assert a.gettimeout() > 1e9


def test_a_socket_gives_it_back() -> None:
    deadline = Deadline(LONG)
    with cffisock.socket() as sock, cffisock.socket() as other:
        sock.settimeout(deadline)
        given = sock.gettimeout()
        assert type(given) is type(sock.timeout) is Deadline
        other.settimeout(given)
        assert abs(other.gettimeout().left() - deadline.left()) < 1
        with sock.dup() as copied:
            assert type(copied.gettimeout()) is Deadline
        for plain in (5.0, 0.0, None):
            sock.settimeout(plain)
            assert sock.gettimeout() == plain
            assert type(sock.gettimeout()) is type(plain)


def test_as_the_default_timeout() -> None:
    cffisock.setdefaulttimeout(Deadline(SOON))
    try:
        assert type(cffisock.getdefaulttimeout()) is Deadline
        with cffisock.socket(cffisock.AF_INET, cffisock.SOCK_DGRAM) as sock:
            sock.bind(LOCALHOST)
            assert late(lambda: sock.recv(1))
            assert has_mode(sock, False)
    finally:
        cffisock.setdefaulttimeout(None)


# --- operations -------------------------------------------------------------------------------


def send_file(sock: Any) -> Any:
    with open(__file__, "rb") as file:
        return sock.sendfile(file)


STREAM: dict[str, Callable[[Any], Any]] = with_methods(
    {
        "recv": lambda s: s.recv(1),
        "recv, large": lambda s: s.recv(2**20),
        "recv_into": lambda s: s.recv_into(bytearray(1)),
        "recvfrom": lambda s: s.recvfrom(1),
        "recvfrom_into": lambda s: s.recvfrom_into(bytearray(1)),
        "recvmsg": lambda s: s.recvmsg(1),
        "recvmsg_into": lambda s: s.recvmsg_into([bytearray(1), bytearray(1)]),
        "recvmmsg": lambda s: s.recvmmsg(2, 10),
        "send": lambda s: s.send(b"x"),
        "sendall": lambda s: s.sendall(b"x"),
        "sendmsg": lambda s: s.sendmsg([b"x", bytearray(b"y")]),
        "connect": lambda s: s.connect(("127.0.0.1", 9)),
        "sendfile": send_file,
    }
)
DATAGRAM: dict[str, Callable[[Any], Any]] = with_methods(
    {
        "recvmmsg": lambda s: s.recvmmsg(2, 10),
        "recvmmsg_into": lambda s: s.recvmmsg_into([bytearray(1)]),
        "recvfrom": lambda s: s.recvfrom(1),
        "sendmmsg": lambda s: s.sendmmsg([b"x"]),
        "sendto": lambda s: s.sendto(b"x", s.getsockname()),
    }
)


@pytest.mark.parametrize("name", [*STREAM, *(f"{name}, datagram" for name in DATAGRAM)])
def test_once_it_has_passed_nothing_is_tried(name: str) -> None:
    """Also where data is there, which stays."""
    is_stream = name in STREAM
    call = STREAM[name] if is_stream else DATAGRAM[name.partition(",")[0]]
    one, other = tcp_pair() if is_stream else udp_pair()
    with one, other:
        other.send(b"data")
        one.settimeout(Deadline(0))
        assert late(lambda: call(one))
        one.settimeout(LONG)
        assert one.recv(10) == b"data"
        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.recv(1)


def test_it_is_for_all_calls_together() -> None:
    a, b = cffisock.socketpair()
    with a, b:
        deadline = Deadline(SOON)
        a.settimeout(deadline)
        b.sendall(b"x" * 3)
        assert [a.recv(1) for _ in range(3)] == [b"x"] * 3
        assert late(lambda: a.recv(1))
        assert deadline.left() == 0
        assert late(lambda: a.recv(1))


def test_sendall_and_makefile() -> None:
    a, b = cffisock.socketpair()
    with a, b:
        fill(a)
        deadline = Deadline(SOON)
        a.settimeout(deadline)
        assert late(lambda: a.sendall(b"x" * 1000))
        b.settimeout(Deadline(SOON))
        with b.makefile("rb") as file:
            assert late(lambda: file.read(2**30))


def test_accept_and_connect() -> None:
    with cffisock.create_server(LOCALHOST) as listener:
        listener.settimeout(Deadline(SOON))
        assert late(listener.accept)
    with full_listener() as silent, cffisock.socket() as sock:
        sock.settimeout(Deadline(SOON))
        assert late(lambda: sock.connect(silent.getsockname()))
        assert sock.gettimeout().left() == 0


def test_accepted_sockets_do_not_have_it() -> None:
    with cffisock.create_server(LOCALHOST) as listener:
        listener.settimeout(Deadline(LONG))
        with cffisock.create_connection(listener.getsockname(), listener.gettimeout()) as client:
            server, _ = listener.accept()
            with server:
                assert server.gettimeout() is None
                assert has_mode(server, True)
            assert type(client.gettimeout()) is Deadline


def test_signals_do_not_move_it() -> None:
    a, b = cffisock.socketpair()
    with a, b, signals(lambda: None, every=0.001):
        deadline = Deadline(SOON)
        a.settimeout(deadline)
        assert late(lambda: a.recv(1))
        assert deadline.left() == 0


# --- over other modules -----------------------------------------------------------------------


def test_the_interpreters_own_socket_takes_what_is_left() -> None:
    with own.socket() as sock:
        sock.settimeout(Deadline(LONG))
        assert LONG - 1 < (sock.gettimeout() or 0) <= LONG


@pytest.fixture(scope="module")
def certificate() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cs-deadline-") as name:
        make_certificate(Path(name, "server.pem"), "localhost")
        yield Path(name)


OVER_TLS = """
import sys
import cffisock
cffisock.install()
import socket, ssl

context = ssl.create_default_context(cafile=sys.argv[1])

def late(call):
    try:
        call()
    except socket.timeout as error:
        return "timed out" in str(error)
    return False

deadline = cffisock.Deadline(float(sys.argv[3]))
with socket.create_connection(("127.0.0.1", int(sys.argv[2])), deadline) as plain:
    with context.wrap_socket(plain, server_hostname="localhost") as sock:
        count = 0
        try:
            while True:
                count += len(sock.recv(1))
        except socket.timeout as error:
            assert "timed out" in str(error), error
        assert count >= 3, count
        assert deadline.left() < 0.05, deadline
        while deadline.left():
            pass
        assert late(lambda: sock.recv(1))
        assert late(lambda: sock.send(b"x"))
        assert late(lambda: sock.sendall(b"x"))
        assert late(sock.unwrap)
        assert sock.version() and sock.cipher()
        # Without it everything goes on where it was.
        sock.setblocking(True)
        assert sock.recv(1) == b"x"
        sock.settimeout(cffisock.Deadline(20))
        assert sock.recv(1) == b"x"
        sock.settimeout(20)
        assert sock.recv(1) == b"x"
a, b = socket.socketpair()
with a, b:
    a.settimeout(cffisock.Deadline(0.05))
    assert late(lambda: context.wrap_socket(a, server_hostname="localhost"))
print("done")
"""


def test_tls(certificate: Path) -> None:
    """A peer that sends a byte now and then: each read is in time, all of them are not."""

    def trickle(sock: Any) -> None:
        try:
            while True:
                sock.send(b"x")
                time.sleep(0.01)
        except OSError:
            pass

    with peer(trickle, context_of(certificate)) as port:
        strict = [] if IS_PYPY else ["-W", "error"]
        file = str(certificate / "server.pem")
        run = python(*strict, "-c", OVER_TLS, file, str(port), "0.5")
    assert (run.returncode, run.stdout, run.stderr) == (0, "done\n", ""), run.stderr
