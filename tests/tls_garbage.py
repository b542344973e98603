"""Peers that send anything but TLS: ``python -m tests.tls_garbage WHICH FOLDER``.

WHICH is the socket module that this runs on, ``cffisock`` or ``own``; FOLDER has a certificate.
What came of each case is printed as JSON.
"""

from __future__ import annotations

import sys

if sys.argv[1] == "cffisock":
    import cffisock

    cffisock.install()

import gc
import json
import random
import socket
import ssl
import struct
import threading
from contextlib import suppress
from typing import Any, Callable

from .support import descriptors

LONG = 20.0
FLIPS, RANDOM, CUTS = 40, 40, 20
CERTIFICATE = f"{sys.argv[2]}/server.pem"


def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(CERTIFICATE)
    client = ssl.create_default_context(cafile=CERTIFICATE)
    return server, client


SERVER, CLIENT = contexts()


def pair() -> tuple[Any, Any]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = socket.create_connection(listener.getsockname(), LONG)
        two, _ = listener.accept()
    two.settimeout(LONG)
    return one, two


def hello() -> bytes:
    """What a client begins with."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = CLIENT.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def answer_to(data: bytes) -> bytes:
    """What a server answers to that."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = SERVER.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(data)
    with suppress(ssl.SSLWantReadError):
        server.do_handshake()
    return outgoing.read()


def record(kind: int, data: bytes, length: int = -1, version: int = 0x0303) -> bytes:
    return struct.pack("!BHH", kind, version, len(data) if length < 0 else length) + data


def anything() -> dict[str, bytes]:
    """What is no TLS, by what it is."""
    found = {
        "nothing": b"",
        "HTTP": b"GET / HTTP/1.1\r\n\r\n",
        "zeros": bytes(1000),
        "ones": b"\xff" * 1000,
        "an empty record": record(22, b""),
        "empty records": record(22, b"") * 40,
        "a record that is too long": record(22, b"x" * 20000),
        "the longest length": record(22, b"x", 65535),
        "no version": record(22, b"x" * 100, version=0),
        "an unknown kind": record(99, b"x" * 100),
        "data at once": record(23, b"x" * 100),
        "an alert": record(21, b"\x02\x28"),
        "a warning": record(21, b"\x01\x00"),
        "half an alert": record(21, b"\x02"),
        "warnings": record(21, b"\x01\x64") * 50,
        "a changed cipher": record(20, b"\x01"),
        "a long message": record(22, b"\x02\xff\xff\xff" + b"x" * 1000),
        "a heartbeat": record(24, b"\x01\xff\xff"),
    }
    chance = random.Random(13)
    for i in range(RANDOM):
        data = bytes(chance.randrange(256) for _ in range(chance.randint(1, 2000)))
        found[f"random {i}"] = data
        found[f"random handshake {i}"] = record(22, data)
    return found


def damaged(data: bytes) -> dict[str, bytes]:
    """A good beginning that is cut, or has some other bytes in its first record."""
    found = {f"cut {i}": data[: len(data) * i // CUTS] for i in range(CUTS)}
    for seed in range(FLIPS):
        chance = random.Random(seed)
        changed = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            changed[chance.randrange(100)] ^= 1 << chance.randrange(8)
        found[f"flip {seed}"] = bytes(changed)
    return found


def failure(call: Callable[[], Any]) -> str:
    try:
        returned = call()
    except socket.timeout:
        return "timed out"
    except OSError as error:
        return type(error).__name__
    return "a socket" if hasattr(returned, "close") else repr(returned)


def handshake(role: str, make: Callable[[Any], bytes], timeout: float | None) -> list[Any]:
    """What a handshake comes to with a peer that sends that, and an end; whether all is closed."""
    sock, peer = pair()
    context, options = {
        "client": (CLIENT, {"server_hostname": "localhost"}),
        "server": (SERVER, {"server_side": True}),
    }[role]
    sock.settimeout(timeout)

    def send() -> None:
        with suppress(OSError):
            peer.sendall(make(peer))
            peer.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    with peer:
        sender.start()
        told = failure(lambda: context.wrap_socket(sock, **options))
        closed = sock.fileno() == -1
        sender.join()
    return [told, closed]


def later(make: bytes) -> list[Any]:
    """Garbage after a good handshake: what reading, writing and the rest come to."""
    sock, peer = pair()
    accepted: list[Any] = []
    thread = threading.Thread(
        target=lambda: accepted.append(SERVER.wrap_socket(peer, server_side=True))
    )
    thread.start()
    with CLIENT.wrap_socket(sock, server_hostname="localhost") as tls:
        thread.join()
        with socket.socket(fileno=accepted[0].detach()) as plain:
            plain.sendall(make)
            plain.shutdown(socket.SHUT_WR)
            told = [failure(lambda: tls.recv(100)), failure(lambda: tls.recv_into(bytearray(9)))]
            told += [failure(lambda: tls.sendall(b"x")), failure(tls.pending)]
            fd = tls.fileno()
        return [*told, fd >= 0]


def main() -> None:
    before = set(descriptors())
    found: dict[str, Any] = {}
    for what, data in anything().items():
        for role in ("client", "server"):
            for timeout in (None, LONG):
                key = f"{role}, {timeout}: {what}"
                found[key] = handshake(role, lambda _peer, data=data: data, timeout)
        found[f"later: {what}"] = later(data)
    for what, data in damaged(hello()).items():
        found[f"server: {what}"] = handshake("server", lambda _peer, data=data: data, LONG)
    for what in damaged(bytes(1000)):
        found[f"client: {what}"] = handshake(
            "client", lambda peer, what=what: damaged(answer_to(peer.recv(65536)))[what], LONG
        )
    for _ in range(4):
        gc.collect()
    found["left open"] = sorted(set(descriptors()) - before)
    sock, peer = pair()
    thread = threading.Thread(target=lambda: SERVER.wrap_socket(peer, server_side=True).close())
    thread.start()
    with CLIENT.wrap_socket(sock, server_hostname="localhost") as tls:
        found["usable afterwards"] = tls.version()
    thread.join()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
