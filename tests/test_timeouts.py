"""Timeouts: totals, whatever comes in between; defaults.

Times are compared with lower bounds only; upper ones are for what would else wait for ever.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import cffisock

from .support import (
    IS_WINDOWS,
    LOCALHOST,
    LONG,
    NOT_OPEN,
    full_listener,
    has_mode,
    later,
    own,
    with_methods,
)

SHORT = 0.2


@contextmanager
def lasts(seconds: float) -> Iterator[None]:
    """Checks that it takes at least so long, and ends."""
    start = time.monotonic()
    yield
    # The clock of deadlines may tick between this one's reading and theirs.
    assert seconds - 0.001 <= time.monotonic() - start < LONG


def fill(sock: Any) -> None:
    """Sends until the kernel takes no more, which over TCP it does for half a second."""
    wait = sock.gettimeout()
    sock.settimeout(0)
    for moment in [0] if sock.family == getattr(own, "AF_UNIX", None) else [0.1] * 5:
        with pytest.raises(BlockingIOError):
            while True:
                sock.send(b"x" * 65536)
        time.sleep(moment)
    sock.settimeout(wait)


# --- what is set --------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, 0, 0.0, 1, 1.5, 0.000_000_001, 1e-12, 86400 * 365.0, True])
def test_what_is_set_is_given_back(value: Any) -> None:
    with cffisock.socket() as sock:
        sock.settimeout(value)
        given = sock.gettimeout()
        assert given == sock.timeout
        assert given == (value if value is None else max(value, 1e-9) if value else 0)
        assert sock.getblocking() == (given != 0)
        assert has_mode(sock, value is None)


def test_setblocking() -> None:
    with cffisock.socket() as sock:
        sock.setblocking(False)
        assert (sock.gettimeout(), sock.getblocking()) == (0, False)
        sock.setblocking(True)
        assert (sock.gettimeout(), sock.getblocking()) == (None, True)


def test_a_refused_value_changes_nothing() -> None:
    with cffisock.socket() as sock:
        sock.settimeout(5)
        for bad in (-1, float("nan"), float("inf"), "1", 1e30):
            with pytest.raises((TypeError, ValueError, OverflowError)):
                sock.settimeout(bad)
            assert sock.gettimeout() == 5
            with pytest.raises((TypeError, ValueError, OverflowError)):
                cffisock.setdefaulttimeout(bad)
            assert cffisock.getdefaulttimeout() is None


@pytest.mark.parametrize("value", [None, 0, 5])
def test_a_change_that_the_kernel_refuses(value: float | None) -> None:
    """What is kept then is what the interpreter's own module keeps."""
    kept = []
    for module in (own, cffisock):
        sock = module.socket()
        sock.settimeout(3)
        own.close(sock.fileno())
        with pytest.raises(OSError, match=NOT_OPEN):
            sock.settimeout(value)
        kept.append(sock.gettimeout())
        sock.detach()
    assert kept[1] == kept[0]


# --- the default --------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, 0.0, 3.5])
def test_the_default_is_for_every_new_socket(value: Any, default_timeout: Any) -> None:
    default_timeout(value)
    assert cffisock.getdefaulttimeout() == value
    one, two = cffisock.socketpair()
    with one, two, cffisock.socket() as plain, cffisock.fromfd(one.fileno(), 1, 1) as other:
        # The end that connects, where a pair is of TCP, blocks: the own module's too.
        for sock in (one, plain, other, *([] if IS_WINDOWS else [two])):
            assert sock.gettimeout() == value
            assert has_mode(sock, value is None)


def test_create_connection_and_the_default(default_timeout: Any) -> None:
    with cffisock.create_server(LOCALHOST) as listener:
        address = listener.getsockname()
        default_timeout(7)
        for arguments, expected in (((), 7), ((None,), None), ((3,), 3)):
            with cffisock.create_connection(address, *arguments) as sock:
                assert sock.gettimeout() == expected


@pytest.mark.parametrize("listeners", [None, 5.0])
@pytest.mark.parametrize("default", [None, 0.0, 2.5])
def test_accepted_sockets(listeners: Any, default: Any, default_timeout: Any) -> None:
    """They have the default, whatever the listener has."""
    with cffisock.create_server(LOCALHOST) as listener:
        with cffisock.create_connection(listener.getsockname()):
            listener.settimeout(listeners)
            default_timeout(default)
            conn, _ = listener.accept()
            with conn:
                assert conn.gettimeout() == default
                assert has_mode(conn, default is None)


# --- time runs out ------------------------------------------------------------------------------

RECEIVE = with_methods(
    {
        "recv": lambda sock: sock.recv(1),
        "recv much": lambda sock: sock.recv(1_000_000),
        "recv_into": lambda sock: sock.recv_into(bytearray(1)),
        "recvfrom": lambda sock: sock.recvfrom(1),
        "recvfrom_into": lambda sock: sock.recvfrom_into(bytearray(1)),
        "recvmsg": lambda sock: sock.recvmsg(1, 100),
        "recvmsg_into": lambda sock: sock.recvmsg_into([bytearray(1)]),
        "recvmmsg": lambda sock: sock.recvmmsg(1, 1)[0],
        "recvmmsg_into": lambda sock: sock.recvmmsg_into([bytearray(1)])[0],
        "makefile": lambda sock: read_by_file(sock, 1),
    }
)
SEND = with_methods(
    {
        "send": lambda sock: sock.send(b"x"),
        "sendall": lambda sock: sock.sendall(b"x"),
        "sendmsg": lambda sock: sock.sendmsg([b"x"]),
    }
)


