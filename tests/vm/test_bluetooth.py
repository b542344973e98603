"""Bluetooth between two virtual controllers: HCI, L2CAP, RFCOMM, SCO."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterator
from typing import Any

import pytest

import cffisock
from cffisock import (
    AF_BLUETOOTH,
    BDADDR_ANY,
    BTPROTO_HCI,
    BTPROTO_L2CAP,
    BTPROTO_RFCOMM,
    BTPROTO_SCO,
    HCI_CHANNEL_CONTROL,
    HCI_CHANNEL_RAW,
    HCI_CHANNEL_USER,
    HCI_DEV_NONE,
    SOCK_RAW,
    SOCK_SEQPACKET,
    SOCK_STREAM,
)

from .controllers import HCIDEVDOWN, HCIDEVUP, Air
from .peers import new

PSM = 0x1001
CHANNEL = 5


@pytest.fixture(scope="module")
def air() -> Iterator[Air]:
    with Air() as two_controllers:
        yield two_controllers


def connection(kind: int, proto: int, to: Any, by: Any) -> tuple[Any, Any, Any]:
    """A client, bound to ``by``, connected to ``to``; its server; what accept said."""
    with new(cffisock, AF_BLUETOOTH, kind, proto) as listener:
        listener.bind(to)
        listener.listen()
        assert listener.getsockname() == to
        client = new(cffisock, AF_BLUETOOTH, kind, proto)
        try:
            client.bind(by)
            client.connect(to)
            server, address = listener.accept()
        except BaseException:
            client.close()
            raise
        server.settimeout(client.gettimeout())
        return client, server, address


def exchange(client: Any, server: Any, size: int) -> None:
    data = (bytes(range(256)) * 4)[:size]
    for sender, receiver in ((client, server), (server, client)):
        assert sender.send(data) == size
        received = b""
        while len(received) < size:
            part, address = receiver.recvfrom(2000)
            assert address is None
            received += part
        assert received == data


def refused(kind: int, proto: int, method: str, address: Any) -> int | None:
    """The errno with which the kernel refuses."""
    with new(cffisock, AF_BLUETOOTH, kind, proto) as sock:
        with pytest.raises(OSError) as caught:
            getattr(sock, method)(address)
        return caught.value.errno


# --- HCI ------------------------------------------------------------------------------------------

READ_BD_ADDR = 0x1009


def hci(address: Any) -> Any:
    sock = new(cffisock, AF_BLUETOOTH, SOCK_RAW, BTPROTO_HCI)
    sock.bind(address)
    return sock


def test_hci_asks_each_controller_for_its_address(air: Air) -> None:
    for controller in (air.one, air.two):
        index = controller.index
        for address in (index, (index,), (index, HCI_CHANNEL_RAW)):
            with hci(address) as sock:
                assert sock.getsockname() == index
                # struct hci_filter: events, all of them.
                every = struct.pack("=IIIHxx", 1 << 4, 0xFFFFFFFF, 0xFFFFFFFF, READ_BD_ADDR)
                sock.setsockopt(cffisock.SOL_HCI, cffisock.HCI_FILTER, every)
                assert sock.getsockopt(cffisock.SOL_HCI, cffisock.HCI_FILTER, 16) == every
                assert sock.send(struct.pack("<BHB", 1, READ_BD_ADDR, 0)) == 4
                event = sock.recv(300)
                assert event[:3] == bytes([4, 0x0E, 10])  # Command Complete
                assert event[-6:] == controller.address


def test_hci_user_channel(air: Air) -> None:
    controller = air.two
    assert refused(SOCK_RAW, BTPROTO_HCI, "bind", (controller.index, HCI_CHANNEL_USER))
    controller.switch(HCIDEVDOWN)
    try:
        with hci((controller.index, HCI_CHANNEL_USER)) as sock:
            assert sock.getsockname() == (controller.index, HCI_CHANNEL_USER)
            sock.send(struct.pack("<BHB", 1, READ_BD_ADDR, 0))
            assert sock.recv(300)[-6:] == controller.address
    finally:
        controller.switch(HCIDEVUP)


def test_hci_control_channel() -> None:
    read_version = struct.pack("<HHH", 1, HCI_DEV_NONE, 0)
    with hci((HCI_DEV_NONE, HCI_CHANNEL_CONTROL)) as sock:
        sock.send(read_version)
        event, index, _, opcode, status = struct.unpack_from("<HHHHB", sock.recv(300))
        assert (event, index, opcode, status) == (1, HCI_DEV_NONE, 1, 0)


def test_hci_errors(air: Air) -> None:
    absent = max(air.one.index, air.two.index) + 1
    assert refused(SOCK_RAW, BTPROTO_HCI, "bind", absent) == errno.ENODEV
    assert refused(SOCK_RAW, BTPROTO_HCI, "bind", (0, 99)) == errno.EINVAL
    with hci(0) as sock, pytest.raises(OSError, match=os.strerror(errno.EALREADY)):
        sock.bind(0)


# --- L2CAP ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SOCK_SEQPACKET, SOCK_STREAM])
def test_l2cap_connection(air: Air, kind: int) -> None:
    to, by = (air.two.name, PSM), (air.one.name, 0)
    client, server, address = connection(kind, BTPROTO_L2CAP, to, by)
    with client, server:
        # With a channel's number, which the kernels choose.
        assert (address[:2], len(address)) == ((air.one.name, PSM), 3)
        assert address == server.getpeername()
        assert server.getsockname()[:2] == client.getpeername()[:2] == to
        for size in (1, 600):
            exchange(client, server, size)
        assert client.sendmsg([b"in ", b"parts"]) == 8
        data, _, _, sender = server.recvmsg(100)
        assert (data, sender) == (b"in parts", None)
        if kind == SOCK_SEQPACKET:  # a stream is reset
            client.shutdown(cffisock.SHUT_RDWR)
            assert server.recv(100) == b""


def test_l2cap_names() -> None:
    with new(cffisock, AF_BLUETOOTH, SOCK_SEQPACKET, BTPROTO_L2CAP) as sock:
        assert sock.getsockname() == (BDADDR_ANY, 0)
        att = (BDADDR_ANY, 0, 4, cffisock.BDADDR_LE_PUBLIC)
        sock.bind(att)
        assert sock.getsockname() == att


def test_l2cap_errors(air: Air) -> None:
    # No connection to a device that is not there: Linux 6.1 crashes when that socket is closed.
    seqpacket = SOCK_SEQPACKET, BTPROTO_L2CAP
    assert refused(*seqpacket, "bind", (BDADDR_ANY, 2)) == errno.EINVAL
    assert refused(*seqpacket, "bind", (BDADDR_ANY, 1, 2)) == errno.EINVAL
    with new(cffisock, AF_BLUETOOTH, *seqpacket) as client:
        client.bind((air.one.name, 0))
        with pytest.raises(ConnectionRefusedError):
            client.connect((air.two.name, 0x1003))
    with new(cffisock, AF_BLUETOOTH, *seqpacket) as holder:
        holder.bind((air.two.name, PSM))
        assert refused(*seqpacket, "bind", (air.two.name, PSM)) == errno.EADDRINUSE


# --- RFCOMM ---------------------------------------------------------------------------------------


def test_rfcomm_connection(air: Air) -> None:
    to, by = (air.two.name, CHANNEL), (air.one.name, 0)
    client, server, address = connection(SOCK_STREAM, BTPROTO_RFCOMM, to, by)
    with client, server:
        assert address == (air.one.name, CHANNEL) == server.getpeername()
        assert client.getpeername() == to == server.getsockname()
        for size in (1, 1000):
            exchange(client, server, size)


def test_rfcomm_names_and_errors(air: Air) -> None:
    stream = SOCK_STREAM, BTPROTO_RFCOMM
    with new(cffisock, AF_BLUETOOTH, *stream) as sock:
        assert sock.getsockname() == (BDADDR_ANY, 0)
        sock.bind((BDADDR_ANY, 0))
        sock.listen()
        assert sock.getsockname() == (BDADDR_ANY, 1)
        assert refused(*stream, "bind", (BDADDR_ANY, 1)) == errno.EADDRINUSE
    with new(cffisock, AF_BLUETOOTH, *stream) as client:
        client.bind((air.one.name, 0))
        with pytest.raises(ConnectionRefusedError):
            client.connect((air.two.name, 29))


# --- SCO ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encode", [str, str.encode])
def test_sco_connection(air: Air, encode: Any) -> None:
    with new(cffisock, AF_BLUETOOTH, SOCK_SEQPACKET, BTPROTO_SCO) as sock:
        assert sock.getsockname() == BDADDR_ANY
    listener = new(cffisock, AF_BLUETOOTH, SOCK_SEQPACKET, BTPROTO_SCO)
    client = new(cffisock, AF_BLUETOOTH, SOCK_SEQPACKET, BTPROTO_SCO)
    with listener, client:
        listener.bind(encode(air.two.name))
        listener.listen()
        client.bind(encode(air.one.name))
        client.connect(encode(air.two.name))
        server, address = listener.accept()
        with server:
            server.settimeout(client.gettimeout())
            assert address == air.one.name == server.getpeername()
            assert client.getpeername() == air.two.name == server.getsockname()
            exchange(client, server, 48)


# --- the others -----------------------------------------------------------------------------------


def test_protocols_without_a_form() -> None:
    with new(cffisock, AF_BLUETOOTH, SOCK_RAW, cffisock.BTPROTO_HIDP) as sock:
        with pytest.raises(OSError, match=r"bind\(\): unknown Bluetooth protocol"):
            sock.bind(BDADDR_ANY)
        # The kernel's answer: it has no addresses.
        with pytest.raises(OSError, match=os.strerror(errno.EOPNOTSUPP)):
            sock.bind((AF_BLUETOOTH, bytes(6)))
