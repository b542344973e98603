"""recvmsg, recvmsg_into, sendmsg, and the control messages that they carry."""

from __future__ import annotations

import array
import os
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import cffisock
from cffisock import CMSG_LEN, CMSG_SPACE, SCM_RIGHTS, SOL_SOCKET

from .support import INT, IS_PYPY, LONG, descriptors, fds_in, later, own, rights, signals

# --- data ---------------------------------------------------------------------------------------


def test_many_buffers(pair: Any) -> None:
    one, two = pair
    parts = [b"a", bytearray(b"bc"), memoryview(b"def"), array.array("B", b"ghij"), b""]
    assert one.sendmsg(parts) == 10
    assert two.recvmsg(100) == (b"abcdefghij", [], 0, None)
    assert one.sendmsg(part for part in parts) == 10
    into = [bytearray(3), bytearray(0), memoryview(bytearray(4)), array.array("B", [0] * 9)]
    assert two.recvmsg_into(into) == (10, [], 0, None)
    assert b"".join(bytes(buffer) for buffer in into) == b"abcdefghij" + bytes(6)


def test_the_most_buffers(pair: Any) -> None:
    one, two = pair
    most = os.sysconf("SC_IOV_MAX")
    assert one.sendmsg([b"x"] * most) == most
    assert two.recvmsg_into([bytearray(1) for _ in range(most)])[0] == most
    with pytest.raises(OSError, match=r"Message too (long|large)"):
        one.sendmsg([b"x"] * (most + 1))
    with pytest.raises(OSError, match=r"Message too (long|large)"):
        two.recvmsg_into([bytearray(1) for _ in range(most + 1)])


def test_big_messages(tcp: Any) -> None:
    client, server = tcp
    data = os.urandom(1_000_000)
    client.settimeout(0)
    sent = client.sendmsg([data, data])
    assert sent > 0
    received = b""
    while len(received) < sent:
        received += server.recvmsg(400_000)[0]
    assert received == (data + data)[:sent]


def test_addresses(stack: Any) -> None:
    one = stack.enter_context(cffisock.socket(type=cffisock.SOCK_DGRAM))
    two = stack.enter_context(cffisock.socket(type=cffisock.SOCK_DGRAM))
    for sock in (one, two):
        sock.bind(("127.0.0.1", 0))
    assert one.sendmsg([b"a", b"b"], [], 0, two.getsockname()) == 2
    assert two.recvmsg(10) == (b"ab", [], 0, one.getsockname())


def test_the_flags_of_a_cut_message(udp: Any) -> None:
    one, two = udp
    one.send(b"hello")
    data, items, flags, address = two.recvmsg(2)
    assert (data, items, flags, address) == (b"he", [], cffisock.MSG_TRUNC, one.getsockname())


def test_records() -> None:
    one, two = cffisock.socketpair(cffisock.AF_UNIX, cffisock.SOCK_SEQPACKET)
    with one, two:
        one.send(b"hello")
        assert two.recvmsg(10)[:2] == (b"hello", [])
        one.close()
        assert two.recvmsg(10)[:2] == (b"", [])


def test_no_data_at_all(pair: Any) -> None:
    one, two = pair
    assert one.sendmsg([]) == 0
    one.send(b"x")
    assert two.recvmsg(0)[0] == b""
    assert two.recvmsg_into([])[0] == 0
    assert two.recv(5) == b"x"


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([], marks=pytest.mark.native("without a buffer it sends nothing")),
        [b""],
        [b"", bytearray()],
    ],
    ids=len,
)
def test_empty_datagrams(parts: list[Any], records: Any) -> None:
    one, two = records
    assert one.sendmsg(parts) == 0
    assert two.recv(5) == b""


def test_no_room_for_a_message(pair: Any) -> None:
    one, two = pair
    one.setblocking(False)
    parts = [bytes(1000), bytearray(1000)]
    sent = 0
    with pytest.raises(BlockingIOError):
        while True:
            sent += one.sendmsg(parts)
    one.settimeout(0.02)
    with pytest.raises(TimeoutError):
        one.sendmsg(parts)
    one.settimeout(LONG)
    with later(0.02, two.recv, sent, cffisock.MSG_WAITALL):
        assert one.sendmsg(parts) > 0


def test_messages_in_many_threads() -> None:
    """More at once than envelopes are kept: each gets what was sent to it."""

    def talk(number: int) -> bool:
        one, two = cffisock.socketpair()
        data = bytes([number]) * (number + 1)
        expected = (data, [(SOL_SOCKET, cffisock.SCM_CREDENTIALS, mine)], 0, None)
        with one, two:
            two.settimeout(LONG)
            two.setsockopt(SOL_SOCKET, cffisock.SO_PASSCRED, 1)
            for _ in range(100):
                one.sendmsg([data], [(SOL_SOCKET, cffisock.SCM_CREDENTIALS, mine)])
                if two.recvmsg(100, CMSG_SPACE(len(mine))) != expected:
                    return False
        return True

    mine = struct.pack("3i", os.getpid(), os.getuid(), os.getgid())
    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(talk, range(20)))


