"""An echo server by asyncio, which reads no more of a client that does not read."""

from __future__ import annotations

import asyncio
from typing import Any

from serving import BACKLOG, listener


class Echo(asyncio.Protocol):
    transport: asyncio.Transport

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)

    def pause_writing(self) -> None:
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        self.transport.resume_reading()


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, sock=listener(), backlog=BACKLOG)
    await server.serve_forever()


asyncio.run(main())
