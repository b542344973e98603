"""Endpoints of cffisock.aio in other families: AF_UNIX and IPv6."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

import cffisock
from cffisock import aio

from .datagram_protocol import Protocol, run, settle
from .support import own


def test_unix_paths(tmp_path: Path) -> None:
    """What a process before has left is removed; a file is not."""

    async def main() -> None:
        options = {"family": cffisock.AF_UNIX}
        path, other = str(tmp_path / "one"), str(tmp_path / "two")
        with own.socket(own.AF_UNIX, own.SOCK_DGRAM) as stale:
            stale.bind(path)
        server, one = await aio.create_datagram_endpoint(Protocol, local_addr=path, **options)
        client, _ = await aio.create_datagram_endpoint(
            Protocol, local_addr=other, remote_addr=path, **options
        )
        client.sendto(b"x" * 100_000)
        await one.until(2)
        assert one.trace == ["made", b"x" * 100_000]
        client.close(), server.close()
        (tmp_path / "file").touch()
        with pytest.raises(OSError) as caught:
            await aio.create_datagram_endpoint(
                Protocol, local_addr=str(tmp_path / "file"), **options
            )
        assert caught.value.errno == errno.EADDRINUSE
        abstract, _ = await aio.create_datagram_endpoint(
            Protocol, local_addr=f"\0cffisock-{os.getpid()}", **options
        )
        abstract.close()
        await settle()

    run(main())


def test_a_peer_without_a_name() -> None:
    """As in a socketpair of AF_UNIX, where asyncio takes '' for no peer."""

    async def main() -> None:
        one, two = cffisock.socketpair(cffisock.AF_UNIX, cffisock.SOCK_DGRAM)
        with two:
            transport, protocol = await aio.create_datagram_endpoint(Protocol, sock=one)
            transport.sendto(b"x")
            await settle()
            assert two.recv(10) == b"x"
            two.send(b"y")
            await protocol.until(2)
            assert protocol.trace == ["made", b"y"]
            transport.close()
            await settle()

    run(main())


def test_a_receiver_that_is_full_and_not_connected(tmp_path: Path) -> None:
    """poll(2) says that the socket is writable, and it is not: what is sent comes all the same."""

    async def main() -> None:
        path = str(tmp_path / "one")
        with own.socket(own.AF_UNIX, own.SOCK_DGRAM) as slow:
            slow.bind(path)
            slow.setblocking(False)
            client, two = await aio.create_datagram_endpoint(Protocol, family=cffisock.AF_UNIX)
            client.set_write_buffer_limits(0)
            for number in range(100):
                client.sendto(b"%d" % number, path)
            assert two.trace == ["made", "pause"]
            assert client.get_write_buffer_size() > 0
            received: list[bytes] = []
            while len(received) < 100:
                try:
                    received.append(slow.recv(10))
                except BlockingIOError:
                    await asyncio.sleep(0.001)
            assert received == [b"%d" % number for number in range(100)]
            await two.until(3)
            assert two.trace == ["made", "pause", "resume"]
            for number in range(100):
                client.sendto(b"%d" % number, path)
            client.abort()
            assert client.get_write_buffer_size() == 0
            await settle()
            assert two.trace[-1] == ("lost", type(None))

    run(main())


@pytest.mark.ipv6
def test_ipv6() -> None:
    async def main() -> None:
        server, _ = await aio.create_datagram_endpoint(
            lambda: Protocol(lambda self, data, addr: self.transport.sendto(data, addr)),
            local_addr=("::1", 0),
        )
        host, port, *_ = server.get_extra_info("sockname")
        client, two = await aio.create_datagram_endpoint(Protocol, remote_addr=(host, port))
        client.sendto(b"x")
        await two.until(2)
        assert two.trace == ["made", b"x"]
        client.close(), server.close()
        await settle()

    run(main())
