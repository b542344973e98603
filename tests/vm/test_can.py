"""CAN on vcan0: raw frames, the broadcast manager, ISO-TP, J1939."""

from __future__ import annotations

import struct
from typing import Any

import pytest

import cffisock
from cffisock import AF_CAN, CAN_BCM, CAN_ISOTP, CAN_J1939, CAN_RAW, SOCK_DGRAM, SOCK_RAW

from .peers import NAMES, PEERS, check_names, check_refused, new, receive

VCAN = ("vcan0",)
peers = pytest.mark.parametrize("peer", PEERS, ids=NAMES)


def frame(can_id: int, data: bytes, size: int = 8) -> bytes:
    """struct can_frame, or canfd_frame with ``size`` 64."""
    return struct.pack("=IBxxx", can_id, len(data)) + data.ljust(size, b"\0")


def raw(module: Any = cffisock, address: Any = VCAN) -> Any:
    sock = new(module, AF_CAN, SOCK_RAW, CAN_RAW)
    sock.bind(address)
    return sock


# --- raw ------------------------------------------------------------------------------------------


@peers
def test_raw_frames_both_ways(peer: Any) -> None:
    with raw() as sock, raw(peer) as other:
        for one, two in ((sock, other), (other, sock)):
            for count in range(9):
                sent = frame(0x100 + count, bytes(range(count)))
                assert one.send(sent) == 16
                assert two.recvfrom(100) == (sent, VCAN)
        assert sock.getsockname() == VCAN
        check_names(sock)


@peers
def test_raw_with_an_address_for_each_frame(peer: Any) -> None:
    with new(cffisock, AF_CAN, SOCK_RAW, CAN_RAW) as sock, raw(peer) as other:
        assert sock.getsockname() == ("",)
        assert sock.sendto(frame(1, b"sendto"), VCAN) == 16
        assert other.recv(100) == frame(1, b"sendto")
        assert sock.sendmsg([frame(2, b"")[:5], frame(2, b"")[5:]], [], 0, VCAN) == 16
        assert other.recv(100) == frame(2, b"")


def test_raw_from_all_interfaces() -> None:
    with raw(address=("",)) as everywhere, raw() as sock:
        assert everywhere.getsockname() == ("",)
        check_names(everywhere)
        sock.send(frame(3, b"abc"))
        data, _, flags, address = everywhere.recvmsg(100)
        assert (data, address) == (frame(3, b"abc"), VCAN)
        assert flags & cffisock.MSG_DONTROUTE  # it comes from this machine
        into = bytearray(16)
        sock.send(frame(4, b"x"))
        assert everywhere.recvfrom_into(into) == (16, VCAN)
        assert into == frame(4, b"x")


def test_raw_own_messages() -> None:
    with raw() as sock, raw() as other:
        sock.send(frame(1, b"not for me"[:8]))
        sock.setsockopt(cffisock.SOL_CAN_RAW, cffisock.CAN_RAW_RECV_OWN_MSGS, 1)
        sock.send(frame(2, b"for me"))
        data, _, flags, address = sock.recvmsg(100)
        assert (data, address) == (frame(2, b"for me"), VCAN)
        assert flags & cffisock.MSG_CONFIRM  # and from this socket
        assert other.recv(100) == frame(1, b"not for ")
        sock.setsockopt(cffisock.SOL_CAN_RAW, cffisock.CAN_RAW_LOOPBACK, 0)
        assert sock.getsockopt(cffisock.SOL_CAN_RAW, cffisock.CAN_RAW_LOOPBACK) == 0
        sock.send(frame(3, b"for nobody"[:8]))
        other.recv(100)
        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.recv(100)


@peers
def test_raw_filters(peer: Any) -> None:
    with raw() as sock, raw(peer) as other:
        exact = struct.pack("=IIII", 0x200, cffisock.CAN_SFF_MASK, 0x300, 0x700)
        sock.setsockopt(cffisock.SOL_CAN_RAW, cffisock.CAN_RAW_FILTER, exact)
        assert sock.getsockopt(cffisock.SOL_CAN_RAW, cffisock.CAN_RAW_FILTER, 16) == exact
        for can_id in (0x1FF, 0x200, 0x201, 0x2FF, 0x300, 0x3FF, 0x400):
            other.send(frame(can_id, b""))
        got = [struct.unpack_from("=I", sock.recv(16))[0] for _ in range(3)]
        assert got == [0x200, 0x300, 0x3FF]
        sock.settimeout(0)
        with pytest.raises(BlockingIOError):
            sock.recv(16)


