"""TLS after install(), and without it.

What tls_subject does runs twice, on cffisock and on the interpreter's own socket module, with
the same result asked of both.  Its peer is this process, with the interpreter's own.
"""

from __future__ import annotations

import errno
import ssl
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

import cffisock

from .support import IS_PYPY, LONG, own, python
from .tls_peer import (
    connected,
    context_of,
    echo,
    make_certificate,
    parts,
    peer,
    reset,
    subject,
    until_it_closes,
)

NAMES = {"server": "localhost", "other": "localhost", "client": "somebody"}
ON_BOTH = pytest.mark.parametrize("which", ["own", "cffisock"])
TLS_VERSIONS = pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"]
)
# What OpenSSL 3 calls an unexpected end, interpreters older than it may take for a proper one.
RAGGED_ENDS = (["SSLEOFError", 8], ["returned", "b''"])
EARLY_ENDS = (["SSLEOFError", 8], ["SSLZeroReturnError", 6])
TIMED_OUT_READING = ["timeout", None, "The read operation timed out"]
# What is said of a number that is no socket.
NO_SOCKET = 10038 if sys.platform == "win32" else errno.EBADF


@pytest.fixture(scope="module")
def certificates() -> Iterator[Path]:
    """A folder with a key and a certificate, signed with it, for each of NAMES."""
    with tempfile.TemporaryDirectory(prefix="cs-tls-") as name:
        for file, subject in NAMES.items():
            make_certificate(Path(name, f"{file}.pem"), subject)
        yield Path(name)


# --- data -----------------------------------------------------------------------------------------


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


# --- ends -----------------------------------------------------------------------------------------


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


# --- who the peer is ------------------------------------------------------------------------------


def refused(sock: Any) -> None:
    pytest.fail("the handshake succeeded")


@ON_BOTH
def test_authority_and_name(which: str, certificates: Path) -> None:
    with pytest.raises(ssl.SSLError), peer(refused, context_of(certificates)) as port:
        result = subject(which, "unknown_authority", certificates, port)
    assert result == ["SSLCertVerificationError", 1, "CERTIFICATE_VERIFY_FAILED"]
    with pytest.raises(ssl.SSLError), peer(refused, context_of(certificates)) as port:
        result = subject(which, "wrong_name", certificates, port)
    assert result == [62, True]


@ON_BOTH
def test_certificates_of_both_and_the_name_asked_for(which: str, certificates: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificates / "other.pem"))
    context.load_cert_chain(str(certificates / "client.pem"))
    context.set_alpn_protocols(["a"])
    with connected(which, "both_known", certificates, context) as (sock, results):
        binding = sock.get_channel_binding("tls-unique")
        assert sock.recv(100).decode() == binding.hex()
    asked, chosen, peer_name, protocol = results[0]
    assert asked == [["SSLSocket", True, "localhost", True]]
    assert (chosen, peer_name, protocol) == (True, [[["commonName", "somebody"]]], "a")


@ON_BOTH
@TLS_VERSIONS
def test_sessions(which: str, version: Any, certificates: Path) -> None:
    context = context_of(certificates)
    context.maximum_version = version
    with peer(echo, context, 2) as port:
        result = subject(which, "sessions", certificates, port)
    assert result == [False, "x", True, "x"]


@ON_BOTH
def test_certificate_asked_for_later(which: str, certificates: Path) -> None:
    context = context_of(certificates, "server", "client")
    context.verify_mode = ssl.CERT_REQUIRED
    context.post_handshake_auth = True
    known = []

    def handler(sock: Any) -> None:
        assert sock.recv(10) == b"ask"
        known.append(sock.getpeercert())
        sock.verify_client_post_handshake()
        sock.sendall(b"yes")
        assert sock.recv(10) == b"go on"
        known.append(sock.getpeercert()["subject"])

    with peer(handler, context) as port:
        result = subject(which, "asked_later", certificates, port)
    assert result[:2] == ["yes", ""]
    assert result[2][0] == "SSLError"
    assert known == [None, ((("commonName", "somebody"),),)]


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


# --- without install() ----------------------------------------------------------------------------


def test_ssl_over_its_own_socket_takes_ours(certificates: Path, stack: ExitStack) -> None:
    """``ssl`` makes a socket of its own kind of it, and ours lets go of the descriptor."""
    context = ssl.create_default_context(cafile=str(certificates / "server.pem"))
    with peer(echo, context_of(certificates)) as port:
        plain = stack.enter_context(cffisock.create_connection(("127.0.0.1", port), LONG))
        fd = plain.fileno()
        with context.wrap_socket(plain, server_hostname="localhost") as sock:
            assert isinstance(sock, own.socket)
            assert (sock.fileno(), plain.fileno(), sock.gettimeout()) == (fd, -1, LONG)
            sock.sendall(b"hello")
            assert sock.recv(10) == b"hello"
            sock.settimeout(0.1)
            # With `import cffisock as socket` this is what a program catches.
            with pytest.raises(cffisock.timeout):
                sock.recv(1)


# --- install() ------------------------------------------------------------------------------------


def test_ssl_is_not_imported_before_it_is_needed() -> None:
    code = """
import cffisock, sys
cffisock.install()
import socket
print(sorted({"ssl", "_ssl"} & {*sys.modules}))
"""
    done = python("-c", code)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_an_interpreter_without_tls() -> None:
    code = """
import sys
sys.modules["_ssl"] = None
import cffisock
cffisock.install()
import socket, http.client, urllib.request
assert socket is cffisock and not hasattr(http.client, "HTTPSConnection")
try:
    import ssl
except ImportError as error:
    print(error.name, "ssl" in sys.modules)
"""
    done = python("-c", code)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "_ssl False\n"


def test_too_late() -> None:
    code = """
import ssl
before = ssl.SSLContext.__dict__.get("_wrap_socket")
import cffisock
try:
    cffisock.install()
except RuntimeError as error:
    print(error)
assert ssl.SSLContext.__dict__.get("_wrap_socket") is before
"""
    done = python("-c", code)
    assert done.stderr == ""
    assert "too late" in done.stdout
    assert "ssl" in done.stdout


def test_a_shadow_owns_nothing() -> None:
    """PyPy's _ssl takes any socket, and needs none."""
    code = """
import gc, sys
import cffisock
cffisock.install()
import ssl
if not hasattr(ssl.SSLSocket, "_shadow"):
    print("no shadow")
    sys.exit()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
one, two = cffisock.socketpair()
with two, context.wrap_socket(one, do_handshake_on_connect=False) as sock:
    shadow = sock._shadow
    fd = sock.fileno()
    assert (shadow.fileno(), shadow.gettimeout()) == (fd, None)
    for timeout in (1.5, 0.0, None):
        sock.settimeout(timeout)
        assert shadow.gettimeout() == sock.gettimeout() == timeout
    sock._shadow = shadow = None
    gc.collect()
    cffisock.close(cffisock.dup(fd))
    try:
        sock.do_handshake()
    except ssl.SSLError as error:
        print(error)
for end in (ssl.SSLSocket.close, ssl.SSLSocket.detach):
    one, two = cffisock.socketpair()
    with two, context.wrap_socket(one, do_handshake_on_connect=False) as sock:
        shadow = sock._shadow
        fd = end(sock)
        assert shadow.fileno() == -1
        if fd is not None:
            cffisock.close(fd)
"""
    done = python("-W", "error", "-c", code)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("no shadow" if IS_PYPY else "Underlying socket connection gone") in done.stdout
