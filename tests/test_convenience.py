"""create_connection, create_server, getfqdn."""

from __future__ import annotations

import errno
import sys
from typing import Any

import pytest

import cffisock

from .support import IP_FAMILIES, IS_WINDOWS, LOCALHOST, descriptors, own


@pytest.mark.parametrize("family", IP_FAMILIES)
def test_a_connection_to_a_server(family: int) -> None:
    host = "127.0.0.1" if family == cffisock.AF_INET else "::1"
    with cffisock.create_server((host, 0), family=family) as listener:
        port = listener.getsockname()[1]
        with cffisock.create_connection((host, port)) as client:
            conn, address = listener.accept()
            with conn:
                assert type(client) is type(conn) is cffisock.socket
                assert address == client.getsockname()
                client.sendall(b"x")
                assert conn.recv(1) == b"x"


def test_by_name_and_by_service_number() -> None:
    with cffisock.create_server(LOCALHOST) as listener:
        _, port = listener.getsockname()
        for where in (("localhost", port), (b"127.0.0.1", str(port))):
            cffisock.create_connection(where).close()


def test_from_a_source_address() -> None:
    with cffisock.create_server(LOCALHOST) as listener:
        with cffisock.create_connection(
            listener.getsockname(), source_address=("127.0.0.2", 0)
        ) as client:
            assert client.getsockname()[0] == "127.0.0.2"


def test_the_first_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with cffisock.create_server(LOCALHOST) as listener, cffisock.socket() as reserved:
        reserved.bind(LOCALHOST)  # and does not listen
        found = [
            (cffisock.AF_INET, cffisock.SOCK_STREAM, 6, "", sock.getsockname())
            for sock in (reserved, reserved, listener)
        ]
        monkeypatch.setattr(cffisock, "getaddrinfo", lambda *_: found)
        with cffisock.create_connection(("anything", 5)) as client:
            assert client.getpeername() == listener.getsockname()
        del found[2]
        with pytest.raises(ConnectionRefusedError):
            cffisock.create_connection(("anything", 5))
        found.clear()
        with pytest.raises(OSError, match="getaddrinfo returns an empty list"):
            cffisock.create_connection(("anything", 5))


