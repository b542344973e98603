"""socketserver with a thread for each of 200 clients, which one thread serves with messages.

Arguments: seconds to warm up, and to count; prints the nanoseconds for each message.
"""

from __future__ import annotations

import socket
import socketserver
import sys
import threading
import time
from contextlib import ExitStack

CLIENTS = 200
DATA = b"x" * 64


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while True:
            data = self.request.recv(4096)
            if not data:
                return
            self.request.sendall(data)


class Server(socketserver.ThreadingTCPServer):
    request_queue_size = CLIENTS


def exchange(clients: list[socket.socket], seconds: float) -> float:
    """A message to all of them, and from all of them, for that long: nanoseconds for each."""
    messages = 0
    start = time.perf_counter_ns()
    stop = start + seconds * 1e9
    while True:
        for client in clients:
            client.sendall(DATA)
        for client in clients:
            client.recv(4096)
        messages += len(clients)
        now = time.perf_counter_ns()
        if now >= stop:
            return (now - start) / messages


def main(warm_up: float, seconds: float) -> None:
    with Server(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = ("127.0.0.1", server.server_address[1])
        with ExitStack() as exits:
            clients = [
                exits.enter_context(socket.create_connection(address)) for _ in range(CLIENTS)
            ]
            exchange(clients, warm_up)
            print(exchange(clients, seconds))
        server.shutdown()
        thread.join()


main(float(sys.argv[1]), float(sys.argv[2]))
