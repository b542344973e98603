"""AF_UNIX: paths as str and bytes, abstract names, none."""

from __future__ import annotations

import os
from typing import Any

import pytest

import cffisock

from .support import descriptors, own

NAME = f"\0cffisock-{os.getpid()}".encode()
MOST = 107  # a path's bytes, without the NUL that ends it


@pytest.fixture
def sock() -> Any:
    with cffisock.socket(cffisock.AF_UNIX) as sock:
        yield sock


def exchange(address: Any, expected: Any) -> None:
    """Connects to a listener at the address, and looks at all names."""
    with cffisock.socket(cffisock.AF_UNIX) as listener, cffisock.socket(cffisock.AF_UNIX) as client:
        listener.bind(address)
        assert listener.getsockname() == expected
        listener.listen()
        client.connect(address)
        conn, peer = listener.accept()
        with conn:
            assert peer == ""
            assert client.getsockname() == conn.getpeername() == ""
            assert client.getpeername() == conn.getsockname() == expected
            client.send(b"x")
            assert conn.recvfrom(1) == (b"x", None)


def test_paths(unix_path: str) -> None:
    for make in (str, os.fsencode, lambda path: bytearray(os.fsencode(path))):
        exchange(make(unix_path), unix_path)
        os.unlink(unix_path)


def test_a_path_that_is_no_text(folder: Any) -> None:
    path = os.fsencode(folder) + b"/\xff\xfe"
    exchange(path, os.fsdecode(path))
    os.unlink(path)
    exchange(os.fsdecode(path), os.fsdecode(path))


@pytest.mark.parametrize("rest", [b"", b"\0", b"\0x\0\0", b"\xff"])
def test_abstract_names(rest: bytes) -> None:
    name = NAME + rest
    exchange(name, name)
    exchange(bytearray(name), name)
    exchange(memoryview(name), name)


def test_an_abstract_name_as_text() -> None:
    exchange(NAME.decode(), NAME)


def test_a_name_that_the_kernel_chooses(sock: Any) -> None:
    sock.bind("")
    name = sock.getsockname()
    assert type(name) is bytes
    assert name[:1] == b"\0"
    assert len(name) == 6


def test_the_longest(folder: Any) -> None:
    start = f"{folder}/"
    path = start + "x" * (MOST - len(start))
    exchange(path, path)
    name = NAME + b"x" * (MOST + 1 - len(NAME))
    exchange(name, name)


@pytest.mark.parametrize("call", ["bind", "connect", "connect_ex"])
def test_too_long(call: str, sock: Any) -> None:
    for name in ("x" * (MOST + 1), b"x" * (MOST + 1), b"\0" + b"x" * (MOST + 1), "x" * 100_000):
        with pytest.raises(OSError, match="AF_UNIX path too long"):
            getattr(sock, call)(name)
    assert sock.getsockname() == ""


@pytest.mark.parametrize("bad", [None, 5, ("x",), ["x"], 1.0])
def test_what_is_no_path(bad: Any, sock: Any) -> None:
    for call in (sock.bind, sock.connect, sock.connect_ex):
        with pytest.raises(TypeError):
            call(bad)


def test_a_path_in_use(unix_path: str, sock: Any) -> None:
    sock.bind(unix_path)
    with cffisock.socket(cffisock.AF_UNIX) as other:
        with pytest.raises(OSError, match=r"Address (already )?in use"):
            other.bind(unix_path)
        with pytest.raises(ConnectionRefusedError):
            other.connect(unix_path)
        with pytest.raises(FileNotFoundError):
            other.connect(unix_path + "-none")
        assert other.connect_ex(unix_path + "-none") == 2


def test_the_sender_of_a_datagram(unix_path: str) -> None:
    kind = (cffisock.AF_UNIX, cffisock.SOCK_DGRAM)
    with cffisock.socket(*kind) as one, cffisock.socket(*kind) as two:
        one.bind(unix_path)
        two.bind(NAME)
        two.sendto(b"x", unix_path)
        assert one.recvfrom(9) == (b"x", NAME)
        one.sendto(b"y", 0, NAME)
        assert two.recvfrom(9) == (b"y", unix_path)
        with cffisock.socket(*kind) as nameless:
            nameless.sendto(b"z", NAME)
            assert two.recvfrom(9) == (b"z", None)


def test_between_the_two_modules(unix_path: str) -> None:
    for server, client in ((cffisock, own), (own, cffisock)):
        with server.socket(1) as listener, client.socket(1) as sock:
            listener.bind(unix_path)
            listener.listen()
            sock.connect(unix_path)
            conn, _ = listener.accept()
            conn.close()
            assert sock.recv(1) == b""
        os.unlink(unix_path)


def test_nothing_stays_locked(sock: Any) -> None:
    before = descriptors()
    name = bytearray(b"x" * 200)
    with pytest.raises(OSError, match="path too long"):
        sock.bind(name)
    name.append(1)
    assert descriptors() == before
