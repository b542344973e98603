"""TCP, by asyncio's streams."""

from __future__ import annotations

import asyncio

from serving import BACKLOG, HOST, SIZE, announce, run


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        data = await reader.read(SIZE)
        if not data:
            break
        writer.write(data)
        await writer.drain()
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, HOST, 0, backlog=BACKLOG)
    announce(server.sockets[0].getsockname())
    await server.serve_forever()


run(main())
