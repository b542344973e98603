"""Sending and receiving: every byte arrives, in buffers of any kind and size, with any flags."""

from __future__ import annotations

import array
import os
import threading
from typing import Any, Callable

import pytest

import cffisock

from .support import IS_WINDOWS, LOCALHOST, LONG, received_while, with_methods

# From where a stream's data comes: on Windows from an address of no family, as by the own module.
NOBODY = (0, bytes(14)) if IS_WINDOWS else None

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

    def send() -> None:
        client.sendall(data)
        client.shutdown(cffisock.SHUT_WR)

    received, _ = received_while(server, send, 300_000)
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
