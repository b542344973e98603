"""UDP, one datagram after the other."""

from __future__ import annotations

import socket

from serving import HOST, SIZE, announce

with socket.socket(type=socket.SOCK_DGRAM) as sock:
    sock.bind((HOST, 0))
    announce(sock.getsockname())
    while True:
        data, address = sock.recvfrom(SIZE)
        sock.sendto(data, address)
