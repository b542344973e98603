"""Hostile peers, in ways to receive that only cffisock has."""

from __future__ import annotations

import select
from typing import Any

import pytest

import cffisock
from cffisock import aio

from .receiving import WITH_ROOM, WITHOUT_ROOM, now
from .support import LONG, own
from .test_hostile_streams import after, connected, reset, until_reset

BATCHES = {
    "recvmmsg": lambda s: s.recvmmsg(2, 10),
    "recvmmsg_into": lambda s: s.recvmmsg_into([bytearray(10)] * 2),
    **{f"{name}, no room": lambda s, n=name: WITHOUT_ROOM[n](s, 10) for name in WITHOUT_ROOM},
    **{name: lambda s, n=name: WITH_ROOM[n](s, 10, 100) for name in WITH_ROOM},
}
del BATCHES["a transport, no room"]


@pytest.mark.parametrize("name", BATCHES)
def test_ways_that_only_cffisock_has(name: str) -> None:
    with connected(cffisock) as (sock, peer):
        sock.settimeout(LONG)
        reset(peer)
        until_reset(sock)
        with pytest.raises(ConnectionResetError):
            BATCHES[name](sock)
        assert not sock.recv(10)
        assert after(sock)[-1] is False


def test_reset_for_a_coroutine_that_accepts() -> None:
    with cffisock.create_server(("127.0.0.1", 0)) as listener:
        reset(own.create_connection(listener.getsockname()))
        connection, _ = now(listener, lambda: aio.accept(listener))
        with connection, pytest.raises(ConnectionResetError):
            connection.recv(1)


# A file of text has read ahead, and keeps that.
@pytest.mark.parametrize("way", sorted(set(WITHOUT_ROOM) - {"a transport", "makefile, text"}))
def test_urgent_data_for_who_does_not_expect_it(way: str) -> None:
    """It is left out of the stream, and nothing of the rest is lost."""
    with connected(cffisock) as (sock, peer):
        sock.settimeout(LONG)
        peer.sendall(b"ab")
        peer.send(b"!", own.MSG_OOB)
        peer.sendall(b"cd")
        peer.shutdown(own.SHUT_WR)
        until_reset_or_end(sock)
        found = b""
        while part := WITHOUT_ROOM[way](sock, 100):
            found += part
        assert found == b"abcd"


def until_reset_or_end(sock: Any) -> None:
    poll = select.poll()
    poll.register(sock.fileno(), 0x2000)  # POLLRDHUP, which PyPy's select lacks
    assert poll.poll(int(LONG * 1000))
