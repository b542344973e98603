"""Bad input: the right exception, no descriptor left open (conftest looks), the object usable.

What the standard module says to each is in test_differential; here every method gets the same
bad things, objects misbehave while they are asked, and buffers change while they are used.
"""

from __future__ import annotations

import array
import errno
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any, Callable

import pytest

import cffisock

from .support import EBADF, IS_WINDOWS, LONG, NOT_OPEN, later, own, signals, with_methods

Method = Callable[[Any, Any], Any]

# The family that socketpair() is of, and where such a socket could send to.
FAMILY, NOWHERE = (own.AF_INET, ("127.0.0.1", 9)) if IS_WINDOWS else (own.AF_UNIX, "x")

# Methods by what they take; `bad` goes in the place of that.
FLAGS: dict[str, Method] = with_methods(
    {
        "recv": lambda s, bad: s.recv(1, bad),
        "recv much": lambda s, bad: s.recv(1_000_000, bad),
        "recv_into": lambda s, bad: s.recv_into(bytearray(1), 0, bad),
        "recvfrom": lambda s, bad: s.recvfrom(1, bad),
        "recvfrom much": lambda s, bad: s.recvfrom(1_000_000, bad),
        "recvfrom_into": lambda s, bad: s.recvfrom_into(bytearray(1), 0, bad),
        "recvmsg": lambda s, bad: s.recvmsg(1, 0, bad),
        "recvmsg_into": lambda s, bad: s.recvmsg_into([bytearray(1)], 0, bad),
        "recvmmsg": lambda s, bad: s.recvmmsg(1, 1, 0, bad),
        "recvmmsg_into": lambda s, bad: s.recvmmsg_into([bytearray(1)], 0, bad),
        "send": lambda s, bad: s.send(b"x", bad),
        "sendall": lambda s, bad: s.sendall(b"x", bad),
        "sendto": lambda s, bad: s.sendto(b"x", bad, NOWHERE),
        "sendmsg": lambda s, bad: s.sendmsg([b"x"], [], bad),
    }
)
SIZES: dict[str, Method] = with_methods(
    {
        "recv": lambda s, bad: s.recv(bad),
        "recv_into": lambda s, bad: s.recv_into(bytearray(1), bad),
        "recvfrom": lambda s, bad: s.recvfrom(bad),
        "recvfrom_into": lambda s, bad: s.recvfrom_into(bytearray(1), bad),
        "recvmsg": lambda s, bad: s.recvmsg(bad),
        "recvmsg ancillary": lambda s, bad: s.recvmsg(1, bad),
        "recvmsg_into ancillary": lambda s, bad: s.recvmsg_into([bytearray(1)], bad),
        "recvmmsg count": lambda s, bad: s.recvmmsg(bad, 1),
        "recvmmsg": lambda s, bad: s.recvmmsg(1, bad),
        "recvmmsg ancillary": lambda s, bad: s.recvmmsg(1, 1, bad),
        "recvmmsg_into ancillary": lambda s, bad: s.recvmmsg_into([bytearray(1)], bad),
    }
)
NUMBERS: dict[str, Method] = with_methods(
    {
        "listen": lambda s, bad: s.listen(bad),
        "shutdown": lambda s, bad: s.shutdown(bad),
        "getsockopt level": lambda s, bad: s.getsockopt(bad, 1),
        "getsockopt name": lambda s, bad: s.getsockopt(1, bad),
        "getsockopt length": lambda s, bad: s.getsockopt(1, 3, bad),
        "setsockopt level": lambda s, bad: s.setsockopt(bad, 1, 1),
        "setsockopt name": lambda s, bad: s.setsockopt(1, bad, 1),
    }
)
DATA: dict[str, Method] = with_methods(
    {
        "send": lambda s, bad: s.send(bad),
        "sendall": lambda s, bad: s.sendall(bad),
        "sendto": lambda s, bad: s.sendto(bad, NOWHERE),
        "sendmsg": lambda s, bad: s.sendmsg([bad]),
        "sendmsg second": lambda s, bad: s.sendmsg([b"x", bad]),
        "sendmsg ancillary": lambda s, bad: s.sendmsg([b"x"], [(1, 1, bad)]),
    }
)
ROOM: dict[str, Method] = with_methods(
    {
        "recv_into": lambda s, bad: s.recv_into(bad),
        "recvfrom_into": lambda s, bad: s.recvfrom_into(bad),
        "recvmsg_into": lambda s, bad: s.recvmsg_into([bad]),
        "recvmsg_into second": lambda s, bad: s.recvmsg_into([bytearray(1), bad]),
        "recvmmsg_into": lambda s, bad: s.recvmmsg_into([bad]),
        "recvmmsg_into second": lambda s, bad: s.recvmmsg_into(
            [bytearray(1), bad], 0, cffisock.MSG_WAITFORONE
        ),
    }
)


@pytest.fixture
def usable() -> Iterator[tuple[Any, Any]]:
    """A pair whose data still gets from one to the other afterwards, and nothing else does."""
    one, two = cffisock.socketpair()
    with one, two:
        one.settimeout(LONG)
        yield one, two
        two.settimeout(0)
        with pytest.raises(BlockingIOError):
            two.recv(1)
        for sender, receiver in ((one, two), (two, one)):
            sender.sendall(b"fine")
            assert receiver.recv(9) == b"fine"


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


# --- objects that misbehave ---------------------------------------------------------------------


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


# --- buffers that change ------------------------------------------------------------------------


