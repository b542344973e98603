"""asyncio in its debug mode: streams over TCP and AF_UNIX, datagrams, pairs, names, threads."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import tempfile
from typing import Any

print("on", socket.__name__)
DATA = os.urandom(1_000_000)
WINDOWS = sys.platform == "win32"


async def serve(reader: Any, writer: Any) -> None:
    """Echoes."""
    sock = writer.get_extra_info("socket")
    assert isinstance(sock._sock, socket.socket)
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def talk(reader: Any, writer: Any) -> None:
    async def send() -> None:
        writer.write(DATA)
        await writer.drain()
        for index in range(200):
            writer.write(b"%d\n" % index)
            await writer.drain()
        writer.write_eof()

    sending = asyncio.ensure_future(send())
    assert await reader.readexactly(len(DATA)) == DATA
    for index in range(200):
        assert await reader.readline() == b"%d\n" % index
    assert await reader.read() == b""
    await sending
    writer.close()
    await writer.wait_closed()


async def streams(folder: str) -> None:
    host = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
    server = await asyncio.start_server(serve, host, 0)
    address = server.sockets[0].getsockname()
    connections = [await asyncio.open_connection(*address[:2]) for _ in range(5)]
    await asyncio.gather(*(talk(*connection) for connection in connections))
    server.close()
    await server.wait_closed()
    if not WINDOWS:
        server = await asyncio.start_unix_server(serve, f"{folder}/s")
        await talk(*await asyncio.open_unix_connection(f"{folder}/s"))
        server.close()
        await server.wait_closed()
    one, two = socket.socketpair()
    serving = asyncio.ensure_future(serve(*await asyncio.open_connection(sock=two)))
    await talk(*await asyncio.open_connection(sock=one))
    await serving


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.transport.sendto(data, addr)


class Collect(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.queue: asyncio.Queue[Any] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.queue.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        self.queue.put_nowait(exc)


async def datagrams() -> None:
    loop = asyncio.get_running_loop()
    server, _ = await loop.create_datagram_endpoint(Echo, ("127.0.0.1", 0))
    address = server.get_extra_info("sockname")
    client, collect = await loop.create_datagram_endpoint(Collect, remote_addr=address)
    for index in range(200):
        client.sendto(b"%d" % index)
        assert await collect.queue.get() == b"%d" % index
    server.close()
    await asyncio.sleep(0)
    while server.get_extra_info("socket").fileno() != -1:
        await asyncio.sleep(0.01)
    client.sendto(b"to nobody")
    assert isinstance(await collect.queue.get(), ConnectionRefusedError)
    client.close()


async def failures() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        try:
            await asyncio.open_connection(*sock.getsockname())
        except ConnectionRefusedError:
            pass
        else:
            raise AssertionError("connected to nobody")
    loop = asyncio.get_running_loop()
    assert (await loop.getaddrinfo("127.0.0.1", 80))[0][4] == ("127.0.0.1", 80)
    assert await loop.getnameinfo(("127.0.0.1", 9), socket.NI_NUMERICHOST) is not None
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    with contextlib.suppress(asyncio.TimeoutError):
        raise AssertionError(await asyncio.wait_for(reader.read(1), 0.05))
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.05)


async def processes() -> None:
    """Their pipes to a child are socket pairs."""
    code = "import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"
    command = [sys.executable, "-c", code] if WINDOWS else ["cat"]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert (await process.communicate(DATA))[0] == DATA
    assert process.returncode == 0


async def main() -> None:
    loop = asyncio.get_running_loop()
    assert loop.get_debug()
    loop.slow_callback_duration = 20  # the machine may be busy
    with tempfile.TemporaryDirectory() as folder:
        await streams(folder)
    await datagrams()
    await failures()
    await processes()


asyncio.run(main())
print("done")
