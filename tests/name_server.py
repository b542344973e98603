"""A name server of one's own, for tests in a network namespace that has no other."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .support import by

A, AAAA = 1, 28

# How long the C library would wait for a name server that is silent, in seconds.
PATIENCE = 30
SETUP = """
ip link set lo up
if [ -e /etc/resolv.conf ]; then mount --bind "$1" /etc/resolv.conf; fi
shift
exec "$@"
"""


def in_a_namespace(
    folder: Path, code: str, *arguments: str, patience: int = PATIENCE, attempts: int = 2
) -> subprocess.CompletedProcess[str]:
    """Runs a program where 127.0.0.1 is the name server, and nothing but loopback is there."""
    resolv = folder / "resolv.conf"
    resolv.write_text(f"nameserver 127.0.0.1\noptions timeout:{patience} attempts:{attempts}\n")
    shell = ["unshare", "--net", "--mount", "sh", "-ec", SETUP, "sh", str(resolv)]
    return by(shell, code, *arguments)


def _answer(query: bytes, hosts: dict[str, list[str]]) -> bytes | None:
    """The answer to a query of DNS; None for a host of whom nothing is said."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    name = ".".join(labels)
    if name not in hosts:
        return None
    (kind,) = struct.unpack_from("!H", query, at + 1)
    packed = [
        socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
        for text in hosts[name]
        if (":" in text) == (kind == AAAA)
    ]
    head = query[:2] + struct.pack("!5H", 0x8180, 1, len(packed), 0, 0)
    records = [struct.pack("!3HIH", 0xC00C, kind, 1, 60, len(each)) + each for each in packed]
    return head + query[12 : at + 5] + b"".join(records)


@contextmanager
def name_server(hosts: dict[str, list[str]]) -> Iterator[None]:
    """Answers for ``hosts``, which have addresses as text, and is silent about all others."""
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                query, asker = sock.recvfrom(512)
            except socket.timeout:
                continue
            answer = _answer(query, hosts)
            if answer is not None:
                sock.sendto(answer, asker)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 53))
        sock.settimeout(0.1)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
