"""TLS without install(), and what install() does to it."""

from __future__ import annotations

import ssl
from contextlib import ExitStack
from pathlib import Path

import pytest

import cffisock

from .support import IS_PYPY, LONG, own, python
from .tls_peer import context_of, echo, peer


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
