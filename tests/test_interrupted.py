"""Signals while a call waits (PEP 475): it goes on with the time it has, or ends as they raise."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from typing import Any, Callable

import pytest

import cffisock

from .support import LOCALHOST, LONG, full_listener, signals
from .test_timeouts import RECEIVE, SEND, fill, lasts, read_by_file


class Interrupted(Exception):
    """What a signal handler raises here."""


def raiser(error: Exception) -> Callable[[], None]:
    """A handler that raises it, the first time."""
    errors = [error]

    def handler() -> None:
        if errors:
            raise errors.pop()

    return handler


@pytest.mark.parametrize("name", RECEIVE)
def test_signals_do_not_make_a_timeout_longer(name: str, pair: Any) -> None:
    one, _ = pair
    one.settimeout(0.3)
    hits: list[int] = []
    with signals(lambda: hits.append(1)):
        with lasts(0.3), pytest.raises(TimeoutError):
            RECEIVE[name](one)
    assert hits


@pytest.mark.parametrize("wait", [None, LONG])
@pytest.mark.parametrize("name", RECEIVE)
def test_receiving_goes_on_after_signals(name: str, wait: Any, pair: Any) -> None:
    one, two = pair
    one.settimeout(wait)
    hits: list[int] = []

    def handler() -> None:
        hits.append(1)
        if len(hits) == 3:
            two.send(b"x")

    with signals(handler):
        result = RECEIVE[name](one)
    assert result in (b"x", 1, (b"x", None), (1, None), (b"x", [], 0, None), (1, [], 0, None))
    assert len(hits) >= 3


@pytest.mark.parametrize("wait", [None, LONG])
def test_accept_goes_on_after_signals(wait: Any) -> None:
    hits: list[int] = []
    with cffisock.create_server(LOCALHOST) as listener, cffisock.socket() as client:
        listener.settimeout(wait)

        def handler() -> None:
            hits.append(1)
            if len(hits) == 3:
                client.connect(listener.getsockname())

        with signals(handler):
            conn, _ = listener.accept()
        conn.close()
    assert len(hits) >= 3


@pytest.mark.parametrize("wait", [None, LONG])
@pytest.mark.parametrize("name", SEND)
def test_sending_goes_on_after_signals(name: str, wait: Any, pair: Any) -> None:
    one, two = pair
    fill(one)
    one.settimeout(wait)
    hits: list[int] = []

    def handler() -> None:
        hits.append(1)
        if len(hits) == 3:
            two.recv(1_000_000)

    with signals(handler):
        SEND[name](one)
    assert len(hits) >= 3


@pytest.mark.parametrize("wait", [None, LONG])
def test_connect_goes_on_after_signals(wait: Any) -> None:
    """connect(2) is not called again: a second call would say that one is in progress."""
    hits: list[int] = []
    accepted: list[Any] = []
    with full_listener() as listener, cffisock.socket() as sock:
        address = listener.getsockname()
        listener.settimeout(0)
        sock.settimeout(wait)

        def handler() -> None:
            hits.append(1)
            if len(hits) > 3:
                with suppress(BlockingIOError):
                    accepted.append(listener.accept())

        with signals(handler):
            sock.connect(address)
        assert len(hits) > 3
        assert sock.getpeername() == address
        for conn, _ in accepted:
            conn.close()


@pytest.mark.parametrize("wait", [None, LONG])
def test_sendall_loses_and_repeats_nothing(wait: Any, pair: Any) -> None:
    one, two = pair
    one.settimeout(wait)
    data = os.urandom(4_000_000)
    received = bytearray()

    hits: list[int] = []

    def receive() -> None:
        while not hits:  # the first comes while sendall waits for this thread
            time.sleep(0.001)
        while len(received) < len(data):
            received.extend(two.recv(10_000))

    thread = threading.Thread(target=receive)
    thread.start()
    with signals(lambda: hits.append(1), 0.001):
        one.sendall(data)
    thread.join(LONG)
    assert received == data


def test_sendall_and_signals_and_its_timeout(pair: Any) -> None:
    one, _ = pair
    one.settimeout(0.3)
    data = bytearray(10_000_000)
    with signals(lambda: None), lasts(0.3), pytest.raises(TimeoutError):
        one.sendall(data)
    data.append(1)


@pytest.mark.parametrize("wait", [None, LONG])
@pytest.mark.parametrize("name", [*RECEIVE, *SEND, "accept"])
def test_a_handler_that_raises(name: str, wait: Any, pair: Any) -> None:
    one, two = pair
    one.settimeout(wait)
    error = Interrupted()
    if name in SEND:
        fill(one)
    with cffisock.create_server(LOCALHOST) as listener:
        listener.settimeout(wait)
        calls = {**RECEIVE, **SEND, "accept": lambda _: listener.accept()}
        with pytest.raises(Interrupted) as caught, signals(raiser(error)):
            calls[name](one)
    assert caught.value is error
    if name in SEND:
        assert two.recv(1) == b"x"
    else:
        two.send(b"fine")
        assert one.recv(9) == b"fine"


def test_a_handler_that_raises_in_connect() -> None:
    for wait in (None, LONG):
        with full_listener() as listener, cffisock.socket() as sock:
            sock.settimeout(wait)
            with pytest.raises(Interrupted), signals(raiser(Interrupted()), 0.1):
                sock.connect(listener.getsockname())


@pytest.mark.parametrize("name", RECEIVE)
def test_a_handler_that_receives(name: str, pair: Any, udp: Any) -> None:
    """Into memory of its own: what the interrupted call gets is its own too."""
    one, two = pair
    third, fourth = udp
    buffer = bytearray(5)
    calls: dict[str, Any] = {
        "recv": lambda sock: sock.recv(5),
        "recv much": lambda sock: sock.recv(1_000_000),
        "recv_into": lambda sock: buffer[: sock.recv_into(buffer)],
        "recvfrom": lambda sock: sock.recvfrom(5)[0],
        "recvfrom_into": lambda sock: buffer[: sock.recvfrom_into(buffer)[0]],
        "recvmsg": lambda sock: sock.recvmsg(5, 100)[0],
        "recvmsg_into": lambda sock: buffer[: sock.recvmsg_into([buffer], 100)[0]],
        "recvmmsg": lambda sock: sock.recvmmsg(1, 5)[0][0],
        "recvmmsg_into": lambda sock: buffer[: sock.recvmmsg_into([buffer])[0][0]],
        "makefile": lambda sock: read_by_file(sock, 5),
    }
    seen: list[bytes] = []
    hits: list[int] = []

    def handler() -> None:
        hits.append(1)
        if len(hits) > 3:  # signals may come while a handler runs
            return
        for receive in (calls["recv"], calls["recvfrom"], calls["recvmsg"], calls["recv much"]):
            third.send(b"other")
            seen.append(receive(fourth))
        if len(seen) == 12:
            two.send(b"mine!")

    with signals(handler):
        assert calls[name](one) == b"mine!"
    assert seen == [b"other"] * 12


def test_a_handler_that_closes_the_socket(pair: Any) -> None:
    one, _ = pair
    with signals(one.close), pytest.raises(OSError, match="Bad file descriptor"):
        one.recv(1)


def test_a_handler_that_sets_the_timeout(pair: Any) -> None:
    """The call that it interrupted keeps the deadline that it began with."""
    one, _ = pair
    one.settimeout(0.3)
    with signals(lambda: one.settimeout(LONG * 3)), lasts(0.3), pytest.raises(TimeoutError):
        one.recv(1)
