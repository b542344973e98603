"""Data: the short ways that recv, send and their kin have, beside the long ones."""

from __future__ import annotations

import array
import random
from contextlib import suppress
from typing import Any

import pytest

import cffisock
from cffisock import AF_INET, AF_INET6, MSG_WAITALL, SOCK_DGRAM
from cffisock._socket import mailbox

from .support import IS_WINDOWS, LONG, NOT_OPEN, later, own, signals

MODULES = pytest.mark.parametrize("module", [own, cffisock], ids=["own", "cffisock"])


def stream_pair(module: Any, kind: int = cffisock.SOCK_STREAM) -> tuple[Any, Any]:
    """Of AF_UNIX, and where that is lacking of TCP: what socketpair() is for."""
    one, two = module.socketpair(type=kind)
    for sock in (one, two):
        sock.settimeout(LONG)
    return one, two


# --- plain data -----------------------------------------------------------------------------------


@MODULES
def test_each_kind_of_buffer_is_filled(module: Any) -> None:
    one, two = stream_pair(module)
    with one, two:
        for buffer in (bytearray(8), memoryview(bytearray(8)), array.array("i", [0, 0])):
            one.sendall(b"12345678")
            assert two.recv_into(buffer) == 8
            assert bytes(buffer) == b"12345678"
            one.sendall(b"abcd")
            assert two.recv_into(buffer, 4) == 4
            assert bytes(buffer) == b"abcd5678"


@MODULES
def test_a_buffer_can_be_resized_afterwards(module: Any) -> None:
    one, two = stream_pair(module)
    with one, two:
        buffer = bytearray(4)
        one.sendall(b"abcd")
        two.recv_into(buffer)
        buffer += b"more"
        assert buffer == b"abcdmore"
        two.settimeout(0)
        with pytest.raises(BlockingIOError):
            two.recv_into(buffer)
        buffer.clear()


def test_no_bytes_of_a_closed_socket() -> None:
    """Nothing is asked of the kernel where there is no room, as on CPython."""
    sock = cffisock.socket()
    sock.close()
    assert sock.recv_into(bytearray()) == 0
    assert sock.recv(0) == b""
    for call in (sock.recv, sock.recvfrom):
        with pytest.raises(OSError, match=NOT_OPEN):
            call(1)
    for data in (b"", b"x"):
        with pytest.raises(OSError, match=NOT_OPEN):
            sock.send(data)
    with pytest.raises(TypeError):
        sock.recv_into(b"read-only")


@MODULES
@pytest.mark.parametrize("size", [1, 65535, 65536, 65537, 262144, 262145])
def test_what_is_asked_for_is_never_more_than_comes(module: Any, size: int) -> None:
    one, two = stream_pair(module)
    with one, two:
        one.sendall(b"here")
        assert two.recv(size) == b"here"[:size]


@MODULES
def test_large_reads_that_are_filled_and_that_are_not(module: Any) -> None:
    """After a read that was filled the next ones may go another way; what they give is the same."""
    size = 64 * 1024
    data = random.Random(1).randbytes(size)
    one, two = stream_pair(module)
    with one, two:
        for sent in (size, size, 17, 5, size, size):
            one.sendall(data[:sent])
            assert two.recv(size, MSG_WAITALL if sent == size else 0) == data[:sent]
        two.settimeout(0)
        with pytest.raises(BlockingIOError):
            two.recv(size)
        two.settimeout(LONG)
        with later(0.05, one.sendall, data[:3]):
            assert two.recv(size) == data[:3]
        one.sendall(data)
        assert two.recv(size, MSG_WAITALL) == data
        one.close()
        assert two.recv(size) == b""


def test_a_large_read_that_is_filled_gives_bytes_of_its_own() -> None:
    size = 64 * 1024
    one, two = stream_pair(cffisock)
    with one, two:
        received = []
        for letter in (b"a", b"b", b"c", b"d"):
            one.sendall(letter * size)
            received.append(two.recv(size, MSG_WAITALL))
        assert received == [letter * size for letter in (b"a", b"b", b"c", b"d")]
        assert {type(data) for data in received} == {bytes}


@MODULES
def test_records_of_seqpacket(module: Any) -> None:
    """Each send is one record, with the same flags whatever system call it takes."""
    one, two = stream_pair(module, cffisock.SOCK_SEQPACKET)
    with one, two:
        for send in (one.send, one.sendall, lambda data: one.send(data, cffisock.MSG_NOSIGNAL)):
            send(b"record")
            assert two.recvmsg(100)[2] & cffisock.MSG_EOR == 0
        one.send(b"long record")
        one.send(b"next")
        assert (two.recv(4), two.recv(100)) == (b"long", b"next")


@MODULES
def test_a_timeout_has_no_other_cause(module: Any) -> None:
    """That a first attempt found nothing is no part of the story that the exception tells."""
    one, two = stream_pair(module)
    with one, two:
        one.settimeout(0.01)
        for call in (one.recv, one.recvfrom, lambda n: one.recv_into(bytearray(n))):
            with pytest.raises(module.timeout) as raised:
                call(10)
            assert raised.value.__context__ is None
        with pytest.raises(module.timeout) as raised:
            while True:
                one.send(bytes(65536))
        assert raised.value.__context__ is None
        with pytest.raises(module.timeout) as raised:
            one.sendall(bytes(20_000_000))
        assert raised.value.__context__ is None


