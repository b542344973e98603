"""UDP, by recvmmsg and sendmmsg of cffisock, as many datagrams at once as there are."""

from __future__ import annotations

from serving import HOST, SIZE, announce

import cffisock as socket

COUNT = 64

with socket.socket(type=socket.SOCK_DGRAM) as sock:
    sock.bind((HOST, 0))
    announce(sock.getsockname())
    while True:
        received = sock.recvmmsg(COUNT, SIZE, flags=socket.MSG_WAITFORONE)
        sock.sendmmsg([(data, address) for data, _, _, address in received])
