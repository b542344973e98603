"""What the tasks share: certificates, connections, and how something failed."""

from __future__ import annotations

import socket
import ssl
import sys
from pathlib import Path
from typing import Any, Callable

FOLDER = Path(sys.argv[3])
LONG = 20.0
DATA = bytes(range(256)) * 16 * 1024  # 4 MiB
PART = 65536
HOST = "localhost"


def client_context(authority: str = "server", certificate: str | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(FOLDER / f"{authority}.pem"))
    if certificate:
        context.load_cert_chain(str(FOLDER / f"{certificate}.pem"))
    return context


def server_context(certificate: str = "server", authority: str | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(str(FOLDER / f"{certificate}.pem"))
    if authority:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(str(FOLDER / f"{authority}.pem"))
    return context


def connect(port: int, timeout: float | None = LONG) -> Any:
    return socket.create_connection(("127.0.0.1", port), timeout)


def tls(port: int, timeout: float | None = LONG, **options: Any) -> Any:
    return client_context().wrap_socket(connect(port, timeout), server_hostname=HOST, **options)


def failure(call: Callable[..., Any], *args: Any) -> list[Any]:
    """What a call raises: the kind, its errno and, for those of TLS, the reason."""
    try:
        returned = call(*args)
    except socket.timeout as error:
        return ["timeout", error.errno, str(error)]
    except (OSError, ValueError, NotImplementedError) as error:
        return [type(error).__name__, getattr(error, "errno", None), getattr(error, "reason", None)]
    return ["returned", repr(returned)]


def receive_all(sock: Any, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (part := sock.recv(PART)):
        data += part
    return bytes(data)


def listener(fd: int) -> Any:
    if sys.platform == "win32":
        return socket.fromshare(bytes.fromhex(sys.stdin.read()))
    return socket.socket(fileno=fd)
