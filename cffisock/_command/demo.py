"""``python -m cffisock demo``: echo servers, each tried between cffisock and the interpreter's
own socket module, in both directions, and a file descriptor sent to another process."""

from __future__ import annotations

import functools
import importlib
import os
import subprocess
import sys
import tempfile
import threading
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import cffisock

from .. import _types as t
from .._edge.interpreter import interpreters_own
from .._edge.platform import IS_WINDOWS

SIZE = 1 << 20
DATAGRAM = 1024
TIMEOUT = 20.0

RECEIVER = f"import sys, {__name__} as demo; demo.receive(*sys.argv[1:])"
SHARER = f"import sys, {__name__} as demo; demo.receive_shared(*sys.argv[1:])"


@functools.cache
def own_socket() -> ModuleType:
    """Returns the interpreter's own socket module, also where cffisock is in its place."""
    if not cffisock.installed():
        return importlib.import_module("socket")
    # It is imported anew, over its own _socket; there is no other thread yet to see them.
    replaced = {name: sys.modules.pop(name) for name in ("socket", "_socket")}
    sys.modules["_socket"] = interpreters_own("_socket")
    try:
        return importlib.import_module("socket")
    finally:
        sys.modules.update(replaced)


def receive(name: str, fd: str) -> None:
    """Is the other process: gets a file's descriptor by a socket, and answers with its digest."""
    module: t.Any = cffisock if name == cffisock.__name__ else own_socket()
    with module.socket(fileno=int(fd)) as sock:
        _, (passed,), _, _ = module.recv_fds(sock, 1, 1)
        with open(passed, "rb") as file:
            sock.sendall(sha256(file.read()).digest())


def receive_shared(name: str) -> None:
    """Is the other process on Windows: gets a socket, and answers with what came by it."""
    module: t.Any = cffisock if name == cffisock.__name__ else own_socket()
    with module.fromshare(sys.stdin.buffer.read()) as sock:
        received = sha256()
        while data := sock.recv(65536):
            received.update(data)
        sock.sendall(received.digest())


def serve_stream(listener: t.Any) -> None:
    """Accepts one connection and sends back what comes, to its end."""
    conn, _ = listener.accept()
    with conn:
        conn.settimeout(TIMEOUT)
        while True:
            data = conn.recv(65536)
            if not data:
                return
            conn.sendall(data)


