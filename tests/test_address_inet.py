"""AF_INET and AF_INET6 addresses, and what is remembered of them."""

from __future__ import annotations

import errno
from typing import Any

import pytest

import cffisock
from cffisock import _address
from cffisock._address import inet

from .differential import Index
from .support import own


@pytest.fixture
def sock() -> Any:
    with cffisock.socket() as sock:
        yield sock


@pytest.fixture
def six() -> Any:
    with cffisock.socket(cffisock.AF_INET6) as sock:
        yield sock


@pytest.mark.parametrize(
    ("host", "bound"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("127.255.255.254", "127.255.255.254"),
        (b"127.0.0.1", "127.0.0.1"),
        (bytearray(b"127.0.0.1"), "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        ("", "0.0.0.0"),
        (b"", "0.0.0.0"),
        ("0.0.0.0", "0.0.0.0"),
    ],
)
def test_hosts(host: Any, bound: str, sock: Any) -> None:
    sock.bind((host, 0))
    name, port = sock.getsockname()
    assert name == bound
    assert port > 0
    assert (type(name), type(port)) == (str, int)


def test_broadcast() -> None:
    with cffisock.socket(type=cffisock.SOCK_DGRAM) as sock:
        for host in ("<broadcast>", b"<broadcast>", "255.255.255.255"):
            # ENETUNREACH in a namespace without a network, where the kernel comes no further.
            refused = getattr(errno, "WSAEACCES", errno.EACCES)
            assert sock.connect_ex((host, 9)) in (refused, errno.ENETUNREACH)
        sock.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_BROADCAST, 1)
        for host in ("<broadcast>", b"<broadcast>"):
            number = sock.connect_ex((host, 9))
            assert number in (0, errno.ENETUNREACH)
            if number == 0:
                assert sock.getpeername() == ("255.255.255.255", 9)


@pytest.mark.parametrize("port", [1024, True, Index(1024), 65535])
def test_ports(port: Any) -> None:
    with cffisock.socket(type=cffisock.SOCK_DGRAM) as sock:
        sock.connect(("127.0.0.1", port))
        wanted = port.value if isinstance(port, Index) else int(port)
        assert sock.getpeername() == ("127.0.0.1", wanted)


@pytest.mark.ipv6
def test_six_items(six: Any) -> None:
    six.bind(("::1", 0))
    name = six.getsockname()
    assert name == ("::1", name[1], 0, 0)
    assert [type(item) for item in name] == [str, int, int, int]


@pytest.mark.ipv6
@pytest.mark.parametrize("rest", [(), (0,), (0x12345,), (0xFFFFF,), (0, 0), (0x54321, 0)])
def test_flowinfo(rest: Any) -> None:
    with cffisock.socket(cffisock.AF_INET6, cffisock.SOCK_DGRAM) as ours:
        with own.socket(own.AF_INET6, own.SOCK_DGRAM) as theirs:
            for sock in (ours, theirs):
                sock.connect(("::1", 9, *rest))
            assert ours.getpeername() == theirs.getpeername()


@pytest.mark.ipv6
def test_scope(six: Any) -> None:
    index = cffisock.if_nametoindex("lo")
    with cffisock.socket(cffisock.AF_INET6, cffisock.SOCK_DGRAM) as sock:
        sock.connect(("::1", 9, 0, index))
        assert sock.getpeername()[3] in (0, index)  # only link-local addresses have one
    assert inet.pack_inet6(("fe80::1", 5, 0, 7), "bind", six).len == 28
    unpacked = inet.unpack_inet6(inet.pack_inet6(("fe80::1", 5, 3, 7), "bind", six), six)
    assert unpacked == ("fe80::1", 5, 3, 7)
    assert inet.unpack_inet6(inet.pack_inet6(("fe80::1%lo", 5), "bind", six), six)[3] == index
    unpacked = inet.unpack_inet6(inet.pack_inet6(("::ffff:1.2.3.4", 5), "bind", six), six)
    assert unpacked == ("::ffff:1.2.3.4", 5, 0, 0)


