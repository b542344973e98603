"""Socket options: what is set is what the kernel gives back."""

from __future__ import annotations

import array
import errno
import struct
from typing import Any

import pytest

import cffisock
from cffisock import SO_LINGER, SO_RCVBUF, SO_REUSEADDR, SOL_SOCKET

from .support import IS_WINDOWS, own

# struct linger: of two ints, or of two shorts.
LINGER = "HH" if IS_WINDOWS else "ii"
SIZE = struct.calcsize(LINGER)


@pytest.fixture
def sock() -> Any:
    with cffisock.socket() as sock:
        yield sock


def test_ints(sock: Any) -> None:
    assert sock.getsockopt(SOL_SOCKET, SO_REUSEADDR) == 0
    sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    assert sock.getsockopt(SOL_SOCKET, SO_REUSEADDR) == 1
    sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, False)
    assert sock.getsockopt(SOL_SOCKET, SO_REUSEADDR) == 0


def test_negative_ints(sock: Any) -> None:
    """An option's int has a sign."""
    with cffisock.socket(type=cffisock.SOCK_DGRAM) as udp:
        udp.setsockopt(cffisock.IPPROTO_IP, cffisock.IP_TTL, -1)
        assert udp.getsockopt(cffisock.IPPROTO_IP, cffisock.IP_TTL) > 0


@pytest.mark.native("it knows no SO_PEEK_OFF")
def test_minus_one_comes_back() -> None:
    peek_off = 42
    with cffisock.socket(cffisock.AF_UNIX, cffisock.SOCK_DGRAM) as unix:
        assert unix.getsockopt(SOL_SOCKET, peek_off) == -1
        unix.setsockopt(SOL_SOCKET, peek_off, 7)
        unix.setsockopt(SOL_SOCKET, peek_off, -1)
        assert unix.getsockopt(SOL_SOCKET, peek_off) == -1


@pytest.mark.native("it knows no SO_NOFCS")
def test_a_checksum_of_ones_own() -> None:
    """SO_NOFCS: the network card leaves a frame's checksum to the program that sends it."""
    with cffisock.socket(type=cffisock.SOCK_DGRAM) as sock:
        for value in (1, 0):
            sock.setsockopt(SOL_SOCKET, cffisock.SO_NOFCS, value)
            assert sock.getsockopt(SOL_SOCKET, cffisock.SO_NOFCS) == value


@pytest.mark.parametrize(
    "value", [struct.pack(LINGER, 1, 5), bytearray(SIZE), memoryview(struct.pack(LINGER, 1, 6))]
)
def test_bytes(sock: Any, value: Any) -> None:
    sock.setsockopt(SOL_SOCKET, SO_LINGER, value)
    given = sock.getsockopt(SOL_SOCKET, SO_LINGER, SIZE)
    assert type(given) is bytes
    assert struct.unpack(LINGER, given)[0] == struct.unpack(LINGER, value)[0]


def test_as_many_bytes_as_there_are(sock: Any) -> None:
    assert sock.getsockopt(SOL_SOCKET, SO_LINGER, 100) == bytes(SIZE)


@pytest.mark.native("it writes beyond the room, where that is short")
def test_as_many_bytes_as_there_is_room_for(sock: Any) -> None:
    if IS_WINDOWS:  # it gives no part
        with pytest.raises(OSError) as caught:
            sock.getsockopt(SOL_SOCKET, SO_LINGER, 3)
        assert caught.value.errno == errno.EFAULT
    else:
        assert sock.getsockopt(SOL_SOCKET, SO_LINGER, 3) == bytes(3)


@pytest.mark.native("it takes the bytes of every option for an int, and swaps them")
def test_text(sock: Any) -> None:
    name = sock.getsockopt(cffisock.IPPROTO_TCP, cffisock.TCP_CONGESTION, 16)
    assert name.rstrip(b"\0").decode().isalnum()
    sock.setsockopt(cffisock.IPPROTO_TCP, cffisock.TCP_CONGESTION, name.rstrip(b"\0"))


def test_a_null_of_some_length(sock: Any) -> None:
    """What AF_ALG needs; this kernel refuses it for other options, and that is seen."""
    for length, number in ((4, errno.EFAULT), (0, errno.EFAULT if IS_WINDOWS else errno.EINVAL)):
        with pytest.raises(OSError) as caught:
            sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, None, length)
        assert caught.value.errno == number


def test_the_value_is_released(sock: Any) -> None:
    value = bytearray(SIZE)
    sock.setsockopt(SOL_SOCKET, SO_LINGER, value)
    with pytest.raises(OSError) as caught:
        sock.setsockopt(SOL_SOCKET, 9999, value)
    assert caught.value.errno == errno.ENOPROTOOPT
    value.append(1)


def test_both_modules_see_the_same_socket(sock: Any) -> None:
    sock.setsockopt(SOL_SOCKET, SO_RCVBUF, 10_000)
    with own.fromfd(sock.fileno(), own.AF_INET, own.SOCK_STREAM) as theirs:
        for level, name in [
            (SOL_SOCKET, SO_RCVBUF),
            (SOL_SOCKET, cffisock.SO_SNDBUF),
            (SOL_SOCKET, cffisock.SO_TYPE),
            *([] if IS_WINDOWS else [(cffisock.IPPROTO_TCP, cffisock.TCP_MAXSEG)]),
            (cffisock.IPPROTO_IP, cffisock.IP_TTL),
        ]:
            value = sock.getsockopt(level, name)
            assert value == theirs.getsockopt(level, name)
            assert sock.getsockopt(level, name, 4) == array.array("i", [value]).tobytes()


@pytest.mark.native("it writes two ints for SO_LINGER, into the room of one")
def test_every_option_that_is_an_int(sock: Any) -> None:
    """Each SO_ name there is: both modules get the same, a value or an error."""

    def ask(each: Any, number: int) -> Any:
        try:
            return each.getsockopt(SOL_SOCKET, number)
        except OSError as error:
            return type(error), error.errno

    names = [name for name in dir(cffisock) if name.startswith("SO_")]
    assert len(names) > (10 if IS_WINDOWS else 30)
    with own.fromfd(sock.fileno(), own.AF_INET, own.SOCK_STREAM) as theirs:
        for name in names:
            if name == "SO_COOKIE":  # counts up
                continue
            number = getattr(cffisock, name)
            assert ask(sock, number) == ask(theirs, number), name
