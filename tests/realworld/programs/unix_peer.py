"""Talks over AF_UNIX: echo|seqpacket ADDRESS to a peer that echoes; serve ADDRESS; datagrams PATH.

An ADDRESS that begins with @ is an abstract one.
"""

from __future__ import annotations

import socket
import sys
import threading

from common import count, is_ours, noise, tell

KIND, PATH = sys.argv[1:]
ADDRESS = "\0" + PATH[1:] if PATH.startswith("@") else PATH


def echo() -> None:
    """Megabytes go there and come back while others go; then some small talk."""
    size = 16_000_000
    data = noise(size)
    with socket.socket(socket.AF_UNIX) as sock:
        assert is_ours(sock)
        sock.settimeout(20)
        sock.connect(ADDRESS)
        sender = threading.Thread(target=sock.sendall, args=(data,))
        sender.start()
        with sock.makefile("rb") as file:
            assert file.read(size) == data
            sender.join()
            for index in range(1000):
                line = b"%d " % index + noise(index, index).hex().encode() + b"\n"
                sock.sendall(line)
                assert file.readline() == line
                count(1, 2 * len(line))
            sock.shutdown(socket.SHUT_WR)
            assert file.read() == b""
    count(1, 2 * size)


def seqpacket() -> None:
    """Packets keep their limits."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
        sock.settimeout(20)
        sock.connect(ADDRESS)
        for index in range(2000):
            packet = noise(index * 3 + 1, index)
            sock.send(packet)
            assert sock.recv(65536) == packet
            count(1, 2 * len(packet))


def datagrams() -> None:
    """Sixteen bytes are a datagram each."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.settimeout(20)
        sock.bind(ADDRESS)
        print("ready", flush=True)
        for index in range(2000):
            data, address = sock.recvfrom(65536)
            assert address is None or isinstance(address, str), address
            assert data == b"%015d\n" % index
            count(1, len(data))


def serve() -> None:
    """Sends back what one client after the other sends, until nothing comes any more."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(ADDRESS)
        listener.listen()
        print("ready", ADDRESS[1:] if ADDRESS[0] == "\0" else ADDRESS, flush=True)
        try:
            while True:
                sock, _ = listener.accept()
                with sock:
                    while data := sock.recv(65536):
                        sock.sendall(data)
        except KeyboardInterrupt:
            return


{"echo": echo, "seqpacket": seqpacket, "datagrams": datagrams, "serve": serve}[KIND]()
if KIND != "serve":
    tell()
