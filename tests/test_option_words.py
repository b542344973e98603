"""Options in words: keepalive, linger, devices, port ranges, peers, TCP's own report, filters."""

from __future__ import annotations

import errno
import os
import struct
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import cffisock
from cffisock import options
from cffisock.options import TcpState, _tcp_info

from .support import LOCALHOST, LONG, lacks, own, tcp_pair, udp_pair

MODULES = [cffisock, own]
ON_BOTH = pytest.mark.parametrize("module", MODULES)


@pytest.fixture(params=MODULES)
def sock(request: Any) -> Iterator[Any]:
    with request.param.socket() as made:
        yield made


# --- settings ---------------------------------------------------------------------------------


def test_keepalive(sock: Any) -> None:
    assert options.get_keepalive(sock).on is False
    options.set_keepalive(sock, 30, 5, 4)
    assert options.get_keepalive(sock) == (True, 30, 5, 4)
    options.set_keepalive(sock, interval=7)
    assert options.get_keepalive(sock) == (True, 30, 7, 4)
    options.set_keepalive(sock, on=False)
    assert options.get_keepalive(sock) == (False, 30, 7, 4)
    with pytest.raises(OSError, match="Invalid argument"):
        options.set_keepalive(sock, idle=0)
    with cffisock.socket(cffisock.AF_UNIX) as other:
        options.set_keepalive(other)
        assert options.get_keepalive(other) == (True, None, None, None)


def test_linger(sock: Any) -> None:
    assert options.get_linger(sock) is None
    for seconds in (5, 0, None, 1):
        options.set_linger(sock, seconds)
        assert options.get_linger(sock) == seconds
    options.set_linger(sock, None)


def test_linger_of_0_resets() -> None:
    one, two = tcp_pair()
    with two:
        options.set_linger(one, 0)
        one.close()
        two.settimeout(LONG)
        with pytest.raises(ConnectionResetError):
            two.recv(1)


@pytest.mark.root
def test_devices(sock: Any) -> None:
    assert options.bound_device(sock) is None
    for device in ("lo", b"lo", 1):
        options.bind_to_device(sock, device)
        assert options.bound_device(sock) == "lo"
        options.bind_to_device(sock, None)
        assert options.bound_device(sock) is None
    options.bind_to_device(sock, "lo")
    options.bind_to_device(sock, 0)
    assert options.bound_device(sock) is None
    with pytest.raises(OSError, match="No such device"):
        options.bind_to_device(sock, "no-such-thing")
    for bad in ("x" * 16, "l\0o"):
        with pytest.raises(ValueError, match="1 to 15 bytes"):
            options.bind_to_device(sock, bad)


def test_local_ports(sock: Any) -> None:
    lacks(6, 3, lambda: options.get_local_port_range(sock))
    assert options.get_local_port_range(sock) == (0, 0)
    options.set_local_port_range(sock, 45000, 45003)
    assert options.get_local_port_range(sock) == (45000, 45003)
    with cffisock.create_server(LOCALHOST) as listener:
        sock.connect(listener.getsockname())
        assert 45000 <= sock.getsockname()[1] <= 45003
    for bad in ((-1, 5), (1, 65536)):
        with pytest.raises(OverflowError):
            options.set_local_port_range(sock, *bad)
    with pytest.raises(OSError, match="Invalid argument"):
        options.set_local_port_range(sock, 5, 4)


# --- peers ------------------------------------------------------------------------------------


@ON_BOTH
def test_peers(module: Any) -> None:
    one, two = module.socketpair()
    with one, two:
        assert options.peer_credentials(one) == (os.getpid(), os.getuid(), os.getgid())
        assert sorted(options.peer_groups(one)) == sorted(os.getgroups())
        lacks(6, 5, lambda: os.close(options.peer_pidfd(one)))
        fd = options.peer_pidfd(one)
        try:
            assert not os.get_inheritable(fd)
            with open(f"/proc/self/fdinfo/{fd}") as file:
                assert f"Pid:\t{os.getpid()}\n" in file.read()
        finally:
            os.close(fd)


# --- TCP --------------------------------------------------------------------------------------


@ON_BOTH
def test_tcp_info(module: Any) -> None:
    one, two = tcp_pair(module)
    with one, two:
        one.sendall(b"x" * 1000)
        assert len(two.recv(1000)) == 1000
        info = options.tcp_info(one)
        assert info.state is TcpState.ESTABLISHED
        assert (info.bytes_sent, info.data_segs_out) == (1000, 1)
        assert options.tcp_info(two).bytes_received == 1000
        assert (info.snd_mss or 0) > 500
        assert info.rtt is not None
        assert (info.retransmits, info.lost) == (0, 0)
        two.close()
        assert options.tcp_info(one).state is TcpState.CLOSE_WAIT
    with module.create_server(LOCALHOST) as listener:
        assert options.tcp_info(listener).state is TcpState.LISTEN
    with cffisock.socket(cffisock.AF_UNIX) as sock, pytest.raises(OSError) as caught:
        options.tcp_info(sock)
    assert caught.value.errno == errno.EOPNOTSUPP


