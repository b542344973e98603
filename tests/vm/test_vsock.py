"""vsock, with this machine as its own peer."""

from __future__ import annotations

from typing import Any

import pytest

import cffisock
from cffisock import AF_VSOCK, SOCK_STREAM, VMADDR_CID_ANY, VMADDR_CID_LOCAL, VMADDR_PORT_ANY

from .peers import NAMES, PEERS, check_names, check_refused, new

peers = pytest.mark.parametrize("peer", PEERS, ids=NAMES)


def listening(cid: int = VMADDR_CID_ANY) -> Any:
    sock = new(cffisock, AF_VSOCK, SOCK_STREAM)
    sock.bind((cid, VMADDR_PORT_ANY))
    sock.listen()
    return sock


@peers
@pytest.mark.parametrize("cid", [VMADDR_CID_ANY, VMADDR_CID_LOCAL])
def test_a_connection(cid: int, peer: Any) -> None:
    with listening(cid) as listener, new(peer, AF_VSOCK, SOCK_STREAM) as client:
        bound_cid, port = listener.getsockname()
        assert bound_cid == cid
        check_names(listener)
        client.connect((VMADDR_CID_LOCAL, port))
        server, address = listener.accept()
        with server:
            server.settimeout(20)
            assert address == (VMADDR_CID_LOCAL, address[1]) == server.getpeername()
            assert client.getpeername() == (VMADDR_CID_LOCAL, port)
            check_names(server, peer=True)
            data = bytes(range(256)) * 1000
            client.sendall(data)
            received = b""
            while len(received) < len(data):
                received += server.recv(65536)
            assert received == data
            server.sendall(b"back")
            assert client.recv(100) == b"back"
            client.close()
            assert server.recv(100) == b""


def test_unbound_and_errors() -> None:
    def stream(module: Any) -> Any:
        return new(module, AF_VSOCK, SOCK_STREAM)

    with stream(cffisock) as sock:
        assert sock.getsockname() == (VMADDR_CID_ANY, VMADDR_PORT_ANY)
        check_names(sock)
    check_refused(stream, "bind", [(77, 1), (1, 2, 3), [1, 2], ("1", 2)])
    with listening() as listener:
        _, port = listener.getsockname()
    check_refused(stream, "connect", [(VMADDR_CID_LOCAL, port), (77, 5)])
