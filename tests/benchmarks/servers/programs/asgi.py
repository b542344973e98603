"""HTTP, by uvicorn with h11 and the smallest application of ASGI."""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from serving import BACKLOG, HOST, announce

HEADERS = [(b"content-length", b"64")]


async def application(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b"x" * 64})


class Server(uvicorn.Server):
    """Says where it listens; the loop opens the socket, as it does for who gives a host."""

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        announce(self.servers[0].sockets[0].getsockname())


config = uvicorn.Config(
    application,
    host=HOST,
    port=0,
    backlog=BACKLOG,
    loop="uvloop" if sys.argv[1:] == ["uvloop"] else "asyncio",
    http="h11",
    lifespan="off",
    log_config=None,
)
Server(config).run()