def read_by_file(sock: Any, size: int) -> Any:
    with sock.makefile("rb", 0) as file:
        return file.read(size)


@pytest.mark.parametrize("name", RECEIVE)
def test_receiving(name: str, pair: Any) -> None:
    one, two = pair
    one.settimeout(SHORT)
    with lasts(SHORT), pytest.raises(TimeoutError, match="timed out") as caught:
        RECEIVE[name](one)
    assert isinstance(caught.value, cffisock.timeout)
    assert caught.value.errno is None
    two.send(b"x")
    assert one.recv(1) == b"x"
    one.settimeout(0)
    if name != "makefile":
        with pytest.raises(BlockingIOError):
            RECEIVE[name](one)


@pytest.mark.parametrize("name", SEND)
def test_sending(name: str, pair: Any) -> None:
    one, _ = pair
    fill(one)
    one.settimeout(SHORT)
    with lasts(SHORT), pytest.raises(TimeoutError, match="timed out"):
        SEND[name](one)
    one.settimeout(0)
    with pytest.raises(BlockingIOError):
        SEND[name](one)


def test_sendto(unix_path: str) -> None:
    with cffisock.socket(1, cffisock.SOCK_DGRAM) as one, cffisock.socket(1, 2) as two:
        two.bind(unix_path)
        one.settimeout(0)
        with pytest.raises(BlockingIOError):
            while True:
                one.sendto(b"x" * 1000, unix_path)
        one.settimeout(SHORT)
        with lasts(SHORT), pytest.raises(TimeoutError, match="timed out"):
            one.sendto(b"x", unix_path)
        one.settimeout(LONG)
        with later(0.02, two.recv, 1):
            assert one.sendto(b"x", unix_path) == 1


def test_sendfile(pair: Any, folder: Any) -> None:
    one, _ = pair
    fill(one)
    path = folder / "file"
    path.write_bytes(b"x" * 100_000)
    one.settimeout(SHORT)
    with path.open("rb") as file, lasts(SHORT), pytest.raises(TimeoutError):
        one.sendfile(file)


def test_accept() -> None:
    with cffisock.create_server(LOCALHOST) as listener:
        listener.settimeout(SHORT)
        with lasts(SHORT), pytest.raises(TimeoutError):
            listener.accept()
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_connect() -> None:
    with full_listener() as listener:
        address = listener.getsockname()
        with cffisock.socket() as sock:
            sock.settimeout(SHORT)
            with lasts(SHORT), pytest.raises(TimeoutError, match="timed out"):
                sock.connect(address)
        with cffisock.socket() as sock:
            sock.settimeout(SHORT)
            with lasts(SHORT):
                assert sock.connect_ex(address) == errno.EWOULDBLOCK
        with lasts(SHORT), pytest.raises(TimeoutError):
            cffisock.create_connection(address, SHORT)


def test_connect_goes_on_after_its_timeout() -> None:
    with full_listener() as listener, cffisock.socket() as sock:
        sock.settimeout(0.01)
        with pytest.raises(TimeoutError):
            sock.connect(listener.getsockname())
        sock.settimeout(0)
        with pytest.raises(OSError) as caught:
            sock.connect(listener.getsockname())
        assert caught.value.errno == errno.EALREADY


def test_sendall_has_one_timeout_for_everything(pair: Any) -> None:
    """A peer that takes a little now and then does not make it longer."""
    one, two = pair
    one.settimeout(SHORT)
    stop = threading.Event()

    def receive() -> None:
        while not stop.wait(0.01):
            two.recv(4096)

    thread = threading.Thread(target=receive)
    thread.start()
    try:
        with lasts(SHORT), pytest.raises(TimeoutError, match="timed out"):
            one.sendall(b"x" * 100_000_000)
    finally:
        stop.set()
        two.settimeout(0)
        thread.join()


def test_data_that_is_there_does_not_time_out(pair: Any) -> None:
    one, two = pair
    one.settimeout(1e-9)
    two.send(b"abc")
    assert one.recv(1) == b"a"
    assert one.recv_into(bytearray(1)) == 1
    assert one.send(b"x") == 1
    one.sendall(b"y")


def test_what_comes_in_time(pair: Any) -> None:
    one, two = pair
    one.settimeout(LONG)
    for receive in RECEIVE.values():
        with later(0.02, two.send, b"x"):
            receive(one)


def test_a_timeout_in_one_thread_and_data_in_another(pair: Any) -> None:
    """Two wait; one gets the byte, and the other its timeout, though the socket was readable."""
    one, two = pair
    one.settimeout(SHORT)
    outcomes: list[Any] = []

    def receive() -> None:
        try:
            outcomes.append(one.recv(1))
        except TimeoutError:
            outcomes.append("timed out")

    threads = [threading.Thread(target=receive) for _ in range(2)]
    for thread in threads:
        thread.start()
    two.send(b"x")
    for thread in threads:
        thread.join(LONG)
    assert sorted(outcomes, key=str) == [b"x", "timed out"]
