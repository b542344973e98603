"""TCP, by a thread for each connection."""

from __future__ import annotations

import socket
import threading

from serving import BACKLOG, HOST, SIZE, announce


def serve(conn: socket.socket) -> None:
    with conn:
        while True:
            data = conn.recv(SIZE)
            if not data:
                return
            conn.sendall(data)


with socket.create_server((HOST, 0), backlog=BACKLOG) as listener:
    announce(listener.getsockname())
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()