def ask_stream(sock: t.Any, data: bytes) -> bytes:
    """Sends all of ``data`` while it receives what comes back, to the end."""

    def send() -> None:
        sock.sendall(data)
        sock.shutdown(cffisock.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    received = bytearray()
    while True:
        part = sock.recv(65536)
        if not part:
            break
        received += part
    sender.join()
    return bytes(received)


def serve_datagrams(sock: t.Any) -> None:
    """Sends back each datagram, until an empty one."""
    while True:
        data, address = sock.recvfrom(65536)
        sock.sendto(data, address)
        if not data:
            return


def ask_datagrams(sock: t.Any, data: bytes) -> bytes:
    """Sends ``data`` in datagrams, one at a time, and returns what came back."""
    received = bytearray()
    for start in range(0, len(data), DATAGRAM):
        sock.send(data[start : start + DATAGRAM])
        received += sock.recv(65536)
    sock.send(b"")
    sock.recv(1)
    return bytes(received)


def echo(
    server_module: ModuleType, client_module: ModuleType, family: int, kind: int, address: t.Any
) -> int:
    """Echoes SIZE random bytes between sockets of the two modules; how many came back right."""
    stream = kind == cffisock.SOCK_STREAM
    data = os.urandom(SIZE)
    with server_module.socket(family, kind) as server, client_module.socket(family, kind) as client:
        server.settimeout(TIMEOUT)
        client.settimeout(TIMEOUT)
        server.bind(address)
        if stream:
            server.listen()
        serve = serve_stream if stream else serve_datagrams
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        client.connect(server.getsockname())
        received = (ask_stream if stream else ask_datagrams)(client, data)
        thread.join()
    if received != data:
        raise AssertionError(f"{len(data)} bytes sent, others came back")
    return len(received)


def pass_descriptor(module: ModuleType, other: ModuleType, folder: Path) -> int:
    """Sends a file's descriptor to a process that receives it with ``other``; the file's size."""
    data = os.urandom(SIZE)
    path = folder / "passed"
    path.write_bytes(data)
    ours, theirs = module.socketpair()
    with ours, theirs, path.open("rb") as file:
        ours.settimeout(TIMEOUT)
        command = [sys.executable, "-c", RECEIVER, other.__name__, str(theirs.fileno())]
        with subprocess.Popen(command, pass_fds=[theirs.fileno()]) as process:
            theirs.close()
            module.send_fds(ours, [b"!"], [file.fileno()])
            digest = ours.recv(64)
            status = process.wait(TIMEOUT)
    if status != 0 or digest != sha256(data).digest():
        raise AssertionError(f"the other process ended with {status} and read something else")
    return len(data)


def share_socket(module: ModuleType, other: ModuleType) -> int:
    """Shares a socket with a process that receives by it with ``other``; how many bytes."""
    data = os.urandom(SIZE)
    ours, theirs = module.socketpair()
    with ours, theirs:
        ours.settimeout(TIMEOUT)
        command = [sys.executable, "-c", SHARER, other.__name__]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            stdin: t.Any = process.stdin
            with stdin:
                stdin.write(theirs.share(process.pid))
            theirs.close()
            ours.sendall(data)
            ours.shutdown(cffisock.SHUT_WR)
            digest = ours.recv(64)
            status = process.wait(TIMEOUT)
    if status != 0 or digest != sha256(data).digest():
        raise AssertionError(f"the other process ended with {status} and read something else")
    return len(data)


def why_no_ipv6() -> str | None:
    """Asks the interpreter's own module why this machine has no IPv6 to try."""
    own = own_socket()
    try:
        with own.socket(own.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError as error:
        return str(error)
    return None


def main() -> int:
    """Runs every demonstration and prints a line for each; the exit status."""
    own = own_socket()
    failures = 0
    with tempfile.TemporaryDirectory(prefix="cffisock-") as name:
        folder = Path(name)
        cases: list[t.Any] = [
            ("TCP over IPv4", cffisock.AF_INET, cffisock.SOCK_STREAM, ("127.0.0.1", 0)),
            ("TCP over IPv6", cffisock.AF_INET6, cffisock.SOCK_STREAM, ("::1", 0)),
            ("UDP over IPv4", cffisock.AF_INET, cffisock.SOCK_DGRAM, ("127.0.0.1", 0)),
        ]
        if not IS_WINDOWS:
            cases.append(("AF_UNIX", cffisock.AF_UNIX, cffisock.SOCK_STREAM, None))
        no_ipv6 = why_no_ipv6()
        for server, client in ((cffisock, own), (own, cffisock)):
            roles = f"{server.__name__} serves {client.__name__}"
            for label, family, kind, address in cases:
                where = address or str(folder / server.__name__)
                what = f"{label}: {roles}"
                if family == cffisock.AF_INET6 and no_ipv6:
                    print(f"left out {what}: {no_ipv6}", flush=True)
                    continue
                failures += not report(what, echo, server, client, family, kind, where)
            if IS_WINDOWS:
                what = f"socket shared: {server.__name__} with {client.__name__}"
                failures += not report(what, share_socket, server, client)
            else:
                what = f"descriptor passed: {server.__name__} to {client.__name__}"
                failures += not report(what, pass_descriptor, server, client, folder)
    print("all bytes came back right" if not failures else f"{failures} failed")
    return 1 if failures else 0


def report(label: str, run: t.Any, *args: t.Any) -> bool:
    """Runs one demonstration and prints its line; whether it worked."""
    try:
        size = run(*args)
    except (OSError, AssertionError, subprocess.SubprocessError) as error:
        print(f"FAILED  {label}: {error!r}", flush=True)
        return False
    print(f"ok      {label}: {size} bytes", flush=True)
    return True
