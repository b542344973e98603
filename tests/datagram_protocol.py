"""A protocol that keeps what asyncio tells it, and loops to try it in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from .support import LONG


class Protocol(asyncio.DatagramProtocol):
    """Keeps what it is told, as ``trace``; ``until`` waits for so much of it."""

    def __init__(self, act: Any = None) -> None:
        self.trace: list[Any] = []
        self.transport: Any = None
        self.act = act  # called with each datagram that came

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.trace.append("made")

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.trace.append(data)
        if self.act:
            self.act(self, data, addr)

    def error_received(self, error: Exception) -> None:
        self.trace.append((type(error), getattr(error, "errno", None)))

    def connection_lost(self, error: Exception | None) -> None:
        self.trace.append(("lost", type(error)))

    def pause_writing(self) -> None:
        self.trace.append("pause")

    def resume_writing(self) -> None:
        self.trace.append("resume")

    async def until(self, count: int) -> None:
        async def enough() -> None:
            while len(self.trace) < count:
                await asyncio.sleep(0.001)

        await asyncio.wait_for(enough(), LONG)


async def settle() -> None:
    """Lets everything happen that is due."""
    for _ in range(10):
        await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    for _ in range(10):
        await asyncio.sleep(0)


def run(main: Awaitable[Any], reports: list[Any] | None = None) -> Any:
    """Runs a coroutine in a new loop; what is reported to the loop goes to ``reports``."""

    async def reporting() -> Any:
        loop = asyncio.get_running_loop()
        if reports is not None:
            loop.set_exception_handler(lambda _, context: reports.append(context))
        return await main

    return asyncio.run(reporting())
