"""An echo server with a thread for each connection."""

from __future__ import annotations

import socket
import threading

from serving import SIZE, listener

# Bytes for a stack, of which there are thousands.
STACK = 512 * 1024


def serve(conn: socket.socket) -> None:
    memory = bytearray(SIZE)
    view = memoryview(memory)
    with conn:
        try:
            while n := conn.recv_into(memory):
                conn.sendall(view[:n])
        except (ConnectionError, TimeoutError):  # the client's, or its silence
            return


threading.stack_size(STACK)
with listener() as waiting:
    while True:
        connection, _ = waiting.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()
