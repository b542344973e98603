"""cffisock.aio.create_datagram_endpoint: what asyncio's own does, and batches."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import warnings
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Callable

import pytest

import cffisock
from cffisock import aio
from cffisock._socket import datagrams

from .support import LOCALHOST, LONG, by, own, python

Create = Callable[..., Awaitable[tuple[Any, Any]]]
Scenario = Callable[[Create, list[Any]], Awaitable[None]]


async def asyncios(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
    return await asyncio.get_running_loop().create_datagram_endpoint(*args, **kwargs)


class Protocol(asyncio.DatagramProtocol):
    """Keeps what it is told, as ``trace``; ``until`` waits for so much of it."""

    def __init__(self, act: Any = None) -> None:
        self.trace: list[Any] = []
        self.transport: Any = None
        self.act = act  # called with each datagram that came

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.trace.append("made")

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.trace.append(data)
        if self.act:
            self.act(self, data, addr)

    def error_received(self, error: Exception) -> None:
        self.trace.append((type(error), getattr(error, "errno", None)))

    def connection_lost(self, error: Exception | None) -> None:
        self.trace.append(("lost", type(error)))

    def pause_writing(self) -> None:
        self.trace.append("pause")

    def resume_writing(self) -> None:
        self.trace.append("resume")

    async def until(self, count: int) -> None:
        async def enough() -> None:
            while len(self.trace) < count:
                await asyncio.sleep(0.001)

        await asyncio.wait_for(enough(), LONG)


async def settle() -> None:
    """Lets everything happen that is due."""
    for _ in range(10):
        await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    for _ in range(10):
        await asyncio.sleep(0)


def run(main: Awaitable[Any], reports: list[Any] | None = None) -> Any:
    """Runs a coroutine in a new loop; what is reported to the loop goes to ``reports``."""

    async def reporting() -> Any:
        loop = asyncio.get_running_loop()
        if reports is not None:
            loop.set_exception_handler(lambda _, context: reports.append(context))
        return await main

    return asyncio.run(reporting())


# --- the same as asyncio --------------------------------------------------------------------

SCENARIOS: list[Scenario] = []


def scenario(function: Scenario) -> Scenario:
    """Something that gives the same trace on both."""
    SCENARIOS.append(function)
    return function


@scenario
async def echo(create: Create, trace: list[Any]) -> None:
    def answer(self: Protocol, data: bytes, addr: Any) -> None:
        assert addr == client.get_extra_info("sockname")
        self.transport.sendto(data * 2, addr)

    server, one = await create(lambda: Protocol(answer), local_addr=LOCALHOST)
    client, two = await create(Protocol, remote_addr=server.get_extra_info("sockname"))
    for data in (b"a", bytearray(b"b"), memoryview(b"c"), b"d" * 60000 + b"e"):
        client.sendto(data)
    await two.until(4)
    await settle()
    client.sendto(b"f", client.get_extra_info("peername"))
    await two.until(5)
    trace += one.trace, two.trace
    client.close(), server.close()
    await settle()
    trace += one.trace, two.trace, client.is_closing()


@scenario
async def what_is_sent_is_what_it_was(create: Create, trace: list[Any]) -> None:
    server, one = await create(Protocol, local_addr=LOCALHOST)
    client, _ = await create(Protocol, family=cffisock.AF_INET)
    data = bytearray(b"first")
    client.sendto(data, server.get_extra_info("sockname"))
    data[:] = b"later"
    await one.until(2)
    trace += one.trace
    client.close(), server.close()


@scenario
async def refused(create: Create, trace: list[Any]) -> None:
    with own.socket(type=own.SOCK_DGRAM) as sock:
        sock.bind(LOCALHOST)
        nobody = sock.getsockname()
    client, two = await create(Protocol, remote_addr=nobody)
    client.sendto(b"anybody?")
    await two.until(2)
    client.sendto(b"really?")
    await two.until(3)
    trace += two.trace
    client.abort()
    await settle()
    trace += two.trace


@scenario
async def too_long(create: Create, trace: list[Any]) -> None:
    server, one = await create(Protocol, local_addr=LOCALHOST)
    client, two = await create(Protocol, remote_addr=server.get_extra_info("sockname"))
    for data in (b"before", bytes(70000), b"after"):
        client.sendto(data)
    await one.until(3)
    await settle()
    trace += one.trace, two.trace
    client.close(), server.close()


@scenario
async def closed_at_once(create: Create, trace: list[Any]) -> None:
    server, one = await create(Protocol, local_addr=LOCALHOST)
    for end in ("close", "abort"):
        client, two = await create(Protocol, remote_addr=server.get_extra_info("sockname"))
        client.sendto(end.encode())
        getattr(client, end)()
        client.close(), client.abort()
        trace += two.trace, client.is_closing()
        await settle()
        trace += two.trace
    await one.until(3)
    trace += one.trace
    server.close()


@scenario
async def a_last_answer(create: Create, trace: list[Any]) -> None:
    """An endpoint without a remote address sends until connection_lost() is called."""
    server, one = await create(Protocol, local_addr=LOCALHOST)
    with own.socket(type=own.SOCK_DGRAM) as sock:
        sock.bind(LOCALHOST)
        sock.settimeout(LONG)
        server.close()
        server.sendto(b"bye", sock.getsockname())
        server.sendto(bytes(70000), sock.getsockname())
        trace += sock.recv(10), [*one.trace]
        await settle()
        trace += one.trace
        client, two = await create(Protocol, remote_addr=sock.getsockname())
        client.close()
        client.sendto(b"never")
        await settle()
        sock.setblocking(False)
        try:
            trace.append(sock.recv(10))
        except BlockingIOError:
            trace += two.trace


@scenario
async def closed_by_a_datagram(create: Create, trace: list[Any]) -> None:
    for end in ("close", "abort"):

        def act(self: Protocol, data: bytes, addr: Any, end: str = end) -> None:
            self.transport.sendto(b"bye", addr)
            getattr(self.transport, end)()

        server, one = await create(lambda act=act: Protocol(act), local_addr=LOCALHOST)
        with own.socket(type=own.SOCK_DGRAM) as sock:
            sock.settimeout(LONG)
            for data in (b"1", b"2", b"3"):
                sock.sendto(data, server.get_extra_info("sockname"))
            await one.until(3)
            await settle()
            trace += one.trace, sock.recv(10)


@scenario
async def an_error_in_the_protocol(create: Create, trace: list[Any]) -> None:
    def act(self: Protocol, data: bytes, addr: Any) -> None:
        if data == b"2":
            raise RuntimeError("by the protocol")

    server, one = await create(lambda: Protocol(act), local_addr=LOCALHOST)
    with own.socket(type=own.SOCK_DGRAM) as sock:
        for data in (b"1", b"2", b"3"):
            sock.sendto(data, server.get_extra_info("sockname"))
    await one.until(4)
    trace += one.trace
    server.close()


@scenario
async def another_protocol(create: Create, trace: list[Any]) -> None:
    def act(self: Protocol, data: bytes, addr: Any) -> None:
        self.transport.set_protocol(second)

    server, one = await create(lambda: Protocol(act), local_addr=LOCALHOST)
    second = Protocol()
    with own.socket(type=own.SOCK_DGRAM) as sock:
        for data in (b"1", b"2", b"3"):
            sock.sendto(data, server.get_extra_info("sockname"))
    await second.until(2)
    trace += one.trace, second.trace, server.get_protocol() is second
    server.close()
    await settle()
    trace += second.trace


@scenario
async def what_sendto_refuses(create: Create, trace: list[Any]) -> None:
    server, one = await create(Protocol, local_addr=LOCALHOST)
    client, two = await create(Protocol, remote_addr=server.get_extra_info("sockname"))
    for arguments in (("text",), (None,), (b"x", ("127.0.0.1", 9))):
        try:
            client.sendto(*arguments)
        except (TypeError, ValueError) as error:
            trace.append((type(error), str(error).replace(str(server), "")[:30]))
    await settle()
    trace += one.trace, two.trace
    client.close(), server.close()


@scenario
async def an_address_that_is_none(create: Create, trace: list[Any]) -> None:
    for address in (("127.0.0.1", "port"), None, ("127.0.0.1", 70000)):
        server, one = await create(Protocol, local_addr=LOCALHOST)
        server.sendto(b"x", address)
        trace.append(server.is_closing())
        await settle()
        trace += one.trace


@scenario
async def kinds_of_endpoints(create: Create, trace: list[Any]) -> None:
    for options in (
        {"local_addr": ("localhost", 0), "family": cffisock.AF_INET},
        {"local_addr": LOCALHOST, "reuse_port": True},
        {"remote_addr": ("127.0.0.1", 9)},
        {"remote_addr": ("127.255.255.255", 9), "allow_broadcast": True},
        {"local_addr": LOCALHOST, "remote_addr": ("127.0.0.1", 9)},
        {"family": cffisock.AF_INET},
        {"family": cffisock.AF_INET, "proto": cffisock.IPPROTO_UDP},
    ):
        transport, _ = await create(Protocol, **options)
        sock = transport.get_extra_info("socket")
        for name in (cffisock.SO_REUSEPORT, cffisock.SO_BROADCAST, cffisock.SO_REUSEADDR):
            trace.append(sock.getsockopt(cffisock.SOL_SOCKET, name))
        trace += sock.family, sock.type, sock.proto
        trace += transport.get_extra_info("sockname")[0], transport.get_extra_info("peername")
        trace += transport.get_extra_info("nothing"), transport.get_extra_info("nothing", 1)
        trace += transport.get_write_buffer_size(), transport.get_write_buffer_limits()
        transport.close()


@scenario
async def endpoints_that_are_none(create: Create, trace: list[Any]) -> None:
    with own.socket() as stream, own.socket(type=own.SOCK_DGRAM) as sock:
        sock.bind(LOCALHOST)
        for options in (
            {},
            {"local_addr": "127.0.0.1"},
            {"local_addr": ("127.0.0.1", 0, 0, 0)},
            {"remote_addr": [1, 2]},
            {"local_addr": ("127.0.0.1", 0), "remote_addr": ("::1", 9)},
            {"local_addr": sock.getsockname()},
            {"local_addr": ("192.0.2.1", 0)},
            {"local_addr": ("127.0.0.1", "no service")},
            {"sock": stream},
            {"sock": sock, "local_addr": LOCALHOST},
            {"sock": sock, "family": 2, "reuse_port": True},
            {"family": cffisock.AF_UNIX, "local_addr": 1},
        ):
            try:
                await create(Protocol, **options)
            except Exception as error:  # noqa: BLE001  (whatever it is)
                kind = OSError if isinstance(error, OSError) else type(error)
                kind = TypeError if kind is AssertionError else kind  # on CPython 3.10
                number = None if isinstance(error, own.gaierror) else getattr(error, "errno", None)
                trace.append((kind, number))


@scenario
async def write_buffer_limits(create: Create, trace: list[Any]) -> None:
    transport, _ = await create(Protocol, local_addr=LOCALHOST)
    for arguments in ({}, {"high": 10}, {"low": 10}, {"high": 5, "low": 5}, {"high": 0}):
        transport.set_write_buffer_limits(**arguments)
        trace.append(transport.get_write_buffer_limits())
    for arguments in ({"high": -1}, {"high": 1, "low": 2}, {"low": -1}):
        try:
            transport.set_write_buffer_limits(**arguments)
        except ValueError as error:
            trace.append(str(error))
    transport.close()


@scenario
async def a_socket_that_is_given(create: Create, trace: list[Any]) -> None:
    sock = own.socket(type=own.SOCK_DGRAM)
    with own.socket(type=own.SOCK_DGRAM) as peer:
        peer.bind(LOCALHOST)
        peer.settimeout(LONG)
        sock.connect(peer.getsockname())
        transport, protocol = await create(Protocol, sock=sock)
        transport.sendto(b"out")
        transport.sendto(b"ignored", ("127.0.0.1", 9))
        await settle()
        trace += peer.recv(10), peer.recv(10)
        peer.sendto(b"in", sock.getsockname())
        await protocol.until(2)
    trace += protocol.trace
    transport.close()
    await settle()
    trace.append(sock.fileno())


@scenario
async def a_queue_that_is_full(create: Create, trace: list[Any]) -> None:
    name = f"\0cffisock-{os.getpid()}"
    with own.socket(own.AF_UNIX, own.SOCK_DGRAM) as slow:
        slow.bind(name)
        slow.setblocking(False)
        transport, protocol = await create(Protocol, remote_addr=name, family=own.AF_UNIX)
        transport.set_write_buffer_limits(high=3000)
        for end in (None, "close", "abort"):
            before, sent = len(protocol.trace), 0
            while len(protocol.trace) == before:
                transport.sendto(b"%1000d" % sent)
                sent += 1
                await asyncio.sleep(0)
            trace += transport.get_write_buffer_size() > 3000, [*protocol.trace]
            if end:
                getattr(transport, end)()
                trace.append(transport.is_closing())
                await settle()
            received: list[int] = []
            while end != "abort" and len(received) < sent:
                try:
                    received.append(int(slow.recv(2000)))
                except BlockingIOError:
                    await asyncio.sleep(0.001)
            trace.append(received == [*range(sent)])
            await protocol.until(before + 1 + (end != "abort"))
            await settle()
            trace.append([*protocol.trace])
            if end == "close":
                transport, protocol = await create(Protocol, remote_addr=name, family=own.AF_UNIX)
                transport.set_write_buffer_limits(high=3000)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_it_is_as_with_asyncio(scenario: Scenario) -> None:
    outcomes = []
    for create in (asyncios, aio.create_datagram_endpoint):
        trace: list[Any] = []
        reports: list[Any] = []
        run(scenario(create, trace), reports)
        gc.collect()
        outcomes.append((trace, [(type(report["exception"]),) for report in reports]))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0]


# --- AF_UNIX and IPv6 ---------------------------------------------------------------------------


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


# --- batches ------------------------------------------------------------------------------------


# As many as a queue of the usual size holds.
PORTION = 70


@pytest.mark.parametrize("options", [{}, {"gro": True}, {"batch": 1}, {"trains": False}], ids=str)
def test_many(options: dict[str, Any]) -> None:
    """All arrive once, in their order, of all sizes, whatever goes together on the way."""
    sizes = [*[64] * 200, *range(130), *[1400] * 90, 3, *[1452] * 3, *[1453] * 3, 9000, 0, 0, 5]

    async def main() -> None:
        server, one = await aio.create_datagram_endpoint(Protocol, local_addr=LOCALHOST, **options)
        client, two = await aio.create_datagram_endpoint(
            Protocol, remote_addr=server.get_extra_info("sockname"), **options
        )
        expected = [bytes([i % 256]) * size for i, size in enumerate(sizes)]
        for start in range(0, len(expected), PORTION):
            portion = expected[start : start + PORTION]
            for data in portion:
                client.sendto(data)
            await one.until(start + len(portion) + 1)
        assert one.trace[1:] == expected
        assert all(type(data) is bytes for data in one.trace[1:])
        assert two.trace == ["made"]
        assert client.get_write_buffer_size() == 0
        client.close(), server.close()
        await settle()

    run(main())


@pytest.mark.parametrize("options", [{}, {"gro": True}], ids=str)
def test_peers_in_turn(options: dict[str, Any]) -> None:
    """Each of many peers has its own answers."""

    async def main() -> None:
        server, _ = await aio.create_datagram_endpoint(
            lambda: Protocol(lambda self, data, addr: self.transport.sendto(data, addr)),
            local_addr=LOCALHOST,
            **options,
        )
        peers = [
            await aio.create_datagram_endpoint(
                Protocol, remote_addr=server.get_extra_info("sockname")
            )
            for _ in range(20)
        ]
        for turn in range(8):
            for number, (transport, _) in enumerate(peers):
                transport.sendto(b"%d %d" % (number, turn))
        for number, (transport, protocol) in enumerate(peers):
            await protocol.until(9)
            assert protocol.trace[1:] == [b"%d %d" % (number, turn) for turn in range(8)]
            transport.close()
        server.close()
        await settle()

    run(main())


@pytest.mark.parametrize(
    ("count", "segment", "seen_between"),
    [(20, 0, {5, 9, 13, 17}), (100, 4, {33, 65, 97})],
    ids=["datagrams", "trains"],
)
def test_others_have_their_turn(count: int, segment: int, seen_between: set[int]) -> None:
    """One event delivers one batch, or eight times as many of trains."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        server, one = await aio.create_datagram_endpoint(
            Protocol, local_addr=LOCALHOST, batch=4, gro=segment > 0
        )
        data = [b"%04d" % number for number in range(count)]
        with cffisock.socket(type=cffisock.SOCK_DGRAM) as sock:
            sock.connect(server.get_extra_info("sockname"))
            if segment:
                parts = [b"".join(data[:50]), b"".join(data[50:])]
                assert sock.sendmmsg(parts, segment=segment) == count
            else:
                assert sock.sendmmsg(data) == count
        seen = []

        def look() -> None:
            seen.append(len(one.trace))
            if len(one.trace) < count + 1:
                loop.call_soon(look)

        look()
        await one.until(count + 1)
        assert one.trace == ["made", *data]
        assert seen_between <= set(seen)
        server.close()
        await settle()

    run(main())


