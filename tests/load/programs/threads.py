"""An echo server with a thread for each connection."""

from __future__ import annotations

import gc
import socket
import threading
import time

from serving import SIZE, listener

# Bytes for a stack, of which there are thousands.
STACK = 512 * 1024
# Seconds.  PyPy, where garbage is all that grows, would let it grow for many minutes.
COLLECT = 10.0


def serve(conn: socket.socket) -> None:
    memory = bytearray(SIZE)
    view = memoryview(memory)
    with conn:
        try:
            while n := conn.recv_into(memory):
                conn.sendall(view[:n])
        except (ConnectionError, TimeoutError):  # the client's, or its silence
            return


def collect() -> None:
    while True:
        time.sleep(COLLECT)
        gc.collect()


threading.stack_size(STACK)
threading.Thread(target=collect, daemon=True).start()
with listener() as waiting:
    while True:
        connection, _ = waiting.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()
