"""Control messages as records and back, on both modules' sockets, and what cannot be read."""

from __future__ import annotations

import array
import gc
import os
import struct
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cffisock
from cffisock import control
from cffisock._edge.platform import CONSTANTS

from .support import IP_FAMILIES, LONG, lacks, own, udp_pair

FOUR, SIX = cffisock.AF_INET, cffisock.AF_INET6
# PyPy's own sockets have no recvmsg() for some of it.
MODULES = [cffisock, own]


def of(message: Any, record: type) -> Any:
    (found,) = (item for item in message.control if isinstance(item, record))
    assert message.get(record) == found
    return found


def pair(module: Any, family: int) -> tuple[Any, Any]:
    one, two = udp_pair(module, family)
    two.settimeout(LONG)
    return one, two


# --- there and back ---------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("family", IP_FAMILIES)
def test_datagrams(module: Any, family: int) -> None:
    one, two = pair(module, family)
    with one, two:
        control.enable(two, control.PacketInfo, control.HopLimit, control.TrafficClass)
        host = one.getsockname()[0]
        items = [
            control.source(host, "lo"),
            control.hop_limit(7, family),
            control.traffic_class(0x48 | 2, family),
        ]
        one.sendmsg([b"data"], items)
        message = control.receive(two, 100)
        assert (message.data, message.flags) == (b"data", 0)
        assert message.address[:2] == one.getsockname()[:2]
        assert of(message, control.PacketInfo) == (host, 1, host)
        assert of(message, control.HopLimit) == (7, family)
        found = of(message, control.TrafficClass)
        assert (found.value, found.dscp, found.ecn) == (0x4A, 0x12, 2)
        assert message.get(control.Rights) is None
        # None is asked for any more.
        control.enable(two, control.PacketInfo, control.HopLimit, control.TrafficClass, on=False)
        one.sendmsg([b"data"])
        assert control.receive(two, 100).control == []


def test_another_source_than_the_sockets() -> None:
    one, two = pair(cffisock, FOUR)
    with one, two, cffisock.socket(FOUR, cffisock.SOCK_DGRAM) as sock:
        with cffisock.socket(FOUR, cffisock.SOCK_DGRAM) as anybody:
            anybody.bind(("127.0.0.1", 0))
            anybody.settimeout(LONG)
            for interface in ("lo", 1, 0):
                item = control.source("127.0.0.77", interface)
                sock.sendmsg([b"x"], [item], 0, anybody.getsockname())
                assert anybody.recvfrom(1)[1][0] == "127.0.0.77"
        with pytest.raises(OSError, match="No such device"):
            control.source("127.0.0.1", "no-such-thing")


@pytest.mark.ipv6
def test_ipv4_on_a_socket_of_ipv6() -> None:
    with (
        cffisock.socket(SIX, cffisock.SOCK_DGRAM) as two,
        cffisock.socket(FOUR, cffisock.SOCK_DGRAM) as one,
    ):
        two.settimeout(LONG)
        two.bind(("::", 0))
        control.enable(two, control.PacketInfo, control.HopLimit)
        one.sendto(b"x", ("127.0.0.1", two.getsockname()[1]))
        message = control.receive(two, 10)
        assert of(message, control.HopLimit) == (64, FOUR)
        assert "::ffff:127.0.0.1" in [
            item.address for item in message.control if isinstance(item, control.PacketInfo)
        ]


@pytest.mark.parametrize("module", MODULES)
def test_times(module: Any) -> None:
    one, two = pair(module, FOUR)
    with one, two:
        start = time.time_ns()
        for option, record, divides in (
            (module.SO_TIMESTAMP if hasattr(module, "SO_TIMESTAMP") else 29, "ns", 1000),
            (CONSTANTS["SO_TIMESTAMPNS"], "ns", 1),
        ):
            two.setsockopt(own.SOL_SOCKET, option, 1)
            one.send(b"x")
            found = of(control.receive(two, 10), control.Timestamp)
            assert start - 10**9 < getattr(found, record) <= time.time_ns() + 10**9
            assert found.ns % divides == 0
            two.setsockopt(own.SOL_SOCKET, option, 0)
        two.setsockopt(
            own.SOL_SOCKET,
            CONSTANTS["SO_TIMESTAMPING"],
            cffisock.SOF_TIMESTAMPING_RX_SOFTWARE | cffisock.SOF_TIMESTAMPING_SOFTWARE,
        )
        times = None
        while not times:  # the kernel takes a moment to begin
            one.send(b"x")
            times = control.receive(two, 10).get(control.Timestamps)
        assert start - 10**9 < times.software <= time.time_ns() + 10**9
        assert times.hardware is None


