"""Hostile peers: connections that are reset in the middle, urgent data, ends where none was due.

Each scene runs on the interpreter's own module and on cffisock: the same outcomes step by step, no
descriptor left, and an object that says the same of itself afterwards.
"""

from __future__ import annotations

import errno
import select
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

import pytest

import cffisock

from .support import IS_WINDOWS, LONG, later, own, tcp_pair
from .waiting import Call, outcome

BOTH = (own, cffisock)


def reset(sock: Any) -> None:
    """Ends a connection with RST, whatever is under way."""
    linger = struct.pack("HH" if IS_WINDOWS else "ii", 1, 0)
    sock.setsockopt(own.SOL_SOCKET, own.SO_LINGER, linger)
    sock.close()


def until_reset(sock: Any) -> None:
    """Returns when the reset has come; on Windows, data before it."""
    if IS_WINDOWS:
        assert select.select([sock], [], [], LONG)[0]
        return
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    while not any(event & select.POLLHUP for _, event in poll.poll(int(LONG * 1000))):
        pass


@contextmanager
def connected(module: Any) -> Iterator[tuple[Any, Any]]:
    """A socket of the module, and its peer, of the interpreter's own."""
    client, peer = tcp_pair(own)
    with module.socket(fileno=client.detach()) as sock, peer:
        yield sock, peer


def after(sock: Any) -> list[Any]:
    """What a socket says of itself when its connection is gone."""
    calls: list[Callable[[], Any]] = [
        lambda: sock.recv(10),
        lambda: sock.recv(10),
        lambda: sock.send(b"x"),
        lambda: sock.sendall(b"x"),
        sock.getpeername,
        lambda: sock.shutdown(own.SHUT_RDWR),
        lambda: sock.getsockopt(own.SOL_SOCKET, own.SO_ERROR),
        lambda: "raddr" in repr(sock),
    ]
    return [outcome(call) for call in calls]


# --- resets ---------------------------------------------------------------------------------------


def read_lines(sock: Any) -> list[Any]:
    with sock.makefile("rb") as file:
        return [outcome(file.readline), outcome(file.readline), outcome(file.read)]


def read_text(sock: Any) -> list[Any]:
    with sock.makefile("r", encoding="ascii") as file:
        return [outcome(file.readline), outcome(file.readline), outcome(file.read)]


def write_file(sock: Any) -> list[Any]:
    file = sock.makefile("wb", buffering=10)
    told = [outcome(file.write, b"x" * 5), outcome(file.flush), outcome(file.write, b"y" * 50)]
    told.append(outcome(file.close))
    return told


def send_file(sock: Any) -> list[Any]:
    with tempfile.TemporaryFile() as file:
        file.truncate(1 << 24)
        return [outcome(sock.sendfile, file), outcome(sock.sendfile, file, 10, 10)]


def twice(*arguments: Any) -> list[Any]:
    call, *rest = arguments
    return [outcome(call, *rest), outcome(call, *rest)]


MIDDLE: dict[str, Callable[[Any], list[Any]]] = {
    "recv": lambda s: twice(s.recv, 100),
    "recv_into": lambda s: twice(s.recv_into, bytearray(100)),
    "recvfrom": lambda s: twice(s.recvfrom, 100),
    "recvmsg": lambda s: twice(s.recvmsg, 100, 100),
    "recvmsg_into": lambda s: twice(s.recvmsg_into, [bytearray(100)]),
    "recv, waiting for all": lambda s: twice(s.recv, 100, own.MSG_WAITALL),
    "read lines": read_lines,
    "read text": read_text,
    "write a file": write_file,
    "send": lambda s: twice(s.send, b"x"),
    "sendall": lambda s: twice(s.sendall, b"x" * (1 << 24)),
    "sendmsg": lambda s: twice(s.sendmsg, [b"x", b"y"]),
    "sendto": lambda s: twice(s.sendto, b"x", ("127.0.0.1", 1)),
    "sendfile": send_file,
}
if IS_WINDOWS:
    del MIDDLE["recvmsg"], MIDDLE["recvmsg_into"], MIDDLE["sendmsg"]


@pytest.mark.parametrize("name", MIDDLE)
@pytest.mark.parametrize("timeout", [None, LONG])
@pytest.mark.parametrize("data", [b"", b"a line\nhalf a line"])
def test_reset_before(name: str, timeout: Any, data: bytes) -> None:
    """It has come when the call begins, with data before it or without."""
    told = []
    for module in BOTH:
        with connected(module) as (sock, peer):
            sock.settimeout(timeout)
            peer.sendall(data)
            reset(peer)
            until_reset(sock)
            told.append([*MIDDLE[name](sock), *after(sock)])
    assert told[1] == told[0]


