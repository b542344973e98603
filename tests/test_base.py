"""The base socket: the life of a descriptor, names, connections, data."""

from __future__ import annotations

import array
import errno
import gc
import os
import threading
from typing import Any, Callable

import pytest

import cffisock
from cffisock import _address, _socket

from .support import (
    IP_FAMILIES,
    IS_WINDOWS,
    LOCALHOST,
    LONG,
    NOT_A_SOCKET,
    NOT_OPEN,
    is_inherited,
    is_socket,
    later,
    own,
    tcp_pair,
    udp_pair,
    with_methods,
)

# From where a stream's data comes: on Windows from an address of no family, as by the own module.
NOBODY = (0, bytes(14)) if IS_WINDOWS else None

# --- the life of a descriptor -------------------------------------------------------------------


def test_a_new_socket() -> None:
    with cffisock.socket() as sock:
        assert (sock.family, sock.type, sock.proto) == (cffisock.AF_INET, cffisock.SOCK_STREAM, 0)
        assert sock.fileno() > 2
        assert sock.gettimeout() is None
        assert sock.getblocking()
        assert is_socket(sock.fileno())


def test_descriptors_are_close_on_exec(tcp: Any, pair: Any) -> None:
    client, server = tcp
    with cffisock.socket() as new, client.dup() as copy:
        with cffisock.fromfd(server.fileno(), server.family, server.type) as other:
            for sock in (new, copy, other, *tcp, *pair):
                assert not is_inherited(sock.fileno())
                assert not sock.get_inheritable()
    fd = _socket.dup(client.fileno())
    assert not is_inherited(fd)
    _socket.close(fd)


def test_type_hides_the_flags_of_socket2() -> None:
    kind = cffisock.SOCK_DGRAM | cffisock.SOCK_NONBLOCK | cffisock.SOCK_CLOEXEC
    with cffisock.socket(cffisock.AF_INET, kind) as sock:
        assert sock.type == cffisock.SOCK_DGRAM
        assert sock.gettimeout() == 0
    one, two = cffisock.socketpair(cffisock.AF_UNIX, cffisock.SOCK_STREAM | cffisock.SOCK_NONBLOCK)
    with one, two:
        assert (one.type, one.gettimeout()) == (cffisock.SOCK_STREAM, 0)
        with pytest.raises(BlockingIOError):
            two.recv(1)


@pytest.mark.parametrize(
    "kind",
    [
        (cffisock.AF_INET, cffisock.SOCK_STREAM, cffisock.IPPROTO_TCP),
        pytest.param(
            (cffisock.AF_INET6, cffisock.SOCK_DGRAM, cffisock.IPPROTO_UDP), marks=pytest.mark.ipv6
        ),
        *([] if IS_WINDOWS else [(cffisock.AF_UNIX, cffisock.SOCK_SEQPACKET, 0)]),
    ],
)
def test_fileno_is_identified(kind: Any) -> None:
    with cffisock.socket(*kind) as sock:
        if IS_WINDOWS:  # it tells the family of those that have an address
            sock.bind(("", 0))
        fd = sock.detach()
    with cffisock.socket(fileno=fd) as found:
        assert found.fileno() == fd
        proto = 0 if IS_WINDOWS else kind[2]  # it does not tell
        assert (found.family, found.type, found.proto) == (*kind[:2], proto)


def test_fileno_with_what_the_caller_knows() -> None:
    """What is given counts, as with the standard module."""
    with own.socket(own.AF_INET, own.SOCK_DGRAM) as sock:
        fd = sock.detach()
    with cffisock.socket(cffisock.AF_INET6, cffisock.SOCK_RAW, 5, fd) as found:
        assert (found.family, found.type, found.proto) == (cffisock.AF_INET6, cffisock.SOCK_RAW, 5)


def test_fileno_that_is_no_socket() -> None:
    read, write = os.pipe()
    for kind in ({}, {"family": cffisock.AF_INET}, {"type": 1, "family": 2, "proto": 0}):
        with pytest.raises(OSError, match=NOT_A_SOCKET):
            cffisock.socket(fileno=read, **kind)
    os.close(read)
    os.close(write)
    with pytest.raises(OSError, match=NOT_OPEN):
        cffisock.socket(fileno=read)


