"""cffisock.aio.create_datagram_endpoint beside asyncio's own: both give the same traces."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Awaitable
from typing import Any, Callable

import pytest

import cffisock
from cffisock import aio

from .datagram_protocol import Protocol, run, settle
from .support import LOCALHOST, LONG, own

Create = Callable[..., Awaitable[tuple[Any, Any]]]
Scenario = Callable[[Create, list[Any]], Awaitable[None]]


async def asyncios(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
    return await asyncio.get_running_loop().create_datagram_endpoint(*args, **kwargs)


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
