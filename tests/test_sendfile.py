"""sendfile: by the kernel where it can, else by reading and sending."""

from __future__ import annotations

import io
import os
import tempfile
from typing import Any, Callable

import pytest

import cffisock

from .support import IS_WINDOWS, LONG, own, received_while, signals

SIZE = 1_000_000
DATA = os.urandom(SIZE)


@pytest.fixture
def file(folder: Any) -> Any:
    """A file of SIZE bytes on the disk."""
    path = folder / "data"
    path.write_bytes(DATA)
    with path.open("rb") as opened:
        yield opened


def send_and_close(sock: Any, method: str, *args: Any) -> Callable[[], Any]:
    def send() -> Any:
        with sock:
            return getattr(sock, method)(*args)

    return send


METHODS = ["sendfile", "_sendfile_use_sendfile", "_sendfile_use_send"]
PARTS: list[tuple[int, Any]] = [
    (0, None),
    (5000, None),
    (0, 1),
    (0, SIZE),
    (0, SIZE + 1000),
    (123_456, 234_567),
    (SIZE - 1, None),
    (SIZE, None),
    (SIZE + 5, 10),
]


@pytest.mark.parametrize(("offset", "count"), PARTS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("wait", [None, LONG])
def test_parts(method: str, offset: int, count: Any, wait: Any, file: Any, tcp: Any) -> None:
    client, server = tcp
    client.settimeout(wait)
    wanted = DATA[offset:] if count is None else DATA[offset : offset + count]
    send = send_and_close(client, method, file, offset, count)
    received, sent = received_while(server, send)
    assert received == wanted
    assert sent == len(wanted)
    if sent:
        assert file.tell() == offset + sent


def test_the_kernel_does_it(file: Any, tcp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client, server = tcp
    monkeypatch.setattr(cffisock.socket, "_sendfile_use_send", None)
    received, _ = received_while(server, send_and_close(client, "sendfile", file))
    assert received == DATA


@pytest.mark.parametrize(("offset", "count"), PARTS)
def test_what_only_reads(offset: int, count: Any, tcp: Any) -> None:
    """A file without a descriptor: the kernel cannot, so it is read."""
    client, server = tcp
    file = io.BytesIO(DATA)
    with pytest.raises(cffisock._GiveupOnSendfile):
        client._sendfile_use_sendfile(file)
    wanted = DATA[offset:] if count is None else DATA[offset : offset + count]
    send = send_and_close(client, "sendfile", file, offset, count)
    assert received_while(server, send) == (wanted, len(wanted))


def test_a_pipe(pair: Any) -> None:
    """Its size is 0, which is all that the standard module looks at."""
    one, two = pair
    read, write = os.pipe()
    with open(read, "rb") as file:
        with open(write, "wb") as out:
            out.write(b"hello")
            out.flush()
            with own.fromfd(one.fileno(), own.AF_UNIX, own.SOCK_STREAM) as theirs:
                assert theirs.sendfile(file) == 0
        assert one.sendfile(file) == 5
    assert two.recv(10) == b"hello"


def test_a_file_of_proc(pair: Any) -> None:
    """Its size is 0 too, though it has contents."""
    one, two = pair
    for count in (None, 3):
        with open("/proc/self/cmdline", "rb") as file:
            data = file.read()[:count]
            file.seek(0)
            assert one.sendfile(file, 0, count) == len(data)
            assert file.tell() == len(data)
        assert two.recv(len(data) + 1) == data


def test_an_empty_file(tcp: Any) -> None:
    client, _ = tcp
    with tempfile.TemporaryFile() as file:
        assert client.sendfile(file) == 0


def test_a_file_that_ends_early(tcp: Any, folder: Any) -> None:
    """It was longer when it was asked."""
    client, server = tcp
    path = folder / "data"
    path.write_bytes(DATA)
    with path.open("rb") as file:
        os.truncate(path, 5)
        received, sent = received_while(server, send_and_close(client, "sendfile", file, 0, SIZE))
    assert (received, sent) == (DATA[:5], 5)


def test_what_is_refused(file: Any, folder: Any, udp: Any, tcp: Any) -> None:
    one, _ = udp
    client, _ = tcp
    with pytest.raises(ValueError, match="SOCK_STREAM"):
        one.sendfile(file)
    with (
        (folder / "data").open(encoding="latin-1") as text,
        pytest.raises(ValueError, match="binary"),
    ):
        client.sendfile(text)
    for count in (0, -1):
        with pytest.raises(ValueError, match="count must be a positive integer"):
            client.sendfile(file, count=count)
    for bad in (1.5, "x"):
        with pytest.raises(TypeError, match="count must be a positive integer"):
            client.sendfile(file, count=bad)
    client.settimeout(0)
    with pytest.raises(ValueError, match="non-blocking"):
        client.sendfile(file)


@pytest.mark.parametrize("method", METHODS)
def test_a_peer_that_is_gone(method: str, file: Any, pair: Any) -> None:
    one, two = pair
    two.close()
    gone = ConnectionError if IS_WINDOWS else BrokenPipeError
    with pytest.raises((gone, cffisock._GiveupOnSendfile)):
        getattr(one, method)(file)


@pytest.mark.parametrize("method", METHODS)
def test_a_timeout_says_how_far_it_came(method: str, file: Any, pair: Any) -> None:
    one, two = pair
    if IS_WINDOWS:  # where it is of TCP, which would take it all
        one.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_SNDBUF, 10_000)
        two.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_RCVBUF, 10_000)
    one.settimeout(0.05)
    with pytest.raises(TimeoutError):
        getattr(one, method)(file)
    sent = file.tell()
    assert 0 < sent < SIZE
    with two.makefile("rb") as received_before:
        assert received_before.read(sent) == DATA[:sent]
    one.settimeout(LONG)
    received, _ = received_while(two, send_and_close(one, method, file, sent))
    assert received == DATA[sent:]


@pytest.mark.parametrize("wait", [None, LONG])
def test_signals(wait: Any, file: Any, pair: Any) -> None:
    one, two = pair
    one.settimeout(wait)
    with signals(lambda: None, 0.001):
        received, sent = received_while(two, send_and_close(one, "sendfile", file))
    assert (received, sent) == (DATA, SIZE)
