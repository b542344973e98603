"""An event loop whose datagrams go in batches, for programs that ask their loop for endpoints."""

from __future__ import annotations

import asyncio
from typing import Any, Optional

from . import _endpoint


class EventLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop, with `create_datagram_endpoint` of this module.

    It is for ``asyncio.run(main(), loop_factory=EventLoop)`` and ``asyncio.Runner``.
    """

    async def create_datagram_endpoint(  # type: ignore[override]  # it has keywords of its own
        self,
        protocol_factory: Any,
        local_addr: Any = None,
        remote_addr: Any = None,
        *,
        family: int = 0,
        proto: int = 0,
        flags: int = 0,
        reuse_port: Optional[bool] = None,
        allow_broadcast: Optional[bool] = None,
        sock: Any = None,
        batch: int = _endpoint.BATCH,
        gro: bool = False,
        trains: bool = True,
    ) -> tuple[Any, Any]:
        """Makes an endpoint as `cffisock.aio.create_datagram_endpoint` does."""
        return await _endpoint.create(
            self,
            protocol_factory,
            local_addr,
            remote_addr,
            family=family,
            proto=proto,
            flags=flags,
            reuse_port=reuse_port,
            allow_broadcast=allow_broadcast,
            sock=sock,
            batch=batch,
            gro=gro,
            trains=trains,
        )
