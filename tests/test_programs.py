"""The standard library's own programs: on cffisock by install(), and handed single sockets of it.

Those of the folder ``programs`` also run on the interpreter's own socket, so as to be right.
"""

from __future__ import annotations

import array
import asyncio
import io
import multiprocessing
import multiprocessing.connection
import os
import select
import selectors
import subprocess
import sys
import threading
from multiprocessing import reduction
from pathlib import Path
from typing import Any, Callable

import pytest

import cffisock

from .support import LOCALHOST, LONG, own, python, tcp_pair

PROGRAMS = Path(__file__).with_name("programs")
BOTH_WAYS = {"own": (), "cffisock": ("-m", "cffisock", "run")}
# -X dev: asyncio's debug mode, the checks of io, all warnings; as errors, but for that of fork()
# in a process with threads, which these have on purpose, and CPython 3.15 raises.
STRICT = ("-X", "dev", "-W", "error", "-W", "ignore:This process (pid=:DeprecationWarning")


@pytest.mark.parametrize("way", BOTH_WAYS)
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        *((path.stem, []) for path in sorted(PROGRAMS.glob("*.py"))),
        pytest.param("asyncio_streams", ["::1"], marks=pytest.mark.ipv6),
    ],
)
def test_unchanged(name: str, arguments: list[str], way: str) -> None:
    done = python(*STRICT, *BOTH_WAYS[way], str(PROGRAMS / f"{name}.py"), *arguments)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    module = {"own": "socket", "cffisock": "cffisock"}[way]
    first, *_, last = done.stdout.splitlines()
    assert (first, last) == (f"on {module}", "done")


# --- asyncio, handed a socket ---------------------------------------------------------------------

DATA = os.urandom(300_000)


