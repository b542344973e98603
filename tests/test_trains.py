"""Trains of datagrams, which UDP divides and puts together: UDP_SEGMENT, UDP_GRO."""

from __future__ import annotations

import errno
import itertools
import os
import struct
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import cffisock
from cffisock import (
    AF_INET,
    AF_INET6,
    CMSG_SPACE,
    IPPROTO_IP,
    IPPROTO_UDP,
    MSG_CTRUNC,
    MSG_PEEK,
    MSG_TRUNC,
    MSG_WAITFORONE,
    SOCK_DGRAM,
    SOL_SOCKET,
    UDP_GRO,
    UDP_SEGMENT,
    control,
)

from .support import INT, IP_FAMILIES, LONG, udp_pair

ROOM = 65535
DATA = os.urandom(200_000)


def whole(sock: Any) -> None:
    """Lets trains arrive in one piece."""
    sock.setsockopt(IPPROTO_UDP, UDP_GRO, 1)


def roomy_pair(family: int = AF_INET) -> tuple[Any, Any]:
    """A pair whose sockets keep as much for their receivers as any user may ask for."""
    pair = udp_pair(family=family)
    for sock in pair:
        sock.setsockopt(SOL_SOCKET, cffisock.SO_RCVBUF, 2**20)
        sock.settimeout(LONG)
    return pair


def pieces(data: bytes, segment: int) -> list[bytes]:
    return [data[i : i + segment] for i in range(0, len(data), segment)] or [b""]


def receive(sock: Any, count: int) -> list[Any]:
    """So many datagrams, in however many messages they come."""
    items: list[Any] = []
    while len(items) < count:
        items += sock.recvmmsg(count - len(items), ROOM, 0, MSG_WAITFORONE)
    return items


@pytest.fixture
def trains(udp: Any) -> Any:
    """Two datagram sockets connected to each other, the second of which gets trains."""
    one, two = udp
    whole(two)
    one.settimeout(LONG)
    two.settimeout(LONG)
    return one, two


# --- there and back -----------------------------------------------------------------------------


@pytest.mark.parametrize("family", IP_FAMILIES)
@pytest.mark.parametrize("gro", [False, True])
@pytest.mark.parametrize(
    ("length", "segment"),
    [
        (0, 100),
        (1, 1),
        (99, 100),
        (100, 100),
        (101, 100),
        (1000, 100),
        (1050, 100),
        (64 * 100, 100),
        (64 * 100 + 1, 100),
        (65 * 100, 100),
        (128 * 100 + 7, 100),
        (130, 1),
        (65467, 1000),
        (65508, 1200),
        (140_000, 1200),
        (140_000, 1023),
        (100_000, 40_000),
        (65_000, 65_000),
        (64_999, 65_000),
        (5, 65_535),
    ],
)
def test_a_train(length: int, segment: int, gro: bool, family: int) -> None:
    one, two = roomy_pair(family)
    with one, two:
        if gro:
            whole(two)
        data = DATA[:length]
        expected = pieces(data, segment)
        assert one.sendmmsg([(data,)], segment=segment) == len(expected)
        address = one.getsockname()
        assert receive(two, len(expected)) == [(piece, [], 0, address) for piece in expected]


def test_trains_arrive_whole(trains: Any) -> None:
    """Or these tests would tell little: the kernel does put them into one message."""
    one, two = trains
    assert one.sendmmsg([(DATA[:6400],)], segment=100) == 64
    assert len(two.recvmmsg(1, ROOM)) == 64
    assert one.sendmmsg([(DATA[:65_000],)], segment=1000) == 65
    assert [len(two.recvmmsg(1, ROOM)) for _ in range(2)] == [64, 1]


def test_several_trains_and_single_datagrams(trains: Any) -> None:
    one, two = trains
    lengths = [10, 1000, 0, 100, 12_345, 99, 101]
    messages = [DATA[sum(lengths[:i]) :][:length] for i, length in enumerate(lengths)]
    expected = [piece for data in messages for piece in pieces(data, 100)]
    assert one.sendmmsg([(data,) for data in messages], segment=100) == len(expected)
    assert [item[0] for item in receive(two, len(expected))] == expected


