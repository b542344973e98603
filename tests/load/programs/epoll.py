"""An echo server by epoll in one thread, which reads no more of a client that does not read."""

from __future__ import annotations

import select
import socket

from serving import SIZE, listener

READ, WRITE = select.EPOLLIN, select.EPOLLOUT


class Connection:
    """A client, and what it has yet to be sent."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.left = sock, b""

    def happened(self) -> int:
        """Receives, or sends what is left: what to wait for now, 0 for nothing any more."""
        try:
            data = self.left or self.sock.recv(SIZE)
            if not data:
                return 0
            self.left = data[self.sock.send(data) :]
        except BlockingIOError:
            self.left = data
        except (ConnectionError, TimeoutError):  # the client's, or its silence
            return 0
        return WRITE if self.left else READ


def main() -> None:
    connections: dict[int, Connection] = {}
    with listener() as waiting, select.epoll() as epoll:
        epoll.register(waiting.fileno(), READ)
        while True:
            for fd, _ in epoll.poll():
                if fd == waiting.fileno():
                    sock, _ = waiting.accept()
                    sock.setblocking(False)
                    connections[sock.fileno()] = Connection(sock)
                    epoll.register(sock.fileno(), READ)
                elif events := connections[fd].happened():
                    epoll.modify(fd, events)
                else:
                    epoll.unregister(fd)
                    connections.pop(fd).sock.close()


main()