def test_close() -> None:
    sock = cffisock.socket()
    fd = sock.fileno()
    sock.close()
    assert sock.fileno() == -1
    assert not is_socket(fd)
    sock.close()
    with pytest.raises(OSError, match=NOT_OPEN):
        sock.getsockname()


def test_close_of_a_descriptor_that_is_gone() -> None:
    sock = cffisock.socket()
    own.close(sock.fileno())
    with pytest.raises(OSError, match=NOT_OPEN):
        sock.close()
    assert sock.fileno() == -1
    sock.close()


def test_close_after_a_reset(tcp: Any) -> None:
    client, server = tcp
    linger = array.array("H" if IS_WINDOWS else "i", [1, 0])
    client.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_LINGER, linger)
    client.close()
    with pytest.raises(ConnectionResetError):
        server.recv(1)
    server.close()


def test_detach() -> None:
    sock = cffisock.socket()
    fd = sock.detach()
    assert sock.fileno() == -1
    assert sock.detach() == -1
    assert is_socket(fd)
    sock.close()
    _socket.close(fd)
    assert not is_socket(fd)


@pytest.mark.parametrize("module", [cffisock, _socket])
def test_an_unclosed_socket_is_warned_of(module: Any) -> None:
    sock = module.socket()
    fd = sock.fileno()
    with pytest.warns(ResourceWarning, match=f"unclosed .*socket.* fd={fd}"):
        del sock
        gc.collect()
    assert not is_socket(fd)


def test_nothing_is_warned_of_once_closed_or_detached() -> None:
    sock = cffisock.socket()
    sock.close()
    fd = sock.detach()
    del sock
    other = cffisock.socket()
    fd = other.detach()
    del other
    gc.collect()
    own.close(fd)


def test_repr_of_the_base_type() -> None:
    sock = _socket.socket()
    assert repr(sock) == f"<socket object, fd={sock.fileno()}, family=2, type=1, proto=0>"
    sock.close()
    assert repr(sock) == "<socket object, fd=-1, family=2, type=1, proto=0>"


def test_the_base_type_has_plain_ints() -> None:
    sock = _socket.socket(cffisock.AF_INET, cffisock.SOCK_DGRAM)
    assert [type(value) for value in (sock.family, sock.type, sock.proto)] == [int, int, int]
    sock.close()


def test_a_pair_of_the_base_type() -> None:
    one, two = _socket.socketpair()
    assert type(one) is type(two) is _socket.socket
    one.send(b"x")
    assert two.recv(5) == b"x"
    one.close()
    two.close()


def test_the_base_type_is_subclassed() -> None:
    class Mine(_socket.socket):
        extra = 5

        def recv(self, *args: Any) -> bytes:
            return b"<" + super().recv(*args) + b">"

    one, two = cffisock.socketpair()
    mine = Mine(fileno=one.detach())
    mine.colour = "blue"  # type: ignore[attr-defined]
    two.send(b"x")
    assert mine.recv(5) == b"<x>"
    mine.close()
    two.close()


def test_attributes_of_a_socket_that_was_never_made() -> None:
    """As after an __init__ that failed in a subclass."""
    for kind in (cffisock.socket, _socket.socket):
        sock = kind.__new__(kind)
        assert sock.fileno() == -1
        assert "fd=-1" in repr(sock)
        with pytest.raises(OSError, match=NOT_OPEN):
            sock.recv(1)


def test_an_init_that_is_called_again() -> None:
    """No descriptor of the first call may be lost without a word."""
    sock = _socket.socket()
    first = sock.fileno()
    with pytest.raises(OSError) as caught:
        sock.__init__(999)  # type: ignore[misc]
    assert caught.value.errno == errno.EAFNOSUPPORT
    assert sock.fileno() == first
    sock.close()


# --- names and connections ----------------------------------------------------------------------


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


# --- data ---------------------------------------------------------------------------------------

