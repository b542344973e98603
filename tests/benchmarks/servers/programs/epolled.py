"""TCP, by epoll in one thread."""

from __future__ import annotations

import select
import socket

from serving import BACKLOG, HOST, SIZE, announce

with socket.create_server((HOST, 0), backlog=BACKLOG) as listener, select.epoll() as epoll:
    announce(listener.getsockname())
    connections: dict[int, socket.socket] = {}
    epoll.register(listener.fileno(), select.EPOLLIN)
    while True:
        for fd, _ in epoll.poll():
            if fd == listener.fileno():
                conn, _ = listener.accept()
                conn.setblocking(False)
                connections[conn.fileno()] = conn
                epoll.register(conn.fileno(), select.EPOLLIN)
                continue
            conn = connections[fd]
            data = conn.recv(SIZE)
            if data:
                conn.sendall(data)
            else:
                epoll.unregister(fd)
                connections.pop(fd).close()
