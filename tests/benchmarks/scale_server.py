"""The echo server of tests.benchmarks.scale: ``python -m tests.benchmarks.scale_server MODULE N``.

One thread, select.epoll, level-triggered, non-blocking sockets of the module with that name,
``cffisock`` or ``socket``, and N listeners.  The first line of output has their addresses.
Then each line of input is answered by a line of JSON; the end of input ends the server.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import sys
from typing import Any, Callable

# What is asked of recv(): a usual size, more than there is.
SIZE = 4096
BACKLOG = 4096


class Server:
    """Connections by their descriptors, and what else the epoll object watches."""

    def __init__(self, module: Any, listeners: int) -> None:
        self.epoll = select.epoll()
        self.connections: dict[int, Any] = {}
        self.others: dict[int, Callable[[], None]] = {0: self.answer}
        self.epoll.register(0, select.EPOLLIN)
        self.running = True
        self.addresses = [self.listen(module, f"127.0.0.{i + 1}") for i in range(listeners)]

    def listen(self, module: Any, host: str) -> str:
        """Listens there on a free port: the address as ``host:port``."""
        listener = module.create_server((host, 0), backlog=BACKLOG)
        listener.setblocking(False)
        fd = listener.fileno()
        self.others[fd] = lambda: self.accept(listener)
        self.epoll.register(fd, select.EPOLLIN)
        return f"{host}:{listener.getsockname()[1]}"

    def accept(self, listener: Any) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except BlockingIOError:
                return
            connection.setblocking(False)
            fd = connection.fileno()
            self.connections[fd] = connection
            self.epoll.register(fd, select.EPOLLIN)

    def serve(self) -> None:
        """Echoes until the end of input."""
        poll = self.epoll.poll
        connections = self.connections
        others = self.others
        while self.running:
            for fd, _ in poll():
                if fd in others:
                    others[fd]()
                    continue
                connection = connections[fd]
                try:
                    data = connection.recv(SIZE)
                except ConnectionResetError:
                    data = b""
                if not data:
                    self.close(fd)
                elif connection.send(data) != len(data):
                    raise RuntimeError("a message does not fit into an empty queue")

    def close(self, fd: int) -> None:
        self.epoll.unregister(fd)
        self.connections.pop(fd).close()

    # --- what is asked on standard input ------------------------------------------------

    def answer(self) -> None:
        """Answers one line, which fits into one read; the other side waits for the answer."""
        question = os.read(0, 100).decode().strip()
        if question == "connections":
            answer: Any = len(self.connections)
        elif question == "cpu":
            answer = cpu_seconds()
        elif question == "memory":
            answer = resident_bytes()
        else:
            self.running = False
            return
        print(json.dumps(answer), flush=True)


def cpu_seconds() -> list[float]:
    """What this process has used so far, in user and in system mode: getrusage(2)."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return [usage.ru_utime, usage.ru_stime]


def resident_bytes() -> int:
    """The resident set of this process without its garbage, in whole pages: proc(5)."""
    for _ in range(3):
        gc.collect()
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def main() -> None:
    server = Server(importlib.import_module(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps(server.addresses), flush=True)
    server.serve()


if __name__ == "__main__":
    main()
