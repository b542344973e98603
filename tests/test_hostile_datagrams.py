"""Hostile peers: datagrams that are too long, empty, refused, or odd trains.

What is cut is the beginning of what was sent, and nothing of what came before it.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import cffisock
from cffisock import MSG_PEEK, MSG_TRUNC, aio, control

from .receiving import WITH_ROOM, WITHOUT_ROOM, pair_of
from .support import LONG, own, tcp_pair, udp_pair

SECRET = b"secret" * 20_000
SIZES = [0, 1, 7, 1000]
PAIRS = {
    "udp": udp_pair,
    "dgram": lambda: pair_of("dgram"),
    "seqpacket": lambda: pair_of("seqpacket"),
}
# They take as much as there may be.
LARGE = ("recv, large", "recvmsg, large", "a transport")
# They receive nothing where there is no room.
NOTHING_FOR_NOTHING = ("recv, large", "recv_into", "makefile")


@contextmanager
def pair(kind: str) -> Iterator[tuple[Any, Any]]:
    """Two sockets; whatever memory is lent to calls has had other data in it before."""
    one, two = PAIRS[kind]()
    with one, two:
        two.settimeout(LONG)
        one.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_SNDBUF, 1 << 18)
        for receive in (two.recv, two.recvfrom, two.recvmsg):
            one.send(SECRET[:60_000])
            receive(60_000)
        one.send(SECRET[:60_000])
        two.recvmmsg(1, 60_000, 1000)
        yield one, two


def data_for(size: int) -> bytes:
    """Something that nobody has sent before, on one line."""
    return os.urandom(8).hex().encode() * (size // 16 + 2)


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("way", WITHOUT_ROOM)
def test_longer_than_the_buffer(way: str, kind: str) -> None:
    with pair(kind) as (one, two):
        for size in SIZES:
            if size == 0 and (way == "recv" or way.startswith(NOTHING_FOR_NOTHING)):
                continue
            sent = data_for(size)
            one.send(sent)
            one.send(b"next")
            assert WITHOUT_ROOM[way](two, size) == (sent if way in LARGE else sent[:size])
            assert two.recv(100) == b"next"  # the rest of the long one is gone


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("way", WITH_ROOM)
@pytest.mark.parametrize("flags", [0, MSG_TRUNC, MSG_PEEK, MSG_PEEK | MSG_TRUNC])
def test_longer_with_the_flags_that_came(way: str, flags: int, kind: str) -> None:
    with pair(kind) as (one, two):
        for size in SIZES:
            sent = data_for(size)
            one.send(sent)
            data, items, came, _ = WITH_ROOM[way](two, size, 100, flags)
            is_cut = "large" not in way
            assert data == (sent[:size] if is_cut else sent)
            assert items == []
            assert bool(came & MSG_TRUNC) == is_cut or flags & MSG_TRUNC
            if flags & MSG_PEEK:
                assert two.recv(len(sent)) == sent


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("flags", [0, MSG_TRUNC])
def test_a_longer_one_has_nothing_of_the_next(flags: int, kind: str) -> None:
    with pair(kind) as (one, two):
        for letter in (b"a", b"b"):
            one.send(letter * 10)
        received = two.recvmmsg(2, 4, 0, flags)
        assert [data for data, *_ in received] == [b"aaaa", b"bbbb"]


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("call", ["recv", "recvfrom"])
def test_what_is_told_and_was_not_received(call: str, kind: str) -> None:
    """With MSG_TRUNC the length is the whole one's: what is behind the buffer are zeros."""
    with pair(kind) as (one, two):
        for size in SIZES[1:]:
            sent = data_for(size)
            one.send(sent)
            data = getattr(two, call)(size, MSG_TRUNC)
            data = data if call == "recv" else data[0]
            assert data == sent[:size] + bytes(len(sent) - size)
            one.send(sent)
            memory = bytearray(b"?" * (len(sent) + 10))
            n = getattr(two, f"{call}_into")(memory, size, MSG_TRUNC)
            n = n if call == "recv" else n[0]
            assert n == len(sent)
            assert memory == sent[:size] + b"?" * (len(memory) - len(sent[:size]))


def test_lengths_that_tcp_tells_and_drops() -> None:
    client, server = tcp_pair()
    with client, server:
        server.settimeout(LONG)
        for call in (server.recv, lambda *a: server.recvmsg(a[0], 0, a[1])[0]):
            client.sendall(SECRET[:100])
            server.recv(100)
            client.sendall(SECRET[:100])
            assert not call(100, MSG_TRUNC).strip(b"\0")


# --- nothing in them ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["udp", "dgram"])
@pytest.mark.parametrize("way", WITHOUT_ROOM)
def test_empty_ones(way: str, kind: str) -> None:
    with pair(kind) as (one, two):
        one.send(b"")
        one.send(b"next")
        assert WITHOUT_ROOM[way](two, 100) == b""
        assert two.recv(100) == b"next"