@MODULES
@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
def test_sendall_without_waiting(module: Any, make: Any) -> None:
    """What fits is sent, and then the exception comes."""
    one, two = stream_pair(module)
    with one, two:
        one.settimeout(0)
        with pytest.raises(BlockingIOError):
            one.sendall(make(bytes(10_000_000)))
        with pytest.raises(BlockingIOError):
            one.sendall(make(b"x" * 300_000))
        assert set(two.recv(100_000)) == {0}


def test_a_handler_runs_while_data_is_waited_for() -> None:
    one, two = stream_pair(cffisock)
    calls: list[int] = []
    with one, two, signals(lambda: calls.append(1)), later(0.2, two.sendall, b"abcdef"):
        for timeout in (None, LONG):
            one.settimeout(timeout)
            assert len(one.recv(3)) == 3
    assert calls


# --- datagrams ------------------------------------------------------------------------------------


def bound(family: int, host: str) -> Any:
    sock = cffisock.socket(family, SOCK_DGRAM)
    sock.bind((host, 0))
    sock.settimeout(LONG)
    return sock


@pytest.mark.parametrize(
    ("family", "host"),
    [(AF_INET, "127.0.0.1"), pytest.param(AF_INET6, "::1", marks=pytest.mark.ipv6)],
)
def test_senders_in_turn(family: int, host: str) -> None:
    """Each datagram comes with its own sender's address, whoever sent the one before."""
    with bound(family, host) as one, bound(family, host) as two, bound(family, host) as to:
        buffer = bytearray(10)
        for sender in (one, two, two, one, two, one, one):
            sender.sendto(b"abc", to.getsockname())
            assert to.recvfrom(10) == (b"abc", sender.getsockname())
            sender.sendto(b"defg", 0, to.getsockname())
            assert to.recvfrom_into(buffer) == (4, sender.getsockname())
            sender.sendto(b"truncated", to.getsockname())
            if IS_WINDOWS:
                with pytest.raises(OSError, match="WinError 10040"):
                    to.recvfrom(4)
                continue
            assert to.recvfrom(4, cffisock.MSG_TRUNC) == (b"trun\0\0\0\0\0", sender.getsockname())


@pytest.mark.ipv6
def test_senders_of_several_families(unix_path: str) -> None:
    """The same memory serves sockets of every kind, with senders that have no name too."""
    one, two = stream_pair(cffisock)
    unix, unnamed = (cffisock.socket(cffisock.AF_UNIX, SOCK_DGRAM) for _ in range(2))
    with one, two, unix, unnamed:
        unix.bind(unix_path)
        with bound(AF_INET, "127.0.0.1") as four, bound(AF_INET6, "::1") as six:
            for _ in range(3):
                for sock in (four, six, unix):
                    sock.sendto(b"to itself", sock.getsockname())
                    assert sock.recvfrom(20) == (b"to itself", sock.getsockname())
                unnamed.sendto(b"from nobody", unix_path)
                assert unix.recvfrom(20) == (b"from nobody", None)
                one.send(b"stream")
                assert two.recvfrom(20) == (b"stream", None)


def test_an_exception_of_a_handler_leaves_no_wrong_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may come between the two halves of an address being renewed."""
    with bound(AF_INET, "127.0.0.1") as one, bound(AF_INET, "127.0.0.1") as two:
        one.sendto(b"1", one.getsockname())
        assert one.recvfrom(9) == (b"1", one.getsockname())

        def fail(*_: object) -> None:
            raise KeyboardInterrupt

        two.sendto(b"2", one.getsockname())
        with monkeypatch.context() as patch:
            patch.setattr(mailbox.Mailbox, "new_address", fail)
            with pytest.raises(KeyboardInterrupt):
                one.recvfrom(9)
        for sender in (two, one):
            sender.sendto(b"3", one.getsockname())
            assert one.recvfrom(9) == (b"3", sender.getsockname())


def test_where_addresses_go_is_looked_at_each_time() -> None:
    """What is equal to a remembered address is not always one."""
    with bound(AF_INET, "127.0.0.1") as sock:
        address = sock.getsockname()
        for to in (address, list(address), (address[0], float(address[1]))):
            with suppress(TypeError):
                sock.sendto(b"x", to)
                assert to is address
        assert sock.recv(10) == b"x"


@pytest.mark.ipv6
def test_the_address_of_another_family_is_no_known_one() -> None:
    with bound(AF_INET, "127.0.0.1") as sock, bound(AF_INET6, "::1") as six:
        address = sock.getsockname()
        sock.sendto(b"x", address)
        with pytest.raises(OSError):
            six.sendto(b"x", address)


def test_nothing_is_lost_when_a_signal_comes() -> None:
    with bound(AF_INET, "127.0.0.1") as one, bound(AF_INET, "127.0.0.1") as two:
        signal_count: list[int] = []
        with (
            signals(lambda: signal_count.append(1)),
            later(0.2, two.sendto, b"x", one.getsockname()),
        ):
            one.settimeout(None)
            assert one.recvfrom(10) == (b"x", two.getsockname())
        assert signal_count
