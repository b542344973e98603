"""What cffisock.aio sends and receives in batches and trains: whole, in order, and in turn."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import cffisock
from cffisock import aio

from .datagram_protocol import Protocol, run, settle
from .support import LOCALHOST, LONG, by, own

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
