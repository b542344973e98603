"""The other side of tls_subject.py's programs, in this process and on the interpreter's own."""

from __future__ import annotations

import json
import shutil
import ssl
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Callable

from .support import IS_PYPY, LONG, own, python


def make_certificate(file: Path, subject: str) -> None:
    """Writes a key and a certificate that is signed with it, for the host or person ``subject``."""
    openssl = shutil.which("openssl")
    assert openssl, "these tests make their certificates with the command openssl"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]
    command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", f"/CN={subject}"]
    command += ["-addext", f"subjectAltName=DNS:{subject}"]
    command += ["-keyout", str(file), "-out", str(file.with_suffix(".crt"))]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    file.write_bytes(file.read_bytes() + file.with_suffix(".crt").read_bytes())


def context_of(folder: Path, certificate: str = "server", authority: str = "") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(folder / f"{certificate}.pem"))
    if authority:
        context.load_verify_locations(str(folder / f"{authority}.pem"))
    return context


def subject(which: str, task: str, folder: Path, number: int, *fds: int) -> Any:
    """The result of a task of tls_subject.py, which ends well and without a warning."""
    # PyPy's own library leaves sockets to the collector, which come with a warning each.
    strict = [] if IS_PYPY and which == "own" else ["-W", "error"]
    command = [*strict, "-m", "tests.tls_subject", which, task, str(folder), str(number)]
    done = python(*command, pass_fds=fds)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


Handler = Callable[[Any], Any]


@contextmanager
def meanwhile(call: Callable[[], Any]) -> Iterator[list[Any]]:
    """Calls something in a thread, and waits for it at the end: a list for its result."""
    results: list[Any] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001  (whatever it is, the test shall know)
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield results
    finally:
        thread.join()
    if failures:
        raise failures[0]


@contextmanager
def peer(handler: Handler, context: ssl.SSLContext | None, connections: int = 1) -> Iterator[int]:
    """A server in a thread, which gives ``handler`` one connection after another: its port."""

    def serve() -> None:
        for _ in range(connections):
            sock, _address = listener.accept()
            sock.settimeout(LONG)
            with context.wrap_socket(sock, server_side=True) if context else sock as sock:
                handler(sock)

    with own.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LONG)
        with meanwhile(serve):
            yield listener.getsockname()[1]


@contextmanager
def connected(
    which: str, task: str, folder: Path, context: ssl.SSLContext
) -> Iterator[tuple[Any, list[Any]]]:
    """A client of a task that serves, and a list for the task's result."""
    with own.create_server(("127.0.0.1", 0)) as listener:
        fd = listener.fileno()
        with meanwhile(lambda: subject(which, task, folder, fd, fd)) as results:
            plain = own.create_connection(listener.getsockname(), LONG)
            with context.wrap_socket(plain, server_hostname="localhost") as sock:
                yield sock, results


def echo(sock: Any) -> None:
    with suppress(ConnectionResetError):
        while data := sock.recv(65536):
            sock.sendall(data)


def parts(sock: Any, size: int) -> Iterator[bytes]:
    """What comes until it is ``size`` bytes."""
    while size > 0:
        part = sock.recv(size)
        assert part, "the connection ended"
        size -= len(part)
        yield part


def until_it_closes(sock: Any) -> None:
    with suppress(OSError):
        while sock.recv(65536):
            pass


def reset(sock: Any) -> None:
    sock.setsockopt(own.SOL_SOCKET, own.SO_LINGER, struct.pack("ii", 1, 0))
