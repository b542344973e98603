"""recvmmsg, recvmmsg_into, sendmmsg: what messages carry."""

from __future__ import annotations

import array
import os
import struct
import threading
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import cffisock
from cffisock import (
    AF_INET,
    AF_INET6,
    AF_UNIX,
    CMSG_SPACE,
    IPPROTO_IP,
    MSG_CTRUNC,
    MSG_DONTWAIT,
    MSG_PEEK,
    MSG_TRUNC,
    MSG_WAITFORONE,
    SOCK_DGRAM,
    SOCK_SEQPACKET,
    SOL_SOCKET,
    _address,
)
from cffisock._socket import batches

from .support import INT, LONG, data_of, descriptors, fds_in, rights


def bound(stack: ExitStack, family: int, address: Any) -> Any:
    """A datagram socket with that address."""
    sock = stack.enter_context(cffisock.socket(family, SOCK_DGRAM))
    sock.bind(address)
    sock.settimeout(LONG)
    return sock


# --- data and addresses -------------------------------------------------------------------------


def test_a_batch_each_way(udp: Any) -> None:
    one, two = udp
    assert one.sendmmsg([(b"a",), (b"",), (b"bcd", None)]) == 3
    address = one.getsockname()
    assert two.recvmmsg(3, 10) == [(data, [], 0, address) for data in (b"a", b"", b"bcd")]
    assert one.sendmmsg(message for message in [(b"x",), (b"yz",)]) == 2
    into = [bytearray(3), memoryview(bytearray(b"...."))]
    assert two.recvmmsg_into(buffer for buffer in into) == [
        (1, [], 0, address),
        (2, [], 0, address),
    ]
    assert [bytes(buffer) for buffer in into] == [b"x\0\0", b"yz.."]


def test_data_of_many_kinds(udp: Any) -> None:
    one, two = udp
    kinds = [b"ab", bytearray(b"ab"), memoryview(b"ab"), array.array("B", b"ab"), [b"a", b"b"]]
    kinds += [(bytearray(b"ab"), b""), [], (), b""]
    assert one.sendmmsg([(data,) for data in kinds]) == len(kinds)
    assert data_of(two.recvmmsg(len(kinds), 10)) == [b"ab"] * 6 + [b""] * 3


def test_bare_data(udp: Any) -> None:
    """What is bytes-like may be a message without a tuple around it."""
    one, two = udp
    kinds = [b"ab", bytearray(b"ab"), memoryview(b"ab"), array.array("B", b"ab"), (b"ab",), b""]
    assert one.sendmmsg(kinds) == len(kinds)
    assert data_of(two.recvmmsg(len(kinds), 10)) == [b"ab"] * 5 + [b""]
    assert one.sendmmsg([b"aabb", b"cc"], segment=2) == 3
    assert data_of(two.recvmmsg(3, 10)) == [b"aa", b"bb", b"cc"]


@pytest.mark.parametrize(
    ("family", "host"),
    [(AF_INET, "127.0.0.1"), pytest.param(AF_INET6, "::1", marks=pytest.mark.ipv6)],
)
def test_senders_and_receivers(family: int, host: str, stack: ExitStack) -> None:
    """Each message has its own address, also between others of one sender."""
    receiver, *senders = (bound(stack, family, (host, 0)) for _ in range(4))
    order = [0, 0, 1, 2, 2, 2, 0, 1]
    for number, sender in enumerate(order):
        senders[sender].sendto(b"%d" % number, receiver.getsockname())
    expected = [(b"%d" % i, [], 0, senders[n].getsockname()) for i, n in enumerate(order)]
    assert receiver.recvmmsg(len(order), 10) == expected
    to = [sock.getsockname() for sock in senders]
    assert receiver.sendmmsg([(b"%d" % i, to[n]) for i, n in enumerate(order)]) == len(order)
    for n, sock in enumerate(senders):
        expected = [b"%d" % i for i, sender in enumerate(order) if sender == n]
        assert sock.recvmmsg(len(expected), 10) == [
            (data, [], 0, receiver.getsockname()) for data in expected
        ]


