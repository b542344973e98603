"""How long batches wait, and what they return when they wait in vain."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest

from cffisock import MSG_DONTWAIT, MSG_WAITFORONE

from .support import LONG, data_of, later, signals

SHORT = 0.05


def test_a_blocking_socket_waits_for_all(udp: Any) -> None:
    one, two = udp
    one.send(b"a")
    with later(SHORT, one.sendmmsg, [(b"b",), (b"c",)]):
        assert data_of(two.recvmmsg(3, 10)) == [b"a", b"b", b"c"]


@pytest.mark.parametrize("timeout", [None, LONG])
def test_waiting_for_one(timeout: Any, udp: Any) -> None:
    one, two = udp
    two.settimeout(timeout)
    one.sendmmsg([(b"a",), (b"b",)])
    assert data_of(two.recvmmsg(5, 10, 0, MSG_WAITFORONE)) == [b"a", b"b"]
    with later(SHORT, one.send, b"c"):
        assert data_of(two.recvmmsg(5, 10, 0, MSG_WAITFORONE)) == [b"c"]
    count = 200  # more than the shim asks for at once
    one.sendmmsg([(b"d",)] * (count - 1))
    received = two.recvmmsg(count, 10, 0, MSG_WAITFORONE)
    assert data_of(received) == [b"d"] * (count - 1)


def test_a_timed_socket_waits_for_all_of_them(udp: Any) -> None:
    one, two = udp
    two.settimeout(LONG)
    one.send(b"a")
    with later(SHORT, one.send, b"b"), later(2 * SHORT, one.send, b"c"):
        assert data_of(two.recvmmsg(3, 10)) == [b"a", b"b", b"c"]


def test_a_timed_socket_returns_what_came_in_its_time(udp: Any) -> None:
    one, two = udp
    two.settimeout(SHORT)
    one.sendmmsg([(b"a",), (b"b",)])
    assert data_of(two.recvmmsg(3, 10)) == [b"a", b"b"]
    one.send(b"c")
    assert [item[0] for item in two.recvmmsg_into([bytearray(1)] * 3)] == [1]
    with pytest.raises(TimeoutError, match="timed out"):
        two.recvmmsg(3, 10)


def test_without_waiting(udp: Any) -> None:
    one, two = udp
    one.sendmmsg([(b"a",), (b"b",)])
    assert data_of(two.recvmmsg(3, 10, 0, MSG_DONTWAIT)) == [b"a", b"b"]
    two.settimeout(0)
    one.send(b"c")
    assert data_of(two.recvmmsg(3, 10)) == [b"c"]
    with pytest.raises(BlockingIOError):
        two.recvmmsg(3, 10)


def test_sending_waits_too(records: Any) -> None:
    one, two = records
    messages = [(b"x" * 1000,)] * 2000
    one.settimeout(0)
    taken = one.sendmmsg(messages)
    assert 0 < taken < len(messages)
    with pytest.raises(BlockingIOError):
        one.sendmmsg(messages)
    one.settimeout(SHORT)
    with pytest.raises(TimeoutError, match="timed out"):
        one.sendmmsg(messages)
    one.settimeout(4 * SHORT)
    with later(SHORT, two.recvmmsg, taken, 1000, 0, MSG_DONTWAIT):
        assert 0 < one.sendmmsg(messages) < len(messages)
    one.settimeout(LONG)
    two.settimeout(1)
    with later(SHORT, drain, two):
        assert one.sendmmsg(messages[:taken]) == taken


def drain(sock: Any) -> None:
    """Receives until nothing comes: AF_UNIX calls a sender writable only once most is taken."""
    with suppress(TimeoutError):
        while True:
            sock.recvmmsg(100, 1000, 0, MSG_WAITFORONE)


@pytest.mark.parametrize("timeout", [None, LONG])
def test_signals_while_nothing_has_come(timeout: Any, udp: Any) -> None:
    one, two = udp
    two.settimeout(timeout)
    hits: list[int] = []

    def handler() -> None:
        hits.append(1)
        if len(hits) == 3:
            one.sendmmsg([(b"a",), (b"b",)])

    with signals(handler):
        assert data_of(two.recvmmsg(2, 10)) == [b"a", b"b"]
    assert len(hits) >= 3


@pytest.mark.parametrize("timeout", [None, LONG])
def test_signals_when_some_have_come(timeout: Any, udp: Any) -> None:
    """The call ends with what it has: nothing is lost, whatever the handler does."""
    one, two = udp
    two.settimeout(timeout)
    one.sendmmsg([(b"a",), (b"b",)])
    with signals(lambda: None):
        assert data_of(two.recvmmsg(3, 10)) == [b"a", b"b"]


def test_a_handler_that_raises(udp: Any) -> None:
    class Interrupted(Exception):
        pass

    def handler() -> None:
        raise Interrupted

    one, two = udp
    two.settimeout(LONG)
    with pytest.raises(Interrupted), signals(handler):
        two.recvmmsg(3, 10)
    one.send(b"x")
    assert data_of(two.recvmmsg(1, 10)) == [b"x"]


def test_signals_while_sending(records: Any) -> None:
    one, two = records
    messages = [(b"x" * 1000,)] * 500
    one.settimeout(0)
    with suppress(BlockingIOError):
        while True:
            one.sendmmsg(messages)
    one.settimeout(LONG)
    hits: list[int] = []

    def handler() -> None:
        hits.append(1)
        if len(hits) == 2:
            two.recv(1000)

    with signals(handler):
        assert one.sendmmsg([(b"y",)]) == 1
    assert len(hits) >= 2


# --- threads ------------------------------------------------------------------------------------


def test_threads(records: Any) -> None:
    """Several receive from one socket and each datagram comes to one of them, once."""
    one, two = records
    two.settimeout(LONG)
    wanted = 4000
    received: list[list[bytes]] = [[] for _ in range(4)]

    def receive(mine: list[bytes]) -> None:
        while b"end" not in mine:
            mine += data_of(two.recvmmsg(7, 10, 0, MSG_WAITFORONE))
        for _ in range(mine.count(b"end") - 1):  # another's
            one.send(b"end")

    threads = [threading.Thread(target=receive, args=(mine,)) for mine in received]
    for thread in threads:
        thread.start()
    assert one.sendmmsg([(b"%d" % i,) for i in range(wanted)]) == wanted
    assert one.sendmmsg([(b"end",)] * len(threads)) == len(threads)
    for thread in threads:
        thread.join()
    numbers = [int(data) for mine in received for data in mine if data != b"end"]
    assert sorted(numbers) == list(range(wanted))