def test_segments_of_their_own(trains: Any) -> None:
    one, two = trains
    messages = [
        (b"aabbc", None, (), 2),
        (b"whole", None, (), 0),
        b"dddeee",
        (b"ffffgg", None, (), 4),
        ([b"h", b"i"], None, [], 1),
    ]
    expected = [b"aa", b"bb", b"c", b"whole", b"ddd", b"eee", b"ffff", b"gg", b"h", b"i"]
    assert one.sendmmsg(messages, segment=3) == len(expected)
    assert [item[0] for item in receive(two, len(expected))] == expected
    expected[4:6] = [b"dddeee"]
    assert one.sendmmsg(messages) == len(expected)
    assert [item[0] for item in receive(two, len(expected))] == expected
    for bad in (-1, 65536):
        with pytest.raises(ValueError, match="segment must be 0-65535"):
            one.sendmmsg([b"x", (b"x", None, (), bad)])
    with pytest.raises(TypeError):
        one.sendmmsg([(b"x", None, (), 1.5)])


def test_congestion_and_source_of_trains(trains: Any) -> None:
    """Each datagram has what its train was sent with."""
    one, two = trains
    control.enable(two, control.TrafficClass, control.HopLimit, control.PacketInfo)
    items = [control.ecn(2), control.hop_limit(9), control.source("127.0.0.1", "lo")]
    assert one.sendmmsg([(b"aabbc", None, items, 2), (b"dd", None, [control.ecn(1)])]) == 4
    messages: list[Any] = []
    while len(messages) < 4:
        messages += control.receive_many(two, 1, ROOM)
    assert [message.data for message in messages] == [b"aa", b"bb", b"c", b"dd"]
    assert [message.get(control.TrafficClass).ecn for message in messages] == [2, 2, 2, 1]
    assert [message.get(control.HopLimit).value for message in messages] == [9, 9, 9, 64]
    assert {message.get(control.PacketInfo).interface for message in messages} == {1}


def test_data_in_parts(trains: Any) -> None:
    one, two = trains
    assert one.sendmmsg([([b"ab", bytearray(b"cdef"), b"g"],)], segment=3) == 3
    assert [item[0] for item in receive(two, 3)] == [b"abc", b"def", b"g"]


def test_a_train_for_each_of_several_receivers(trains: Any) -> None:
    one, two = trains
    third, other = udp_pair()
    with third, other:
        whole(other)
        other.settimeout(LONG)
        other.connect(one.getsockname())
        messages = [(b"aabbc", two.getsockname()), (b"ddeeff", other.getsockname()), (b"gg",)]
        assert one.sendmmsg(messages, segment=2) == 7
        assert [item[0] for item in receive(other, 3)] == [b"dd", b"ee", b"ff"]
        assert [item[0] for item in receive(two, 4)] == [b"aa", b"bb", b"c", b"gg"]


def test_trains_of_several_senders(stack: ExitStack) -> None:
    two, *senders = (stack.enter_context(cffisock.socket(type=SOCK_DGRAM)) for _ in range(4))
    two.bind(("127.0.0.1", 0))
    two.settimeout(LONG)
    whole(two)
    for sender in senders:
        sender.connect(two.getsockname())
    expected = []
    for sender in (*senders, *senders):
        sender.sendmmsg([(b"aabb",), (b"c",)], segment=2)
        expected += [(data, [], 0, sender.getsockname()) for data in (b"aa", b"bb", b"c")]
    assert receive(two, len(expected)) == expected


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(0, 6000), min_size=1, max_size=4), st.integers(100, 3000), st.booleans()
)
@example([0, 0], 100, True)
def test_any_train(lengths: list[int], segment: int, gro: bool) -> None:
    one, two = roomy_pair()
    with one, two:
        if gro:
            whole(two)
        starts = itertools.accumulate([0, *lengths])
        messages = [DATA[start : start + length] for start, length in zip(starts, lengths)]
        expected = [piece for data in messages for piece in pieces(data, segment)]
        assert one.sendmmsg([(data,) for data in messages], segment=segment) == len(expected)
        assert [item[0] for item in receive(two, len(expected))] == expected


# --- what is with them --------------------------------------------------------------------------


