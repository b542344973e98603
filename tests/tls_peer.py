"""The other side of tls_subject's programs, in this process and on the interpreter's own."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Callable

import pytest

from .support import IS_PYPY, LONG, environ, own, python

# What tests of both modules, and of both versions, are marked with.
ON_BOTH = pytest.mark.parametrize("which", ["own", "cffisock"])
TLS_VERSIONS = pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"]
)


def make_certificate(file: Path, subject: str) -> None:
    """Writes a key and a certificate that is signed with it, for the host or person ``subject``."""
    made = os.environ.get("CFFISOCK_CERTIFICATES")  # by tests/wine/run.sh
    if made:
        shutil.copy(Path(made, file.name), file)
        return
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


def subject(which: str, task: str, folder: Path, number: int, *listeners: Any) -> Any:
    """The result of a task of tls_subject, which ends well and without a warning."""
    # PyPy's own library leaves sockets to the collector, which come with a warning each.
    strict = [] if IS_PYPY and which == "own" else ["-W", "error"]
    command = [*strict, "-m", "tests.tls_subject", which, task, str(folder), str(number)]
    if sys.platform == "win32" and listeners:
        status, output, errors = shared_with(command, *listeners)
    else:
        done = python(*command, pass_fds=[listener.fileno() for listener in listeners])
        status, output, errors = done.returncode, done.stdout, done.stderr
    assert (status, errors) == (0, ""), errors
    return json.loads(output)


def shared_with(command: list[str], listener: Any) -> tuple[int, str, str]:
    """Does as `python`; the process, to which no handle comes, reads its copy of the listener."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    environment = environ()
    with subprocess.Popen(
        [sys.executable, *command], env=environment, encoding="utf-8", **pipes
    ) as process:
        output, errors = process.communicate(listener.share(process.pid).hex(), timeout=50)
    return process.returncode, output, errors


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
        with meanwhile(lambda: subject(which, task, folder, fd, listener)) as results:
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
    linger = "HH" if sys.platform == "win32" else "ii"
    sock.setsockopt(own.SOL_SOCKET, own.SO_LINGER, struct.pack(linger, 1, 0))
