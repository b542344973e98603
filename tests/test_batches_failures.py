"""Batches that fail, bad input to them, and what they leave behind."""

from __future__ import annotations

import gc
import sys
import weakref
from typing import Any

import pytest

import cffisock
from cffisock import MSG_WAITFORONE, SOCK_DGRAM
from cffisock._socket import mailbox

from .support import LONG, data_of, later

SHORT = 0.05


def test_an_error_ends_the_batch_and_is_for_the_next_call(udp: Any) -> None:
    one, two = udp
    two.settimeout(LONG)
    one.sendmmsg([(b"a",), (b"b",)])

    def be_refused() -> None:
        one.close()
        two.send(b"nobody is there")

    with later(4 * SHORT, be_refused):
        assert data_of(two.recvmmsg(3, 10)) == [b"a", b"b"]
    with pytest.raises(ConnectionRefusedError):
        two.recvmmsg(3, 10)


@pytest.mark.parametrize("timeout", [None, 0, LONG])
def test_sending_ends_at_a_message_that_cannot_be_sent(timeout: Any, udp: Any) -> None:
    one, two = udp
    one.settimeout(timeout)
    messages = [(b"a",), (b"b",), (bytes(70_000),), (b"c",)]
    assert one.sendmmsg(messages) == 2
    with pytest.raises(OSError, match=r"Message too (long|large)"):
        one.sendmmsg(messages[2:])
    assert data_of(two.recvmmsg(2, 10)) == [b"a", b"b"]


def test_a_closed_socket() -> None:
    sock = cffisock.socket(type=SOCK_DGRAM)
    sock.close()
    for call in (
        lambda: sock.recvmmsg(1, 1),
        lambda: sock.recvmmsg_into([bytearray(1)]),
        lambda: sock.sendmmsg([(b"x",)]),
        lambda: sock.sendmmsg([(b"x",)], segment=1),
    ):
        with pytest.raises(OSError, match="Bad file descriptor"):
            call()


@pytest.mark.parametrize(
    ("messages", "complaint"),
    [
        (None, "must be an iterable"),
        (5, "must be an iterable"),
        (b"x", "must be tuples or bytes, not int"),
        (["x"], "must be tuples or bytes, not str"),
        ([None], "must be tuples or bytes, not None"),
        ([[b"x"]], "must be tuples or bytes, not list"),
        ([()], "1 to 4 items, not 0"),
        ([(b"x", None, (), 0, 0)], "1 to 4 items, not 5"),
        ([("x",)], "bytes-like object is required, not 'str'"),
        ([(None,)], "bytes-like object is required, not 'NoneType'"),
        ([(5,)], "bytes-like object is required, not 'int'"),
        ([([b"x", "y"],)], "bytes-like object is required, not 'str'"),
        ([([[b"x"]],)], "bytes-like object is required, not 'list'"),
        ([(b"x", 5)], "address must be tuple, not int"),
        ([(b"x", None, 5)], "must be an iterable"),
        ([(b"x", None, None)], "must be an iterable"),
        ([(b"x", None, [5])], "3-item tuple, not int"),
        ([(b"x", None, [(1, 2)])], "tuple of length 3, not 2"),
        ([(b"x", None, [(1, 2, "x")])], "bytes-like object is required, not 'str'"),
    ],
)
def test_messages_of_the_wrong_kind(messages: Any, complaint: str, udp: Any) -> None:
    """Nothing is sent, not even what comes before them."""
    one, two = udp
    with pytest.raises(TypeError, match=complaint):
        one.sendmmsg(messages)
    if isinstance(messages, list):
        with pytest.raises(TypeError, match=complaint):
            one.sendmmsg([(b"before",), *messages])
    one.send(b"x")
    assert two.recv(10) == b"x"