def test_each_field_of_tcp_info() -> None:
    """By its place in linux/tcp.h, of whatever length the kernel gave."""
    fields = options.TcpInfo._fields
    head = bytes([1, 0, 3, 4, 5, 6, 0x7A, 0x05])
    places = {"rto": 8, "rtt": 68, "total_retrans": 100, "pacing_rate": 104, "segs_out": 136}
    places |= {"delivery_rate": 160, "delivered": 192, "bytes_sent": 200, "rcv_ooopack": 224}
    places |= {"rehash": 236, "total_rto": 240, "total_rto_recoveries": 242, "total_rto_time": 244}
    places |= {"received_ce": 248, "received_ce_bytes": 272}
    for name, place in places.items():
        data = bytearray(head + bytes(276 + 4 - len(head)))
        data[place : place + 2] = struct.pack("=H", 777)
        if sys.byteorder == "big":
            size = {"Q": 8, "I": 4, "H": 2}[_tcp_info._KINDS[fields.index(name) - 10]]
            data[place : place + 2] = bytes(2)
            data[place + size - 2 : place + size] = struct.pack(">H", 777)
        info = _tcp_info._read(bytes(data))
        assert getattr(info, name) == 777, name
        assert [each for each in fields[10:-1] if getattr(info, each)] == [name]
        assert info.rest == bytes(4)
        short = _tcp_info._read(bytes(data[:place]))
        assert getattr(short, name) is None
        assert short.rest == b""
    assert info[:6] == (TcpState.ESTABLISHED, 0, 3, 4, 5, 6)
    little = (0xA, 0x7, True, 2)
    assert info[6:10] == (little if sys.byteorder == "little" else (0x7, 0xA, False, 0))
    unknown = _tcp_info._read(bytes([99]) + head[1:])
    assert (unknown.state, unknown.rto) == (99, None)


# --- filters ----------------------------------------------------------------------------------

LOAD_BYTE, RETURN, RETURN_A, JUMP_IF_EQUAL = 0x30, 0x06, 0x16, 0x15
UDP_HEADER = 8


@ON_BOTH
def test_a_filter(module: Any) -> None:
    one, two = udp_pair(module)
    with one, two:
        two.settimeout(LONG)
        # What begins with "a" is kept, up to three bytes of it.
        program = [
            (LOAD_BYTE, 0, 0, UDP_HEADER),
            options.Instruction(JUMP_IF_EQUAL, 0, 1, ord("a")),
            (RETURN, 0, 0, UDP_HEADER + 3),
            (RETURN, 0, 0, 0),
        ]
        options.attach_filter(two, program)
        for data in (b"bcd", b"abcde", b"x", b"ab"):
            one.send(data)
        assert [two.recv(10) for _ in range(2)] == [b"abc", b"ab"]
        options.detach_filter(two)
        one.send(b"x")
        assert two.recv(10) == b"x"


def test_a_filter_that_chooses_among_sockets() -> None:
    with cffisock.socket(cffisock.AF_INET, cffisock.SOCK_DGRAM) as sender:
        socks: list[Any] = []
        try:
            for _ in range(3):
                sock = cffisock.socket(cffisock.AF_INET, cffisock.SOCK_DGRAM)
                socks.append(sock)
                sock.settimeout(LONG)
                sock.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_REUSEPORT, 1)
                sock.bind(socks[0].getsockname() if len(socks) > 1 else LOCALHOST)
            options.attach_reuseport_filter(socks[0], [(LOAD_BYTE, 0, 0, 0), (RETURN_A, 0, 0, 0)])
            for number in (2, 0, 1, 2):
                sender.sendto(bytes([number]), socks[0].getsockname())
                assert socks[number].recv(1) == bytes([number])
            options.detach_reuseport_filter(socks[0])
        finally:
            for sock in socks:
                sock.close()


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ([], ValueError),
        ([(RETURN, 0, 0, 0)] * 4097, ValueError),
        ([(RETURN, 0, 0)], (OverflowError, TypeError)),
        ([(2**16, 0, 0, 0)], OverflowError),
        ([(RETURN, 256, 0, 0)], OverflowError),
        ([(RETURN, 0, 0, -1)], OverflowError),
        ([(RETURN, 0, 0, "x")], TypeError),
        ([(RETURN, 0, 0, 1.5)], TypeError),
        (5, TypeError),
        ([(0xFFFF, 0, 0, 0)], OSError),
    ],
)
def test_bad_programs(program: Any, error: Any, sock: Any) -> None:
    with pytest.raises(error):
        options.attach_filter(sock, program)


def test_on_a_closed_socket() -> None:
    sock = cffisock.socket()
    sock.close()
    for call in (
        lambda: options.attach_filter(sock, [(RETURN, 0, 0, 0)]),
        lambda: options.tcp_info(sock),
        lambda: options.set_linger(sock, 1),
        lambda: options.peer_credentials(sock),
    ):
        with pytest.raises(OSError, match="Bad file descriptor"):
            call()
