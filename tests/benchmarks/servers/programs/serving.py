"""What the servers have in common: where they listen, and the loop that asyncio runs them on.

The word "uvloop" as the only argument is for that loop.  The address is the first line of what is
printed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

HOST = "127.0.0.1"
BACKLOG = 4096
SIZE = 4096


def announce(address: tuple[str, int]) -> None:
    """Says where the server is."""
    print(f"{address[0]}:{address[1]}", flush=True)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Runs until the process is terminated."""
    if sys.argv[1:] == ["uvloop"]:
        import uvloop

        uvloop.install()
    asyncio.run(main)