def test_what_was_dropped() -> None:
    one, two = pair(cffisock, FOUR)
    with one, two:
        control.enable(two, control.Dropped)
        two.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_RCVBUF, 4096)
        for _ in range(100):
            one.send(b"x" * 1000)
        while not (dropped := control.receive(two, 2000).get(control.Dropped)):
            one.send(b"x")
        assert dropped.messages > 0


def test_trains() -> None:
    one, two = pair(cffisock, FOUR)
    with one, two:
        control.enable(two, control.SegmentSize, control.TrafficClass)
        items = [control.segment_size(10), control.ecn(1)]
        assert one.sendmsg([b"0123456789" * 3], items) == 30
        message = control.receive(two, 100)
        # One message with the size of its datagrams, or each by itself.
        if size := message.get(control.SegmentSize):
            assert (size.size, len(message.data)) == (10, 30)
        else:
            assert message.data == b"0123456789"
        assert message.get(control.TrafficClass).ecn == 1


def test_many_at_once() -> None:
    one, two = pair(cffisock, FOUR)
    with one, two:
        control.enable(two, control.HopLimit, control.TrafficClass)
        one.sendmmsg([([b"%d" % i], None, [control.hop_limit(i + 1)]) for i in range(5)])
        messages = control.receive_many(two, 5, 100)
        assert [message.data for message in messages] == [b"0", b"1", b"2", b"3", b"4"]
        assert [message.get(control.HopLimit).value for message in messages] == [1, 2, 3, 4, 5]


@pytest.mark.root
def test_where_a_datagram_was_going() -> None:
    one, two = pair(cffisock, FOUR)
    with one, two:
        control.enable(two, control.OriginalDestination)
        one.send(b"x")
        message = control.receive(two, 10)
        assert of(message, control.OriginalDestination).address == two.getsockname()


# --- processes and descriptors ----------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
def test_credentials(module: Any) -> None:
    one, two = module.socketpair(module.AF_UNIX, module.SOCK_DGRAM)
    with one, two:
        control.enable(two, control.Credentials)
        mine = os.getpid(), os.getuid(), os.getgid()
        for items in ([], [control.credentials()], [control.credentials(*mine)]):
            one.sendmsg([b"x"], items)
            assert of(control.receive(two, 10), control.Credentials) == mine


def test_the_process_itself() -> None:
    one, two = cffisock.socketpair(cffisock.AF_UNIX, cffisock.SOCK_DGRAM)
    with one, two:
        lacks(6, 5, lambda: control.enable(two, control.PidFD))
        control.enable(two, control.PidFD)
        one.send(b"x")
        with of(control.receive(two, 10), control.PidFD) as found:
            (fd,) = found.fds
            assert not os.get_inheritable(fd)
            with open(f"/proc/self/fdinfo/{fd}") as file:
                assert f"Pid:\t{os.getpid()}\n" in file.read()


@pytest.mark.parametrize("module", MODULES)
def test_descriptors_that_are_taken(module: Any) -> None:
    one, two = module.socketpair()
    with one, two, open(os.devnull, "rb") as file:
        one.sendmsg([b"x"], [control.rights([file.fileno()] * 3)])
        rights = of(control.receive(two, 10), control.Rights)
        assert len(rights) == len(rights.fds) == 3
        taken = rights.take()
        assert rights.take() == [] == list(rights.fds)
        rights.close()
        for fd in taken:
            assert os.fstat(fd).st_rdev == os.fstat(file.fileno()).st_rdev
            os.close(fd)


