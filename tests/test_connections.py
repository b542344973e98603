"""Names and connections: connecting, listening, accepting, shutting down."""

from __future__ import annotations

import errno
from typing import Any

import pytest

import cffisock
from cffisock import _address, _socket

from .support import (
    IP_FAMILIES,
    IS_WINDOWS,
    LOCALHOST,
    is_inherited,
    later,
    own,
    tcp_pair,
    udp_pair,
)


def test_names(tcp: Any) -> None:
    client, server = tcp
    assert client.getsockname() == server.getpeername()
    assert client.getpeername() == server.getsockname()
    assert client.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("family", IP_FAMILIES)
def test_a_connection(family: int) -> None:
    client, server = tcp_pair(family=family)
    with client, server:
        client.sendall(b"question")
        assert server.recv(100) == b"question"
        server.sendall(b"answer")
        assert client.recv(100) == b"answer"
        server.shutdown(cffisock.SHUT_WR)
        assert client.recv(1) == b""


def test_accept_gives_a_public_socket() -> None:
    class Mine(cffisock.socket):
        pass

    with Mine() as listener, cffisock.socket() as client:
        listener.bind(LOCALHOST)
        listener.listen()
        client.connect(listener.getsockname())
        conn, address = listener.accept()
        with conn:
            assert type(conn) is cffisock.socket
            assert address == client.getsockname()
            assert (conn.family, conn.type) == (listener.family, listener.type)


def test_the_base_accept_gives_a_descriptor() -> None:
    listener, client = _socket.socket(), _socket.socket()
    listener.bind(LOCALHOST)
    listener.listen()
    client.connect(listener.getsockname())
    fd, address = listener._accept()
    assert address == client.getsockname()
    assert not is_inherited(fd)
    for each in (fd, listener.detach(), client.detach()):
        _socket.close(each)


UNIX = [] if IS_WINDOWS else [cffisock.AF_UNIX]


@pytest.mark.parametrize("family", [*IP_FAMILIES, *UNIX])
def test_the_address_of_a_peer(family: int, unix_path: str) -> None:
    """The kernel says of which family it is, whatever the listener was said to be."""
    host = {cffisock.AF_INET: ("127.0.0.1", 0), cffisock.AF_INET6: ("::1", 0)}.get(family)
    with own.socket(family) as listener:
        listener.bind(host or unix_path)
        listener.listen()
        for claimed in (own.AF_INET, own.AF_INET6, *UNIX):
            with own.socket(family) as client:
                client.connect(listener.getsockname())
                ours = cffisock.socket(claimed, fileno=listener.fileno())
                conn, address = ours.accept()
                ours.detach()
                with conn:
                    assert address == client.getsockname()
                    assert conn.family == claimed


def test_peers_that_connect_are_not_remembered() -> None:
    with cffisock.create_server(LOCALHOST) as listener:
        listening = listener.getsockname()
        before = dict(_address.UNPACKED)
        for _ in range(3):
            with own.create_connection(listening) as client:
                conn, address = listener.accept()
                with conn:
                    assert address == client.getsockname()
        assert before == _address.UNPACKED


def test_connect_that_is_refused() -> None:
    with cffisock.create_server(LOCALHOST) as listener:
        address = listener.getsockname()
    with cffisock.socket() as sock:
        with pytest.raises(ConnectionRefusedError):
            sock.connect(address)
        again = errno.ECONNABORTED if IS_WINDOWS else errno.ECONNREFUSED
        assert cffisock.socket.connect_ex(sock, address) == again


def test_connect_without_waiting() -> None:
    with cffisock.create_server(LOCALHOST) as listener, cffisock.socket() as sock:
        sock.settimeout(0)
        started = errno.EWOULDBLOCK if IS_WINDOWS else errno.EINPROGRESS
        assert sock.connect_ex(listener.getsockname()) in (0, started)
        conn, _ = listener.accept()
        conn.close()
        assert sock.connect_ex(listener.getsockname()) in (0, errno.EISCONN)


def test_listen_takes_any_number() -> None:
    for backlog in (0, 1, -5, 2**31 - 1):
        with cffisock.socket() as sock:
            if IS_WINDOWS:  # it gives no listener a port
                sock.bind(LOCALHOST)
            sock.listen(backlog)
            assert sock.getsockopt(cffisock.SOL_SOCKET, cffisock.SO_ACCEPTCONN) == 1


def test_shutdown_wakes_a_reader(pair: Any) -> None:
    one, two = pair
    with later(0.1, one.shutdown, cffisock.SHUT_RDWR):
        assert two.recv(1) == b""


@pytest.mark.parametrize("timeout", [0, None])
@pytest.mark.parametrize("make", ["udp_pair", "tcp_pair", "socketpair"])
def test_sockets_that_do_not_listen_accept_nothing(make: str, timeout: float | None) -> None:
    """They say so at once, and not that nobody is there yet."""
    said = []
    for module in (own, cffisock):
        pairs = {"udp_pair": udp_pair, "tcp_pair": tcp_pair, "socketpair": lambda m: m.socketpair()}
        one, two = pairs[make](module)
        with one, two:
            one.settimeout(timeout)
            with pytest.raises(OSError) as caught:
                one.accept()
        said.append((type(caught.value), caught.value.errno))
    assert said[0] == said[1]
    assert said[0][1] in (errno.EINVAL, errno.EOPNOTSUPP)