@pytest.mark.parametrize("kind", ["udp", "dgram"])
def test_batches_of_empty_ones(kind: str) -> None:
    sent = [b"", b"", b"x", b"", b"yy", b"", b""]
    with pair(kind) as (one, two):
        for size in (0, 1, 100):
            assert one.sendmmsg(sent) == len(sent)
            items = two.recvmmsg(len(sent), size)
            assert [item[0] for item in items] == [part[:size] for part in sent]
            assert one.sendmmsg(sent) == len(sent)
            buffers = [bytearray(b"?" * size) for _ in sent]
            lengths = [item[0] for item in two.recvmmsg_into(buffers)]
            assert lengths == [len(part[:size]) for part in sent]
            for part, buffer in zip(sent, buffers):
                assert buffer == part[:size] + b"?" * (size - len(part[:size]))


def test_many_empty_ones_for_a_transport() -> None:
    async def deliver() -> list[bytes]:
        got: list[bytes] = []
        done = asyncio.get_running_loop().create_future()

        class Protocol(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, _address: Any) -> None:
                got.append(data)
                if data == b"end":
                    done.set_result(None)

        one, two = udp_pair()
        with one:
            transport, _ = await aio.create_datagram_endpoint(Protocol, sock=two, gro=True)
            one.sendmmsg([b""] * 100 + [b"end"])
            await done
            transport.close()
            await asyncio.sleep(0)
        return got

    assert asyncio.run(deliver()) == [b""] * 100 + [b"end"]


# --- refused, and reported ------------------------------------------------------------------------


REFUSED = {
    **{name: lambda s, n=name: WITHOUT_ROOM[n](s, 10) for name in WITHOUT_ROOM if name[:2] != "a "},
    **{f"{name}, room": lambda s, n=name: WITH_ROOM[n](s, 10, 100) for name in WITH_ROOM},
    "control.receive": lambda s: control.receive(s, 10),
    "send": lambda s: s.send(b"x"),
    "sendall": lambda s: s.sendall(b"x"),
    "sendmsg": lambda s: s.sendmsg([b"x", b"y"]),
    "sendmmsg": lambda s: s.sendmmsg([b"x", b"y"]),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_nobody_is_there(call: Any) -> None:
    """The port was closed: one call says so, and the socket goes on."""
    one, two = udp_pair()
    with one:
        one.settimeout(LONG)
        address = two.getsockname()
        two.close()
        one.send(b"x")
        with pytest.raises(ConnectionRefusedError) as caught:
            call(one)
        assert caught.value.errno == errno.ECONNREFUSED
        with own.socket(own.AF_INET, own.SOCK_DGRAM) as again:
            again.bind(address)
            again.connect(one.getsockname())
            again.settimeout(LONG)
            one.send(b"there")
            assert again.recv(10) == b"there"
            again.send(b"back")
            assert one.recv(10) == b"back"


# --- trains ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("segment", [1, 2, 7, 1000])
def test_trains_with_an_odd_end(segment: int) -> None:
    """Whatever the kernel makes one message of, each datagram comes as it was sent, or is cut."""
    one, two = udp_pair()
    with one, two:
        two.settimeout(LONG)
        control.enable(two, control.SegmentSize)
        for count in (1, 2, 3, 63):
            for last in {1, segment - 1, segment} - {0}:
                data = os.urandom(segment * count + last)
                datagrams = [data[i : i + segment] for i in range(0, len(data), segment)]
                for room in (65536, len(data), len(data) - 1, segment + 1, segment, 1):
                    one.sendmmsg([(data, None, (), segment)])
                    found = two.recvmmsg(1, room)
                    whole = b"".join(item[0] for item in found)
                    assert whole == data[:room]
                    parts = [whole[i : i + segment] for i in range(0, len(whole), segment)]
                    assert [item[0] for item in found] == parts
                    assert parts == datagrams or room < len(data)
                    cut = [bool(item[2] & MSG_TRUNC) for item in found]
                    assert cut == [False] * (len(found) - 1) + [room < len(data)]


def test_a_train_for_who_knows_nothing_of_it() -> None:
    """recv() and its kin get it as one; nothing is behind its end."""
    one, two = udp_pair()
    with one, two:
        two.settimeout(LONG)
        control.enable(two, control.SegmentSize)
        for way, receive in WITHOUT_ROOM.items():
            if way == "a transport" or "text" in way:
                continue
            one.sendmmsg([(b"x" * 25, None, (), 10)])
            data = receive(two, 25)
            assert data in (b"x" * 25, b"x" * 10), way
            one.send(b"next")
            left = two.recv(25)
            while left != b"next":
                assert set(left) <= set(b"x")
                left = two.recv(25)