@pytest.mark.parametrize(
    ("family", "host"),
    [(AF_INET, "127.0.0.1"), pytest.param(AF_INET6, "::1", marks=pytest.mark.ipv6)],
)
def test_senders_in_turn(family: int, host: str, stack: ExitStack) -> None:
    """Senders that are known, with new ones between, and messages that are cut."""
    receiver, *senders = (bound(stack, family, (host, 0)) for _ in range(6))
    names = [sock.getsockname() for sock in senders]
    for order in ([0, 1, 0], [1, 0, 1, 1], [0, 2, 1, 2, 2], [2, 3, 4, 3, 0, 4], [3, 2, 2]):
        for n in order:
            senders[n].sendto(b"x" * n, receiver.getsockname())
        expected = [(b"x" * min(n, 3), [], MSG_TRUNC if n > 3 else 0, names[n]) for n in order]
        assert receiver.recvmmsg(len(order), 3) == expected


def test_unix_names(stack: ExitStack, unix_path: str) -> None:
    receiver = bound(stack, AF_UNIX, unix_path)
    named, nameless = (
        bound(stack, AF_UNIX, b"\0" + os.urandom(8)),
        stack.enter_context(cffisock.socket(AF_UNIX, SOCK_DGRAM)),
    )
    for sender in (nameless, named, nameless):
        assert sender.sendmmsg([(b"x", unix_path), (b"y", unix_path)]) == 2
    names = [None, None, named.getsockname(), named.getsockname(), None, None]
    assert [item[3] for item in receiver.recvmmsg(6, 10)] == names
    named.connect(unix_path)
    assert named.sendmmsg([(b"x",), (b"y", None), (b"z", unix_path)]) == 3
    assert data_of(receiver.recvmmsg(3, 10)) == [b"x", b"y", b"z"]


def test_names_of_hosts_are_looked_up(udp: Any) -> None:
    one, two = udp
    assert one.sendmmsg([(b"x", ("localhost", two.getsockname()[1]))]) == 1
    assert data_of(two.recvmmsg(1, 10)) == [b"x"]


def test_records_and_their_end() -> None:
    one, two = cffisock.socketpair(AF_UNIX, SOCK_SEQPACKET)
    with one, two:
        assert one.sendmmsg([(b"a",), (b"bc",)]) == 2
        one.close()
        assert data_of(two.recvmmsg(4, 10)) == [b"a", b"bc", b"", b""]


def test_streams(pair: Any) -> None:
    one, two = pair
    one.sendall(b"abcde")
    assert data_of(two.recvmmsg(3, 2, 0, MSG_WAITFORONE)) == [b"ab", b"cd", b"e"]
    with pytest.raises(ValueError, match="SOCK_STREAM"):
        one.sendmmsg([(b"x",)])


@pytest.mark.parametrize("count", [1023, 1024, 1025, 3000])
def test_more_than_the_kernel_takes_at_once(count: int, stack: ExitStack) -> None:
    one, two = (stack.enter_context(sock) for sock in cffisock.socketpair(AF_UNIX, SOCK_SEQPACKET))
    one.settimeout(LONG)
    messages = [(b"%d" % i,) for i in range(count)]
    sent: list[int] = []
    thread = threading.Thread(target=lambda: sent.append(one.sendmmsg(messages)))
    thread.start()
    received = two.recvmmsg(count, 10)
    thread.join()
    assert sent == [count]
    assert [(data,) for data, _, _, _ in received] == messages


def test_none_at_all(udp: Any) -> None:
    one, two = udp
    two.settimeout(0)
    assert (one.sendmmsg([]), two.recvmmsg(0, 10), two.recvmmsg_into([])) == (0, [], [])
    one.send(b"x")
    assert two.recvmmsg(0, 0) == []
    assert two.recvmmsg(1, 0) == [(b"", [], MSG_TRUNC, one.getsockname())]


