"""A program that was annotated for the standard module: one line of it says which module it uses.

mypy and pyright accept it as it is, and with the standard module; test_typing.py runs both.
"""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

import cffisock as socket

if TYPE_CHECKING:
    from typing_extensions import assert_type
else:

    def assert_type(value: Any, kind: Any) -> Any:
        return value


class Counted(socket.socket):
    """A class derived from the module's, with methods as its stub has them."""

    received = 0

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        data = super().recv(bufsize, flags)
        self.received += len(data)
        return data

    def send(self, data: bytes | bytearray | memoryview | Any, flags: int = 0, /) -> int:
        return super().send(data, flags)

    def settimeout(self, value: float | None, /) -> None:
        super().settimeout(value)


def copied(sock: Counted) -> Counted:
    """What gives the same class."""
    with sock as same:
        assert_type(same, Counted)
        return same.dup()


def found(host: str, family: socket.AddressFamily) -> list[tuple[socket.SocketKind, Any]]:
    """The types and addresses of a host."""
    answers: list[tuple[socket.SocketKind, Any]] = []
    for each, kind, proto, _, address in socket.getaddrinfo(host, 80, family):
        assert_type(kind, socket.SocketKind)
        assert_type(proto, int)
        if each == family:
            answers.append((kind, address))
    return answers


def served(listener: socket.socket) -> bytes:
    """What a client sends, with its control messages."""
    conn, _ = listener.accept()
    assert_type(conn, socket.socket)
    with conn:
        data, ancillary, flags, _ = conn.recvmsg(100, socket.CMSG_SPACE(4))
        assert_type(data, bytes)
        assert_type(ancillary, list[tuple[int, int, bytes]])
        assert_type(flags, int)
        return data


def options(sock: socket.socket) -> tuple[int, bytes]:
    """An option's value, as an int and as bytes."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    packed = sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 4)
    assert_type(number, int)
    assert_type(packed, bytes)
    assert_type(sock.family, socket.AddressFamily)
    assert_type(sock.type, socket.SocketKind)
    return number, packed


def files(sock: socket.socket, buffering: int) -> list[str]:
    """The files on a socket, by their modes."""
    made: list[Any] = [
        assert_type(sock.makefile(), io.TextIOWrapper),
        assert_type(sock.makefile("w", encoding="utf-8"), io.TextIOWrapper),
        assert_type(sock.makefile("wb"), io.BufferedWriter),
        assert_type(sock.makefile("rwb"), io.BufferedRWPair),
        assert_type(sock.makefile("rb", 0), socket.SocketIO),
        assert_type(sock.makefile("rb", buffering), io.IOBase),
    ]
    reader: BinaryIO = sock.makefile("rb")
    reader.close()
    for file in made:
        file.close()
    return [type(file).__name__ for file in made]


def tried(address: tuple[str, int]) -> str:
    """The name of the exception that connecting to an address raises."""
    failures: tuple[type[OSError], ...] = (socket.timeout, socket.gaierror, socket.herror)
    late: socket.timeout | None = None
    try:
        socket.create_connection(address, 5).close()
    except socket.timeout as error:
        late = error
    except socket.error as error:
        assert_type(error, OSError)
        return type(error).__name__
    return f"{late} {failures}"


def wrong(sock: socket.socket) -> None:
    """What neither module's types let pass."""
    sock.send("text")  # type: ignore[arg-type]
    sock.bind(None)  # type: ignore[arg-type]
    sock.settimeout("1")  # type: ignore[arg-type]
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 1.5)  # type: ignore[call-overload]
    sock.makefile("x")  # type: ignore[call-overload]
    text: str = sock.recv(5)  # type: ignore[assignment]
    family: socket.AddressFamily = socket.SOCK_STREAM  # type: ignore[assignment]
    socket.create_server(address=5.5)  # type: ignore[arg-type]
    print(text, family)


def main() -> None:
    """Uses all of it once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address: tuple[str, int] = listener.getsockname()
        with Counted(socket.AF_INET, socket.SOCK_STREAM) as client:
            client.settimeout(20)
            client.connect(address)
            client.send(b"standard")
            print(served(listener).decode(), client.recv(1), client.received)
    one, two = socket.socketpair()
    assert_type(one, socket.socket)
    with one, two:
        print(files(one, 100))
        number, packed = options(two)
        print(number == int.from_bytes(packed, sys.byteorder), number)
        copied(Counted(fileno=one.dup().detach())).close()
    kinds = {kind.name for kind, _ in found("127.0.0.1", socket.AF_INET)}
    print(sorted(kinds)[0], tried(address), file=sys.stdout)


if __name__ == "__main__":
    main()
