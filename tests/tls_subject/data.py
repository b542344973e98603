"""Data, by every way to read and write it; classes of a program's own, and what is refused."""

from __future__ import annotations

import io
import socket
import ssl
from contextlib import suppress
from typing import Any

from .common import (
    DATA,
    HOST,
    PART,
    client_context,
    failure,
    listener,
    receive_all,
    server_context,
    tls,
)


def echo_client(port: int) -> Any:
    with tls(port) as sock:
        # One part after the other: OpenSSL does not read and write one connection at a time.
        for start in range(0, len(DATA), PART):
            part = DATA[start : start + PART]
            sock.sendall(part)
            assert receive_all(sock, PART) == part
        return [sock.version(), sock.getpeercert()["subjectAltName"], sock.pending()]


def echo_server(fd: int) -> Any:
    with listener(fd) as plain:
        with server_context().wrap_socket(plain, server_side=True) as wrapped:
            sock, address = wrapped.accept()
    with sock:
        total = 0
        while part := sock.recv(PART):
            sock.sendall(part)
            total += len(part)
        sock.unwrap()
        return [total, address[0], type(sock).__name__, sock.server_side]


def every_way_to_read_and_write(port: int) -> Any:
    with tls(port) as sock:
        sent = [sock.send(b"one"), sock.write(b"two"), sock.sendfile(io.BytesIO(b"three"))]
        memory = bytearray(4)
        result = [sock.recv_into(memory, 3), sock.read(3).decode(), sock.recv(2).decode()]
        with sock.makefile("rwb") as file:
            file.write(b"a line\n")
            file.flush()
            result += [file.read(3).decode(), file.readline().decode()]
        calls = (sock.dup, sock.recvmsg, sock.sendmsg, lambda: sock.recv(1, socket.MSG_PEEK))
        refused = [failure(call) for call in calls]
        return [sent, memory.decode("ascii"), result, refused]


def batches(port: int) -> Any:
    with tls(port) as sock:
        calls = [
            failure(sock.recvmmsg, 1, 10),
            failure(sock.recvmmsg_into, [bytearray(10)]),
            failure(sock.sendmmsg, [(b"in the clear",)]),
        ]
        sock.sendall(b"encrypted")
        return [calls, sock.recv(20).decode()]


def own_class(port: int) -> Any:
    class Socket(ssl.SSLSocket):
        """With a method and an attribute of its own."""

        timeouts = 0

        def settimeout(self, value: float | None) -> None:
            self.timeouts += 1
            super().settimeout(value)

    context = client_context()
    context.sslsocket_class = Socket
    sock: Any = socket.socket()
    with context.wrap_socket(sock, server_hostname=HOST) as sock:
        unconnected = [failure(sock.getpeercert), failure(sock.do_handshake), sock.version()]
        sock.connect(("127.0.0.1", port))
        sock.settimeout(0.1)
        return [unconnected, type(sock) is Socket, sock.timeouts > 0, failure(sock.recv, 1)]


def refusals(_port: int) -> Any:
    context = client_context()
    with suppress(TypeError):
        ssl.SSLSocket()
        return "an SSLSocket without a context"
    one, two = socket.socketpair()
    with one, two, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        one.setblocking(False)
        return [
            failure(lambda: context.wrap_socket(one)),
            failure(lambda: context.wrap_socket(datagrams, server_hostname=HOST)),
            failure(lambda: context.wrap_socket(one, server_hostname=HOST)),
            one.fileno(),
        ]
