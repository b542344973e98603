"""Ends: of the connection, of TLS on it, of the descriptor."""

from __future__ import annotations

import gc
import os
import socket
import sys
import warnings
from typing import Any

from .common import HOST, client_context, connect, failure, tls


def ragged_end(port: int) -> Any:
    with tls(port, suppress_ragged_eofs=True) as sock:
        suppressed = [sock.recv(10).decode(), sock.recv(10).decode()]
    with tls(port, suppress_ragged_eofs=False) as sock:
        return [suppressed, sock.recv(10).decode(), failure(sock.recv, 10)]


def end_within_a_record(port: int) -> Any:
    with tls(port, suppress_ragged_eofs=False) as sock:
        return failure(sock.recv, 10)


def garbage(port: int) -> Any:
    with tls(port) as sock:
        return failure(sock.recv, 10)


def bad_handshake(port: int) -> Any:
    sock = connect(port)
    context = client_context()
    return failure(lambda: context.wrap_socket(sock, server_hostname=HOST))


def unwrap(port: int) -> Any:
    with tls(port) as sock:
        sock.sendall(b"secret")
        answer = sock.recv(10)
        plain = sock.unwrap()
        plain.sendall(b"clear")
        result = [plain is sock, answer.decode(), plain.recv(10).decode(), failure(sock.unwrap)]
        # Once more from the start, on the same connection.
        with client_context().wrap_socket(plain, server_hostname=HOST) as again:
            again.sendall(b"secret")
            return [*result, plain.fileno(), again.recv(10).decode()]


def detach(port: int) -> Any:
    """Neither the TLS socket nor what was below it closes a descriptor that it let go of."""
    sock = tls(port)
    fd = sock.fileno()
    assert sock.detach() == fd
    gone = [sock.fileno(), failure(sock.settimeout, 1)]
    sock.close()
    del sock
    for _ in range(4):
        gc.collect()
    with socket.socket(fileno=fd) as plain:
        return [gone, plain.getpeername()[1] == port]


def closed_and_reused(port: int) -> Any:
    """A closed TLS socket does nothing to the next owner of its descriptor."""
    sock = tls(port)
    fd = sock.fileno()
    sock.close()
    one, two = socket.socketpair()
    with one, two:
        assert fd in (one.fileno(), two.fileno())
        result = [failure(sock.settimeout, 0), failure(sock.recv, 1), failure(sock.read, 1)]
        del sock
        for _ in range(4):
            gc.collect()
        one.sendall(b"still here")
        return [*result, two.recv(10).decode(), one.gettimeout()]


def not_closed(port: int) -> Any:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sock = tls(port)
        fd = sock.fileno()
        del sock
        for _ in range(4):
            gc.collect()
    said = [type(entry.message).__name__ for entry in caught]
    said += [str(entry.message).partition("fd=")[0] for entry in caught]
    look = socket.close if sys.platform == "win32" else os.fstat
    return [said, failure(look, fd)]
