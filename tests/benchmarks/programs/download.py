"""Reads a stream that another process keeps full, in blocks of one size.

Arguments: seconds to warm up, and to count; AF_INET or AF_UNIX; recv, recvfrom or recvmsg; the
size.  Prints the nanoseconds of processor time for each KiB, of both processes: over TCP the kernel
does a part of the work of one end while it works for the other.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from typing import Callable

from pairs import connected

PART = bytes(256 * 1024)
# Between two looks at the clock.
READS = 20


def fill(sock: socket.socket) -> None:
    """Sends until the reader is gone."""
    try:
        while True:
            sock.sendall(PART)
    except (BrokenPipeError, ConnectionResetError):
        pass


def reader(sock: socket.socket, method: str, size: int) -> Callable[[], int]:
    """A function that reads once and returns how many bytes."""
    receive = getattr(sock, method)
    if method == "recv":
        return lambda: len(receive(size))
    return lambda: len(receive(size)[0])


def processor_time(child: int) -> float:
    """Seconds of this process and of the child."""
    # The number of another process's clock, as the C library makes it: clock_getcpuclockid(3).
    return time.process_time() + time.clock_gettime(~child << 3 | 2)


def read(receive: Callable[[], int], seconds: float, child: int) -> float:
    received = 0
    start, stop = processor_time(child), time.monotonic() + seconds
    while time.monotonic() < stop:
        for _ in range(READS):
            received += receive()
    return (processor_time(child) - start) * 1e9 / received * 1024


def main(warm_up: float, seconds: float, family: str, method: str, size: int) -> None:
    writer, sock = connected(family)
    with writer, sock:
        child = os.fork()
        if child == 0:
            sock.close()
            fill(writer)
            os._exit(0)
        writer.close()
        receive = reader(sock, method, size)
        read(receive, warm_up, child)
        print(read(receive, seconds, child))
    os.waitpid(child, 0)


main(float(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]))