def test_all_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ExceptionGroup where there is one, else the last error."""
    with cffisock.socket() as reserved:
        reserved.bind(LOCALHOST)
        one = (cffisock.AF_INET, cffisock.SOCK_STREAM, 6, "", reserved.getsockname())
        bad = (250, cffisock.SOCK_STREAM, 6, "", ("x", 1))
        monkeypatch.setattr(cffisock, "getaddrinfo", lambda *_: [one, bad, one])
        with pytest.raises(Exception) as caught:
            cffisock.create_connection(("anything", 5), all_errors=True)
    if sys.version_info >= (3, 11):
        assert type(caught.value).__name__ == "ExceptionGroup"
        kinds = [type(error) for error in caught.value.exceptions]  # type: ignore[attr-defined]
        assert kinds == [ConnectionRefusedError, OSError, ConnectionRefusedError]
    else:
        assert type(caught.value) is ConnectionRefusedError


@pytest.mark.differs("no-leaks")
def test_a_bad_source_address_leaves_nothing_open() -> None:
    with cffisock.create_server(LOCALHOST) as listener:
        before = descriptors()
        for bad, error in (
            (("192.0.2.1", 0), OSError),
            ("x", TypeError),
            (("127.0.0.1", -1), OverflowError),
        ):
            with pytest.raises(error):
                cffisock.create_connection(listener.getsockname(), 5, bad)
        with pytest.raises(ValueError, match="Timeout value out of range"):
            cffisock.create_connection(listener.getsockname(), -1)
        assert descriptors() == before


# --- create_server --------------------------------------------------------------------------------


def options(sock: Any) -> tuple[int, int]:
    ask = sock.getsockopt
    return (
        ask(cffisock.SOL_SOCKET, cffisock.SO_REUSEADDR),
        0 if IS_WINDOWS else ask(cffisock.SOL_SOCKET, cffisock.SO_REUSEPORT),
    )


def test_a_server_listens() -> None:
    with cffisock.create_server(LOCALHOST) as server:
        assert server.getsockopt(cffisock.SOL_SOCKET, cffisock.SO_ACCEPTCONN) == 1
        # On Windows it would let others take the port.
        assert options(server) == (0 if IS_WINDOWS else 1, 0)


def test_two_servers_of_a_port() -> None:
    with cffisock.create_server(LOCALHOST, backlog=3, reuse_port=True) as server:
        assert options(server) == (1, 1)
        with cffisock.create_server(server.getsockname(), reuse_port=True) as second:
            assert second.getsockname() == server.getsockname()


@pytest.mark.ipv6
def test_a_server_of_ipv6_alone_and_of_both() -> None:
    six = {"family": cffisock.AF_INET6}
    v6only = (cffisock.IPPROTO_IPV6, cffisock.IPV6_V6ONLY)
    with cffisock.create_server(("::1", 0), **six) as server:
        assert server.getsockopt(*v6only) == 1
    assert cffisock.has_dualstack_ipv6()
    with cffisock.create_server(("", 0), **six, dualstack_ipv6=True) as server:
        assert server.getsockopt(*v6only) == 0
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "::1"):
            with cffisock.create_connection((host, port)) as client:
                conn, address = server.accept()
                conn.close()
                assert address[0] == ("::1" if host == "::1" else "::ffff:127.0.0.1")
                assert client.getpeername()[0] == host


def test_a_server_that_cannot_be() -> None:
    before = descriptors()
    with cffisock.create_server(LOCALHOST) as server:
        address = server.getsockname()
        with pytest.raises(OSError, match="while attempting to bind on address") as caught:
            cffisock.create_server(address)
        assert caught.value.errno == errno.EADDRINUSE
        assert str(address) in str(caught.value)
    with pytest.raises(ValueError, match="dualstack_ipv6 requires AF_INET6 family"):
        cffisock.create_server(LOCALHOST, dualstack_ipv6=True)
    for bad in ("x", ("127.0.0.1", 65536), (None, 0), ("127.0.0.1",)):
        with pytest.raises((TypeError, OverflowError)):
            cffisock.create_server(bad)
    assert descriptors() == before


def test_no_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr(cffisock, "socket", refuse)
    assert not cffisock.has_dualstack_ipv6()
    with pytest.raises(ValueError, match="dualstack_ipv6 not supported on this platform"):
        cffisock.create_server(("", 0), family=cffisock.AF_INET6, dualstack_ipv6=True)


@pytest.mark.parametrize("family", [own.AF_INET] if IS_WINDOWS else [own.AF_INET, own.AF_UNIX])
def test_a_server_without_so_reuseaddr(
    family: int, unix_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A family that does not know the option still has servers."""

    class Without(cffisock.socket):
        def setsockopt(self, level: Any, option: Any, *value: Any) -> None:
            if option == cffisock.SO_REUSEADDR:
                raise OSError(92, "Protocol not available")
            super().setsockopt(level, option, *value)

    monkeypatch.setattr(cffisock, "socket", Without)
    address = LOCALHOST if family == cffisock.AF_INET else unix_path
    with cffisock.create_server(address, family=family, reuse_port=True) as server:
        assert options(server) == (0, family == cffisock.AF_INET)
        assert server.getsockopt(cffisock.SOL_SOCKET, cffisock.SO_ACCEPTCONN) == 1


# --- getfqdn --------------------------------------------------------------------------------------


def test_getfqdn(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: dict[str, Any] = {
        "one": ("one", ["uno", "one.example", "two.example"], []),
        "first": ("first.example", ["other.example"], []),
        "bare": ("bare", ["naked"], []),
        "me": ("me.example", [], []),
    }

    def by_address(name: str) -> Any:
        if name not in answers:
            raise cffisock.herror(1, "Unknown host")
        return answers[name]

    monkeypatch.setattr(cffisock, "gethostbyaddr", by_address)
    monkeypatch.setattr(cffisock, "gethostname", lambda: "me")
    wanted = {
        "one": "one.example",
        "first": "first.example",
        "bare": "bare",
        "unknown": "unknown",
        " one ": "one.example",
        "": "me.example",
        "0.0.0.0": "me.example",
        "::": "me.example",
    }
    assert {name: cffisock.getfqdn(name) for name in wanted} == wanted
    assert cffisock.getfqdn() == "me.example"
