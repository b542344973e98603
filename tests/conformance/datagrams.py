"""asyncio's own tests of datagrams, on `cffisock.aio.EventLoop` where cffisock is installed:

python -m tests.conformance tests.conformance.datagrams
"""

from __future__ import annotations

import asyncio
from typing import Any

from test.test_asyncio import test_base_events, test_events, utils

import cffisock

# They replace the module `socket` of asyncio.base_events, or a function that asyncio's code calls
# and this one does not.  The argument reuse_address Python 3.11 has no more.
OF_ASYNCIO_ALONE = (
    "cant_bind",
    "connect_err",
    "ip_addr",
    "nosoreuseport",
    "setblk_err",
    "socket_err",
)


def new_loop() -> Any:
    """A loop of the kind that is tested."""
    return cffisock.aio.EventLoop() if cffisock.installed() else asyncio.SelectorEventLoop()


def others(tests: type) -> dict[str, None]:
    """Takes all other tests of a class away."""
    names = [name for name in dir(tests) if name.startswith("test")]
    return {
        name: None
        for name in names
        if "datagram" not in name or name.endswith(OF_ASYNCIO_ALONE) or "reuse_address" in name
    }


class Endpoints(test_events.EventLoopTestsMixin, utils.TestCase):  # type: ignore[misc]
    """Real endpoints that talk to each other."""

    vars().update(others(test_events.EventLoopTestsMixin))

    def create_event_loop(self) -> Any:
        return new_loop()


class Creation(test_base_events.BaseEventLoopWithSelectorTests):  # type: ignore[misc]
    """What endpoints are made of."""

    vars().update(others(test_base_events.BaseEventLoopWithSelectorTests))

    def setUp(self) -> None:
        super().setUp()
        self.loop.close()
        self.loop = new_loop()
        self.set_event_loop(self.loop)
