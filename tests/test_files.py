"""Files of sockets: makefile, SocketIO, and the order of closing."""

from __future__ import annotations

import io
import os
import sys
import threading
from typing import Any

import pytest

import cffisock
from cffisock import _socket

from .support import IP_FAMILIES, IS_PYPY, LONG, descriptors, own, tcp_pair


@pytest.mark.parametrize("buffering", [None, -1, 0, 1, 2, 100_000])
def test_binary_files(buffering: int | None, tcp: Any) -> None:
    client, server = tcp
    data = os.urandom(200_000)

    def send() -> None:
        with client.makefile("wb", buffering) as file:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
        client.shutdown(cffisock.SHUT_WR)

    thread = threading.Thread(target=send)
    thread.start()
    with server.makefile("rb", buffering) as file:
        received = b"".join(iter(lambda: file.read(7000), b""))
    thread.join(LONG)
    assert received == data


def test_kinds_of_files(pair: Any) -> None:
    one, _ = pair
    kinds = [
        (("r",), io.TextIOWrapper),
        (("w",), io.TextIOWrapper),
        (("rw",), io.TextIOWrapper),
        (("rb",), io.BufferedReader),
        (("wb",), io.BufferedWriter),
        (("rwb",), io.BufferedRWPair),
        (("b",), io.BufferedReader),
        (("rb", 0), cffisock.SocketIO),
        (("wb", 0), cffisock.SocketIO),
        (("rwb", 0), cffisock.SocketIO),
    ]
    for arguments, kind in kinds:
        with one.makefile(*arguments) as file:
            assert type(file) is kind
            assert file.readable() == ("w" not in arguments[0] or "r" in arguments[0])
            assert file.writable() == ("w" in arguments[0])
            assert not file.seekable()


def test_text_files(pair: Any) -> None:
    one, two = pair
    with one.makefile("w", encoding="latin-1", newline="\r\n") as out:
        out.write("gr\xfc\xdfe\nzwei\n")
    assert two.recv(100) == b"gr\xfc\xdfe\r\nzwei\r\n"
    one.sendall(b"a\r\nb\nc\xff\n")
    with two.makefile("r", encoding="ascii", errors="replace") as file:
        assert [file.readline() for _ in range(3)] == ["a\n", "b\n", "c\ufffd\n"]
        assert (file.encoding, file.errors, file.mode) == ("ascii", "replace", "r")


def test_a_file_for_both_directions(pair: Any) -> None:
    one, two = pair
    with one.makefile("rw", encoding="utf-8") as ours, two.makefile("rwb") as theirs:
        ours.write("question\n")
        ours.flush()
        assert theirs.readline() == b"question" + os.linesep.encode()
        theirs.write(b"answer\n")
        theirs.flush()
        assert ours.readline() == "answer\n"


def test_the_socket_stays_open_for_its_files() -> None:
    one, two = cffisock.socketpair()
    fd = one.fileno()
    files = [one.makefile("rb", 0), one.makefile("rwb"), one.makefile("w", encoding="ascii")]
    one.close()
    assert "[closed]" in repr(one)
    assert fd in descriptors()
    two.sendall(b"x")
    assert files[0].read(1) == b"x"
    for file in files:
        assert fd in descriptors()
        file.close()
        file.close()
    assert fd not in descriptors()
    assert two.recv(1) == b""
    two.close()


def test_the_files_outlive_the_with_statement() -> None:
    one, two = cffisock.socketpair()
    with one:
        file = one.makefile("rb")
    two.sendall(b"line\n")
    two.close()
    assert list(file) == [b"line\n"]
    file.close()
    assert one.fileno() == -1


@pytest.mark.parametrize("module", [cffisock] if IS_PYPY else [own, cffisock])
def test_an_init_that_fails_forgets_no_files(module: Any) -> None:
    with module.socket() as sock, sock.makefile("rb") as file:
        with pytest.raises(TypeError):
            sock.__init__("no family")
        sock.close()
        assert file.fileno() == sock.fileno() >= 0
    assert sock.fileno() == -1


def test_names_that_libraries_use() -> None:
    """They override _real_close, count in _io_refs, and ask _closed."""
    closed = []

    class Mine(cffisock.socket):
        def _real_close(self, _ss: Any = _socket.socket) -> None:
            closed.append(self.fileno())
            super()._real_close(_ss)

    sock = Mine()
    fd = sock.fileno()
    file = sock.makefile("rb")
    assert (sock._io_refs, sock._closed) == (1, False)
    sock.close()
    assert (sock._io_refs, sock._closed, closed) == (1, True, [])
    file.close()
    assert (sock._io_refs, closed) == (0, [fd])