SIZES = [1, 2, 1023, 65536, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 5_000_000]


@pytest.mark.parametrize("size", SIZES)
def test_receiving_into_any_size_of_buffer(size: int, pair: Any) -> None:
    one, two = pair
    one.sendall(b"hello")
    data = b""
    while len(data) < 5:
        data += two.recv(size)
    assert data == b"hello"
    one.send(b"again")
    assert two.recvfrom(size)[0] == b"again"[:size]


@pytest.mark.parametrize("size", SIZES)
def test_every_byte_arrives(size: int, tcp: Any) -> None:
    client, server = tcp
    data = os.urandom(size)
    received = bytearray()

    def receive() -> None:
        while True:
            part = server.recv(300_000)
            if not part:
                return
            received.extend(part)

    thread = threading.Thread(target=receive)
    thread.start()
    client.sendall(data)
    client.shutdown(cffisock.SHUT_WR)
    thread.join(LONG)
    assert received == data


READABLE: list[Callable[[bytes], Any]] = [
    bytes,
    bytearray,
    memoryview,
    lambda data: memoryview(bytearray(b"--" + data))[2:],
    lambda data: memoryview(data).cast("I"),
    lambda data: array.array("I", data),
    type("Bytes", (bytes,), {}),
]


@pytest.mark.parametrize("make", READABLE)
def test_anything_with_bytes_is_sent(make: Any, udp: Any) -> None:
    one, two = udp
    wanted = b"0123456789ab"
    data = make(wanted)
    one.send(data)
    assert two.recv(100) == wanted
    one.sendall(data)
    assert two.recv(100) == wanted
    if not IS_WINDOWS:
        one.sendmsg([data, data])
        assert two.recv(100) == wanted * 2
    with cffisock.socket(type=cffisock.SOCK_DGRAM) as third:
        third.bind(LOCALHOST)
        third.sendto(data, third.getsockname())
        assert third.recv(100) == wanted
        third.sendto(data, 0, third.getsockname())
        assert third.recv(100) == wanted


def test_send_returns_what_the_kernel_took(pair: Any) -> None:
    one, two = pair
    one.settimeout(0)
    data = os.urandom(10_000_000)
    sent = one.send(data)
    assert 0 < sent < len(data)
    two.settimeout(LONG)
    with two.makefile("rb") as file:
        assert file.read(sent) == data[:sent]


@pytest.mark.parametrize("wait", [None, LONG])
def test_sendall_that_has_to_wait(wait: float | None, pair: Any) -> None:
    one, two = pair
    one.settimeout(wait)
    data = bytearray(os.urandom(3_000_000))
    received = bytearray()

    def receive() -> None:
        while len(received) < len(data):
            received.extend(two.recv(50_000))

    thread = threading.Thread(target=receive)
    thread.start()
    one.sendall(data)
    thread.join(LONG)
    assert received == data
    data.append(1)  # and it is not locked


def test_recv_of_no_bytes_at_all(udp: Any) -> None:
    one, two = udp
    assert two.recv(0) == b""
    assert two.recv_into(bytearray()) == 0
    one.send(b"x")
    assert two.recv(0) == b""
    assert two.recv(1) == b"x"


def test_an_empty_datagram(udp: Any) -> None:
    one, two = udp
    assert one.send(b"") == 0
    assert two.recv(10) == b""
    assert one.send(b"") == 0
    assert two.recvfrom(10) == (b"", one.getsockname())


def test_recv_into_a_part(pair: Any) -> None:
    one, two = pair
    one.send(b"abcdef")
    buffer = bytearray(b".........")
    assert two.recv_into(memoryview(buffer)[2:], 3) == 3
    assert buffer == b"..abc...."
    assert two.recvfrom_into(buffer, 2) == (2, NOBODY)
    assert buffer == b"deabc...."
    assert two.recv_into(array.array("I", [0, 0])) == 1


