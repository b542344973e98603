"""TCP, by asyncio's protocols."""

from __future__ import annotations

import asyncio
from typing import Any

from serving import BACKLOG, HOST, announce, run


class Echo(asyncio.Protocol):
    transport: asyncio.Transport

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, HOST, 0, backlog=BACKLOG)
    announce(server.sockets[0].getsockname())
    await server.serve_forever()


run(main())