@pytest.mark.parametrize(
    "name", ["recv", "recv_into", "recvfrom", "recvmsg", "recvmsg_into", "sendall", "sendfile"]
)
@pytest.mark.parametrize("timeout", [None, LONG])
def test_reset_while_it_waits(name: str, timeout: Any) -> None:
    told = []
    for module in BOTH:
        with connected(module) as (sock, peer):
            sock.settimeout(timeout)
            call = Call(MIDDLE[name], sock)
            call.until_it_waits()
            reset(peer)
            told.append([call.outcome(), *after(sock)])
    assert told[1] == told[0]
    # Within sendfile(2), that blocks, the kernel looks at what the socket can do first.
    assert "ECONNRESET" in str(told[0][0]) or "EPIPE" in str(told[0][0])


@pytest.mark.parametrize("name", ["recv", "sendall", "read lines"])
def test_reset_within_a_deadline(name: str) -> None:
    with connected(cffisock) as (sock, peer):
        sock.settimeout(cffisock.Deadline(LONG))
        call = Call(MIDDLE[name], sock)
        with later(0.05, reset, peer):
            assert "ECONNRESET" in str(call.outcome())


# --- while a connection is accepted, or made ------------------------------------------------------


@pytest.mark.parametrize("timeout", [None, LONG, 0])
def test_reset_before_it_is_accepted(timeout: Any) -> None:
    """Linux hands over the connection all the same; its peer's name may be gone."""
    told = []
    for module in BOTH:
        with module.create_server(("127.0.0.1", 0)) as listener:
            for _ in range(3):
                client = own.create_connection(listener.getsockname())
                address = client.getsockname()
                reset(client)
                listener.settimeout(timeout)
                connection, peer = listener.accept()
                with connection:
                    connection.settimeout(LONG)
                    told.append([module, peer == address, *after(connection)])
            good = own.create_connection(listener.getsockname())
            with good, listener.accept()[0] as connection:
                good.sendall(b"usable")
                assert connection.recv(10) == b"usable"
    assert [each[1:] for each in told[:3]] == [each[1:] for each in told[3:]]


def test_a_listener_whose_network_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """ECONNABORTED is an error of the one connection."""
    real = cffisock._socket.descriptors.cs_accept
    broken = errno.ENETDOWN if IS_WINDOWS else errno.EPROTO
    results = [-errno.ECONNABORTED, -broken]

    def failing(*arguments: Any) -> Any:
        return results.pop() if results else real(*arguments)

    monkeypatch.setattr(cffisock._socket.descriptors, "cs_accept", failing)
    with cffisock.create_server(("127.0.0.1", 0)) as listener:
        with own.create_connection(listener.getsockname()):
            with pytest.raises(OSError) as caught:
                listener.accept()
            assert caught.value.errno == broken
            with pytest.raises(ConnectionAbortedError):
                listener.accept()
            listener.accept()[0].close()


def test_a_server_that_resets_at_once() -> None:
    """create_connection() has connected before that comes, or says so."""
    told = []
    for module in BOTH:
        with own.create_server(("127.0.0.1", 0)) as listener:
            sock = module.create_connection(listener.getsockname(), LONG)
            with sock:
                reset(listener.accept()[0])
                until_reset(sock)
                told.append(after(sock))
    assert told[1] == told[0]


# --- urgent data ----------------------------------------------------------------------------------


def steps(sock: Any, peer: Any, inline: bool) -> list[Any]:
    """A stream with two urgent bytes in it, of which the first is overtaken."""
    sock.setsockopt(own.SOL_SOCKET, own.SO_OOBINLINE, inline)
    told = [outcome(sock.recv, 1, own.MSG_OOB)]
    peer.sendall(b"ab")
    peer.send(b"CD", own.MSG_OOB)
    peer.sendall(b"ef")
    assert select.select([], [], [sock], LONG)[2]
    peer.shutdown(own.SHUT_WR)
    told += [outcome(sock.recv, 100) for _ in range(2)]
    told.append(outcome(sock.recv, 100, own.MSG_OOB))
    told.append(outcome(sock.recv, 100, own.MSG_OOB))
    told += [outcome(sock.recv, 100) for _ in range(3)]
    told.append(outcome(sock.send, b"", own.MSG_OOB))
    told.append(outcome(sock.sendall, b"usable"))
    return told


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize("kind", ["tcp"] if IS_WINDOWS else ["tcp", "unix"])
def test_urgent_data(kind: str, inline: bool) -> None:
    told = []
    for module in BOTH:
        if kind == "tcp":
            with connected(module) as (sock, peer):
                told.append(steps(sock, peer, inline))
                assert peer.recv(10) == b"usable"
        else:
            one, two = module.socketpair()
            with one, two:
                told.append(outcome(steps, one, two, inline))
    assert told[1] == told[0]


def test_a_byte_at_a_time() -> None:
    """A peer that is slow at it: a line is whole, or the deadline passes."""
    with connected(cffisock) as (sock, peer):
        sock.settimeout(cffisock.Deadline(LONG))
        with sock.makefile("rb") as file:
            call = Call(file.readline)
            for byte in b"slow\n":
                peer.send(bytes([byte]))
            assert call.outcome() == b"slow\n"
            sock.settimeout(cffisock.Deadline(0.05))
            peer.send(b"never an end")
            assert outcome(file.readline) == "timed out"
            assert outcome(file.readline) == "cannot read from timed out object"
