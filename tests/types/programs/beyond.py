"""A program as a user writes it: `mypy --strict` accepts it, and test_typing.py runs it.

Where it is wrong on purpose, --strict also says so when it is not rejected any more.
"""

from __future__ import annotations

import asyncio
import threading

import cffisock as socket
from cffisock import aio, control, multicast, options, sockaddr


def serve(listener: socket.socket) -> None:
    """Sends back what one client sends."""
    conn, _ = listener.accept()
    with conn:
        conn.sendall(conn.recv(1024))


def ask(address: tuple[str, int], question: bytes) -> bytes:
    """Sends the question, and returns the answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.settimeout(20)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect(address)
        sock.sendall(question)
        answer: bytes = sock.recv(1024)
        rest: int = sock.recv_into(bytearray(16))
    return answer if rest == 0 else b""


def main() -> None:
    """Asks a server, and prints its answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            print(ask((host, port), b"typed").decode())
        except (socket.timeout, socket.gaierror, socket.error) as error:
            print(error.errno)
        thread.join()
    names: list[tuple[int, str]] = socket.if_nameindex()
    timeout: float | None = socket.getdefaulttimeout()
    family: socket.AddressFamily = socket.AF_UNIX
    flags: socket.MsgFlag = socket.MSG_PEEK | socket.MSG_DONTWAIT
    option: int = socket.SO_REUSEADDR
    nobody: str = socket.BDADDR_ANY
    print(len(names) > 0, timeout, family == 1, flags > 0, option > 0, nobody)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        beyond(sock)


def beyond(sock: socket.socket) -> None:
    """Uses what the standard module has not."""
    sock.settimeout(socket.Deadline(5))
    left: float = socket.Deadline(5).left()
    found = socket.getaddrinfo("127.0.0.1", 80, timeout=left)
    control.enable(sock, control.PacketInfo, control.HopLimit)
    multicast.join(sock, "239.1.2.3", "lo")
    item: tuple[int, int, bytes] = control.source("127.0.0.1", "lo")
    sock.sendmsg([b"x"], [item], 0, sock.getsockname())
    message = control.receive(sock, 100)
    for record in message.control:
        if isinstance(record, control.HopLimit):
            hops: int = record.value
            print(hops > 0, len(found) > 0)
    errors = control.errors(sock)
    linger: int | None = options.get_linger(sock)
    packed: bytes = sockaddr.pack(("127.0.0.1", 1), socket.AF_INET)
    names: set[str] = {each.name for each in socket.getifaddrs()}
    units: list[str] = [name for name, _ in socket.listen_fds()]
    sock.setblocking(False)
    asyncio.run(in_a_loop(sock))
    print(errors, linger, len(packed), "lo" in names, units, type(message.flags).__name__)


class Echo(asyncio.DatagramProtocol):
    """Knows its transport by the type that it has."""

    def __init__(self, transport: aio.DatagramTransport | None = None) -> None:
        self.transport = transport


async def in_a_loop(sock: socket.socket) -> None:
    """Uses what asyncio has not."""
    transport, protocol = await aio.create_datagram_endpoint(Echo, ("127.0.0.1", 0), gro=True)
    protocol.transport = transport
    size: int = transport.get_write_buffer_size()
    sent: int = await aio.sendmmsg(sock, [(b"x" * size, transport.get_extra_info("sockname"))])
    aio.close(sock)
    transport.close()
    print(sent)


def wrong(sock: socket.socket) -> None:
    """What a type checker has to reject; nobody calls this."""
    sock.settimeout("1")  # type: ignore[arg-type]
    sock.listen(backlog="many")  # type: ignore[call-arg]
    socket.if_nametoindex(1.5)  # type: ignore[arg-type]
    socket.create_server()  # type: ignore[call-arg]
    sock.listen(socket.AF_NONSENSE)  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
