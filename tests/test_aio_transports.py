"""A transport of cffisock.aio: its socket, its loop and its end."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import warnings

import pytest

import cffisock
from cffisock import aio

from .datagram_protocol import Protocol, run, settle
from .support import LOCALHOST, own, python


def test_sockets_of_any_module() -> None:
    """One of the interpreter's own, with addresses and errors."""

    async def main() -> None:
        sock = own.socket(type=own.SOCK_DGRAM)
        sock.bind(LOCALHOST)
        server, one = await aio.create_datagram_endpoint(
            lambda: Protocol(lambda self, data, addr: self.transport.sendto(data, addr)), sock=sock
        )
        assert server.get_extra_info("socket") is sock
        client, two = await aio.create_datagram_endpoint(Protocol, remote_addr=sock.getsockname())
        client.sendto(b"1"), client.sendto(b"2")
        await two.until(3)
        assert (one.trace, two.trace) == (["made", b"1", b"2"], ["made", b"1", b"2"])
        client.close(), server.close()
        await settle()
        assert sock.fileno() == -1

    run(main())


def test_a_socket_closed_by_somebody_else() -> None:
    """Nothing goes to whoever has its number now."""

    async def main() -> None:
        for module in (own, cffisock):
            sock = module.socket(type=own.SOCK_DGRAM)
            sock.bind(LOCALHOST)
            transport, protocol = await aio.create_datagram_endpoint(Protocol, sock=sock)
            asyncio.get_running_loop().remove_reader(sock.fileno())
            number = sock.fileno()
            sock.close()
            with own.socket(type=own.SOCK_DGRAM) as other, own.socket(type=own.SOCK_DGRAM) as peer:
                assert other.fileno() == number
                peer.bind(LOCALHOST)
                transport.sendto(b"x", peer.getsockname())
                await settle()
                peer.setblocking(False)
                with pytest.raises(BlockingIOError):
                    peer.recv(10)
                assert protocol.trace == ["made", (OSError, errno.EBADF)]
                transport.abort()
                await settle()

    run(main())


def test_a_loop_whose_endpoints_are_these() -> None:
    loop = aio.EventLoop()

    async def main() -> None:
        transport, protocol = await loop.create_datagram_endpoint(
            Protocol, local_addr=LOCALHOST, batch=3
        )
        assert isinstance(transport, aio.DatagramTransport)
        assert isinstance(transport, asyncio.DatagramTransport)
        transport.sendto(b"x", transport.get_extra_info("sockname"))
        await protocol.until(2)
        transport.close()
        await settle()

    try:
        loop.run_until_complete(main())
    finally:
        loop.close()


def test_after_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """Sending to nobody does nothing, and is worth a warning if it goes on."""

    async def main() -> None:
        server, one = await aio.create_datagram_endpoint(Protocol, local_addr=LOCALHOST)
        server.close()
        for _ in range(3):
            server.sendto(b"x", server.get_extra_info("sockname"))
            await settle()
        assert not caplog.records
        for _ in range(3):
            server.sendto(b"x", server.get_extra_info("sockname"))
        assert one.trace == ["made", ("lost", type(None))]
        assert not server.is_reading()
        server.close(), server.abort(), server.pause_reading(), server.resume_reading()
        await settle()
        assert one.trace == ["made", ("lost", type(None))]
        assert "closed" in repr(server)

    with caplog.at_level(logging.WARNING, "asyncio"):
        run(main())
    assert caplog.records


def test_a_transport_that_is_forgotten() -> None:
    """It warns, and its socket is closed."""

    async def begin() -> None:
        await aio.create_datagram_endpoint(Protocol, local_addr=LOCALHOST)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(begin())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loop.close()
        del loop
        for _ in range(3):
            gc.collect()
    texts = [str(warning.message) for warning in caught]
    assert any("unclosed transport <DatagramTransport open" in text for text in texts), texts


def test_asyncio_is_imported_with_it_and_not_before() -> None:
    code = """
import sys, cffisock
assert "asyncio" not in sys.modules
assert callable(cffisock.aio.create_datagram_endpoint)
assert "asyncio" in sys.modules
"""
    process = python("-c", code)
    assert process.returncode == 0, process.stderr
