"""AF_PACKET: (ifname, proto[, pkttype[, hatype[, addr]]])."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from typing import Any

import pytest

import cffisock

from .addresses import (
    NO_INTEGER,
    NUMBERS,
    ODD,
    assert_same,
    packed,
    there_and_back,
    uniform,
    unpacked,
)
from .support import IS_PYPY, LONG, own

AF_PACKET = cffisock.AF_PACKET
ELEMENTS = "AF_PACKET address must be a tuple of two to five elements"
ETH_P_IP = 0x0800
LOCAL_EXPERIMENTAL = 0x88B5
ARPHRD_LOOPBACK = 772
NO_DEVICE = "OSError: [Errno 19] No such device"


def raw(index: int, halen: int, hardware: bytes) -> str:
    """The bytes of an address: packet(7)."""
    head = struct.pack("=H", AF_PACKET) + struct.pack("!H", LOCAL_EXPERIMENTAL)
    return (head + struct.pack("=iHBB", index, 65535, 200, halen) + hardware).hex()


PACK = [
    (AF_PACKET, 0, address)
    for address in [
        *ODD,
        *(("lo", number) for number in NUMBERS),
        *(("lo", 3, number) for number in NUMBERS),
        *(("lo", 3, 0, number) for number in NUMBERS),
        *(("lo", 3, 0, 0, item) for item in (b"", b"123456", b"12345678", bytearray(b"12"))),
        *(("lo", 3, 0, 0, item) for item in (b"123456789", "x", None, 5, memoryview(b"1"))),
        *((name, 3) for name in ("", "nope", "x" * 15, "x" * 16, "lo\0", b"lo", None, "\udc80")),
        # Which of two faults is found first.
        *(("nope", 70000), ("lo", 70000, 0, 0, b"123456789"), ("nope", 3, 0, 0, b"123456789")),
        *((5, "x"), ("nope", 2**31), ("nope", 3, 0, 0, 5)),
    ]
]
UNPACK = [
    (AF_PACKET, 0, data)
    for data in [
        *(raw(1, size, b"12345678") for size in (0, 1, 6, 8)),
        *(raw(index, 2, b"12345678") for index in (0, -1, 2**31 - 1)),
        *(raw(1, 0, b"")[:size] for size in (4, 8, 16, 20, 24)),
    ]
]


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        (("lo", 3), ("lo", 3, 0, 0, b"")),
        (("lo", 65535, 4), ("lo", 65535, 4, 0, b"")),
        (("lo", 0, 255, 65535), ("lo", 0, 255, 65535, b"")),
        (("lo", 0x88B5, 0, 1, b"\0\1\2\3\4\5"), ("lo", 0x88B5, 0, 1, b"\0\1\2\3\4\5")),
        (("lo", 3, 0, 0, memoryview(b"12345678")), ("lo", 3, 0, 0, b"12345678")),
    ],
)
def test_there_and_back(address: Any, whole: Any) -> None:
    assert there_and_back(AF_PACKET, 0, address) == repr(whole)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        (["lo", 3], "TypeError: bind(): AF_PACKET address must be tuple, not list"),
        (("lo",), f"TypeError: {ELEMENTS}"),
        (("lo", 1, 2, 3, b"", 5), f"TypeError: {ELEMENTS}"),
        ((b"lo", 3), f"TypeError: {ELEMENTS}"),
        (("lo\0", 3), "ValueError: embedded null character"),
        (("nope", 3), NO_DEVICE),
        (("", 3), NO_DEVICE),
        (("lo" + "x" * 14, 3), NO_DEVICE),
        (("lo", "3"), NO_INTEGER),
        (("lo", -1), "OverflowError: bind(): proto must be 0-65535."),
        (("lo", 65536), "OverflowError: bind(): proto must be 0-65535."),
        (("lo", 2**31), "OverflowError: bind(): address argument out of range"),
        (("lo", 3, 2**31), "OverflowError: bind(): address argument out of range"),
        (("lo", 3, 0, 0, "x"), "TypeError: a bytes-like object is required, not 'str'"),
        (("lo", 3, 0, 0, b"123456789"), "ValueError: Hardware address must be 8 bytes or less"),
    ],
)
def test_bad_address(address: Any, error: str) -> None:
    assert uniform(packed(AF_PACKET, 0, address)) == error


def test_a_buffer_with_the_hardware_address_is_not_kept_locked() -> None:
    for hardware in (bytearray(b"123456"), bytearray(b"123456789")):
        packed(AF_PACKET, 0, ("lo", 3, 0, 0, hardware))
        hardware.append(0)


def test_no_more_of_a_hardware_address_than_came() -> None:
    # The kernel says how long the address is, and where it has 20 bytes gives them all.
    infiniband = bytes(range(20))
    assert unpacked(AF_PACKET, 0, raw(1, 20, infiniband)) == repr(
        ("lo", 0x88B5, 200, 65535, infiniband)
    )
    for said, came in ((8, 6), (255, 8), (255, 0)):
        hardware = bytes(range(came))
        expected = repr(("lo", 0x88B5, 200, 65535, hardware))
        assert unpacked(AF_PACKET, 0, raw(1, said, hardware)) == expected
    longest = unpacked(AF_PACKET, 0, raw(1, 255, bytes(116)))
    assert longest == repr(("lo", 0x88B5, 200, 65535, bytes(32)))


def test_an_unknown_interface_has_no_name() -> None:
    assert unpacked(AF_PACKET, 0, raw(2**31 - 1, 0, b"")).startswith("('', ")


if not IS_PYPY:

    def test_same_as_the_standard_module() -> None:
        assert_same(sys.modules[__name__])


# --- the kernel -----------------------------------------------------------------------------------


def frame(sock: Any, payload: bytes) -> tuple[bytes, Any]:
    """The next frame on lo that ends with this payload, and its address."""
    while True:
        data, address = sock.recvfrom(65536)
        if data.endswith(payload):
            return data, address


def both(kind: str) -> tuple[Any, Any]:
    """A socket of cffisock and one of the standard module, as a context each."""
    ours = cffisock.socket(AF_PACKET, cffisock.SocketKind[kind], 0)
    theirs = own.socket(AF_PACKET, own.SocketKind[kind], 0)
    for sock in (ours, theirs):
        sock.settimeout(LONG)
    return ours, theirs


@pytest.mark.root
@pytest.mark.parametrize("kind", ["SOCK_RAW", "SOCK_DGRAM"])
def test_a_datagram_on_the_loopback_interface(kind: str) -> None:
    payload = b"cffisock looks at %d" % os.getpid()
    ours, theirs = both(kind)
    with ours, theirs, own.socket(own.AF_INET, own.SOCK_DGRAM) as udp:
        for sock in (ours, theirs):
            sock.bind(("lo", cffisock.ETH_P_ALL))
        assert ours.getsockname() == theirs.getsockname()
        assert ours.getsockname() == ("lo", 3, 0, ARPHRD_LOOPBACK, bytes(6))
        udp.bind(("127.0.0.1", 0))
        udp.sendto(payload, udp.getsockname())
        seen = [frame(ours, payload) for _ in range(2)]
        assert seen == [frame(theirs, payload) for _ in range(2)]
    # The loopback interface shows each frame as it goes out and as it comes in.
    assert [address[2] for _, address in seen] == [cffisock.PACKET_OUTGOING, cffisock.PACKET_HOST]
    for data, address in seen:
        assert address[:2] == ("lo", ETH_P_IP)
        assert address[3:] == (ARPHRD_LOOPBACK, bytes(6))
        # Ethernet's header has 14 bytes, those of IPv4 and UDP 28.
        assert len(data) == len(payload) + (42 if kind == "SOCK_RAW" else 28)


@pytest.mark.root
def test_frames_go_where_the_address_says() -> None:
    to = ("lo", LOCAL_EXPERIMENTAL, cffisock.PACKET_HOST, 0, b"\2\0\0\0\0\1")
    ours, theirs = both("SOCK_DGRAM")
    with ours, theirs:
        for sock in (ours, theirs):
            sock.bind(("lo", LOCAL_EXPERIMENTAL))
        assert ours.sendto(b"from cffisock", to) == 13
        assert ours.sendmsg([b"in ", b"parts"], [], 0, to) == 8
        theirs.sendto(b"from the standard module", to[:2])
        payloads = [b"from cffisock", b"in parts", b"from the standard module"]
        expected = [frame(theirs, payload) for payload in payloads]
        # MSG_PEEK leaves the first one for recvfrom.
        data, _, _, address = ours.recvmsg(100, 0, cffisock.MSG_PEEK)
        assert (data, address) == expected[0]
        assert [frame(ours, payload) for payload in payloads] == expected
        assert {address[:2] for _, address in expected} == {("lo", LOCAL_EXPERIMENTAL)}


# Makes a socket where lo has another name, and passes it on.
ELSEWHERE = """
import socket, subprocess, sys
subprocess.run(["ip", "link", "set", "lo", "name", "inside"], check=True)
with socket.socket(socket.AF_UNIX) as channel:
    channel.connect(sys.argv[1])
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as sock:
        socket.send_fds(channel, [b"x"], [sock.fileno()])
"""


@pytest.mark.root
@pytest.mark.netns
def test_names_are_those_of_the_sockets_own_network_namespace(unix_path: str) -> None:
    with cffisock.socket(cffisock.AF_UNIX) as listener:
        listener.settimeout(LONG)
        listener.bind(unix_path)
        listener.listen()
        command = ["unshare", "--net", sys.executable, "-c", ELSEWHERE, unix_path]
        with subprocess.Popen(command) as child:
            channel, _ = listener.accept()
            with channel:
                _, fds, _, _ = cffisock.recv_fds(channel, 1, 1)
            assert child.wait(LONG) == 0
    with cffisock.socket(fileno=fds[0]) as sock:
        sock.bind(("inside", 3))
        assert sock.getsockname()[:2] == ("inside", 3)
        with pytest.raises(OSError, match="No such device"):
            sock.bind(("lo", 3))
    assert unpacked(AF_PACKET, 0, raw(1, 0, b"")).startswith("('lo', ")
