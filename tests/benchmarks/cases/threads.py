"""Several threads on sockets with timeouts."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Any

from ..harness import ELAPSED, Case, Loop, with_own_code
from .streams import SMALL, opened, unix_pair

THREADS = 8
TIMEOUT = 5


def serve(sock: Any) -> None:
    """Echoes to the end of the stream."""
    while True:
        data = sock.recv(4096)
        if not data:
            return
        sock.sendall(data)


def echo(module: Any, exits: ExitStack) -> Loop:
    """A message to each of the threads, and then what each sends back."""
    clients, target = [], with_own_code(serve)
    for _ in range(THREADS):
        client, server = opened(unix_pair, module, exits, TIMEOUT)
        thread = threading.Thread(target=target, args=(server,))
        thread.start()
        exits.callback(thread.join)
        exits.callback(client.shutdown, module.SHUT_WR)
        clients.append(client)
    data = bytes(SMALL)

    def loop(n: int) -> None:
        for _ in range(n):
            for client in clients:
                client.sendall(data)
            for client in clients:
                client.recv(SMALL)

    return loop


CASES = [Case("8 threads of echo, timed", echo, per=THREADS, clock=ELAPSED)]
