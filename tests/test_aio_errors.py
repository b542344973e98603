"""Errors in cffisock.aio: what a protocol raises, bad arguments, no memory."""

from __future__ import annotations

import asyncio
import errno
from typing import Any

import pytest

import cffisock
from cffisock import aio
from cffisock._socket import datagrams

from .datagram_protocol import Protocol, run, settle
from .support import LOCALHOST, own


def test_an_error_in_error_received() -> None:
    """It goes to whoever sent, or to the loop; what else is queued is sent."""

    class Bad(Protocol):
        def error_received(self, error: Exception) -> None:
            super().error_received(error)
            raise RuntimeError("by the protocol")

    async def main() -> None:
        server, one = await aio.create_datagram_endpoint(Protocol, local_addr=LOCALHOST)
        client, two = await aio.create_datagram_endpoint(
            Bad, remote_addr=server.get_extra_info("sockname")
        )
        client.set_write_buffer_limits(69000)
        with pytest.raises(RuntimeError):
            client.sendto(bytes(70000))  # more than the queue holds, so that it goes at once
        for number in range(3):
            client.sendto(bytes(65508) if number == 1 else b"after")
        await one.until(3)
        assert one.trace == ["made", b"after", b"after"]
        assert two.trace == ["made", *[(OSError, errno.EMSGSIZE)] * 2]
        client.sendto(bytes(65508))
        with pytest.raises(RuntimeError):
            client.close()
        server.close()
        await settle()
        assert two.trace[-1] == ("lost", type(None))

    reports: list[Any] = []
    run(main(), reports)
    assert [str(report["exception"]) for report in reports] == ["by the protocol"]


def test_a_protocol_that_is_none() -> None:
    """The socket is closed, and no transport is left."""

    async def main() -> None:
        with pytest.raises(AttributeError):
            await aio.create_datagram_endpoint(object, local_addr=LOCALHOST)  # type: ignore[type-var]

    run(main())


def test_errors_in_flow_control_are_the_loops() -> None:
    class Bad(Protocol):
        def pause_writing(self) -> None:
            raise RuntimeError("pause")

        def resume_writing(self) -> None:
            super().resume_writing()
            raise RuntimeError("resume")

    async def main() -> None:
        one, two = own.socketpair(own.AF_UNIX, own.SOCK_DGRAM)
        transport, protocol = await aio.create_datagram_endpoint(Bad, sock=one)
        transport.set_write_buffer_limits(0)
        with two:
            while transport.get_write_buffer_size() == 0:
                for _ in range(64):
                    transport.sendto(bytes(1000))
            while "resume" not in protocol.trace:
                two.recv(2000)
                await asyncio.sleep(0)
        transport.abort()
        await settle()

    reports: list[Any] = []
    run(main(), reports)
    assert [str(report["exception"]) for report in reports] == ["pause", "resume"]


def test_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """In either direction that is the end, and told as such."""

    def fail(*_: Any) -> None:
        raise MemoryError

    async def main(way: str) -> None:
        transport, protocol = await aio.create_datagram_endpoint(Protocol, local_addr=LOCALHOST)
        with monkeypatch.context() as patch:
            patch.setattr(datagrams, way, fail)
            transport.sendto(b"x", transport.get_extra_info("sockname"))
            await protocol.until(2)
        assert protocol.trace == ["made", ("lost", MemoryError)]
        await settle()

    for way in ("send", "receive"):
        reports: list[Any] = []
        run(main(way), reports)
        assert [type(report["exception"]) for report in reports] == [MemoryError]


def test_batch_is_a_number_of_at_least_one() -> None:
    with pytest.raises(ValueError):
        run(aio.create_datagram_endpoint(Protocol, local_addr=LOCALHOST, batch=0))


@pytest.mark.parametrize("given", [True, False])
def test_a_factory_that_fails(given: bool) -> None:
    """The socket is closed."""

    async def main() -> None:
        sock = cffisock.socket(type=cffisock.SOCK_DGRAM) if given else None
        options = {"sock": sock} if sock else {"local_addr": LOCALHOST}
        with pytest.raises(ZeroDivisionError):
            await aio.create_datagram_endpoint(lambda: 1 / 0, **options)  # type: ignore[arg-type]
        assert sock is None or sock.fileno() == -1

    run(main())