def test_a_pool_keeps_what_is_closed() -> None:
    """It overrides _real_close to keep the descriptor, and counts how often that is called."""
    kept = []

    class Pooled(cffisock.socket):
        def _real_close(self, _ss: Any = _socket.socket) -> None:
            kept.append(self)

    with Pooled() as sock:
        sock.close()
        assert (sock._closed, kept) == (True, [sock])
    assert kept == [sock]
    cffisock.socket._real_close(sock)


def closed_at_once(order: int, line: int) -> bool:
    """Closes a socket and its file, one at that line of the other, as another thread might.

    Whether there was such a line; ``order`` says which is which.
    """
    one, two = cffisock.socketpair()
    file = one.makefile("rb", 0)
    closing, other = [(file.close, one.close), (one.close, file.close)][order]
    seen = 0

    def trace(frame: Any, event: str, _arg: object) -> Any:
        nonlocal seen
        if not frame.f_globals["__name__"].startswith("cffisock."):
            return None
        seen += event == "line"
        if event == "line" and seen == line:
            other()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        closing()
    finally:
        sys.settrace(before)
    if seen >= line:
        assert (one.fileno(), one._io_refs) == (-1, 0)
    else:
        other()
    two.close()
    return seen >= line


@pytest.mark.parametrize("order", [0, 1], ids=["file first", "socket first"])
def test_a_file_and_its_socket_are_closed_at_once(order: int) -> None:
    line = 1
    while closed_at_once(order, line):
        line += 1
    assert line > 2


@pytest.mark.parametrize("family", IP_FAMILIES)
def test_reading_lines_while_they_come(family: int) -> None:
    client, server = tcp_pair(family=family)
    with client, server:
        lines = [b"%d\n" % number * 50 for number in range(500)]

        def send() -> None:
            for line in lines:
                client.sendall(line)
            client.close()

        thread = threading.Thread(target=send)
        thread.start()
        with server.makefile("rb") as file:
            assert b"".join(file) == b"".join(lines)
        thread.join(LONG)


# --- the raw file ---------------------------------------------------------------------------------


def test_raw_file(pair: Any) -> None:
    one, two = pair
    with one.makefile("rwb", 0) as ours:
        assert (ours.mode, ours.name, ours.fileno()) == ("rwb", one.fileno(), one.fileno())
        assert (ours.readable(), ours.writable(), ours.seekable()) == (True, True, False)
        two.send(b"abc")
        buffer = bytearray(2)
        assert ours.readinto(buffer) == 2
        assert buffer == b"ab"
        assert ours.read(5) == b"c"
        assert ours.write(b"xyz") == 3
        assert two.recv(5) == b"xyz"
    assert ours.closed
    assert ours.name == -1
    for use in (ours.readable, ours.writable, ours.seekable, ours.fileno):
        with pytest.raises(ValueError, match="closed"):
            use()
    for use in (lambda: ours.readinto(bytearray(1)), lambda: ours.write(b"x")):
        with pytest.raises(ValueError, match="closed"):
            use()
    two.shutdown(cffisock.SHUT_WR)
    with one.makefile("rb", 0) as end:
        assert end.read(1) == b""


def test_a_raw_file_goes_one_way(pair: Any) -> None:
    one, _ = pair
    with one.makefile("rb", 0) as reader, pytest.raises(io.UnsupportedOperation):
        reader.write(b"x")
    with one.makefile("wb", 0) as writer, pytest.raises(io.UnsupportedOperation):
        writer.read(1)


def test_a_file_on_a_socket_that_does_not_wait(pair: Any) -> None:
    one, two = pair
    one.settimeout(0)
    with one.makefile("rwb", 0) as file:
        assert file.read(1) is None
        while file.write(b"x" * 100_000) is not None:
            pass
    assert two.recv(1) == b"x"


def test_a_file_after_a_timeout(pair: Any) -> None:
    one, two = pair
    one.settimeout(0.01)
    with one.makefile("rb", 0) as file:
        with pytest.raises(TimeoutError):
            file.read(1)
        two.send(b"late")
        with pytest.raises(OSError, match="cannot read from timed out object"):
            file.read(1)
    assert one.recv(9) == b"late"


def test_a_raw_file_by_hand(pair: Any) -> None:
    one, two = pair
    for mode in ("r", "rb"):
        assert cffisock.SocketIO(one, mode).mode == "rb"
    with pytest.raises(ValueError, match="invalid mode"):
        cffisock.SocketIO(one, "x")
    two.send(b"x")
    assert cffisock.SocketIO(one, "r").read(1) == b"x"