def test_what_is_cut(udp: Any) -> None:
    one, two = udp
    address = one.getsockname()

    def send() -> None:
        one.sendmmsg([(b"abcdef",), (b"gh",), (b"ijk",)])

    send()
    expected = [(b"abc", [], MSG_TRUNC, address), (b"gh", [], 0, address), (b"ijk", [], 0, address)]
    assert two.recvmmsg(3, 3) == expected
    send()
    assert two.recvmmsg(3, 3, 0, MSG_TRUNC)[:2] == expected[:2]
    send()
    buffers = [bytearray(3) for _ in range(3)]
    assert [item[0] for item in two.recvmmsg_into(buffers, 0, MSG_TRUNC)] == [6, 2, 3]
    assert buffers == [b"abc", b"gh\0", b"ijk"]


def test_peeking_sees_the_first_again_and_again(udp: Any) -> None:
    one, two = udp
    one.sendmmsg([(b"a",), (b"b",)])
    assert data_of(two.recvmmsg(3, 10, 0, MSG_PEEK)) == [b"a"] * 3
    assert data_of(two.recvmmsg(2, 10)) == [b"a", b"b"]


def test_keywords(udp: Any) -> None:
    one, two = udp
    assert one.sendmmsg(messages=[(b"x",)] * 2, flags=MSG_DONTWAIT, segment=0) == 2
    assert data_of(two.recvmmsg(count=1, bufsize=1, ancbufsize=0, flags=0)) == [b"x"]
    assert two.recvmmsg_into(buffers=[bytearray(1)], ancbufsize=0, flags=0)[0][0] == 1


def test_a_class_of_the_programs_own(stack: ExitStack) -> None:
    class Mine(cffisock.socket):
        pass

    one, two = (stack.enter_context(Mine(type=SOCK_DGRAM)) for _ in range(2))
    two.bind(("127.0.0.1", 0))
    assert one.sendmmsg([(b"x", two.getsockname())]) == 1
    assert data_of(two.recvmmsg(1, 1)) == [b"x"]


SIZES = st.lists(st.binary(max_size=30) | st.binary(min_size=250, max_size=300), max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SIZES, st.integers(0, 300), st.booleans())
@example([b"x"] * 40, 1, True)
def test_any_batch(messages: list[bytes], size: int, into: bool) -> None:
    """What comes is what was sent, as far as there is room, in rooms used again and again."""
    one, two = cffisock.socketpair(AF_UNIX, SOCK_SEQPACKET)
    with one, two:
        assert one.sendmmsg([(message,) for message in messages]) == len(messages)
        if into:
            buffers = [bytearray(size) for _ in messages]
            items: Any = two.recvmmsg_into(buffers)
            received = [bytes(buffer[:n]) for buffer, (n, *_) in zip(buffers, items)]
        else:
            items = two.recvmmsg(len(messages), size)
            received = data_of(items)
        assert received == [message[:size] for message in messages]
        cut = [bool(flags & MSG_TRUNC) for _, _, flags, _ in items]
        assert cut == [len(message) > size for message in messages]


# --- control messages ---------------------------------------------------------------------------


def test_descriptors(records: Any, pipes: Any) -> None:
    one, two = records
    messages = [(b"a", None, [rights(*pipes[:2])]), (b"b",), (b"c", None, [rights(pipes[2])])]
    assert one.sendmmsg(messages) == 3
    items = two.recvmmsg(3, 10, CMSG_SPACE(2 * INT))
    fds = [fds_in(ancillary) for _, ancillary, _, _ in items]
    assert [len(some) for some in fds] == [2, 0, 1]
    received = [fd for some in fds for fd in some]
    assert [descriptors()[fd] for fd in received] == [descriptors()[fd] for fd in pipes[:3]]
    for fd in received:
        os.close(fd)


