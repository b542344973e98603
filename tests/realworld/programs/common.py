"""What the programs here have in common: they run on cffisock, count what they do, and tell."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

from data import noise

assert socket.__name__ == "cffisock", "to be run by: python -m cffisock run"

__all__ = ["count", "digest", "in_threads", "is_ours", "noise", "tell"]

_lock = threading.Lock()
_counts = {"operations": 0, "bytes": 0}


def count(operations: int = 0, size: int = 0) -> None:
    """Adds to what was done: operations, and bytes that were compared."""
    with _lock:
        _counts["operations"] += operations
        _counts["bytes"] += size


def tell(**more: Any) -> None:
    """Prints the counts, as the last line."""
    print(json.dumps({**_counts, **more}), flush=True)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def is_ours(sock: Any) -> bool:
    """Whether a library's socket is one of cffisock, or one of ssl made from it."""
    return isinstance(sock, socket.socket) and socket.socket.__module__ == "cffisock"


def in_threads(number: int, call: Callable[[int], None]) -> None:
    """Calls that many at once, each with its number; raises what one of them raised."""
    with ThreadPoolExecutor(number) as pool:
        list(pool.map(call, range(number)))
