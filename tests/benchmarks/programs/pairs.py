"""What the programs have in common: two sockets that are connected."""

from __future__ import annotations

import socket


def connected(family: str) -> tuple[socket.socket, socket.socket]:
    """Two stream sockets of AF_INET or AF_UNIX."""
    if family == "AF_UNIX":
        return socket.socketpair()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    return client, server
