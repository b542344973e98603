"""What the servers have in common: where they listen, how they learn who has vanished."""

from __future__ import annotations

import socket

SIZE = 16384
BACKLOG = 4096


def listener() -> socket.socket:
    """A listener that has said where it is.  Linux hands its options on to what it accepts."""
    sock = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1)):
        sock.setsockopt(socket.IPPROTO_TCP, option, value)
    host, port = sock.getsockname()
    print(f"{host}:{port}", flush=True)
    return sock