def test_a_handler_that_receives_a_message_too(pair: Any) -> None:
    one, two = pair
    two.settimeout(LONG)
    received: list[Any] = []

    def handler() -> None:
        if not received:
            one.sendmsg([b"first"])
            received.append(two.recvmsg(100))
            one.sendmsg([b"second"])

    with signals(handler):
        assert two.recvmsg(100, 100) == (b"second", [], 0, None)
    assert received == [(b"first", [], 0, None)]


# --- descriptors --------------------------------------------------------------------------------


def test_descriptors_arrive(pair: Any, pipes: Any) -> None:
    one, two = pair
    one.sendmsg([b"x"], [rights(*pipes)])
    data, items, flags, _ = two.recvmsg(10, CMSG_SPACE(len(pipes) * INT))
    received = fds_in(items)
    assert (data, flags) == (b"x", 0)
    assert [descriptors()[fd] for fd in received] == [descriptors()[fd] for fd in pipes]
    os.write(received[1], b"hello")
    assert os.read(pipes[0], 9) == b"hello"
    for fd in received:
        os.close(fd)


def test_send_fds_and_recv_fds(pair: Any, pipes: Any) -> None:
    one, two = pair
    assert cffisock.send_fds(one, [b"ab", b"c"], pipes) == 3
    data, fds, flags, _ = cffisock.recv_fds(two, 10, len(pipes))
    assert (data, len(fds), flags) == (b"abc", len(pipes), 0)
    for fd in fds:
        os.close(fd)


@pytest.mark.parametrize(("sender", "receiver"), [(cffisock, own), (own, cffisock)])
def test_descriptors_between_the_two_modules(sender: Any, receiver: Any, pipes: Any) -> None:
    one, two = sender.socketpair()
    with one, receiver.socket(fileno=two.detach()) as other:
        sender.send_fds(one, [b"x"], pipes)
        _, fds, _, _ = receiver.recv_fds(other, 10, 10)
    assert [descriptors()[fd] for fd in fds] == [descriptors()[fd] for fd in pipes]
    for fd in fds:
        os.close(fd)


@pytest.mark.native("it takes more descriptors than fit, and hides MSG_CTRUNC")
def test_more_descriptors_than_room(pair: Any, pipes: Any) -> None:
    """The kernel closes what does not fit, and says that it cut the message."""
    one, two = pair
    one.sendmsg([b"x"], [rights(*pipes)])
    _, items, flags, _ = two.recvmsg(10, CMSG_LEN(2 * INT))
    fds = fds_in(items)
    assert len(fds) == 2
    assert flags & cffisock.MSG_CTRUNC
    for fd in fds:
        os.close(fd)
    one.sendmsg([b"x"], [rights(*pipes)])
    assert two.recvmsg(10, 0) == (b"x", [], cffisock.MSG_CTRUNC, None)
    one.sendmsg([b"x"], [rights(*pipes)])
    assert two.recvmsg(10, CMSG_LEN(INT) - 1)[1:3] == ([], cffisock.MSG_CTRUNC)


def test_descriptors_into_buffers(pair: Any, pipes: Any) -> None:
    one, two = pair
    one.sendmsg([b"hello"], [rights(pipes[0])])
    buffers = [bytearray(2), bytearray(5)]
    n, items, flags, _ = two.recvmsg_into(buffers, CMSG_SPACE(INT))
    (fd,) = fds_in(items)
    os.close(fd)
    assert (n, flags, buffers) == (5, 0, [b"he", b"llo\0\0"])


def test_several_control_messages(pair: Any, pipes: Any) -> None:
    one, two = pair
    two.setsockopt(SOL_SOCKET, cffisock.SO_PASSCRED, 1)
    mine = struct.pack("3i", os.getpid(), os.getuid(), os.getgid())
    items = [(SOL_SOCKET, cffisock.SCM_CREDENTIALS, mine), rights(*pipes[:2])]
    one.sendmsg([b"x"], items)
    _, received, _, _ = two.recvmsg(10, 1000)
    by_kind = {kind: data for _, kind, data in received}
    assert by_kind[cffisock.SCM_CREDENTIALS] == mine
    fds = array.array("i", by_kind[SCM_RIGHTS])
    assert len(fds) == 2
    for fd in fds:
        os.close(fd)


def test_credentials_are_not_the_senders_choice(pair: Any) -> None:
    one, two = pair
    two.setsockopt(SOL_SOCKET, cffisock.SO_PASSCRED, 1)
    one.send(b"x")
    _, [(level, kind, data)], _, _ = two.recvmsg(1, CMSG_SPACE(12))
    assert (level, kind) == (SOL_SOCKET, cffisock.SCM_CREDENTIALS)
    assert struct.unpack("3i", data) == (os.getpid(), os.getuid(), os.getgid())


