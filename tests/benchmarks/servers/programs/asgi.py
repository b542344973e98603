"""HTTP, by uvicorn with h11 and the smallest application of ASGI."""

from __future__ import annotations

import socket
import sys
from typing import Any

import uvicorn
from serving import BACKLOG, HOST, announce

HEADERS = [(b"content-length", b"64")]


async def application(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b"x" * 64})


config = uvicorn.Config(
    application,
    loop="uvloop" if sys.argv[1:] == ["uvloop"] else "asyncio",
    http="h11",
    lifespan="off",
    log_config=None,
)
with socket.create_server((HOST, 0), backlog=BACKLOG) as listener:
    announce(listener.getsockname())
    uvicorn.Server(config).run(sockets=[listener])
