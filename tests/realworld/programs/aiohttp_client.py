"""Works with aiohttp_server.py: tcp|tls|unix PORT PATH CERTIFICATE."""

from __future__ import annotations

import asyncio
import ssl
import sys

import aiohttp
from common import count, digest, is_ours, noise, tell

KIND, PORT, PATH, CERTIFICATE = sys.argv[1:]
URL = f"{'https' if KIND == 'tls' else 'http'}://localhost:{PORT}"


async def get(client: aiohttp.ClientSession, index: int) -> None:
    size = index * 91 % 30_000
    async with client.get(f"{URL}/noise/{size}/{index}") as answer:
        connection = answer.connection
        if connection is not None and connection.transport is not None:
            sock = connection.transport.get_extra_info("socket")
            assert sock is None or is_ours(sock._sock), sock
        assert await answer.read() == noise(size, index)
    count(1, size)


async def big(client: aiohttp.ClientSession) -> None:
    size = 10_000_000
    data = noise(size)
    async with client.get(f"{URL}/stream/{size}") as answer:
        assert digest(await answer.read()) == digest(data)
    async with client.post(URL, data=data) as answer:
        assert await answer.text() == digest(data)
    count(2, 2 * size)


async def web_socket(client: aiohttp.ClientSession) -> None:
    """Messages in flight, small and big: each comes back, in order."""
    total = 500
    messages = [noise(index * 11 % 3000, index) for index in range(total)] + [noise(1_000_000)]
    async with client.ws_connect(f"{URL}/echo") as sock:

        async def send() -> None:
            for message in messages:
                await sock.send_bytes(message)

        sending = asyncio.ensure_future(send())
        for message in messages:
            assert await sock.receive_bytes() == message
        await sending
        await sock.send_str("Größe")
        assert await sock.receive_str() == "Größe"
    count(2 * len(messages), 2 * sum(map(len, messages)))


async def impatient(client: aiohttp.ClientSession) -> None:
    """A server that accepts and says nothing."""
    held: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    timeout = aiohttp.ClientTimeout(total=0.2)
    async with aiohttp.ClientSession(timeout=timeout) as other:
        try:
            await other.get(f"http://127.0.0.1:{port}/")
        except asyncio.TimeoutError:
            count(1)
        else:
            raise AssertionError("the timeout passed unnoticed")
    for writer in held:
        writer.close()
    server.close()


async def main() -> None:
    context = ssl.create_default_context(cafile=CERTIFICATE)
    connector: aiohttp.BaseConnector
    if KIND == "unix":
        connector = aiohttp.UnixConnector(PATH)
    else:
        connector = aiohttp.TCPConnector(ssl=context, limit=20)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as client:
        for index in range(200):
            await get(client, index)
        await asyncio.gather(*(get(client, index) for index in range(800)))
        await big(client)
        await web_socket(client)
        await impatient(client)


asyncio.run(main())
tell()