def test_descriptors_that_are_not() -> None:
    one, two = cffisock.socketpair()
    with one, two:
        one.sendmsg([b"x"], [control.rights([one.fileno(), two.fileno()])])
        with of(control.receive(two, 10), control.Rights) as rights:
            one_of_them = rights.fds[0]
            assert repr(rights) == f"Rights({list(rights.fds)})"
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(one_of_them)
        one.sendmsg([b"x"], [control.rights([one.fileno()])])
        message = control.receive(two, 10)
        (fd,) = message.get(control.Rights).fds
        with pytest.warns(ResourceWarning, match="unclosed Rights"):
            del message
            for _ in range(3):
                gc.collect()
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)


def test_a_list_that_was_cut() -> None:
    one, two = cffisock.socketpair()
    with one, two:
        one.sendmsg([b"x"], [control.rights([one.fileno()] * 3)])
        _, items, flags, _ = two.recvmsg(1, cffisock.CMSG_LEN(4) + 1)
        assert flags & cffisock.MSG_CTRUNC
        (rights,) = control.parse(items)
        with rights:  # type: ignore[union-attr]
            assert len(rights) == 1


# --- what cannot be read or made --------------------------------------------------------------

KNOWN = sorted((level, kind) for level, kind in control._received._READERS if kind >= 0)


@given(
    st.sampled_from(KNOWN) | st.tuples(st.integers(0, 300), st.integers(2**16, 2**31 - 1)),
    st.binary(max_size=80),
)
def test_anything_can_be_read_or_stays_as_it_is(key: tuple[int, int], data: bytes) -> None:
    item = (*key, data)
    (parsed,) = control.parse([item])
    assert parsed is item or key in KNOWN
    if len(data) > 60 and key != (cffisock.IPPROTO_IP, cffisock.IP_RECVORIGDSTADDR):
        assert parsed is item or isinstance(
            parsed, (control.ExtendedError, control.OriginalDestination)
        )


def test_unknown_ones_stay_as_they_are() -> None:
    items = [(999, 1, b"x"), (cffisock.SOL_SOCKET, 999, b""), (cffisock.IPPROTO_IP, 999, b"\0" * 4)]
    assert control.parse(items) == items


@pytest.mark.parametrize("version", ["IP", "IPV6"])
def test_a_kernel_that_knows_a_new_origin(version: str) -> None:
    data = struct.pack("@I4B2I", 5, 99, 1, 2, 0, 7, 8)
    level, kind = f"IPPROTO_{version}", f"{version}_RECVERR"
    (error,) = control.parse([(getattr(cffisock, level), getattr(cffisock, kind), data)])
    assert error == (5, 99, 1, 2, 7, 8, None)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: control.ecn(4), ValueError),
        (lambda: control.ecn(-1), ValueError),
        (lambda: control.traffic_class(256), ValueError),
        (lambda: control.segment_size(2**16), OverflowError),
        (lambda: control.hop_limit(2**31), OverflowError),
        (lambda: control.rights([2**31]), OverflowError),
        (lambda: control.rights(["x"]), TypeError),
        (lambda: control.source("not an address"), OSError),
        (lambda: control.source("127.0.0.1", 2**31), OverflowError),
        (lambda: control.transmit_time(-1), OverflowError),
        (lambda: control.credentials(2**40), OverflowError),
    ],
)
def test_bad_values(make: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        make()


def test_what_cannot_be_asked_for() -> None:
    with cffisock.socket(cffisock.AF_UNIX) as sock:
        for record in (control.PacketInfo, control.Rights, int, "x"):
            with pytest.raises(ValueError, match="cannot be asked for"):
                control.enable(sock, record)


def test_rights_are_as_send_fds_has_them() -> None:
    fds = [0, 1, 2]
    assert control.rights(fds)[2] == array.array("i", fds).tobytes()


@pytest.mark.root
def test_the_time_to_send_at() -> None:
    one, two = pair(cffisock, FOUR)
    with one, two:
        # A clock and flags: struct sock_txtime.
        value = struct.pack("@iI", time.CLOCK_TAI if hasattr(time, "CLOCK_TAI") else 11, 0)
        one.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_TXTIME, value)
        one.sendmsg([b"x"], [control.transmit_time(1)])
        assert two.recv(1) == b"x"