def locks() -> bool:
    """Whether this interpreter can lock a bytearray at all: PyPy 7.3.11 cannot."""
    data = bytearray(1)
    view = memoryview(data)
    try:
        data.append(1)
    except BufferError:
        return True
    finally:
        view.release()
    return False


def attempt(change: Callable[[], Any]) -> list[BufferError]:
    """The error that the change is refused with, if it is."""
    try:
        change()
    except BufferError as error:
        return [error]
    return []


@pytest.mark.parametrize("name", ROOM)
def test_a_buffer_cannot_be_resized_while_it_is_filled(name: str, usable: Any) -> None:
    one, two = usable
    buffer = bytearray(10)
    refused: list[BufferError] = []

    def resize() -> None:
        refused.extend(attempt(lambda: buffer.extend(bytes(100_000))))
        two.send(b"x")

    with later(0.05, resize):
        ROOM[name](one, buffer)
    assert bool(refused) == locks()
    buffer.extend(bytes(100_000))


@pytest.mark.parametrize("name", ROOM)
def test_a_handler_cannot_resize_it_either(name: str, usable: Any) -> None:
    one, two = usable
    buffer = bytearray(10)
    refused: list[list[BufferError]] = []

    def handler() -> None:
        if not refused:
            refused.append(attempt(buffer.clear))
            two.send(b"x")

    with signals(handler):
        ROOM[name](one, buffer)
    assert bool(refused[0]) == locks()
    buffer.clear()


@pytest.mark.parametrize("name", with_methods({"send": 0, "sendall": 0, "sendmsg": 0}))
def test_a_buffer_cannot_be_resized_while_it_is_sent(name: str, usable: Any) -> None:
    one, two = usable
    data = bytearray(2_000_000)
    one.settimeout(0)
    with pytest.raises(BlockingIOError):
        while True:
            one.send(data)
    one.settimeout(LONG)
    refused: list[BufferError] = []

    def resize() -> None:
        refused.extend(attempt(data.clear))
        two.settimeout(0.2)
        with pytest.raises(TimeoutError):
            while True:
                two.recv(1_000_000)

    with later(0.05, resize):
        DATA[name](one, data)
    assert bool(refused) == locks()
    data.clear()


@pytest.mark.parametrize("name", [*ROOM, *DATA])
def test_a_buffer_is_free_after_a_failure(name: str) -> None:
    one, two = cffisock.socketpair()
    one.close()
    two.close()
    buffer = bytearray(10)
    with pytest.raises(OSError, match=NOT_OPEN):
        {**ROOM, **DATA}[name](one, buffer)
    buffer.append(1)


# --- descriptors --------------------------------------------------------------------------------


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


# --- closed sockets -----------------------------------------------------------------------------

EVERYTHING: dict[str, Callable[[Any], Any]] = with_methods(
    {
        "accept": lambda s: s.accept(),
        "bind": lambda s: s.bind(NOWHERE),
        "connect": lambda s: s.connect(NOWHERE),
        "dup": lambda s: s.dup(),
        "getpeername": lambda s: s.getpeername(),
        "getsockname": lambda s: s.getsockname(),
        "getsockopt": lambda s: s.getsockopt(1, 3),
        "getsockopt bytes": lambda s: s.getsockopt(1, 3, 4),
        "get_inheritable": lambda s: s.get_inheritable(),
        "listen": lambda s: s.listen(),
        "recv": lambda s: s.recv(1),
        "recv much": lambda s: s.recv(1_000_000),
        "recv_into": lambda s: s.recv_into(bytearray(1)),
        "recvfrom": lambda s: s.recvfrom(1),
        "recvfrom_into": lambda s: s.recvfrom_into(bytearray(1)),
        "recvmsg": lambda s: s.recvmsg(1),
        "recvmsg_into": lambda s: s.recvmsg_into([bytearray(1)]),
        "send": lambda s: s.send(b"x"),
        "sendall": lambda s: s.sendall(b"x"),
        "sendmsg": lambda s: s.sendmsg([b"x"]),
        "sendto": lambda s: s.sendto(b"x", NOWHERE),
        "setblocking": lambda s: s.setblocking(True),
        "setsockopt": lambda s: s.setsockopt(own.SOL_SOCKET, own.SO_REUSEADDR, 1),
        "setsockopt bytes": lambda s: s.setsockopt(own.SOL_SOCKET, own.SO_REUSEADDR, b"1234"),
        "set_inheritable": lambda s: s.set_inheritable(True),
        "settimeout": lambda s: s.settimeout(1),
        "shutdown": lambda s: s.shutdown(2),
    }
)


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("end", ["close", "detach"])
def test_closed(name: str, end: str) -> None:
    sock = cffisock.socket(FAMILY)
    fd = getattr(sock, end)()
    with pytest.raises(OSError, match=NOT_OPEN) as caught:
        EVERYTHING[name](sock)
    assert caught.value.errno == EBADF
    assert sock.connect_ex(NOWHERE) == EBADF
    if end == "detach":
        cffisock.close(fd)


def test_closed_by_another_thread_while_it_waits(usable: Any) -> None:
    """Linux leaves the waiting call alone: what ends it is a shutdown."""
    one, two = cffisock.socketpair()
    outcome: list[Any] = []

    def receive() -> None:
        try:
            outcome.append(one.recv(5))
        except OSError as error:
            outcome.append(error.errno)

    thread = threading.Thread(target=receive)
    thread.start()
    two.send(b"hello")
    thread.join(LONG)
    one.close()
    two.close()
    assert outcome == [b"hello"]
