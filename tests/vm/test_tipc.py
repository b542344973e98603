"""TIPC: datagrams by name, by a range of names and by identity; streams; the topology server."""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import cffisock
from cffisock import (
    AF_TIPC,
    SOCK_RDM,
    SOCK_SEQPACKET,
    SOCK_STREAM,
    TIPC_ADDR_ID,
    TIPC_ADDR_NAME,
    TIPC_ADDR_NAMESEQ,
    TIPC_CLUSTER_SCOPE,
    TIPC_NODE_SCOPE,
)

from .peers import NAMES, PEERS, check_names, check_refused, new

SERVICE = 18888
peers = pytest.mark.parametrize("peer", PEERS, ids=NAMES)


@peers
def test_datagrams_by_name(peer: Any) -> None:
    with new(cffisock, AF_TIPC, SOCK_RDM) as server, new(peer, AF_TIPC, SOCK_RDM) as client:
        server.bind((TIPC_ADDR_NAMESEQ, SERVICE, 10, 20, TIPC_NODE_SCOPE))
        kind, node, ref, third, _ = server.getsockname()
        assert (kind, third) == (TIPC_ADDR_ID, 0)
        check_names(server)
        client.sendto(b"question", (TIPC_ADDR_NAME, SERVICE, 15, 0))
        data, address = server.recvfrom(100)
        assert data == b"question"
        assert address[:4] == client.getsockname()[:4]
        assert server.sendto(b"answer", address) == 6
        data, address = client.recvfrom(100)
        assert (data, address[:4]) == (b"answer", (TIPC_ADDR_ID, node, ref, 0))
        client.sendto(b"by identity", (TIPC_ADDR_ID, node, ref, 0))
        assert server.recv(100) == b"by identity"


@peers
def test_one_message_to_all_of_a_range(peer: Any) -> None:
    one, two, client = (new(module, AF_TIPC, SOCK_RDM) for module in (cffisock, cffisock, peer))
    with one, two, client:
        one.bind((TIPC_ADDR_NAMESEQ, SERVICE, 30, 39, TIPC_CLUSTER_SCOPE))
        two.bind((TIPC_ADDR_NAME, SERVICE, 35, 0))
        client.sendto(b"to all", (TIPC_ADDR_NAMESEQ, SERVICE, 35, 36))
        assert [sock.recv(100) for sock in (one, two)] == [b"to all"] * 2


@peers
@pytest.mark.parametrize("kind", [SOCK_STREAM, SOCK_SEQPACKET])
def test_connections(kind: int, peer: Any) -> None:
    with new(cffisock, AF_TIPC, kind) as listener, new(peer, AF_TIPC, kind) as client:
        listener.bind((TIPC_ADDR_NAMESEQ, SERVICE, 40, 49, TIPC_NODE_SCOPE))
        listener.listen()
        # The kernel waits for the accept.
        name = (TIPC_ADDR_NAME, SERVICE, 42, 0)
        with ThreadPoolExecutor() as threads:
            connecting = threads.submit(client.connect, name)
            server, address = listener.accept()
        with server:
            connecting.result()
            server.settimeout(20)
            assert address == server.getpeername()
            assert address[:4] == client.getsockname()[:4]
            assert client.getpeername()[:4] == server.getsockname()[:4]
            check_names(server, peer=True)
            data = bytes(range(256)) * 40
            client.sendall(data)
            received = b""
            while len(received) < len(data):
                received += server.recv(len(data))
            assert received == data
            server.sendall(b"back")
            assert client.recvfrom(100)[0] == b"back"
            client.shutdown(cffisock.SHUT_RDWR)
            assert server.recv(100) == b""


def test_the_topology_server_tells_of_names() -> None:
    # struct tipc_subscr and struct tipc_event of <linux/tipc.h>.
    lower, upper = 50, 59
    handle = b"cffisock"
    subscription = struct.pack(
        "=IIIII8s", SERVICE, lower, upper, 20000, cffisock.TIPC_SUB_SERVICE, handle
    )
    with new(cffisock, AF_TIPC, SOCK_SEQPACKET) as topology:
        name = (TIPC_ADDR_NAME, cffisock.TIPC_TOP_SRV, cffisock.TIPC_TOP_SRV, 0)
        topology.connect(name)
        topology.send(subscription)
        with new(cffisock, AF_TIPC, SOCK_RDM) as server:
            server.bind((TIPC_ADDR_NAME, SERVICE, 55, 0))
            published = topology.recv(100)
            _, node, ref, _, _ = server.getsockname()
        withdrawn = topology.recv(100)
    for event, kind in (
        (published, cffisock.TIPC_PUBLISHED),
        (withdrawn, cffisock.TIPC_WITHDRAWN),
    ):
        assert struct.unpack_from("=IIIII", event) == (kind, 55, 55, ref, node)
        assert event[20:] == subscription


def test_errors() -> None:
    def rdm(module: Any) -> Any:
        return new(module, AF_TIPC, SOCK_RDM)

    check_refused(rdm, "bind", [(7, 1, 2, 3), (TIPC_ADDR_ID, 1, 2, 3), (TIPC_ADDR_NAME, 1, 2)])
    check_refused(rdm, "bind", [(TIPC_ADDR_NAMESEQ, SERVICE, 20, 10), "name"])
    check_refused(
        lambda module: new(module, AF_TIPC, SOCK_STREAM),
        "connect",
        [(TIPC_ADDR_NAME, SERVICE, 99, 0), (TIPC_ADDR_NAMESEQ, SERVICE, 1, 2)],
    )
    with rdm(cffisock) as sock, pytest.raises(OSError, match="Transport endpoint is not connected"):
        sock.getpeername()