@peers
def test_raw_long_frames(peer: Any) -> None:
    with raw() as sock, raw(peer) as other:
        for end in (sock, other):
            end.setsockopt(cffisock.SOL_CAN_RAW, cffisock.CAN_RAW_FD_FRAMES, 1)
        long = frame(0x12345678 | cffisock.CAN_EFF_FLAG, bytes(range(64)), 64)
        assert sock.send(long) == cffisock.CANFD_MTU
        data, address = other.recvfrom(100)
        # The kernel marks it as a frame of that kind.
        assert data == long[:5] + bytes([cffisock.CANFD_FDF]) + long[6:] or data == long
        assert address == VCAN


def test_raw_errors() -> None:
    check_refused(
        lambda module: module.socket(AF_CAN, SOCK_RAW, CAN_RAW),
        "bind",
        [("nope",), ("lo",), ("x" * 16,), ("vcan0", 1), "vcan0", (None,)],
    )
    with raw() as sock, pytest.raises(OSError, match="Invalid argument"):
        sock.send(b"too short")


# --- the broadcast manager ------------------------------------------------------------------------


def bcm(module: Any = cffisock) -> Any:
    sock = new(module, AF_CAN, SOCK_DGRAM, CAN_BCM)
    sock.connect(VCAN)
    return sock


def bcm_message(
    opcode: int, flags: int, can_id: int, frames: list[bytes], ival2_us: int = 0
) -> bytes:
    """struct bcm_msg_head with its frames, which begin at a multiple of 8 bytes."""
    head = struct.pack("@3I4l2I0q", opcode, flags, 0, 0, 0, 0, ival2_us, can_id, len(frames))
    return head + b"".join(frames)


@peers
def test_bcm_sends_again_and_again(peer: Any) -> None:
    cyclic = cffisock.CAN_BCM_SETTIMER | cffisock.CAN_BCM_STARTTIMER
    with bcm() as sock, raw(peer) as other:
        sent = frame(0x123, b"cyclic")
        message = bcm_message(cffisock.CAN_BCM_TX_SETUP, cyclic, 0x123, [sent], ival2_us=1000)
        assert sock.send(message) == len(message)
        assert [other.recvfrom(100) for _ in range(5)] == [(sent, VCAN)] * 5
        sock.send(bcm_message(cffisock.CAN_BCM_TX_DELETE, 0, 0x123, []))


@peers
def test_bcm_tells_what_has_changed(peer: Any) -> None:
    with bcm() as sock, raw(peer) as other:
        mask = frame(0, b"\xff")
        sock.sendall(bcm_message(cffisock.CAN_BCM_RX_SETUP, 0, 0x321, [mask]))
        for content in (b"a1", b"a2", b"b1"):
            other.send(frame(0x321, content))
        for content in (b"a1", b"b1"):
            data, address = sock.recvfrom(200)
            assert address == VCAN
            head = bcm_message(cffisock.CAN_BCM_RX_CHANGED, 0, 0x321, [])
            assert data[:4] == head[:4]
            assert data[len(head) :] == frame(0x321, content)


# --- ISO-TP ---------------------------------------------------------------------------------------


@peers
def test_isotp_transfers(peer: Any) -> None:
    sock, other = (new(module, AF_CAN, SOCK_DGRAM, CAN_ISOTP) for module in (cffisock, peer))
    with sock, other:
        sock.bind(("vcan0", 0x712, 0x713))
        other.bind(("vcan0", 0x713, 0x712))
        assert sock.getsockname() == ("vcan0", 0x712, 0x713)
        check_names(sock)
        for size in (1, 7, 8, 4000):  # one frame, one frame, two frames, hundreds
            data = (bytes(range(256)) * 16)[:size]
            for sender, receiver in ((sock, other), (other, sock)):
                assert sender.send(data) == size
                received, address = receive(receiver, 5000)
                assert (received, address[0]) == (data, "vcan0")


