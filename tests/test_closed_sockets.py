"""Closed sockets: each method says that they are."""

from __future__ import annotations

import threading
from typing import Any, Callable

import pytest

import cffisock

from .methods_by_argument import FAMILY, NOWHERE
from .support import EBADF, LONG, NOT_OPEN, own, with_methods

EVERYTHING: dict[str, Callable[[Any], Any]] = with_methods(
    {
        "accept": lambda s: s.accept(),
        "bind": lambda s: s.bind(NOWHERE),
        "connect": lambda s: s.connect(NOWHERE),
        "dup": lambda s: s.dup(),
        "getpeername": lambda s: s.getpeername(),
        "getsockname": lambda s: s.getsockname(),
        "getsockopt": lambda s: s.getsockopt(1, 3),
        "getsockopt bytes": lambda s: s.getsockopt(1, 3, 4),
        "get_inheritable": lambda s: s.get_inheritable(),
        "listen": lambda s: s.listen(),
        "recv": lambda s: s.recv(1),
        "recv much": lambda s: s.recv(1_000_000),
        "recv_into": lambda s: s.recv_into(bytearray(1)),
        "recvfrom": lambda s: s.recvfrom(1),
        "recvfrom_into": lambda s: s.recvfrom_into(bytearray(1)),
        "recvmsg": lambda s: s.recvmsg(1),
        "recvmsg_into": lambda s: s.recvmsg_into([bytearray(1)]),
        "send": lambda s: s.send(b"x"),
        "sendall": lambda s: s.sendall(b"x"),
        "sendmsg": lambda s: s.sendmsg([b"x"]),
        "sendto": lambda s: s.sendto(b"x", NOWHERE),
        "setblocking": lambda s: s.setblocking(True),
        "setsockopt": lambda s: s.setsockopt(own.SOL_SOCKET, own.SO_REUSEADDR, 1),
        "setsockopt bytes": lambda s: s.setsockopt(own.SOL_SOCKET, own.SO_REUSEADDR, b"1234"),
        "set_inheritable": lambda s: s.set_inheritable(True),
        "settimeout": lambda s: s.settimeout(1),
        "shutdown": lambda s: s.shutdown(2),
    }
)


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("end", ["close", "detach"])
def test_closed(name: str, end: str) -> None:
    sock = cffisock.socket(FAMILY)
    fd = getattr(sock, end)()
    with pytest.raises(OSError, match=NOT_OPEN) as caught:
        EVERYTHING[name](sock)
    assert caught.value.errno == EBADF
    assert sock.connect_ex(NOWHERE) == EBADF
    if end == "detach":
        cffisock.close(fd)


def test_closed_by_another_thread_while_it_waits(usable: Any) -> None:
    """Linux leaves the waiting call alone: what ends it is a shutdown."""
    one, two = cffisock.socketpair()
    outcome: list[Any] = []

    def receive() -> None:
        try:
            outcome.append(one.recv(5))
        except OSError as error:
            outcome.append(error.errno)

    thread = threading.Thread(target=receive)
    thread.start()
    two.send(b"hello")
    thread.join(LONG)
    one.close()
    two.close()
    assert outcome == [b"hello"]
