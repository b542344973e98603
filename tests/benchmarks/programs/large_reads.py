"""Small messages, for each of which the reader offers 256 KiB, as asyncio does.

Arguments: seconds to warm up, and to count; AF_INET or AF_UNIX.  Prints the nanoseconds of
processor time for each message.
"""

from __future__ import annotations

import socket
import sys
import time

from pairs import connected

DATA = b"x" * 64
ROOM = 256 * 1024


def exchange(one: socket.socket, two: socket.socket, seconds: float) -> float:
    messages = 0
    start = time.process_time_ns()
    stop = start + seconds * 1e9
    while True:
        for _ in range(500):
            one.send(DATA)
            two.recv(ROOM)
        messages += 500
        now = time.process_time_ns()
        if now >= stop:
            return (now - start) / messages


def main(warm_up: float, seconds: float, family: str) -> None:
    one, two = connected(family)
    with one, two:
        exchange(one, two, warm_up)
        print(exchange(one, two, seconds))


main(float(sys.argv[1]), float(sys.argv[2]), sys.argv[3])