def test_descriptors_without_room(records: Any, pipes: Any) -> None:
    """None is open afterwards that the caller does not know of."""
    one, two = records
    before = descriptors()
    for receive in (lambda: two.recvmmsg(2, 10), lambda: two.recvmmsg_into([bytearray(9)] * 2)):
        one.sendmmsg([(b"a", None, [rights(pipes[0])])] * 2)
        assert [item[1:3] for item in receive()] == [([], MSG_CTRUNC)] * 2
        assert descriptors() == before


@pytest.mark.parametrize("into", [False, True])
@pytest.mark.parametrize(
    ("place", "name"), [(_address, "unpack"), (batches, "unpack_control"), (batches, "ffi")]
)
def test_descriptors_are_closed_when_the_result_fails(
    place: Any, name: str, into: bool, records: Any, pipes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = records
    before = descriptors()
    one.sendmmsg([(b"a",), *[(b"b", None, [rights(*pipes)])] * 3])
    calls = []

    class Broken(Exception):
        pass

    def fails_the_second_time(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise Broken
        return real(*args)

    if name == "ffi":
        real = place.ffi.unpack

        class FFI:
            unpack = staticmethod(fails_the_second_time)

            def __getattr__(self, name: str) -> Any:
                return getattr(ffi, name)

        ffi = place.ffi
        monkeypatch.setattr(place, name, FFI())
    else:
        real = getattr(place, name)
        if name == "unpack":
            calls.append(())  # there is one address for all of them
        monkeypatch.setattr(place, name, fails_the_second_time)
    with pytest.raises(Broken):
        if into:
            two.recvmmsg_into([bytearray(9) for _ in range(4)], 100)
        else:
            two.recvmmsg(4, 10, 100)
    assert descriptors() == before


@pytest.mark.native("it knows no SO_RXQ_OVFL")
@pytest.mark.parametrize("room", [0, 5, 16, 17, 20, 24, 30, 47, 48, 56, 80, 200, 300])
def test_control_messages_are_cut_as_recvmsg_cuts_them(room: int, stack: ExitStack) -> None:
    """Although the kernel has more room here, for those of trains."""
    one = bound(stack, AF_INET, ("127.0.0.1", 0))
    for option in (cffisock.IP_RECVTOS, cffisock.IP_RECVTTL, cffisock.IP_PKTINFO):
        one.setsockopt(IPPROTO_IP, option, 1)
    one.setsockopt(SOL_SOCKET, cffisock.SO_RXQ_OVFL, 1)
    for _ in range(4):
        one.sendto(b"x", one.getsockname())
    expected = one.recvmsg(10, room)
    assert one.recvmmsg(1, 10, room) == [expected]
    assert one.recvmmsg(2, 10, room) == [expected] * 2


def test_control_messages_of_ip(stack: ExitStack) -> None:
    one = bound(stack, AF_INET, ("127.0.0.1", 0))
    to = one.getsockname()
    one.setsockopt(IPPROTO_IP, cffisock.IP_RECVTOS, 1)
    one.setsockopt(IPPROTO_IP, cffisock.IP_RECVTTL, 1)
    ttl = (IPPROTO_IP, cffisock.IP_TTL, struct.pack("i", 9))
    tos = (IPPROTO_IP, cffisock.IP_TOS, bytearray(b"\x10"))
    messages = [(b"a", to, [ttl, tos]), (b"b", to, iter([tos])), (b"c", to, ())]
    assert one.sendmmsg(messages) == 3
    received = [
        {kind: data for _, kind, data in ancillary}
        for _, ancillary, _, _ in one.recvmmsg(3, 9, 100)
    ]
    assert [some[cffisock.IP_TOS] for some in received] == [b"\x10", b"\x10", b"\0"]
    assert [struct.unpack("i", some[cffisock.IP_TTL])[0] for some in received] == [9, 64, 64]
