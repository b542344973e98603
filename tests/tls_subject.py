"""Programs that use TLS: ``python -m tests.tls_subject WHICH TASK FOLDER NUMBER``.

WHICH is the socket module that they run on, ``cffisock`` or ``own``, FOLDER has the certificates,
and NUMBER is the peer's port, or the descriptor of a listening socket for the tasks that serve,
which on Windows comes by the standard input.
The result is printed as JSON.
"""

from __future__ import annotations

import sys

if sys.argv[1] == "cffisock":
    import cffisock

    cffisock.install()

import gc
import io
import json
import os
import select
import socket
import ssl
import threading
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, Callable

from .support import descriptors

FOLDER = Path(sys.argv[3])
LONG = 20.0
DATA = bytes(range(256)) * 16 * 1024  # 4 MiB
PART = 65536
HOST = "localhost"
TASKS: dict[str, Callable[[int], Any]] = {}


def task(function: Callable[[int], Any]) -> Callable[[int], Any]:
    TASKS[function.__name__] = function
    return function


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


# --- data -----------------------------------------------------------------------------------------


@task
def echo_client(port: int) -> Any:
    with tls(port) as sock:
        # One part after the other: OpenSSL does not read and write one connection at a time.
        for start in range(0, len(DATA), PART):
            part = DATA[start : start + PART]
            sock.sendall(part)
            assert receive_all(sock, PART) == part
        return [sock.version(), sock.getpeercert()["subjectAltName"], sock.pending()]


@task
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


@task
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


@task
def batches(port: int) -> Any:
    with tls(port) as sock:
        calls = [
            failure(sock.recvmmsg, 1, 10),
            failure(sock.recvmmsg_into, [bytearray(10)]),
            failure(sock.sendmmsg, [(b"in the clear",)]),
        ]
        sock.sendall(b"encrypted")
        return [calls, sock.recv(20).decode()]


# --- time -----------------------------------------------------------------------------------------


@task
def handshake_times_out(port: int) -> Any:
    sock = connect(port, 0.3)
    context = client_context()
    result = failure(lambda: context.wrap_socket(sock, server_hostname=HOST))
    return [result, sock.fileno()]


@task
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


@task
def write_times_out(port: int) -> Any:
    with tls(port) as sock:
        sock.settimeout(0.3)
        return failure(sock.sendall, bytes(64 * 1024 * 1024))


@task
def file_times_out(port: int) -> Any:
    with tls(port) as sock, sock.makefile("rb", 0) as file:
        sock.settimeout(0.2)
        return [failure(file.read, 1), failure(file.read, 1)]


@task
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


# --- ends -----------------------------------------------------------------------------------------


@task
def ragged_end(port: int) -> Any:
    with tls(port, suppress_ragged_eofs=True) as sock:
        suppressed = [sock.recv(10).decode(), sock.recv(10).decode()]
    with tls(port, suppress_ragged_eofs=False) as sock:
        return [suppressed, sock.recv(10).decode(), failure(sock.recv, 10)]


@task
def end_within_a_record(port: int) -> Any:
    with tls(port, suppress_ragged_eofs=False) as sock:
        return failure(sock.recv, 10)


@task
def garbage(port: int) -> Any:
    with tls(port) as sock:
        return failure(sock.recv, 10)


@task
def bad_handshake(port: int) -> Any:
    sock = connect(port)
    context = client_context()
    return failure(lambda: context.wrap_socket(sock, server_hostname=HOST))


@task
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


@task
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


@task
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


@task
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


# --- who the peer is ------------------------------------------------------------------------------


@task
def unknown_authority(port: int) -> Any:
    sock = connect(port)
    context = client_context("other")
    return failure(lambda: context.wrap_socket(sock, server_hostname=HOST))


@task
def wrong_name(port: int) -> Any:
    sock = connect(port)
    context = client_context()
    try:
        context.wrap_socket(sock, server_hostname="elsewhere.test")
    except ssl.SSLCertVerificationError as error:
        return [error.verify_code, "elsewhere.test" in error.verify_message]
    return "connected"


@task
def both_known(fd: int) -> Any:
    """The server asks for a certificate, and chooses its own by the name that it is called."""
    asked = []

    def choose(sock: Any, name: str, context: Any) -> None:
        asked.append([type(sock).__name__, sock.server_side, name, context is first])
        sock.context = second

    first = server_context("server", "client")
    first.sni_callback = choose
    second = server_context("other", "client")
    for context in (first, second):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["b", "a"])
    with listener(fd) as plain:
        sock, _ = plain.accept()
    with first.wrap_socket(sock, server_side=True) as sock:
        peer = sock.getpeercert()["subject"]
        binding = sock.get_channel_binding("tls-unique").hex()
        sock.sendall(binding.encode("ascii"))
        return [asked, sock.context is second, peer, sock.selected_alpn_protocol()]


@task
def sessions(port: int) -> Any:
    """The second connection goes on with the session of the first."""
    context = client_context()
    with context.wrap_socket(connect(port), server_hostname=HOST) as sock:
        sock.sendall(b"x")
        first = [sock.session_reused, sock.recv(1).decode()]
        session = sock.session
    with context.wrap_socket(connect(port), server_hostname=HOST, session=session) as sock:
        sock.sendall(b"x")
        return [*first, sock.session_reused, sock.recv(1).decode()]


@task
def asked_later(port: int) -> Any:
    """The server asks for the certificate after the handshake."""
    context = client_context(certificate="client")
    context.post_handshake_auth = True
    with context.wrap_socket(connect(port), server_hostname=HOST) as sock:
        sock.sendall(b"ask")
        answer = sock.recv(3).decode()
        sock.sendall(b"go on")
        return [answer, sock.recv(1).decode(), failure(sock.verify_client_post_handshake)]


@task
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


@task
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


# --- what is built on it --------------------------------------------------------------------------


@task
def asyncio_streams(_port: int) -> Any:
    import asyncio

    async def echo(reader: Any, writer: Any) -> None:
        while data := await reader.read(PART):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def main() -> Any:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=server_context())
        reader, writer = await asyncio.open_connection(
            *server.sockets[0].getsockname(), ssl=client_context(), server_hostname=HOST
        )
        writer.write(DATA)
        data = await reader.readexactly(len(DATA))
        version = writer.get_extra_info("ssl_object").version()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)  # the server's side ends
        return [data == DATA, version]

    return asyncio.run(main())


@task
def https(_port: int) -> Any:
    """A server and clients of the standard library."""
    import hashlib
    import http.client
    import http.server
    import urllib.request

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = hashlib.sha256(body).hexdigest().encode("ascii")
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = server_context().wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        port = server.server_address[1]
        digests = []
        connection = http.client.HTTPSConnection(HOST, port, timeout=LONG, context=client_context())
        for _ in range(20):
            connection.request("POST", "/", DATA)
            digests.append(connection.getresponse().read())
        connection.close()
        url = f"https://{HOST}:{port}/"
        with urllib.request.urlopen(url, DATA, LONG, context=client_context()) as response:
            digests.append(response.read())
        server.shutdown()
        thread.join()
    expected = hashlib.sha256(DATA).hexdigest().encode("ascii")
    return [len(digests), set(digests) == {expected}]


def main() -> None:
    _which, name, _folder, number = sys.argv[1:]
    assert (socket.__name__ == "cffisock") == (sys.argv[1] == "cffisock")
    before = None if name in ("echo_server", "both_known") else len(descriptors())
    result = TASKS[name](int(number))
    for _ in range(4):
        gc.collect()
    if before is not None:
        assert len(descriptors()) == before, descriptors()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
