"""UDP in one direction: takes what comes, or sends as much as it can.

The first argument tells whose datagram endpoint it is: "asyncio", "aio", or "gro" for one that may
receive trains.  A line of input is the address to send to from now on, an empty one is none; the
answer to it is how many datagrams have come and gone.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Any

from serving import HOST, announce, run

# How many are sent in one turn of the loop.
BURST = 64
DATA = bytes(64)


class Bulk(asyncio.DatagramProtocol):
    transport: asyncio.DatagramTransport

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.count = 0
        self.to: tuple[str, int] | None = None
        self.writable = True

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.count += 1

    def pause_writing(self) -> None:
        self.writable = False

    def resume_writing(self) -> None:
        self.writable = True
        self.send_some()

    def send_some(self) -> None:
        if self.to is None or not self.writable:
            return
        for _ in range(BURST):
            self.transport.sendto(DATA, self.to)
        self.count += BURST
        self.loop.call_soon(self.send_some)

    def told(self) -> None:
        """Reads a line of input."""
        host, _, port = sys.stdin.readline().strip().partition(":")
        self.to = (host, int(port)) if host else None
        self.loop.call_soon(self.send_some)
        print(self.count, flush=True)


def endpoint(loop: asyncio.AbstractEventLoop, whose: str) -> Any:
    """The function that makes one, of asyncio or of cffisock."""
    if whose == "asyncio":
        return loop.create_datagram_endpoint
    from cffisock import aio

    return partial(aio.create_datagram_endpoint, gro=whose == "gro")


async def main(whose: str) -> None:
    loop = asyncio.get_running_loop()
    bulk = Bulk(loop)
    transport, _ = await endpoint(loop, whose)(lambda: bulk, (HOST, 0))
    announce(transport.get_extra_info("sockname"))
    loop.add_reader(sys.stdin, bulk.told)
    await loop.create_future()


run(main(sys.argv.pop(1)))