def test_control_data_of_ip(stack: Any) -> None:
    one = stack.enter_context(cffisock.socket(type=cffisock.SOCK_DGRAM))
    one.bind(("127.0.0.1", 0))
    one.setsockopt(cffisock.IPPROTO_IP, cffisock.IP_RECVTOS, 1)
    one.sendmsg(
        [b"x"], [(cffisock.IPPROTO_IP, cffisock.IP_TOS, bytearray(b"\x10"))], 0, one.getsockname()
    )
    data, items, _, address = one.recvmsg(10, 100)
    assert (data, address) == (b"x", one.getsockname())
    assert items == [(cffisock.IPPROTO_IP, cffisock.IP_TOS, b"\x10")]


@pytest.mark.ipv6
@pytest.mark.native("it swaps no numbers in control messages of IPv6")
def test_control_data_of_ipv6(stack: Any) -> None:
    six = cffisock.IPPROTO_IPV6
    one = stack.enter_context(cffisock.socket(cffisock.AF_INET6, cffisock.SOCK_DGRAM))
    one.bind(("::1", 0))
    one.setsockopt(six, cffisock.IPV6_RECVHOPLIMIT, 1)
    one.setsockopt(six, cffisock.IPV6_RECVTCLASS, 1)
    hops, tclass = array.array("i", [7]), array.array("i", [8])
    ancillary = [(six, cffisock.IPV6_HOPLIMIT, hops), (six, cffisock.IPV6_TCLASS, tclass)]
    one.sendmsg([b"x"], ancillary, 0, one.getsockname())
    _, items, flags, _ = one.recvmsg(10, 2 * CMSG_SPACE(INT))
    assert flags == 0
    assert {(kind, data) for _, kind, data in items} == {
        (cffisock.IPV6_HOPLIMIT, hops.tobytes()),
        (cffisock.IPV6_TCLASS, tclass.tobytes()),
    }
    one.sendmsg([b"x"], ancillary, 0, one.getsockname())
    _, items, flags, _ = one.recvmsg(10, CMSG_SPACE(INT))
    assert len(items) == 1
    assert flags & cffisock.MSG_CTRUNC


@pytest.mark.parametrize("data", [b"data", bytearray(b"data")])
@pytest.mark.parametrize("module", [cffisock] if IS_PYPY else [own, cffisock])
def test_the_order_of_sendmsgs_arguments(module: Any, data: Any) -> None:
    """Flags first, then the address, the data and the control messages."""
    done = []

    class Flags:
        def __index__(self) -> int:
            done.append("flags")
            return 0

    def told(name: str, items: list[Any]) -> Iterator[Any]:
        done.append(name)
        yield from items

    def send(address: Any) -> None:
        with module.socket(module.AF_INET, module.SOCK_DGRAM) as sock:
            sock.sendmsg(told("data", [data]), told("control", []), Flags(), address)

    with pytest.raises(TypeError, match="address must be tuple"):
        send("no tuple")
    assert done == ["flags"]
    done.clear()
    send(("127.0.0.1", 9))
    assert done == ["flags", "data", "control"]


def test_ancillary_data_is_released(pair: Any) -> None:
    """Whether the call fails or not, a bytearray can be resized afterwards."""
    one, two = pair
    control = bytearray(array.array("i", [one.fileno()]))
    data = bytearray(b"x")
    one.sendmsg([data], [(SOL_SOCKET, SCM_RIGHTS, control)])
    _, items, _, _ = two.recvmsg(1, 100)
    os.close(fds_in(items)[0])
    for bad in ([(1, 2, control), 5], [(1, 2, control), (1, "x", control)], [(1, 99, control)]):
        with pytest.raises((TypeError, OSError)):
            one.sendmsg([data], bad)
    with pytest.raises(TypeError):
        one.sendmsg([data, "x"], [(SOL_SOCKET, SCM_RIGHTS, control)])
    with pytest.raises(TypeError):
        two.recvmsg_into([data, control, b"x"])
    with pytest.raises(OverflowError):
        two.recvmsg_into([data, control], 0, 2**31)
    control.append(1)
    data.append(1)


# --- sizes --------------------------------------------------------------------------------------


def test_lengths_and_spaces() -> None:
    header = CMSG_LEN(0)
    assert header == own.CMSG_LEN(0)
    for length in (*range(70), 1000, 65535, 2**31 - 100):
        assert CMSG_LEN(length) == own.CMSG_LEN(length) == header + length
        assert CMSG_SPACE(length) == own.CMSG_SPACE(length) >= CMSG_LEN(length)


@pytest.mark.parametrize("size_of", [CMSG_LEN, CMSG_SPACE])
def test_lengths_out_of_range(size_of: Any) -> None:
    for length in (-1, 2**31 - 1, 2**31, 2**32, 2**63, -(2**63), 2**64):
        with pytest.raises(OverflowError):
            size_of(length)
    for bad in ("x", 1.0, None):
        with pytest.raises(TypeError):
            size_of(bad)