def test_other_bad_arguments(udp: Any) -> None:
    one, two = udp
    for address, error in (
        (("127.0.0.1", -1), OverflowError),
        (("127.0.0.1", 2**16), OverflowError),
        (("127.0.0.1",), TypeError),
        (("a\0b", 1), TypeError),
        (("x.invalid", 1), cffisock.gaierror),
    ):
        with pytest.raises(error):
            one.sendmmsg([(b"x",), (b"x", address)])
    with pytest.raises(BufferError):
        one.sendmmsg([(memoryview(b"abcd")[::2],)])
    for bad in ("x", None, 1.0, []):
        with pytest.raises(TypeError):
            one.sendmmsg([(b"x",)], bad)
        with pytest.raises(TypeError):
            one.sendmmsg([(b"x",)], 0, bad)
    for bad in (2**31, -(2**31) - 1, 2**64):
        with pytest.raises(OverflowError):
            one.sendmmsg([(b"x",)], bad)
    for bad in (-1, 65536, sys.maxsize, -sys.maxsize - 1):
        with pytest.raises(ValueError, match="segment must be 0-65535"):
            one.sendmmsg([(b"x",)], 0, bad)
    with pytest.raises(ValueError, match="negative count"):
        two.recvmmsg(-1, 10)
    with pytest.raises(ValueError, match="negative buffer size"):
        two.recvmmsg(1, -1)
    # What is beyond a C ssize_t is an OverflowError, and it may have 32 bits.
    for bad in (-1, *range(2**31, min(sys.maxsize, 2**31 + 1))):
        with pytest.raises(ValueError, match="invalid ancillary data buffer length"):
            two.recvmmsg(1, 1, bad)
    for bad in (None, 5):
        with pytest.raises(TypeError, match=r"recvmmsg_into\(\) argument 1 must be an iterable"):
            two.recvmmsg_into(bad)
    for bad in ([bytearray(1), b"x"], b"x", ["x"], [memoryview(bytearray(4))[::2]]):
        with pytest.raises(TypeError, match="single-segment read-write buffers"):
            two.recvmmsg_into(bad)
    one.send(b"x")
    assert data_of(two.recvmmsg(1, 9)) == [b"x"]


@pytest.mark.parametrize(
    ("count", "size", "ancillary"),
    [
        (sys.maxsize, 1, 0),
        (sys.maxsize, sys.maxsize, 0),
        (sys.maxsize // 2, 0, 0),
        (1, sys.maxsize, 0),
        (sys.maxsize, 0, 2**31 - 1),
    ],
)
def test_more_than_there_is_memory(count: int, size: int, ancillary: int, udp: Any) -> None:
    one, two = udp
    with pytest.raises(MemoryError):
        two.recvmmsg(count, size, ancillary)
    one.send(b"x")
    assert data_of(two.recvmmsg(1, 9)) == [b"x"]


def test_large_memory_is_not_kept(udp: Any) -> None:
    one, two = udp
    for count, size, kept in ((8, 100, True), (5000, 10, False), (2, 10_000_000, False)):
        mailbox._mailboxes.clear()
        one.send(b"x")
        assert data_of(two.recvmmsg(count, size, 0, MSG_WAITFORONE)) == [b"x"]
        (box,) = mailbox._mailboxes
        assert (box.batch is not None) is kept


def test_memory_comes_back(udp: Any) -> None:
    """Also from calls that fail."""
    one, two = udp
    two.settimeout(0)
    one.send(b"x")
    two.recvmmsg(5, 10)
    before = {id(box.batch) for box in mailbox._mailboxes}
    for _ in range(20):
        with pytest.raises(BlockingIOError):
            two.recvmmsg(5, 10)
    assert {id(box.batch) for box in mailbox._mailboxes} == before


def test_buffers_are_released(udp: Any) -> None:
    one, two = udp

    class Data(bytearray):
        pass

    data, room = Data(b"hello"), Data(10)
    references = [weakref.ref(data), weakref.ref(room)]
    one.sendmmsg([(data,), ([data, b"x"],)])
    two.recvmmsg_into([room])
    for bad in ([(data,), 5], [(data, None, [(1, "x", data)])], [([data, 5],)]):
        with pytest.raises(TypeError):
            one.sendmmsg(bad)
    with pytest.raises(TypeError):
        two.recvmmsg_into([room, 5])
    data.append(1)
    room.append(1)
    del data, room, bad
    for _ in range(4):
        gc.collect()
    assert [reference() for reference in references] == [None, None]


def test_audit_events(udp: Any) -> None:
    one, two = udp
    events: list[Any] = []
    active = [True]

    def hook(event: str, args: Any) -> None:
        if active and event == "socket.sendmsg":
            events.append(args)
            if args[1] == ("127.0.0.1", 1):
                raise RuntimeError("not that one")

    sys.addaudithook(hook)
    to = two.getsockname()
    try:
        one.sendmmsg([(b"x",), (b"y", to)])
        assert events == [(one, None), (one, to)]
        with pytest.raises(RuntimeError, match="not that one"):
            one.sendmmsg([(b"z",), (b"z", ("127.0.0.1", 1))])
    finally:
        active.clear()
    two.settimeout(SHORT)
    assert data_of(two.recvmmsg(5, 10)) == [b"x", b"y"]