def test_the_address_of_a_sender(stack: Any) -> None:
    senders = []
    for _ in range(3):
        sender = stack.enter_context(cffisock.socket(type=cffisock.SOCK_DGRAM))
        sender.bind(LOCALHOST)
        senders.append(sender)
    receiver = stack.enter_context(cffisock.socket(type=cffisock.SOCK_DGRAM))
    receiver.bind(LOCALHOST)
    address = receiver.getsockname()
    buffer = bytearray(10)
    for sender in senders * 2:
        mine = sender.getsockname()
        sender.sendto(b"x", address)
        assert receiver.recvfrom(10) == (b"x", mine)
        sender.sendto(b"x", address)
        assert receiver.recvfrom_into(buffer) == (1, mine)
        if IS_WINDOWS:
            continue
        sender.sendto(b"x", address)
        assert receiver.recvmsg(10) == (b"x", [], 0, mine)


@pytest.mark.parametrize("size", [3, 300_000])
def test_peek(size: int, pair: Any) -> None:
    one, two = pair
    one.send(b"abc")
    assert two.recv(size, cffisock.MSG_PEEK) == b"abc"
    assert two.recvfrom(size, cffisock.MSG_PEEK)[0] == b"abc"
    assert two.recv(size) == b"abc"


def test_a_cut_datagram_shows_nothing_else(udp: Any) -> None:
    """With MSG_TRUNC recv(2) returns the datagram's length, of which the rest was never there."""
    one, two = udp
    secret = b"secret" * 100
    one.send(secret)
    assert two.recv(1000) == secret
    for size in (2, 599):
        one.send(b"x" * 600)
        assert two.recv(size, cffisock.MSG_TRUNC) == b"x" * size + bytes(600 - size)
        one.send(b"x" * 600)
        assert two.recvfrom(size, cffisock.MSG_TRUNC)[0] == b"x" * size + bytes(600 - size)
        one.send(b"x" * 600)
        data, _, flags, _ = two.recvmsg(size, 0, cffisock.MSG_TRUNC)
        assert (data, flags & cffisock.MSG_TRUNC) == (b"x" * size, cffisock.MSG_TRUNC)
    one.send(b"x" * 600)
    assert two.recv_into(bytearray(2), 0, cffisock.MSG_TRUNC) == 600


def test_flags_may_be_enums(pair: Any) -> None:
    one, two = pair
    one.send(b"abc", cffisock.MSG_DONTWAIT | cffisock.MSG_NOSIGNAL)
    assert two.recv(1, cffisock.MSG_PEEK | cffisock.MSG_DONTWAIT) == b"a"
    assert two.recv_into(bytearray(3), flags=cffisock.MSG_WAITALL) == 3


def test_out_of_band(tcp: Any) -> None:
    client, server = tcp
    server.settimeout(LONG)
    client.send(b"!", cffisock.MSG_OOB)
    client.send(b"after")
    assert server.recv(10, cffisock.MSG_WAITALL | cffisock.MSG_PEEK)[:5] == b"after"
    assert server.recv(1, cffisock.MSG_OOB) == b"!"


def test_a_broken_pipe_is_an_exception(pair: Any) -> None:
    """And not SIGPIPE's end of the program, which Python ignores."""
    one, two = pair
    two.close()
    calls = {"send": one.send, "sendall": one.sendall, "sendmsg": lambda data: one.sendmsg([data])}
    if IS_WINDOWS:  # over TCP the first that is sent is what the peer answers so
        one.send(b"x")
    for send in with_methods(calls).values():
        with pytest.raises(ConnectionResetError if IS_WINDOWS else BrokenPipeError):
            send(b"x")


def test_the_same_socket_in_many_threads(pair: Any) -> None:
    one, two = pair
    received: list[bytes] = []

    def receive() -> None:
        for _ in range(50):
            received.append(two.recv(4, cffisock.MSG_WAITALL))

    threads = [threading.Thread(target=receive) for _ in range(8)]
    for thread in threads:
        thread.start()
    for number in range(400):
        one.sendall(number.to_bytes(4, "big"))
    for thread in threads:
        thread.join(LONG)
    assert sorted(b"".join(received)) == sorted(b"".join(n.to_bytes(4, "big") for n in range(400)))


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