def test_reading_paused_by_a_datagram() -> None:
    """Nothing more is delivered, and nothing is lost."""

    async def main() -> None:
        def act(self: Protocol, data: bytes, addr: Any) -> None:
            if data == b"2":
                self.transport.pause_reading()

        server, one = await aio.create_datagram_endpoint(
            lambda: Protocol(act), local_addr=LOCALHOST
        )
        with own.socket(type=own.SOCK_DGRAM) as sock:
            for number in range(5):
                sock.sendto(b"%d" % number, server.get_extra_info("sockname"))
            await settle()
            assert one.trace == ["made", b"0", b"1", b"2"]
            assert not server.is_reading()
            sock.sendto(b"5", server.get_extra_info("sockname"))
            server.pause_reading(), server.resume_reading(), server.resume_reading()
            await one.until(7)
            assert one.trace[4:] == [b"3", b"4", b"5"]
            sock.sendto(b"2", server.get_extra_info("sockname"))
            sock.sendto(b"never", server.get_extra_info("sockname"))
            await settle()
            server.close()
            server.resume_reading()
            await settle()
            assert one.trace[7:] == [b"2", ("lost", type(None))]

    run(main())


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_loses_nothing(kind: type[BaseException]) -> None:
    """It ends the loop at once; when that runs again, the rest of the batch comes."""

    def act(self: Protocol, data: bytes, addr: Any) -> None:
        self.transport.sendto(data, addr)
        if data == b"1":
            raise kind

    async def begin() -> tuple[Any, Any]:
        return await aio.create_datagram_endpoint(lambda: Protocol(act), local_addr=LOCALHOST)

    loop = asyncio.new_event_loop()
    try:
        server, one = loop.run_until_complete(begin())
        with own.socket(type=own.SOCK_DGRAM) as sock:
            sock.settimeout(LONG)
            for number in range(4):
                sock.sendto(b"%d" % number, server.get_extra_info("sockname"))
            with pytest.raises(kind):
                loop.run_forever()
            assert one.trace == ["made", b"0", b"1"]
            loop.run_until_complete(one.until(5))
            assert one.trace == ["made", b"0", b"1", b"2", b"3"]
            assert [sock.recv(10) for _ in range(4)] == [b"0", b"1", b"2", b"3"]
        server.close()
        loop.run_until_complete(settle())
    finally:
        loop.close()


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


