"""Qualcomm's IPC router, between sockets of this machine."""

from __future__ import annotations

from typing import Any

import pytest

import cffisock
from cffisock import AF_QIPCRTR, QRTR_PORT_CTRL, SOCK_DGRAM

from .peers import NAMES, PEERS, check_names, check_refused, new

peers = pytest.mark.parametrize("peer", PEERS, ids=NAMES)


@peers
def test_datagrams_both_ways(peer: Any) -> None:
    with new(cffisock, AF_QIPCRTR, SOCK_DGRAM) as one, new(peer, AF_QIPCRTR, SOCK_DGRAM) as two:
        node = one.getsockname()[0]
        one.bind((node, 0))
        two.bind((node, 0))
        assert one.getsockname()[0] == node
        assert one.getsockname() != two.getsockname()
        check_names(one)
        for sender, receiver in ((one, two), (two, one)):
            assert sender.sendto(b"routed", receiver.getsockname()) == 6
            assert receiver.recvfrom(100) == (b"routed", sender.getsockname())
        one.connect(two.getsockname())
        assert one.getpeername() == two.getsockname()
        check_names(one, peer=True)
        one.send(b"connected")
        assert two.recv(100) == b"connected"


def test_errors() -> None:
    def dgram(module: Any) -> Any:
        return new(module, AF_QIPCRTR, SOCK_DGRAM)

    with dgram(cffisock) as sock:
        node, _ = sock.getsockname()
        check_names(sock)
        with pytest.raises(OSError, match="not connected"):
            sock.send(b"x")
    check_refused(dgram, "bind", [(node + 1, 0), (node, 1, 2), [node, 1], ("1", 2)])
    # The kernel's own name service has that port.
    check_refused(dgram, "bind", [(node, QRTR_PORT_CTRL)])
