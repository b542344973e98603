"""cffisock.aio in the event loop of uvloop, which is for CPython alone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from typing import Any

import pytest

import cffisock
from cffisock import aio

from ..datagram_protocol import Protocol, settle
from ..support import IS_PYPY, LOCALHOST, own


def run(main: Coroutine[Any, Any, None]) -> None:
    import uvloop

    loop = uvloop.new_event_loop()
    try:
        loop.run_until_complete(main)
    finally:
        loop.close()


async def echo(gro: bool) -> None:
    def answer(self: Protocol, data: bytes, addr: Any) -> None:
        self.transport.sendto(data, addr)

    server, _ = await aio.create_datagram_endpoint(
        lambda: Protocol(answer), local_addr=LOCALHOST, gro=gro
    )
    client, two = await aio.create_datagram_endpoint(
        Protocol, remote_addr=server.get_extra_info("sockname")
    )
    expected = []
    for turn in range(50):
        expected += [b"%d" % turn] * 20
        for data in expected[-20:]:
            client.sendto(data)
        await two.until(1 + len(expected))
    assert two.trace == ["made", *expected]
    client.close()
    server.abort()
    await settle()
    assert two.trace[-1] == ("lost", type(None))


async def refused() -> None:
    with own.socket(type=own.SOCK_DGRAM) as sock:
        sock.bind(LOCALHOST)
        nobody = sock.getsockname()
    client, two = await aio.create_datagram_endpoint(Protocol, remote_addr=nobody)
    client.sendto(b"anybody?")
    await two.until(2)
    assert two.trace[1][0] is ConnectionRefusedError
    client.close()
    await settle()


async def full() -> None:
    name = f"\0cffisock-{os.getpid()}"
    with own.socket(own.AF_UNIX, own.SOCK_DGRAM) as slow:
        slow.bind(name)
        slow.setblocking(False)
        client, two = await aio.create_datagram_endpoint(
            Protocol, remote_addr=name, family=cffisock.AF_UNIX
        )
        client.set_write_buffer_limits(1000)
        for number in range(1000):
            client.sendto(b"%d" % number)
        assert two.trace == ["made", "pause"]
        client.close()
        received: list[bytes] = []
        while len(received) < 1000:
            try:
                received.append(slow.recv(100))
            except BlockingIOError:
                await asyncio.sleep(0)
        assert received == [b"%d" % number for number in range(1000)]
        await two.until(4)
        assert two.trace[1:] == ["pause", "resume", ("lost", type(None))]
        await settle()


async def messages() -> None:
    one, two = cffisock.socketpair(cffisock.AF_UNIX, cffisock.SOCK_DGRAM)
    with one, two:
        for sock in (one, two):
            sock.setblocking(False)
        tasks = [asyncio.ensure_future(aio.recvmsg(two, 10)) for _ in range(3)]
        await asyncio.sleep(0.01)
        tasks[0].cancel()
        await aio.sendmmsg(one, [b"1", b"2"])
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [result[0] for result in results[1:]] == [b"1", b"2"]
        assert isinstance(results[0], asyncio.CancelledError)
        waiting = asyncio.ensure_future(aio.recv_fds(two, 10, 1))
        await asyncio.sleep(0.01)
        aio.close(two)
        with pytest.raises(OSError):
            await waiting


if not IS_PYPY:

    @pytest.fixture(scope="module", autouse=True)
    def _pipe_for_signals() -> None:
        """libuv opens one for the whole process, with the first loop."""
        import uvloop

        uvloop.new_event_loop().close()

    @pytest.mark.parametrize("gro", [False, True])
    def test_echo(gro: bool) -> None:
        run(echo(gro))

    @pytest.mark.parametrize("main", [refused, full, messages], ids=lambda main: main.__name__)
    def test_the_rest(main: Any) -> None:
        run(main())
