"""Families without a codec: addresses are (family, bytes), as the kernel has them."""

from __future__ import annotations

import socket as own
import struct
from typing import Any

import pytest

import cffisock
from cffisock import _address
from cffisock._address import raw

PAYLOAD = struct.pack("!H4s8x", 0, bytes([127, 0, 0, 1]))


@pytest.fixture
def sock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A socket whose family nobody knows: AF_INET, with its codec replaced."""
    monkeypatch.setitem(_address.CODECS, cffisock.AF_INET, raw.CODEC)
    _address.UNPACKED.clear()
    with cffisock.socket(type=cffisock.SOCK_DGRAM) as sock:
        yield sock
    _address.UNPACKED.clear()


@pytest.mark.differs("other-families")
def test_in_and_out(sock: Any) -> None:
    for data in (PAYLOAD, bytearray(PAYLOAD), memoryview(PAYLOAD)):
        with cffisock.socket(type=cffisock.SOCK_DGRAM) as other:
            other.bind((cffisock.AF_INET, data))
            host, port = other.getsockname()
            assert host == "127.0.0.1"
            name = cffisock.AF_INET, struct.pack("!H", port) + PAYLOAD[2:]
            sock.sendto(b"hello", name)
            received, sender = other.recvfrom(10)
            assert received == b"hello"
            assert [type(item) for item in sender] == [int, bytes]
            assert (sender[0], sender[1][8:]) == (cffisock.AF_INET, PAYLOAD[8:])
            sock.connect(name)
            with own.fromfd(sock.fileno(), own.AF_INET, own.SOCK_DGRAM) as theirs:
                assert theirs.getpeername() == (host, port)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "x",
        PAYLOAD,
        (cffisock.AF_INET,),
        (cffisock.AF_INET, PAYLOAD, 1),
        (cffisock.AF_INET6, PAYLOAD),
        (cffisock.AF_INET, "x"),
        (cffisock.AF_INET, 5),
        ("x", PAYLOAD),
        [cffisock.AF_INET, PAYLOAD],
    ],
)
def test_what_is_no_such_address(bad: Any, sock: Any) -> None:
    for call in (sock.bind, sock.connect, sock.connect_ex):
        with pytest.raises(TypeError):
            call(bad)


def test_lengths(sock: Any) -> None:
    with pytest.raises(OSError, match="Invalid argument"):
        sock.bind((cffisock.AF_INET, b""))
    with pytest.raises(OSError, match="Invalid argument"):
        sock.bind((cffisock.AF_INET, b"x" * 127))
    longest = (cffisock.AF_INET, b"x" * 126)
    assert raw.unpack(raw.pack(longest, "bind", sock), sock) == longest


def test_a_family_of_the_kernel_without_a_codec() -> None:
    """Whatever codecs there are, these numbers have none."""
    known = {cffisock.AF_INET, cffisock.AF_INET6, cffisock.AF_UNIX, *_address.MODULES}
    unknown = [family for family in range(46) if family not in known]
    opened = 0
    for family in unknown:
        for kind in (cffisock.SOCK_STREAM, cffisock.SOCK_DGRAM, cffisock.SOCK_SEQPACKET):
            try:
                sock = cffisock.socket(family, kind)
            except OSError:
                continue
            with sock:
                opened += 1
                repr(sock)
                with pytest.raises(TypeError, match=f"address of family {family} must be"):
                    sock.bind(("127.0.0.1", 1))
    assert opened or unknown