SMALL_MTU = """
import asyncio, subprocess, sys
sys.path.insert(0, sys.argv[1])
from cffisock import aio

class Protocol(asyncio.DatagramProtocol):
    def __init__(self): self.got = []
    def datagram_received(self, data, addr): self.got.append(data)
    def error_received(self, error): print("error", error)

async def main():
    server, one = await aio.create_datagram_endpoint(Protocol, local_addr=("127.0.0.1", 0))
    client, _ = await aio.create_datagram_endpoint(
        Protocol, remote_addr=server.get_extra_info("sockname"))
    for i in range(10):
        client.sendto(bytes([i]) * 1400)
    while len(one.got) < 10:
        await asyncio.sleep(0.001)
    print([data[0] for data in one.got], {len(data) for data in one.got})
    client.close(), server.close()
    await asyncio.sleep(0)

subprocess.run(["ip", "link", "set", "lo", "up", "mtu", "1000"], check=True)
asyncio.run(asyncio.wait_for(main(), 20))
"""


@pytest.mark.netns
def test_a_path_that_is_too_narrow_for_a_train() -> None:
    """Its datagrams go one by one, in fragments."""
    process = by(["unshare", "--net"], SMALL_MTU, str(Path(cffisock.__file__).parents[1]))
    assert process.stdout == f"{[*range(10)]} {{1400}}\n", process.stderr


# --- what else ------------------------------------------------------------------------------


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