BAD: list[tuple[Any, type[Exception]]] = [
    (("127.0.0.1\0", 1), TypeError),
    (("\0", 1), TypeError),
    ((None, 1), TypeError),
    ((5, 1), TypeError),
    (("127.0.0.1", "1"), TypeError),
    (("127.0.0.1", None), TypeError),
    (("127.0.0.1", 1.0), TypeError),
    (("127.0.0.1", -1), OverflowError),
    (("127.0.0.1", 65536), OverflowError),
    (("127.0.0.1", 2**64), OverflowError),
    (("127.0.0.1",), TypeError),
    (("127.0.0.1", 1, 2), TypeError),
    ((), TypeError),
    (["127.0.0.1", 1], TypeError),
    ("127.0.0.1", TypeError),
    (b"\x02\x00", TypeError),
    (None, TypeError),
    (5, TypeError),
    (("\ud800", 1), TypeError),
    (("x" * 300, 1), OSError),
    (("no-such-host.invalid", 1), cffisock.gaierror),
    (("::1", 1), cffisock.gaierror),
    (("::1", 65536), cffisock.gaierror),
    (("no-such-host.invalid", "1"), TypeError),
]


@pytest.mark.parametrize(("address", "error"), BAD)
def test_bad_addresses(address: Any, error: type[Exception], sock: Any, udp: Any) -> None:
    one, _ = udp
    for call in (
        sock.bind,
        sock.connect,
        sock.connect_ex,
        lambda address: one.sendto(b"x", address),
        lambda address: one.sendto(b"x", 0, address),
    ):
        with pytest.raises(error):
            call(address)
    if address is not None and hasattr(one, "sendmsg"):
        with pytest.raises(error):
            one.sendmsg([b"x"], [], 0, address)
    sock.bind(("127.0.0.1", 0))


def test_remembered_addresses_are_the_right_ones() -> None:
    """By their types too: 1, 1.0 and True are equal, and so are '' and no host at all."""
    with cffisock.socket(type=cffisock.SOCK_DGRAM) as sock:
        for _ in range(2):
            sock.connect(("127.0.0.1", 1))
            assert sock.getpeername() == ("127.0.0.1", 1)
            sock.connect(("127.0.0.2", 1))
            assert sock.getpeername() == ("127.0.0.2", 1)
            sock.connect(("127.0.0.1", True))
            assert sock.getpeername() == ("127.0.0.1", 1)
            with pytest.raises(TypeError):
                sock.connect(("127.0.0.1", 1.0))
            with pytest.raises(TypeError):
                sock.connect(["127.0.0.1", 1])


def test_names_are_looked_up_each_time(sock: Any) -> None:
    inet.pack_inet(("localhost", 1), "connect", sock)
    assert not any(host == "localhost" for host, _ in inet._packed)
    inet.pack_inet(("127.0.0.1", 1), "connect", sock)
    assert ("127.0.0.1", 1) in inet._packed


@pytest.mark.ipv6
def test_numbers_too_large_are_warned_of_each_time() -> None:
    with cffisock.socket(cffisock.AF_INET6, cffisock.SOCK_DGRAM) as sock:
        for _ in range(2):
            with pytest.warns(DeprecationWarning, match="out of range"):
                sock.connect(("::1", 9, 0, 2**32))


def test_what_is_remembered_has_a_limit(sock: Any) -> None:
    for number in range(3000):
        address = (f"10.0.{number % 250}.1", number)
        packed = inet.pack_inet(address, "connect", sock)
        assert inet.unpack_inet(packed, sock) == address
    assert len(inet._packed) <= 1024
    with cffisock.socket(type=cffisock.SOCK_DGRAM) as udp:
        for port in range(1, 3000):
            udp.connect(("127.0.0.1", port))
            assert udp.getpeername() == ("127.0.0.1", port)
    assert len(_address.UNPACKED) <= 1024
