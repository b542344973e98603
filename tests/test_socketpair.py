"""socketpair, fromfd, send_fds and recv_fds."""

from __future__ import annotations

import os
from typing import Any

import pytest

import cffisock

from .support import INT, IP_FAMILIES, LOCALHOST, NOT_A_SOCKET, NOT_OPEN, descriptors, own


def test_socketpair() -> None:
    for kind in (cffisock.SOCK_STREAM, cffisock.SOCK_DGRAM, cffisock.SOCK_SEQPACKET):
        one, two = cffisock.socketpair(cffisock.AF_UNIX, kind)
        with one, two:
            assert type(one) is type(two) is cffisock.socket
            assert (one.family, one.type) == (two.family, two.type) == (cffisock.AF_UNIX, kind)
            one.send(b"x")
            assert two.recv(1) == b"x"


@pytest.mark.parametrize("family", IP_FAMILIES)
def test_fallback_socketpair(family: int) -> None:
    one, two = cffisock._fallback_socketpair(family)
    with one, two:
        assert one.family == two.family == family
        assert one.getpeername() == two.getsockname()
        one.sendall(b"x")
        assert two.recv(1) == b"x"
        assert (one.gettimeout(), two.gettimeout()) == (None, None)


def test_fallback_socketpair_refuses() -> None:
    for arguments in ((getattr(cffisock, "AF_UNIX", 1),), (2, cffisock.SOCK_DGRAM), (2, 1, 6)):
        with pytest.raises(ValueError, match="Only "):
            cffisock._fallback_socketpair(*arguments)


def test_fromfd() -> None:
    with own.socket(own.AF_INET, own.SOCK_DGRAM) as theirs:
        theirs.bind(LOCALHOST)
        with cffisock.fromfd(theirs.fileno(), theirs.family, theirs.type, 17) as ours:
            assert ours.fileno() != theirs.fileno()
            assert ours.getsockname() == theirs.getsockname()
            assert (ours.family, ours.type, ours.proto) == (2, 2, 17)


def test_fromfd_that_fails() -> None:
    before = descriptors()
    read, write = os.pipe()
    with pytest.raises(OSError, match=NOT_A_SOCKET):
        cffisock.fromfd(read, cffisock.AF_INET, cffisock.SOCK_STREAM)
    os.close(read)
    os.close(write)
    with pytest.raises(OSError, match=NOT_OPEN):
        cffisock.fromfd(read, cffisock.AF_INET, cffisock.SOCK_STREAM)
    with cffisock.socket() as sock, pytest.raises(TypeError):
        cffisock.fromfd(sock.fileno(), "x", cffisock.SOCK_STREAM)  # type: ignore[arg-type]
    assert descriptors() == before


class Messages:
    """A socket as far as descriptors are sent by it; it tells what it was called with."""

    def sendmsg(self, *args: Any) -> Any:
        return args

    def recvmsg(self, *args: Any) -> Any:
        return args, [], 0, None


@pytest.mark.parametrize("module", [cffisock, own], ids=["cffisock", "own"])
def test_what_is_to_send_descriptors_is_asked_first(module: Any) -> None:
    with pytest.raises(AttributeError, match="sendmsg"):
        module.send_fds(None, [b"x"], ["no descriptor"])


@pytest.mark.parametrize("module", [cffisock, own], ids=["cffisock", "own"])
def test_descriptors_are_sent_without_flags_and_address(module: Any) -> None:
    """Programs pass other things there, which no version has ever looked at."""
    ((data, items),) = [module.send_fds(Messages(), [b"x"], [1, 2], 1, "nowhere")]
    assert (data, [(*item[:2], list(item[2])) for item in items]) == ([b"x"], [(1, 1, [1, 2])])
    assert module.recv_fds(Messages(), 9, 2, 1)[0] == (9, module.CMSG_LEN(2 * INT))
