"""create_connection, create_server, pairs, fromfd."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

import pytest

import cffisock

from .support import (
    CPYTHON,
    INT,
    IP_FAMILIES,
    IS_WINDOWS,
    LOCALHOST,
    NOT_A_SOCKET,
    NOT_OPEN,
    descriptors,
    own,
)

# --- create_connection --------------------------------------------------------------------------


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


# --- create_server ------------------------------------------------------------------------------


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


# --- which calls they make ----------------------------------------------------------------------


class Recorder:
    """In the place of the class of sockets: records calls, and fails where it is told to."""

    def __init__(self, fails: dict[tuple[Any, ...], Exception]) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.fails = fails

    def __call__(self, *args: Any) -> Recorder:
        return self.record("socket", args) or self

    def record(self, name: str, args: tuple[Any, ...]) -> Any:
        call = (name, *(int(arg) if isinstance(arg, int) else arg for arg in args))
        self.calls.append(call)
        for start, error in self.fails.items():
            if call[: len(start)] == start:
                raise error
        return 0 if name == "getsockopt" else None

    def __getattr__(self, name: str) -> Any:
        return lambda *args: self.record(name, args)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()


REFUSED = ConnectionRefusedError(111, "Connection refused")
NO_OPTION = OSError(92, "Protocol not available")
IN_USE = OSError(98, "Address already in use")
SIX = "family=S.AF_INET6"
FAILS: list[tuple[str, dict[tuple[Any, ...], Exception]]] = [
    ("S.create_connection(('x', 1))", {}),
    ("S.create_connection(('x', 1), 5, ('y', 2))", {}),
    ("S.create_connection(('x', 1), timeout=None)", {("connect", ("a", 1)): REFUSED}),
    ("S.create_connection(('x', 1), 0)", {("connect",): REFUSED}),
    ("S.create_connection(('x', 1), 5)", {("socket", own.AF_INET): IN_USE}),
    ("S.create_connection(('x', 1), 5, ('y', 2))", {("bind",): IN_USE}),
    ("S.create_server(('x', 1))", {}),
    ("S.create_server(('x', 1), backlog=7, reuse_port=True)", {}),
    ("S.create_server(('x', 1))", {("setsockopt", own.SOL_SOCKET, own.SO_REUSEADDR): NO_OPTION}),
    ("S.create_server(('x', 1), reuse_port=True)", {("setsockopt", own.SOL_SOCKET, 15): NO_OPTION}),
    ("S.create_server(('x', 1))", {("bind",): IN_USE}),
    ("S.create_server(('x', 1))", {("listen",): IN_USE}),
    (f"S.create_server(('x', 1), {SIX})", {}),
    (f"S.create_server(('x', 1), {SIX})", {("setsockopt", 41): NO_OPTION}),
]
# What CPython does from 3.14 on.
LEVEL, ONLY = own.IPPROTO_IPV6, own.IPV6_V6ONLY
BOTH = [("socket", own.AF_INET6, 1), ("setsockopt", LEVEL, ONLY, 0)]
ASKED = [*BOTH, ("getsockopt", LEVEL, ONLY), ("close",)]
REUSE = [] if IS_WINDOWS else [("setsockopt", own.SOL_SOCKET, own.SO_REUSEADDR, 1)]
NEWER: list[tuple[str, dict[tuple[Any, ...], Exception], list[tuple[Any, ...]]]] = [
    ("S.has_dualstack_ipv6()", {}, ASKED),
    (
        f"S.create_server(('x', 1), {SIX}, dualstack_ipv6=True)",
        {},
        [*ASKED, BOTH[0], *REUSE, BOTH[1], ("bind", ("x", 1)), ("listen",)],
    ),
]
if not IS_WINDOWS:
    NEWER += [
        (
            "S.create_server('x', family=S.AF_UNIX, reuse_port=True)",
            {},
            [("socket", 1, 1), *REUSE, ("bind", "x"), ("listen",)],
        )
    ]


def calls(
    module: Any, expression: str, fails: dict[tuple[Any, ...], Exception]
) -> tuple[list[tuple[Any, ...]], str]:
    """The calls on sockets of that module that it takes to evaluate, and the outcome."""
    found = [(own.AF_INET, 1, 6, "", ("a", 1)), (own.AF_INET6, 1, 6, "", ("b", 2))]
    with pytest.MonkeyPatch.context() as patch:
        recorder = Recorder(fails)
        patch.setattr(module, "socket", recorder)
        patch.setattr(module, "getaddrinfo", lambda *_: found)
        try:
            result = eval(expression, {"S": module})
            outcome = "a socket" if result is recorder else repr(result)
        except (OSError, ValueError) as error:
            outcome = f"{type(error).__name__}: {error}"
        return recorder.calls, outcome


@pytest.mark.parametrize(("expression", "fails"), FAILS)
def test_the_same_calls(expression: str, fails: Any) -> None:
    assert calls(cffisock, expression, fails) == calls(own, expression, fails)


@pytest.mark.parametrize(("expression", "fails", "expected"), NEWER)
def test_the_calls_of_newer_versions(expression: str, fails: Any, expected: Any) -> None:
    found, outcome = calls(cffisock, expression, fails)
    assert found == expected
    if CPYTHON >= (3, 14):
        assert calls(own, expression, fails) == (found, outcome)


def test_has_ipv6_can_be_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (cffisock, own):
        monkeypatch.setattr(module, "has_ipv6", False)
        assert not module.has_dualstack_ipv6()
        found, outcome = calls(module, f"S.create_server(('x', 1), {SIX})", {})
        assert ([name for name, *_ in found], outcome) == (
            ["socket", *(["setsockopt"] if REUSE else []), "bind", "listen"],
            "a socket",
        )


# --- pairs and descriptors ----------------------------------------------------------------------


def test_socketpair() -> None:
    for kind in (cffisock.SOCK_STREAM, cffisock.SOCK_DGRAM, cffisock.SOCK_SEQPACKET):
        one, two = cffisock.socketpair(cffisock.AF_UNIX, kind)
        with one, two:
            assert type(one) is type(two) is cffisock.socket
            assert (one.family, one.type) == (two.family, two.type) == (cffisock.AF_UNIX, kind)
            one.send(b"x")
            assert two.recv(1) == b"x"


@pytest.mark.parametrize("family", IP_FAMILIES)
def test_fallback_socketpair(family: int) -> None:
    one, two = cffisock._fallback_socketpair(family)
    with one, two:
        assert one.family == two.family == family
        assert one.getpeername() == two.getsockname()
        one.sendall(b"x")
        assert two.recv(1) == b"x"
        assert (one.gettimeout(), two.gettimeout()) == (None, None)


def test_fallback_socketpair_refuses() -> None:
    for arguments in ((getattr(cffisock, "AF_UNIX", 1),), (2, cffisock.SOCK_DGRAM), (2, 1, 6)):
        with pytest.raises(ValueError, match="Only "):
            cffisock._fallback_socketpair(*arguments)


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


class Messages:
    """A socket as far as descriptors are sent by it; it tells what it was called with."""

    def sendmsg(self, *args: Any) -> Any:
        return args

    def recvmsg(self, *args: Any) -> Any:
        return args, [], 0, None


@pytest.mark.parametrize("module", [cffisock, own], ids=["cffisock", "own"])
def test_what_is_to_send_descriptors_is_asked_first(module: Any) -> None:
    with pytest.raises(AttributeError, match="sendmsg"):
        module.send_fds(None, [b"x"], ["no descriptor"])


@pytest.mark.parametrize("module", [cffisock, own], ids=["cffisock", "own"])
def test_descriptors_are_sent_without_flags_and_address(module: Any) -> None:
    """Programs pass other things there, which no version has ever looked at."""
    ((data, items),) = [module.send_fds(Messages(), [b"x"], [1, 2], 1, "nowhere")]
    assert (data, [(*item[:2], list(item[2])) for item in items]) == ([b"x"], [(1, 1, [1, 2])])
    assert module.recv_fds(Messages(), 9, 2, 1)[0] == (9, module.CMSG_LEN(2 * INT))


def test_fromfd() -> None:
    with own.socket(own.AF_INET, own.SOCK_DGRAM) as theirs:
        theirs.bind(LOCALHOST)
        with cffisock.fromfd(theirs.fileno(), theirs.family, theirs.type, 17) as ours:
            assert ours.fileno() != theirs.fileno()
            assert ours.getsockname() == theirs.getsockname()
            assert (ours.family, ours.type, ours.proto) == (2, 2, 17)


def test_fromfd_that_fails() -> None:
    before = descriptors()
    read, write = os.pipe()
    with pytest.raises(OSError, match=NOT_A_SOCKET):
        cffisock.fromfd(read, cffisock.AF_INET, cffisock.SOCK_STREAM)
    os.close(read)
    os.close(write)
    with pytest.raises(OSError, match=NOT_OPEN):
        cffisock.fromfd(read, cffisock.AF_INET, cffisock.SOCK_STREAM)
    with cffisock.socket() as sock, pytest.raises(TypeError):
        cffisock.fromfd(sock.fileno(), "x", cffisock.SOCK_STREAM)  # type: ignore[arg-type]
    assert descriptors() == before


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
