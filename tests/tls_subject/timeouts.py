"""Time: handshakes, reading and writing that wait, and none that do."""

from __future__ import annotations

import select
import ssl
from contextlib import suppress
from typing import Any

from .common import DATA, HOST, LONG, PART, client_context, connect, failure, receive_all, tls


def handshake_times_out(port: int) -> Any:
    sock = connect(port, 0.3)
    context = client_context()
    result = failure(lambda: context.wrap_socket(sock, server_hostname=HOST))
    return [result, sock.fileno()]


def timeouts_and_none(port: int) -> Any:
    """The timeout changes while the connection lives; the peer speaks when it is told to."""
    with tls(port) as sock:
        result = []
        for timeout in (0.2, 0, 0.1):
            sock.settimeout(timeout)
            result.append(failure(sock.recv, 1))
        sock.setblocking(False)
        result.append(failure(sock.recv, 1))
        sock.setblocking(True)
        sock.sendall(b"go on")
        return [result, sock.recv(10).decode(), sock.gettimeout()]


def write_times_out(port: int) -> Any:
    with tls(port) as sock:
        sock.settimeout(0.3)
        return failure(sock.sendall, bytes(64 * 1024 * 1024))


def file_times_out(port: int) -> Any:
    with tls(port) as sock, sock.makefile("rb", 0) as file:
        sock.settimeout(0.2)
        return [failure(file.read, 1), failure(file.read, 1)]


def non_blocking(port: int) -> Any:
    sock = connect(port)
    sock.setblocking(False)
    context = client_context()
    with context.wrap_socket(sock, server_hostname=HOST, do_handshake_on_connect=False) as sock:
        while True:
            try:
                sock.do_handshake()
                break
            except ssl.SSLWantReadError:
                assert select.select([sock], [], [], LONG)[0]
        result = [sock.getblocking(), failure(sock.recv, 1)[0]]
        # The peer, which answers, stops reading once its answers have no room left.
        block = DATA[:PART]
        blocks, waits = 0, 0
        data = bytearray()
        while True:
            try:
                assert sock.send(block) == PART
                blocks += 1
                if waits >= 50:
                    break
            except ssl.SSLWantWriteError:
                waits += 1
                assert select.select([sock], [], [], LONG)[0]
                with suppress(ssl.SSLWantReadError):
                    data += sock.recv(PART)
        sock.setblocking(True)
        data += receive_all(sock, blocks * PART - len(data))
        return [*result, data == block * blocks]