def test_control_messages_of_trains(trains: Any) -> None:
    """Each datagram has those of its train, in a list of its own, UDP_GRO's not among them."""
    one, two = trains
    two.setsockopt(IPPROTO_IP, cffisock.IP_RECVTTL, 1)
    two.setsockopt(SOL_SOCKET, cffisock.SO_TIMESTAMPNS, 1)
    ttl = (IPPROTO_IP, cffisock.IP_TTL, struct.pack("i", 9))
    messages = [(b"aabbc", None, [ttl]), (b"dd", None, [ttl]), (b"eeff",)]
    assert one.sendmmsg(messages, segment=2) == 6
    items = two.recvmmsg(3, ROOM, 200)
    assert [item[0] for item in items] == [b"aa", b"bb", b"c", b"dd", b"ee", b"ff"]
    assert [item[2] for item in items] == [0] * 6
    kinds = [[kind for _, kind, _ in ancillary] for _, ancillary, _, _ in items]
    assert kinds == [[cffisock.SCM_TIMESTAMPNS, cffisock.IP_TTL]] * 6
    ttls = [ancillary[1][2] for _, ancillary, _, _ in items]
    assert ttls == [struct.pack("i", 9)] * 4 + [struct.pack("i", 64)] * 2
    items[0][1].clear()
    assert len(items[1][1]) == 2


@pytest.mark.parametrize("room", [0, 16, 24, 31, 32, 48, 56, 100])
def test_control_messages_that_are_cut(room: int, trains: Any) -> None:
    """The trains are divided all the same; the caller gets what fits into the caller's room."""
    one, two = trains
    two.setsockopt(IPPROTO_IP, cffisock.IP_RECVTTL, 1)
    two.setsockopt(SOL_SOCKET, cffisock.SO_RXQ_OVFL, 1)
    two.setsockopt(SOL_SOCKET, cffisock.SO_TIMESTAMPNS, 1)
    one.send(b"x")
    _, ancillary, flags, address = two.recvmsg(9, room)
    one.sendmmsg([(b"aabb",)], segment=2)
    items = two.recvmmsg(1, ROOM, room)
    assert [item[0] for item in items] == [b"aa", b"bb"]
    for _, received, received_flags, sender in items:
        assert (received_flags, sender) == (flags, address)
        shape = [(level, kind, len(data)) for level, kind, data in received]
        assert shape == [(level, kind, len(data)) for level, kind, data in ancillary]


def test_every_control_message_that_comes_before(trains: Any) -> None:
    """There is room for UDP's own behind all that the kernel may put first."""
    one, two = trains
    options = [
        (cffisock.SO_TIMESTAMP, 1),
        (cffisock.SO_TIMESTAMPNS, 1),
        (cffisock.SO_RXQ_OVFL, 1),
        (cffisock.SO_RCVMARK, 1),
        (cffisock.SO_RCVPRIORITY, 1),
        (
            cffisock.SO_TIMESTAMPING,
            cffisock.SOF_TIMESTAMPING_RX_SOFTWARE
            | cffisock.SOF_TIMESTAMPING_SOFTWARE
            | cffisock.SOF_TIMESTAMPING_OPT_PKTINFO,
        ),
    ]
    taken = []
    for name, value in options:
        try:
            two.setsockopt(SOL_SOCKET, name, value)
        except OSError:  # an older kernel's
            continue
        taken.append(name)
        one.sendmmsg([(b"aabb",)], segment=2)
        items = two.recvmmsg(1, ROOM)
        assert [(item[0], item[1], item[2]) for item in items] == [
            (b"aa", [], MSG_CTRUNC),
            (b"bb", [], MSG_CTRUNC),
        ]
    assert len(taken) >= 4


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        (0, [b""]),
        (1, [b"a"]),
        (2, [b"aa"]),
        (3, [b"aa", b"b"]),
        (4, [b"aa", b"bb"]),
        (5, [b"aa", b"bb", b"c"]),
    ],
)
@pytest.mark.parametrize("flags", [0, MSG_TRUNC])
def test_a_train_longer_than_the_room(
    room: int, expected: list[bytes], flags: int, trains: Any
) -> None:
    """The last datagram that there is says so, as a datagram does that is cut."""
    one, two = trains
    one.sendmmsg([(b"aabbcc",)], segment=2)
    items = two.recvmmsg(1, room, 0, flags)
    assert [item[0] for item in items] == expected
    assert [item[2] for item in items] == [0] * (len(expected) - 1) + [MSG_TRUNC]


