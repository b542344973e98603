"""AF_NETLINK: (pid, groups)."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterator
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

AF_NETLINK = cffisock.AF_NETLINK
PAIR = "AF_NETLINK address must be a pair (pid, groups)"

PACK = [
    *((AF_NETLINK, 0, address) for address in ODD),
    *((AF_NETLINK, 0, (number, 1)) for number in NUMBERS),
    *((AF_NETLINK, 0, (1, number)) for number in NUMBERS),
]
UNPACK = [
    (AF_NETLINK, 0, (struct.pack("=HHII", AF_NETLINK, 0, 7, 0x80000001) + b"more")[:size].hex())
    for size in range(2, 17)
]


@pytest.mark.parametrize("address", [(0, 0), (1, 2), (2**32 - 1, 2**31)])
def test_there_and_back(address: Any) -> None:
    assert there_and_back(AF_NETLINK, 0, address) == repr(address)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ([1, 2], "TypeError: bind(): AF_NETLINK address must be tuple, not list"),
        ((1,), f"TypeError: {PAIR}"),
        ((1, 2, 3), f"TypeError: {PAIR}"),
        ((1, "2"), NO_INTEGER),
    ],
)
def test_bad_address(address: Any, error: str) -> None:
    assert uniform(packed(AF_NETLINK, 0, address)) == error


@pytest.mark.parametrize("number", [2**32, -(2**31) - 1])
def test_a_number_of_more_than_32_bits_loses_the_others_with_a_warning(number: int) -> None:
    kept = packed(AF_NETLINK, 0, (number & 0xFFFFFFFF, 0))
    assert packed(AF_NETLINK, 0, (number, 0)) == f"+{kept}"


def test_the_warning_is_reported_for_the_caller() -> None:
    warns = pytest.warns(DeprecationWarning, match="integer value out of range")
    with cffisock.socket(AF_NETLINK, cffisock.SOCK_RAW) as sock, warns as caught:
        sock.bind((0, 2**32))
    assert caught[0].filename == __file__


def test_what_a_short_address_lacks_is_0() -> None:
    whole = packed(AF_NETLINK, 0, (0x01020304, 5))
    assert unpacked(AF_NETLINK, 0, whole[:16]) == "(16909060, 0)"
    assert unpacked(AF_NETLINK, 0, whole[:4]) == "(0, 0)"


if not IS_PYPY:

    def test_same_as_the_standard_module() -> None:
        assert_same(sys.modules[__name__])


# --- the kernel -----------------------------------------------------------------------------------

RTM_NEWLINK, RTM_GETLINK = 16, 18
NLM_F_REQUEST, NLM_F_DUMP, NLMSG_DONE = 0x1, 0x300, 3
IFLA_IFNAME = 3


def route_socket(module: Any = cffisock) -> Any:
    return module.socket(AF_NETLINK, module.SOCK_RAW, cffisock.NETLINK_ROUTE)


def ask_for_links() -> bytes:
    """An RTM_GETLINK message that asks for all links: rtnetlink(7)."""
    body = struct.pack("=BxHiII", cffisock.AF_UNSPEC, 0, 0, 0, 0)
    header = struct.pack("=IHHII", 16 + len(body), RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0)
    return header + body


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The type and the body of each message in a datagram: netlink(7)."""
    while data:
        size, kind = struct.unpack_from("=IH", data)
        yield kind, data[16:size]
        data = data[(size + 3) & ~3 :]


def link_name(body: bytes) -> tuple[int, str]:
    """An RTM_NEWLINK's index and the name among its attributes."""
    (index,) = struct.unpack_from("=i", body, 4)
    attributes = body[16:]
    while attributes:
        size, kind = struct.unpack_from("=HH", attributes)
        if kind == IFLA_IFNAME:
            return index, attributes[4 : size - 1].decode()
        attributes = attributes[(size + 3) & ~3 :]
    raise AssertionError("a link without a name")


def read_links(sock: Any) -> tuple[dict[int, str], set[Any]]:
    """The links in the kernel's answer, and the addresses that it came from."""
    links, senders = {}, set()
    while True:
        data, sender = sock.recvfrom(65536)
        senders.add(sender)
        for kind, body in messages(data):
            if kind == NLMSG_DONE:
                return links, senders
            assert kind == RTM_NEWLINK
            index, name = link_name(body)
            links[index] = name


@pytest.mark.parametrize("module", [cffisock, own], ids=["cffisock", "own"])
def test_the_kernel_lists_its_links(module: Any) -> None:
    with route_socket(module) as sock:
        sock.settimeout(LONG)
        sock.bind((0, 0))
        assert sock.sendto(ask_for_links(), (0, 0)) == 32
        links, senders = read_links(sock)
    assert links[1] == "lo"
    assert links == dict(cffisock.if_nameindex())
    assert senders == {(0, 0)}


@pytest.mark.native("it swaps the header of a message only where that is all in one buffer")
def test_connected_to_the_kernel() -> None:
    with route_socket() as sock:
        sock.settimeout(LONG)
        sock.connect((0, 0))
        assert sock.getpeername() == (0, 0)
        sock.sendmsg([ask_for_links()[:16], ask_for_links()[16:]])
        data, _, flags, sender = sock.recvmsg(65536)
        assert (flags, sender) == (0, (0, 0))
        assert next(messages(data))[0] == RTM_NEWLINK


def test_the_kernel_chooses_and_keeps_names() -> None:
    with route_socket() as sock, route_socket() as other:
        assert sock.getsockname() == (0, 0)
        sock.bind((0, 0x11))
        pid, groups = sock.getsockname()
        assert (pid != 0, groups) == (True, 0x11)
        with own.socket(fileno=os.dup(sock.fileno())) as same:
            assert same.getsockname() == (pid, groups)
        with pytest.raises(OSError, match=r"Address (already )?in use"):
            other.bind((pid, 0))


@pytest.mark.native("it knows no NETLINK_USERSOCK")
def test_to_and_from_a_socket_of_the_standard_module() -> None:
    user = cffisock.SOCK_RAW, cffisock.NETLINK_USERSOCK
    with cffisock.socket(AF_NETLINK, *user) as one, own.socket(AF_NETLINK, *user) as two:
        for sock in (one, two):
            sock.settimeout(LONG)
            sock.bind((0, 0))
        one.sendto(b"to the standard module", two.getsockname())
        assert two.recvfrom(100) == (b"to the standard module", one.getsockname())
        two.sendto(b"and back", one.getsockname())
        assert one.recvfrom(100) == (b"and back", two.getsockname())
