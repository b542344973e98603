"""TLS after install(): data, timeouts, classes of a program's own, the standard library.

What tls_subject does runs twice, on cffisock and on the interpreter's own socket module, with
the same result asked of both.  Its peer is this process, with the interpreter's own.
"""

from __future__ import annotations

import errno
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from .support import LONG
from .tls_peer import (
    ON_BOTH,
    TLS_VERSIONS,
    connected,
    context_of,
    echo,
    parts,
    peer,
    reset,
    subject,
    until_it_closes,
)

TIMED_OUT_READING = ["timeout", None, "The read operation timed out"]


@ON_BOTH
@TLS_VERSIONS
def test_client(which: str, version: Any, certificates: Path) -> None:
    context = context_of(certificates)
    context.maximum_version = version
    with peer(echo, context) as port:
        result = subject(which, "echo_client", certificates, port)
    assert result == [version.name.replace("_", "."), [["DNS", "localhost"]], 0]


@ON_BOTH
def test_server(which: str, certificates: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificates / "server.pem"))
    with connected(which, "echo_server", certificates, context) as (sock, results):
        for number in range(64):
            part = bytes([number]) * 65536
            sock.sendall(part)
            assert b"".join(parts(sock, len(part))) == part
        sock.unwrap()
    assert results == [[64 * 65536, "127.0.0.1", "SSLSocket", True]]


@ON_BOTH
def test_reading_and_writing(which: str, certificates: Path) -> None:
    def handler(sock: Any) -> None:
        got = b""
        while len(got) < 11:
            got += sock.recv(20)
        assert got == b"onetwothree"
        sock.sendall(b"abc")
        sock.sendall(b"defgh")
        echo(sock)

    with peer(handler, context_of(certificates)) as port:
        result = subject(which, "every_way_to_read_and_write", certificates, port)
    assert result[:3] == [[3, 3, 5], "abc\0", [3, "def", "gh", "a l", "ine\n"]]
    assert [refused[0] for refused in result[3]] == ["NotImplementedError"] * 3 + ["ValueError"]


def test_batches_do_not_go_past_it(certificates: Path) -> None:
    with peer(echo, context_of(certificates)) as port:
        refused, received = subject("cffisock", "batches", certificates, port)
    assert [kind for kind, *_ in refused] == ["NotImplementedError"] * 3
    assert received == "encrypted"


# --- time -----------------------------------------------------------------------------------------


@ON_BOTH
@pytest.mark.parametrize(
    "drops", [b"", b"\x16\x03\x03\x3f\xff" + bytes(1000)], ids=["silent", "dripping"]
)
def test_handshake_with_a_silent_peer(which: str, drops: bytes, certificates: Path) -> None:
    """The timeout is for the whole handshake, however often a byte comes."""

    def handler(sock: Any) -> None:
        ended = threading.Event()
        reader = threading.Thread(target=lambda: (until_it_closes(sock), ended.set()))
        reader.start()
        for number in range(len(drops)):
            if ended.wait(0.03):
                break
            with suppress(OSError):
                sock.send(drops[number : number + 1])
        reader.join()

    with peer(handler, None) as port:
        result = subject(which, "handshake_times_out", certificates, port)
    assert result[0][0] == "timeout"
    assert "handshake operation timed out" in result[0][2]
    assert result[1] == -1


@ON_BOTH
def test_reading_from_a_silent_peer(which: str, certificates: Path) -> None:
    def handler(sock: Any) -> None:
        assert sock.recv(10) == b"go on"
        sock.sendall(b"here")
        until_it_closes(sock)

    with peer(handler, context_of(certificates)) as port:
        result = subject(which, "timeouts_and_none", certificates, port)
    failures, answer, timeout = result
    assert failures[0] == failures[2] == TIMED_OUT_READING
    assert [failures[1][0], failures[3][0]] == ["SSLWantReadError"] * 2
    assert (answer, timeout) == ("here", None)


@ON_BOTH
def test_writing_to_a_peer_that_does_not_read(which: str, certificates: Path) -> None:
    done = threading.Event()
    with peer(lambda sock: (reset(sock), done.wait(LONG)), context_of(certificates)) as port:
        result = subject(which, "write_times_out", certificates, port)
        done.set()
    assert result == ["timeout", None, "The write operation timed out"]


@ON_BOTH
def test_a_file_that_timed_out(which: str, certificates: Path) -> None:
    with peer(until_it_closes, context_of(certificates)) as port:
        result = subject(which, "file_times_out", certificates, port)
    assert result[0] == TIMED_OUT_READING
    assert result[1][0] == "OSError"


@ON_BOTH
def test_without_waiting(which: str, certificates: Path) -> None:
    with peer(echo, context_of(certificates)) as port:
        result = subject(which, "non_blocking", certificates, port)
    assert result == [False, "SSLWantReadError", True]


# --- classes and refusals -------------------------------------------------------------------------


@ON_BOTH
def test_a_class_of_the_programs_own(which: str, certificates: Path) -> None:
    with peer(until_it_closes, context_of(certificates)) as port:
        result = subject(which, "own_class", certificates, port)
    not_connected = ["OSError", errno.ENOTCONN, None]
    assert result == [[not_connected, not_connected, None], True, True, TIMED_OUT_READING]


@ON_BOTH
def test_refusals(which: str, certificates: Path) -> None:
    result = subject(which, "refusals", certificates, 0)
    kinds = [value[0] if isinstance(value, list) else value for value in result]
    assert kinds == ["ValueError", "NotImplementedError", "ValueError", -1]


# --- what is built on it --------------------------------------------------------------------------


@ON_BOTH
def test_asyncio(which: str, certificates: Path) -> None:
    assert subject(which, "asyncio_streams", certificates, 0) == [True, "TLSv1.3"]


@ON_BOTH
def test_https(which: str, certificates: Path) -> None:
    assert subject(which, "https", certificates, 0) == [21, True]