def test_peeking_at_a_train(trains: Any) -> None:
    one, two = trains
    one.sendmmsg([(b"aabbc",)], segment=2)
    for flags in (MSG_PEEK, 0):
        assert [item[0] for item in two.recvmmsg(1, ROOM, 0, flags)] == [b"aa", b"bb", b"c"]


def test_trains_are_left_whole_in_the_callers_buffers(trains: Any) -> None:
    one, two = trains
    one.sendmmsg([(b"aabbc",), (b"dd",)], segment=2)
    buffers = [bytearray(9), bytearray(9)]
    address = one.getsockname()
    assert two.recvmmsg_into(buffers, CMSG_SPACE(INT)) == [
        (5, [(IPPROTO_UDP, UDP_GRO, struct.pack("i", 2))], 0, address),
        (2, [], 0, address),
    ]
    assert buffers == [b"aabbc" + bytes(4), b"dd" + bytes(7)]
    one.sendmmsg([(b"aabbc",)], segment=2)
    assert two.recvmmsg_into(buffers[:1]) == [(5, [], MSG_CTRUNC, address)]


def test_the_standard_way_to_send_one(trains: Any) -> None:
    one, two = trains
    segment = [(IPPROTO_UDP, UDP_SEGMENT, struct.pack("H", 2))]
    assert one.sendmsg([b"aabbc"], segment) == 5
    assert one.sendmmsg([(b"ddeef", None, segment)]) == 1
    assert [item[0] for item in receive(two, 6)] == [b"aa", b"bb", b"c", b"dd", b"ee", b"f"]


# --- failures -----------------------------------------------------------------------------------


@pytest.mark.ipv6
def test_segments_that_do_not_fit_into_a_packet() -> None:
    """The kernel refuses those, although it would send such a datagram by itself, in fragments."""
    one, two = roomy_pair(AF_INET6)
    with one, two:
        one.setsockopt(cffisock.IPPROTO_IPV6, cffisock.IPV6_MTU, 1280)
        for length in (4000, 140_000):
            with pytest.raises(OSError, match=r"Invalid argument|Message too (long|large)"):
                one.sendmmsg([(DATA[:length],)], segment=1300)
        assert one.sendmmsg([(DATA[:4000],)], segment=1232) == 4
        assert one.sendmmsg([(DATA[:1300],)], segment=1300) == 1
        assert [item[0] for item in receive(two, 5)] == [*pieces(DATA[:4000], 1232), DATA[:1300]]


def test_a_datagram_that_is_too_long(udp: Any) -> None:
    one, two = udp
    two.settimeout(LONG)
    assert one.sendmmsg([(b"aab",), (DATA[:65_530],), (b"c",)], segment=2) == 2 + 32_765 + 1
    one.settimeout(0)
    with pytest.raises(OSError, match=r"Message too (long|large)"):
        one.sendmmsg([(DATA[:65_530],), (b"c",)], segment=65_535)
    assert one.sendmmsg([(b"c",), (DATA[:65_530],)], segment=65_535) == 1


def refused(sock: Any, *address: Any) -> bool:
    """Whether it says that it cannot segment."""
    with pytest.raises(OSError) as caught:
        sock.sendmmsg([(b"aabb", *address)], segment=2)
    return caught.value.errno in (errno.EOPNOTSUPP, errno.ENOPROTOOPT)


@pytest.mark.parametrize("kind", [SOCK_DGRAM, cffisock.SOCK_SEQPACKET])
def test_sockets_that_cannot_segment(kind: int) -> None:
    """The kernel would not even look at UDP_SEGMENT there, and send a train as one message."""
    one, two = cffisock.socketpair(cffisock.AF_UNIX, kind)
    with one, two:
        assert refused(one)
        two.settimeout(0)
        with pytest.raises(BlockingIOError):
            two.recv(10)


@pytest.mark.root
def test_raw_sockets_cannot_segment() -> None:
    with cffisock.socket(AF_INET, cffisock.SOCK_RAW, 253) as sock:
        assert refused(sock, ("127.0.0.1", 0))
