"""UDP, by asyncio's datagram endpoint."""

from __future__ import annotations

import asyncio
from typing import Any

from serving import HOST, announce, run


class Echo(asyncio.DatagramProtocol):
    transport: asyncio.DatagramTransport

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


async def main() -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Echo, (HOST, 0))
    announce(transport.get_extra_info("sockname"))
    await loop.create_future()


run(main())
