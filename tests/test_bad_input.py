"""Bad input: the right exception, no descriptor left open (conftest looks), the object usable.

What the standard module says to each is in test_differential; here every method gets the same
bad things, and objects misbehave while they are asked.
"""

from __future__ import annotations

import array
import errno
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import cffisock

from .methods_by_argument import DATA, FLAGS, NUMBERS, ROOM, SIZES
from .support import IS_WINDOWS, NOT_OPEN, own, with_methods


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize(
    "bad", ["x", None, 1.0, [], b"1", 2**31, -(2**31) - 1, 2**63, 2**64, -(2**64)]
)
def test_flags(name: str, bad: Any, usable: Any) -> None:
    error = OverflowError if isinstance(bad, int) else TypeError
    with pytest.raises(error):
        FLAGS[name](usable[0], bad)


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize(
    "bad", ["x", None, 1.0, [], -1, -(2**31), -(2**63), 2**63, -(2**63) - 1, 2**64]
)
def test_sizes(name: str, bad: Any, usable: Any) -> None:
    error: Any = TypeError
    if isinstance(bad, int):
        error = ValueError if -sys.maxsize - 1 <= bad < 0 else OverflowError
    with pytest.raises(error):
        SIZES[name](usable[0], bad)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("bad", ["x", None, 1.0, [], 2**31, -(2**31) - 1, 2**63, 2**64])
def test_numbers(name: str, bad: Any, usable: Any) -> None:
    error = OverflowError if isinstance(bad, int) else TypeError
    with pytest.raises(error):
        NUMBERS[name](usable[0], bad)


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("bad", ["x", None, 1, 1.0, [1, 2], object(), {}])
def test_data(name: str, bad: Any, usable: Any) -> None:
    with pytest.raises(TypeError, match="a bytes-like object is required, not"):
        DATA[name](usable[0], bad)


@pytest.mark.parametrize("name", ROOM)
@pytest.mark.parametrize("bad", [b"xx", "xx", None, 1, [1], memoryview(b"xx"), array.array])
def test_room(name: str, bad: Any, usable: Any) -> None:
    with pytest.raises(TypeError, match="read-write"):
        ROOM[name](usable[0], bad)


# How many arguments these take, at the least and at the most.
COUNTS = with_methods({
    "bind": (1, 1), "connect": (1, 1), "getsockopt": (2, 3), "listen": (0, 1), "recv": (1, 2),
    "recv_into": (1, 3), "recvfrom": (1, 2), "recvfrom_into": (1, 3), "recvmsg": (1, 3),
    "recvmsg_into": (1, 3), "send": (1, 2), "sendall": (1, 2), "sendmsg": (1, 4), "sendto": (2, 3),
    "setblocking": (1, 1), "setsockopt": (3, 4), "settimeout": (1, 1), "shutdown": (1, 1),
})  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_counts_of_arguments(name: str, usable: Any) -> None:
    least, most = COUNTS[name]
    for count in {*range(6)} - {*range(least, most + 1)}:
        with pytest.raises(TypeError):
            getattr(usable[0], name)(*[0] * count)


def test_more_than_the_buffer_has(usable: Any) -> None:
    one, _ = usable
    with pytest.raises(ValueError, match="buffer too small for requested bytes"):
        one.recv_into(bytearray(4), 5)
    with pytest.raises(ValueError, match="nbytes is greater than the length of the buffer"):
        one.recvfrom_into(bytearray(4), 5)


def test_a_huge_size(usable: Any) -> None:
    """More than there can be memory for."""
    one, _ = usable
    for name in with_methods({"recv": 0, "recvfrom": 0, "recvmsg": 0}):
        with pytest.raises(MemoryError):
            getattr(one, name)(sys.maxsize)


# --- objects that misbehave -----------------------------------------------------------------------


class Broken(Exception):
    """What they raise."""


class BrokenIndex:
    def __index__(self) -> int:
        raise Broken


class ClosingIndex:
    """Closes the socket that it is an argument for."""

    def __init__(self, sock: Any, value: int) -> None:
        self.sock = sock
        self.value = value

    def __index__(self) -> int:
        self.sock.close()
        return self.value


