"""What a program puts in the place of a class or function of the module: the others use it."""

from __future__ import annotations

from typing import Any

import pytest

import cffisock

from .support import LOCALHOST, descriptors


def test_programs_replace_the_socket_class(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    class Mine(cffisock.socket):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            made.append(self)

    with cffisock.create_server(LOCALHOST) as listener:
        monkeypatch.setattr(cffisock, "socket", Mine)
        with cffisock.create_connection(listener.getsockname()) as client:
            assert made == [client]


class Replaced(cffisock.socket):
    """What a program puts in the place of the class of sockets."""


def test_sockets_are_of_the_class_that_the_program_put_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cffisock, "socket", Replaced)
    with cffisock.create_server(LOCALHOST) as server:
        made = [cffisock.create_connection(server.getsockname())]
    made += cffisock.socketpair()
    made += cffisock._fallback_socketpair()
    made.append(cffisock.fromfd(made[0].fileno(), cffisock.AF_INET, cffisock.SOCK_STREAM))
    for sock in (server, *made):
        sock.close()
        assert type(sock) is Replaced


@pytest.mark.differs("no-leaks")
def test_a_class_that_refuses_gets_no_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a pair neither is left open, whichever of them is refused."""

    class Refusing(cffisock.socket):
        left = 0

        def __init__(self, *args: Any) -> None:
            if Refusing.left == 0:
                raise PermissionError("a guard")
            Refusing.left -= 1
            super().__init__(*args)

    with cffisock.socket() as sock:
        before = descriptors()
        monkeypatch.setattr(cffisock, "socket", Refusing)
        for left in (0, 1):
            Refusing.left = left
            with pytest.raises(PermissionError, match="a guard"):
                cffisock.socketpair()
            assert descriptors() == before
        with pytest.raises(PermissionError, match="a guard"):
            cffisock.fromfd(sock.fileno(), cffisock.AF_INET, cffisock.SOCK_STREAM)
        assert descriptors() == before


def test_functions_that_programs_replace(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    dup, look_up = cffisock.dup, cffisock._socket.getaddrinfo
    monkeypatch.setattr(cffisock, "dup", lambda fd: asked.append("dup") or dup(fd))
    monkeypatch.setattr(
        cffisock._socket, "getaddrinfo", lambda *args: asked.append("getaddrinfo") or look_up(*args)
    )
    monkeypatch.setattr(cffisock, "has_dualstack_ipv6", lambda: asked.append("has_dualstack_ipv6"))
    with cffisock.socket() as sock:
        cffisock.fromfd(sock.fileno(), cffisock.AF_INET, cffisock.SOCK_STREAM).close()
    cffisock.getaddrinfo("127.0.0.1", 1)
    with pytest.raises(ValueError, match="dualstack_ipv6 not supported on this platform"):
        cffisock.create_server(LOCALHOST, dualstack_ipv6=True)
    assert asked == ["dup", "getaddrinfo", "has_dualstack_ipv6"]
