"""RDS over the loopback interface."""

from __future__ import annotations

from typing import Any

import pytest

import cffisock
from cffisock import AF_RDS, SOCK_SEQPACKET

from .peers import NAMES, PEERS, check_names, check_refused, new

peers = pytest.mark.parametrize("peer", PEERS, ids=NAMES)


def bound(module: Any) -> Any:
    sock = new(module, AF_RDS, SOCK_SEQPACKET)
    sock.bind(("127.0.0.1", 0))
    return sock


@peers
def test_messages_both_ways(peer: Any) -> None:
    with bound(cffisock) as one, bound(peer) as two:
        host, port = one.getsockname()
        assert host == "127.0.0.1"
        assert port > 0
        check_names(one)
        for size in (0, 1, 10000):
            data = (b"reliable" * 1250)[:size]
            for sender, receiver in ((one, two), (two, one)):
                assert sender.sendto(data, receiver.getsockname()) == size
                assert receiver.recvfrom(20000) == (data, sender.getsockname())


@peers
def test_connected_and_with_sendmsg(peer: Any) -> None:
    with bound(cffisock) as one, bound(peer) as two:
        one.connect(two.getsockname())
        assert one.getpeername() == two.getsockname()
        check_names(one, peer=True)
        assert one.send(b"connected") == 9
        assert two.recv(100) == b"connected"
        assert one.sendmsg([b"in ", b"parts"], [], 0, two.getsockname()) == 8
        data, items, flags, address = two.recvmsg(100, 100)
        assert (data, items, flags, address) == (b"in parts", [], 0, one.getsockname())
        into = bytearray(10)
        one.send(b"0123456789")
        assert two.recvfrom_into(into) == (10, one.getsockname())


def test_unbound_and_errors() -> None:
    with new(cffisock, AF_RDS, SOCK_SEQPACKET) as sock:
        check_names(sock)
        with pytest.raises(OSError, match="not connected"):
            sock.send(b"x")
    check_refused(
        lambda module: new(module, AF_RDS, SOCK_SEQPACKET),
        "bind",
        [("192.0.2.1", 5), ("127.0.0.1", 65536), ("127.0.0.1",), (5, 5), "127.0.0.1"],
    )