def loop_run(main: Callable[[], Any]) -> None:
    """Runs the coroutine function in asyncio's debug mode, bounded in time."""

    async def bounded() -> None:
        await asyncio.wait_for(main(), LONG)

    if sys.platform == "win32":  # whose other loop makes sockets itself
        with asyncio.Runner(debug=True, loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(bounded())
    else:
        asyncio.run(bounded(), debug=True)


def test_asyncio_server_and_connection(unix_path: str) -> None:
    async def serve(reader: Any, writer: Any) -> None:
        assert type(writer.get_extra_info("socket")._sock) is cffisock.socket
        writer.write(await reader.readexactly(len(DATA)))
        await writer.drain()
        writer.close()

    async def talk(listener: Any, client: Any) -> None:
        server = await asyncio.start_server(serve, sock=listener)
        client.connect(listener.getsockname())
        reader, writer = await asyncio.open_connection(sock=client)
        assert writer.get_extra_info("sockname") == client.getsockname()
        writer.write(DATA)
        assert await reader.read() == DATA
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()

    async def main() -> None:
        await talk(cffisock.create_server(LOCALHOST), cffisock.socket())
        if sys.platform != "win32":
            unix = cffisock.socket(cffisock.AF_UNIX)
            unix.bind(unix_path)
            await talk(unix, cffisock.socket(cffisock.AF_UNIX))

    loop_run(main)


def test_asyncio_datagrams() -> None:
    class Echo(asyncio.DatagramProtocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: Any) -> None:
            self.transport.sendto(data[::-1], addr)

    class Once(asyncio.DatagramProtocol):
        def __init__(self) -> None:
            self.got: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def datagram_received(self, data: bytes, addr: Any) -> None:
            self.got.set_result(data)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        server, client = (cffisock.socket(type=cffisock.SOCK_DGRAM) for _ in range(2))
        server.bind(LOCALHOST)
        client.connect(server.getsockname())
        echo, _ = await loop.create_datagram_endpoint(Echo, sock=server)
        transport, once = await loop.create_datagram_endpoint(Once, sock=client)
        transport.sendto(b"abc")
        assert await once.got == b"cba"
        transport.close()
        echo.close()

    loop_run(main)


def test_asyncio_accepted_socket_and_sendfile(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(DATA)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        one, two = tcp_pair()
        reader = asyncio.StreamReader()
        receiver, _ = await loop.connect_accepted_socket(
            lambda: asyncio.StreamReaderProtocol(reader), two
        )
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=one)
        with (tmp_path / "data").open("rb") as file:
            assert await loop.sendfile(transport, file) == len(DATA)
        transport.close()
        assert await reader.read() == DATA
        receiver.close()

    loop_run(main)


def test_asyncio_sock_methods(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(DATA)

    async def receive(loop: Any, sock: Any, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += await loop.sock_recv(sock, size)
        return data

    async def main() -> None:
        loop = asyncio.get_running_loop()
        with cffisock.create_server(LOCALHOST) as listener, cffisock.socket() as client:
            listener.setblocking(False)
            client.setblocking(False)
            accepting = asyncio.ensure_future(loop.sock_accept(listener))
            await loop.sock_connect(client, listener.getsockname())
            server, address = await accepting
            assert type(server) is cffisock.socket
            assert address == client.getsockname()
            with server, (tmp_path / "data").open("rb") as file:
                for send in (loop.sock_sendall(client, DATA), loop.sock_sendfile(client, file)):
                    sending = asyncio.ensure_future(send)
                    assert await receive(loop, server, len(DATA)) == DATA
                    await sending
                buffer = bytearray(10)
                await loop.sock_sendall(server, b"short")
                assert await loop.sock_recv_into(client, buffer) == 5
                assert buffer[:5] == b"short"
        with pytest.raises(ValueError, match="non-blocking"):
            await loop.sock_recv(_blocking, 1)

    with cffisock.socket() as _blocking:
        loop_run(main)


if sys.version_info >= (3, 11):

    def test_asyncio_sock_datagrams() -> None:
        async def main() -> None:
            loop: Any = asyncio.get_running_loop()
            with cffisock.socket(type=cffisock.SOCK_DGRAM) as one:
                with cffisock.socket(type=cffisock.SOCK_DGRAM) as two:
                    for sock in (one, two):
                        sock.setblocking(False)
                        sock.bind(LOCALHOST)
                    await loop.sock_sendto(one, b"abc", two.getsockname())
                    assert await loop.sock_recvfrom(two, 10) == (b"abc", one.getsockname())
                    await loop.sock_sendto(one, b"def", two.getsockname())
                    buffer = bytearray(3)
                    assert await loop.sock_recvfrom_into(two, buffer) == (3, one.getsockname())
                    assert buffer == b"def"

        loop_run(main)


def test_asyncio_readers(pair: Any) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        one, two = pair
        readable = loop.create_future()
        loop.add_reader(one, lambda: readable.done() or readable.set_result(one.recv(10)))
        two.send(b"x")
        assert await readable == b"x"
        assert loop.remove_reader(one)
        writable = asyncio.Event()
        loop.add_writer(one, writable.set)
        await writable.wait()
        assert loop.remove_writer(one)

    loop_run(main)


# --- waiting, files, descriptors ------------------------------------------------------------------

SELECTORS = [
    kind
    for name in ("SelectSelector", "PollSelector", "EpollSelector")
    if (kind := getattr(selectors, name, None))
]


@pytest.mark.parametrize("kind", SELECTORS)
def test_selectors(kind: Any, pair: Any) -> None:
    one, two = pair
    with kind() as selector:
        key = selector.register(one, selectors.EVENT_READ, "data")
        assert (key.fileobj, key.fd) == (one, one.fileno())
        assert selector.select(0) == []
        two.send(b"x")
        assert selector.select(LONG) == [(key, selectors.EVENT_READ)]
        selector.modify(one, selectors.EVENT_READ | selectors.EVENT_WRITE)
        assert selector.select(LONG)[0][1] == selectors.EVENT_READ | selectors.EVENT_WRITE
        assert selector.get_key(one).fd == one.fileno()
        assert selector.unregister(one).fileobj is one


def test_select_poll_epoll(pair: Any) -> None:
    one, two = pair
    assert select.select([one], [one], [one], 0) == ([], [one], [])
    two.send(b"x")
    assert select.select([one], [], [], LONG) == ([one], [], [])
    poller = select.poll()
    poller.register(one, select.POLLIN)
    assert poller.poll(1000) == [(one.fileno(), select.POLLIN)]
    with select.epoll() as epoll:
        epoll.register(one, select.EPOLLIN)
        assert epoll.poll(LONG) == [(one.fileno(), select.EPOLLIN)]
        epoll.unregister(one)


def test_wait_of_multiprocessing(pair: Any) -> None:
    one, two = pair
    assert multiprocessing.connection.wait([one, two], 0) == []
    two.send(b"x")
    assert multiprocessing.connection.wait([one, two], LONG) == [one]


def test_fcntl_and_ioctl(pair: Any) -> None:
    import fcntl
    import termios

    one, two = pair
    assert not fcntl.fcntl(one, fcntl.F_GETFL) & os.O_NONBLOCK
    one.settimeout(0)
    assert fcntl.fcntl(one, fcntl.F_GETFL) & os.O_NONBLOCK
    assert fcntl.fcntl(one, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
    two.send(b"12345")
    size = array.array("i", [0])
    fcntl.ioctl(one, termios.FIONREAD, size)
    assert size[0] == 5


def test_os_functions(pair: Any, tmp_path: Path) -> None:
    one, two = pair
    (tmp_path / "data").write_bytes(DATA[:1000])
    with (tmp_path / "data").open("rb") as file:
        assert os.sendfile(one.fileno(), file.fileno(), 100, 200) == 200
    assert os.read(two.fileno(), 1000) == DATA[100:300]
    os.write(two.fileno(), b"x")
    assert one.recv(10) == b"x"
    with os.fdopen(os.dup(one.fileno()), "wb") as file:
        file.write(b"file")
    assert two.recv(10) == b"file"


def test_from_the_standard_module_and_back() -> None:
    """The same connection, now of one module, now of the other."""
    with own.create_server(LOCALHOST) as server:
        theirs = own.create_connection(server.getsockname())
        with server.accept()[0] as peer:
            peer.settimeout(LONG)
            address = theirs.getsockname()
            for _ in range(3):
                ours = cffisock.socket(fileno=theirs.detach())
                assert theirs.fileno() == -1
                assert (ours.family, ours.type) == (own.AF_INET, own.SOCK_STREAM)
                assert ours.getsockname() == address
                ours.sendall(b"ours")
                assert peer.recv(10) == b"ours"
                theirs = own.socket(fileno=ours.detach())
                assert theirs.getsockname() == address
                theirs.sendall(b"theirs")
                assert peer.recv(10) == b"theirs"
            with own.fromfd(theirs.fileno(), theirs.family, theirs.type) as copy:
                theirs.close()
                with cffisock.fromfd(copy.fileno(), copy.family, copy.type) as another:
                    copy.close()
                    another.sendall(b"copy")
                    assert peer.recv(10) == b"copy"


@pytest.mark.parametrize("giver", [own.socket, cffisock.socket])
def test_the_timeout_of_a_nonblocking_descriptor(giver: Any) -> None:
    """O_NONBLOCK goes with the descriptor, the timeout with the object; as on CPython."""
    with giver(own.AF_UNIX) as sock:
        sock.setblocking(False)
        with cffisock.socket(fileno=sock.detach()) as other:
            assert other.gettimeout() is None
            assert not os.get_blocking(other.fileno())


# --- other processes ------------------------------------------------------------------------------


def test_subprocess_with_sockets_for_files(pair: Any) -> None:
    one, two = pair
    one.settimeout(LONG)
    with subprocess.Popen(["cat"], stdin=two, stdout=two) as process:
        two.close()
        one.sendall(b"there and back")
        one.shutdown(cffisock.SHUT_WR)
        with one.makefile("rb") as file:
            assert file.read() == b"there and back"
    assert process.returncode == 0


@pytest.mark.parametrize("module", ["socket", "cffisock"])
def test_subprocess_that_inherits_a_socket(module: str, pair: Any) -> None:
    one, two = pair
    one.settimeout(LONG)
    code = f"import sys, {module} as m; s = m.socket(fileno=int(sys.argv[1])); s.sendall(b'child')"
    done = python("-c", f"{code}; s.close()", str(two.fileno()), pass_fds=[two.fileno()])
    assert (done.returncode, done.stderr) == (0, "")
    assert one.recv(10) == b"child"


def test_subprocess_inherits_nothing_else(pair: Any) -> None:
    code = f"import os; os.fstat({pair[0].fileno()})"
    assert "Bad file descriptor" in python("-c", code, close_fds=False).stderr


def test_multiprocessing_connection_of_a_descriptor(pair: Any) -> None:
    ends = [multiprocessing.connection.Connection(sock.detach()) for sock in pair]
    with ends[0] as one, ends[1] as two:
        one.send({"a": [1, 2, DATA[:1000]]})
        assert two.recv() == {"a": [1, 2, DATA[:1000]]}


def test_multiprocessing_handles(tcp: Any) -> None:
    """A descriptor sent from process to process, here from this one to itself."""
    client, server = tcp
    one, two = multiprocessing.Pipe()
    with one, two:
        thread = threading.Thread(
            target=reduction.send_handle, args=(one, client.fileno(), os.getpid())
        )
        thread.start()
        with cffisock.socket(fileno=reduction.recv_handle(two)) as copy:
            thread.join()
            assert copy.getpeername() == server.getsockname()
            copy.sendall(b"sent")
            assert server.recv(10) == b"sent"


def test_makefile_under_text_and_buffers(pair: Any) -> None:
    """io's own classes on top."""
    one, two = pair
    with one.makefile("rwb", buffering=0) as raw:
        text = io.TextIOWrapper(io.BufferedRWPair(raw, raw), encoding="utf-8", newline="\n")
        text.write("Größe\n")
        text.flush()
        two.sendall(two.recv(100))
        assert text.readline() == "Größe\n"
        text.close()
