"""Ends after install(): of the connection, of TLS on it, of the descriptor; as in test_tls."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Any

from .support import IS_PYPY, own
from .tls_peer import ON_BOTH, context_of, echo, peer, reset, subject, until_it_closes

# What OpenSSL 3 calls an unexpected end, interpreters older than it may take for a proper one.
RAGGED_ENDS = (["SSLEOFError", 8], ["returned", "b''"])
EARLY_ENDS = (["SSLEOFError", 8], ["SSLZeroReturnError", 6])

# What is said of a number that is no socket.
NO_SOCKET = 10038 if sys.platform == "win32" else errno.EBADF


def on_both(task: str, certificates: Path, handler: Any, context: Any, connections: int = 1) -> Any:
    """What the task results in on the interpreter's own module, after the same on cffisock."""
    results = []
    for which in ("cffisock", "own"):
        with peer(handler, context, connections) as port:
            results.append(subject(which, task, certificates, port))
    assert results[0] == results[1]
    return results[1]


def test_end_without_saying_so(certificates: Path) -> None:
    result = on_both(
        "ragged_end", certificates, lambda sock: sock.sendall(b"last"), context_of(certificates), 2
    )
    assert result[:2] == [["last", ""], "last"]
    assert result[2][:2] in RAGGED_ENDS


def test_end_within_a_record(certificates: Path) -> None:
    def handler(sock: Any) -> None:
        plain = own.socket(fileno=sock.detach())
        with plain:
            plain.sendall(b"\x17\x03\x03\x01\x00half")

    result = on_both("end_within_a_record", certificates, handler, context_of(certificates))
    assert result[:2] in RAGGED_ENDS


# As OpenSSL has it; PyPy 8 finds no name for it.
REASONS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", *([None] if IS_PYPY else []))


@ON_BOTH
def test_garbage_instead_of_a_record(which: str, certificates: Path) -> None:
    def handler(sock: Any) -> None:
        plain = own.socket(fileno=sock.detach())
        with plain:
            plain.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            until_it_closes(plain)

    with peer(handler, context_of(certificates)) as port:
        result = subject(which, "garbage", certificates, port)
    assert result[:2] == ["SSLError", 1]
    assert result[2] in REASONS


@ON_BOTH
def test_garbage_instead_of_a_handshake(which: str, certificates: Path) -> None:
    def handler(sock: Any) -> None:
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        until_it_closes(sock)

    with peer(handler, None) as port:
        result = subject(which, "bad_handshake", certificates, port)
    assert result[:2] == ["SSLError", 1]
    assert result[2] in REASONS


def test_handshake_that_ends_early(certificates: Path) -> None:
    result = on_both("bad_handshake", certificates, lambda sock: sock.recv(10000), None)
    assert result[:2] in EARLY_ENDS


@ON_BOTH
def test_handshake_that_is_reset(which: str, certificates: Path) -> None:
    with peer(lambda sock: (sock.recv(10000), reset(sock)), None) as port:
        result = subject(which, "bad_handshake", certificates, port)
    assert result[0] == "ConnectionResetError"


@ON_BOTH
def test_on_in_the_clear(which: str, certificates: Path) -> None:
    context = context_of(certificates)

    def handler(sock: Any) -> None:
        assert sock.recv(10) == b"secret"
        sock.sendall(b"whisper")
        assert sock.recv(10) == b""
        plain = sock.unwrap()
        assert plain.recv(10) == b"clear"
        plain.sendall(b"aloud")
        with context.wrap_socket(plain, server_side=True) as again:
            echo(again)

    with peer(handler, context) as port:
        result = subject(which, "unwrap", certificates, port)
    assert result == [True, "whisper", "aloud", ["ValueError", None, None], -1, "secret"]


@ON_BOTH
def test_detach(which: str, certificates: Path) -> None:
    with peer(until_it_closes, context_of(certificates)) as port:
        result = subject(which, "detach", certificates, port)
    assert result == [[-1, ["OSError", NO_SOCKET, None]], True]


@ON_BOTH
def test_the_next_owner_of_the_descriptor(which: str, certificates: Path) -> None:
    with peer(until_it_closes, context_of(certificates)) as port:
        result = subject(which, "closed_and_reused", certificates, port)
    errors = [["OSError", 9, None]] * 2 + [["ValueError", None, None]]
    assert result == [*errors, "still here", None]


@ON_BOTH
def test_not_closed(which: str, certificates: Path) -> None:
    with peer(until_it_closes, context_of(certificates)) as port:
        result = subject(which, "not_closed", certificates, port)
    assert result == [["ResourceWarning", "unclosed <ssl.SSLSocket "], ["OSError", NO_SOCKET, None]]
