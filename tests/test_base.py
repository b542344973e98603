"""The base socket, and the life of a descriptor."""

from __future__ import annotations

import array
import errno
import gc
import os
from typing import Any

import pytest

import cffisock
from cffisock import _socket

from .support import IS_WINDOWS, NOT_A_SOCKET, NOT_OPEN, is_inherited, is_socket, own


def test_a_new_socket() -> None:
    with cffisock.socket() as sock:
        assert (sock.family, sock.type, sock.proto) == (cffisock.AF_INET, cffisock.SOCK_STREAM, 0)
        assert sock.fileno() > 2
        assert sock.gettimeout() is None
        assert sock.getblocking()
        assert is_socket(sock.fileno())


def test_descriptors_are_close_on_exec(tcp: Any, pair: Any) -> None:
    client, server = tcp
    with cffisock.socket() as new, client.dup() as copy:
        with cffisock.fromfd(server.fileno(), server.family, server.type) as other:
            for sock in (new, copy, other, *tcp, *pair):
                assert not is_inherited(sock.fileno())
                assert not sock.get_inheritable()
    fd = _socket.dup(client.fileno())
    assert not is_inherited(fd)
    _socket.close(fd)


def test_type_hides_the_flags_of_socket2() -> None:
    kind = cffisock.SOCK_DGRAM | cffisock.SOCK_NONBLOCK | cffisock.SOCK_CLOEXEC
    with cffisock.socket(cffisock.AF_INET, kind) as sock:
        assert sock.type == cffisock.SOCK_DGRAM
        assert sock.gettimeout() == 0
    one, two = cffisock.socketpair(cffisock.AF_UNIX, cffisock.SOCK_STREAM | cffisock.SOCK_NONBLOCK)
    with one, two:
        assert (one.type, one.gettimeout()) == (cffisock.SOCK_STREAM, 0)
        with pytest.raises(BlockingIOError):
            two.recv(1)


@pytest.mark.parametrize(
    "kind",
    [
        (cffisock.AF_INET, cffisock.SOCK_STREAM, cffisock.IPPROTO_TCP),
        pytest.param(
            (cffisock.AF_INET6, cffisock.SOCK_DGRAM, cffisock.IPPROTO_UDP), marks=pytest.mark.ipv6
        ),
        *([] if IS_WINDOWS else [(cffisock.AF_UNIX, cffisock.SOCK_SEQPACKET, 0)]),
    ],
)
def test_fileno_is_identified(kind: Any) -> None:
    with cffisock.socket(*kind) as sock:
        if IS_WINDOWS:  # it tells the family of those that have an address
            sock.bind(("", 0))
        fd = sock.detach()
    with cffisock.socket(fileno=fd) as found:
        assert found.fileno() == fd
        proto = 0 if IS_WINDOWS else kind[2]  # it does not tell
        assert (found.family, found.type, found.proto) == (*kind[:2], proto)


def test_fileno_with_what_the_caller_knows() -> None:
    """What is given counts, as with the standard module."""
    with own.socket(own.AF_INET, own.SOCK_DGRAM) as sock:
        fd = sock.detach()
    with cffisock.socket(cffisock.AF_INET6, cffisock.SOCK_RAW, 5, fd) as found:
        assert (found.family, found.type, found.proto) == (cffisock.AF_INET6, cffisock.SOCK_RAW, 5)


def test_fileno_that_is_no_socket() -> None:
    read, write = os.pipe()
    for kind in ({}, {"family": cffisock.AF_INET}, {"type": 1, "family": 2, "proto": 0}):
        with pytest.raises(OSError, match=NOT_A_SOCKET):
            cffisock.socket(fileno=read, **kind)
    os.close(read)
    os.close(write)
    with pytest.raises(OSError, match=NOT_OPEN):
        cffisock.socket(fileno=read)


def test_close() -> None:
    sock = cffisock.socket()
    fd = sock.fileno()
    sock.close()
    assert sock.fileno() == -1
    assert not is_socket(fd)
    sock.close()
    with pytest.raises(OSError, match=NOT_OPEN):
        sock.getsockname()


def test_close_of_a_descriptor_that_is_gone() -> None:
    sock = cffisock.socket()
    own.close(sock.fileno())
    with pytest.raises(OSError, match=NOT_OPEN):
        sock.close()
    assert sock.fileno() == -1
    sock.close()


def test_close_after_a_reset(tcp: Any) -> None:
    client, server = tcp
    linger = array.array("H" if IS_WINDOWS else "i", [1, 0])
    client.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_LINGER, linger)
    client.close()
    with pytest.raises(ConnectionResetError):
        server.recv(1)
    server.close()


def test_detach() -> None:
    sock = cffisock.socket()
    fd = sock.detach()
    assert sock.fileno() == -1
    assert sock.detach() == -1
    assert is_socket(fd)
    sock.close()
    _socket.close(fd)
    assert not is_socket(fd)


@pytest.mark.parametrize("module", [cffisock, _socket])
def test_an_unclosed_socket_is_warned_of(module: Any) -> None:
    sock = module.socket()
    fd = sock.fileno()
    with pytest.warns(ResourceWarning, match=f"unclosed .*socket.* fd={fd}"):
        del sock
        gc.collect()
    assert not is_socket(fd)


def test_nothing_is_warned_of_once_closed_or_detached() -> None:
    sock = cffisock.socket()
    sock.close()
    fd = sock.detach()
    del sock
    other = cffisock.socket()
    fd = other.detach()
    del other
    gc.collect()
    own.close(fd)


def test_repr_of_the_base_type() -> None:
    sock = _socket.socket()
    assert repr(sock) == f"<socket object, fd={sock.fileno()}, family=2, type=1, proto=0>"
    sock.close()
    assert repr(sock) == "<socket object, fd=-1, family=2, type=1, proto=0>"


def test_the_base_type_has_plain_ints() -> None:
    sock = _socket.socket(cffisock.AF_INET, cffisock.SOCK_DGRAM)
    assert [type(value) for value in (sock.family, sock.type, sock.proto)] == [int, int, int]
    sock.close()


def test_a_pair_of_the_base_type() -> None:
    one, two = _socket.socketpair()
    assert type(one) is type(two) is _socket.socket
    one.send(b"x")
    assert two.recv(5) == b"x"
    one.close()
    two.close()


def test_the_base_type_is_subclassed() -> None:
    class Mine(_socket.socket):
        extra = 5

        def recv(self, *args: Any) -> bytes:
            return b"<" + super().recv(*args) + b">"

    one, two = cffisock.socketpair()
    mine = Mine(fileno=one.detach())
    mine.colour = "blue"  # type: ignore[attr-defined]
    two.send(b"x")
    assert mine.recv(5) == b"<x>"
    mine.close()
    two.close()


def test_attributes_of_a_socket_that_was_never_made() -> None:
    """As after an __init__ that failed in a subclass."""
    for kind in (cffisock.socket, _socket.socket):
        sock = kind.__new__(kind)
        assert sock.fileno() == -1
        assert "fd=-1" in repr(sock)
        with pytest.raises(OSError, match=NOT_OPEN):
            sock.recv(1)


def test_an_init_that_is_called_again() -> None:
    """No descriptor of the first call may be lost without a word."""
    sock = _socket.socket()
    first = sock.fileno()
    with pytest.raises(OSError) as caught:
        sock.__init__(999)  # type: ignore[misc]
    assert caught.value.errno == errno.EAFNOSUPPORT
    assert sock.fileno() == first
    sock.close()