@pytest.mark.parametrize("name", [*FLAGS, *SIZES])
def test_arguments_that_raise(name: str, usable: Any) -> None:
    one, _ = usable
    for table in (FLAGS, SIZES):
        if name in table:
            with pytest.raises(Broken):
                table[name](one, BrokenIndex())


@pytest.mark.parametrize("name", FLAGS)
def test_arguments_that_close_the_socket(name: str) -> None:
    one, two = cffisock.socketpair()
    with one, two, pytest.raises(OSError, match=NOT_OPEN):
        FLAGS[name](one, ClosingIndex(one, 0))


def test_iterables_that_raise(usable: Any) -> None:
    one, _ = usable
    locked = bytearray(4)

    def items() -> Iterator[Any]:
        yield locked
        raise Broken

    def controls() -> Iterator[Any]:
        yield (1, 1, locked)
        raise Broken

    for call in (
        lambda: one.sendmsg(items()),
        lambda: one.recvmsg_into(items()),
        lambda: one.sendmsg([locked], controls()),
    ):
        with pytest.raises(Broken):
            call()
        locked.append(1)


# --- descriptors ----------------------------------------------------------------------------------

WIDE = (2**31, 2**32, 2**32 + 1)  # which a C long may hold, and a C int does not


def error_for_wide(number: int) -> type[Exception]:
    if IS_WINDOWS:  # whose sockets have 64 bits
        return OSError
    return ValueError if number <= sys.maxsize else OverflowError


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (-1, ValueError),
        (-5, ValueError),
        *((wide, error_for_wide(wide)) for wide in WIDE),
        (2**63, OverflowError),
        (2**64, OverflowError),
        (1_000_000, OSError),
        ("1", TypeError),
        (1.0, TypeError),
        (b"1", ValueError if IS_WINDOWS else TypeError),  # there it could be of share()
    ],
)
def test_filenos(bad: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        cffisock.socket(fileno=bad)


def test_a_number_of_64_bits_is_never_another_descriptor(usable: Any) -> None:
    """Its low 32 bits are one here."""
    one, two = usable
    wide = 2**32 + one.fileno()
    for call in (
        lambda: cffisock.close(wide),
        lambda: cffisock.dup(wide),
        lambda: cffisock.fromfd(wide, 1, 1),
        lambda: cffisock.socket(fileno=wide),
    ):
        with pytest.raises((OSError, ValueError, OverflowError)):
            call()
    if not IS_WINDOWS:
        with pytest.raises((OSError, OverflowError)):
            cffisock.send_fds(two, [b"x"], [wide])


def test_descriptors_cut_short(usable: Any) -> None:
    """SCM_RIGHTS that are no whole ints: the kernel counts the whole ones, and they are bad."""
    one, two = usable
    for data in (b"1", b"123"):
        one.sendmsg([b"x"], [(cffisock.SOL_SOCKET, cffisock.SCM_RIGHTS, data)])
        assert two.recvmsg(9, 100) == (b"x", [], 0, None)
    with pytest.raises(OSError, match=NOT_OPEN):
        one.sendmsg([b"x"], [(cffisock.SOL_SOCKET, cffisock.SCM_RIGHTS, b"12345")])


def test_more_descriptors_than_the_kernel_takes(usable: Any) -> None:
    one, _ = usable
    with pytest.raises(OSError) as expected:
        own.send_fds(one, [b"x"], [one.fileno()] * 254)
    with pytest.raises(OSError) as caught:
        cffisock.send_fds(one, [b"x"], [one.fileno()] * 254)
    assert caught.value.args == expected.value.args


@pytest.mark.native("it crashes, the interpreter's own module in it too")
def test_ancillary_data_that_is_too_much(usable: Any) -> None:
    """The kernel has one error for it, and another for programs of 32 bits."""
    one, _ = usable
    message = [b"x"], [(1, 1, bytes(100_000_000))]
    with pytest.raises(OSError) as caught:
        one.sendmsg(*message)
    with own.socket(fileno=os.dup(one.fileno())) as theirs, pytest.raises(OSError) as expected:
        theirs.sendmsg(*message)
    assert caught.value.errno == expected.value.errno
    assert caught.value.errno in (errno.ENOBUFS, errno.ENOMEM)