def test_isotp_long_identifiers() -> None:
    extended = 0x1ABCDEF0 | cffisock.CAN_EFF_FLAG
    with new(cffisock, AF_CAN, SOCK_DGRAM, CAN_ISOTP) as sock:
        sock.bind(("vcan0", extended, 0x7FF))
        assert sock.getsockname() == ("vcan0", extended, 0x7FF)
        check_names(sock)


def test_isotp_errors() -> None:
    check_refused(
        lambda module: module.socket(AF_CAN, SOCK_DGRAM, CAN_ISOTP),
        "bind",
        [
            *(("nope", 1, 2), ("", 1, 2), ("lo", 1, 2), ("vcan0", 1, 1), ("vcan0",)),
            *(("vcan0", "1", 2), ("vcan0", cffisock.CAN_ERR_FLAG, 2), ("x" * 16, 1, 2)),
        ],
    )


# --- J1939 ----------------------------------------------------------------------------------------

NO_NAME, NO_PGN = cffisock.J1939_NO_NAME, cffisock.J1939_NO_PGN
PGN = 0x12300


def j1939(address: int, module: Any = cffisock, name: int = NO_NAME) -> Any:
    sock = new(module, AF_CAN, SOCK_DGRAM, CAN_J1939)
    sock.bind(("vcan0", name, NO_PGN, address))
    return sock


@peers
def test_j1939_messages(peer: Any) -> None:
    with j1939(0x20) as sock, j1939(0x30, peer) as other:
        assert sock.getsockname() == ("vcan0", NO_NAME, NO_PGN, 0x20)
        check_names(sock)
        for size in (8, 1000):  # one frame; the transport protocol
            data = (bytes(range(256)) * 4)[:size]
            for sender, receiver in ((sock, other), (other, sock)):
                to, by = receiver.getsockname()[3], sender.getsockname()[3]
                assert sender.sendto(data, ("vcan0", NO_NAME, PGN, to)) == size
                received, address = receiver.recvfrom(2000)
                assert received == data
                # The kernel forgets the interface where it put frames together.
                assert address == ("vcan0" if size == 8 else "", NO_NAME, PGN, by)


def test_j1939_connected_and_names() -> None:
    name = 0xFEDCBA9876543210
    with j1939(0x40, name=name) as sock, j1939(0x41) as other:
        assert sock.getsockname() == ("vcan0", name, NO_PGN, 0x40)
        check_names(sock)
        other.connect(("vcan0", NO_NAME, PGN, 0x20))
        assert other.getpeername() == ("vcan0", NO_NAME, PGN, 0x20)
        check_names(other, peer=True)


def test_j1939_ancillary_data() -> None:
    with j1939(0x50) as sock, j1939(0x51) as other:
        sock.setsockopt(cffisock.SOL_CAN_J1939, cffisock.SO_J1939_SEND_PRIO, 3)
        sock.sendto(b"12345678", ("vcan0", NO_NAME, PGN, 0x51))
        data, items, _, address = other.recvmsg(100, 200)
        assert (data, address) == (b"12345678", ("vcan0", NO_NAME, PGN, 0x50))
        found = {kind: value for level, kind, value in items if level == cffisock.SOL_CAN_J1939}
        assert found[cffisock.SCM_J1939_DEST_ADDR] == b"\x51"
        assert found[cffisock.SCM_J1939_PRIO] == b"\x03"


def test_j1939_broadcast_and_errors() -> None:
    everybody = ("vcan0", NO_NAME, 0x0FE00, cffisock.J1939_NO_ADDR)
    with j1939(0x60) as sock, j1939(0x61) as other:
        with pytest.raises(PermissionError):
            sock.sendto(b"to all", everybody)
        for end in (sock, other):
            end.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_BROADCAST, 1)
        sock.sendto(b"to all", everybody)
        assert other.recvfrom(100) == (b"to all", ("vcan0", NO_NAME, 0x0FE00, 0x60))
    check_refused(
        lambda module: module.socket(AF_CAN, SOCK_DGRAM, CAN_J1939),
        "bind",
        [
            *(("nope", 0, 0, 0), ("", 0, NO_PGN, 1), ("vcan0", 0, 1)),
            *(("vcan0", 0, 0x12345, 1), ("vcan0", "0", 0, 0), ("lo", 0, 0, 0)),
        ],
    )
