"""``python -m tests.soak SECONDS``: cffisock.aio under load, with every datagram accounted for.

In one process, by one event loop, for that long, all at once:

echo
    Clients, each with some datagrams of any size on their way, to a server that answers.  Each has
    to come back once, in its order.  Now and then a callback raises, reading is paused and resumed,
    and a client is closed and another one opened.
flood
    As much as the kernel takes, singly, to an endpoint that is often too slow.  What the kernel
    took was delivered, or is in its count of what it dropped.
messages
    Tasks that wait for messages, many of them cancelled.  Each message comes to one task.

Each second a line says how far it is.  The exit status is 1 if anything was lost, came twice, or
stood still; what was reported to the loop has to be what callbacks raised.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from pathlib import Path
from typing import Any

import cffisock
from cffisock import aio

CLIENTS = 20
UNDER_WAY = 8
SIZES = (16, 16, 64, 64, 64, 200, 1400, 1472, 4000, 16000)
STALLED = 20.0


class Failure(Exception):
    """Something was lost, came twice, or stood still."""


class Raised(Exception):
    """What a callback raises, on purpose."""


def payload(number: int, size: int) -> bytes:
    return number.to_bytes(8, "big") + bytes([number % 251]) * (size - 8)


class Endpoint(asyncio.DatagramProtocol):
    """A protocol that is called as it should be: made, then data, then lost, once."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.state = "new"
        self.received = 0
        self.raised = 0
        self.paused = False
        self.writable = asyncio.Event()
        self.writable.set()
        self.lost = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self.expect("new", "open")
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.expect("open", "closed")
        if error is not None:
            raise Failure(f"lost: {error!r}")
        self.lost.set()

    def expect(self, before: str, after: str) -> None:
        if self.state != before:
            raise Failure(f"{after} when {self.state}")
        self.state = after

    def error_received(self, error: Exception) -> None:
        raise Failure(f"error_received({error!r})")

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self.state != "open" or self.paused:
            raise Failure(f"a datagram when {self.state}, paused: {self.paused}")
        self.received += 1
        self.take(data, addr)
        what = self.chance.random()
        if what < 0.0005:
            self.paused = True
            self.transport.pause_reading()
            asyncio.get_running_loop().call_later(self.chance.random() / 50, self.resume)
        elif what < 0.001:
            self.raised += 1
            raise Raised

    def resume(self) -> None:
        if self.state == "open":
            self.paused = False
            self.transport.resume_reading()

    def take(self, data: bytes, addr: Any) -> None:
        """Does what the endpoint is for."""


class Server(Endpoint):
    def take(self, data: bytes, addr: Any) -> None:
        self.transport.sendto(data, addr)


class Client(Endpoint):
    """Keeps datagrams on their way until it has had so many."""

    sent = 0
    last = 10**9

    def send(self) -> None:
        if self.sent < self.last:
            self.transport.sendto(payload(self.sent, self.chance.choice(SIZES)))
            self.sent += 1

    def take(self, data: bytes, addr: Any) -> None:
        if data != payload(self.received - 1, len(data)):
            raise Failure(f"{data[:8]!r} where number {self.received - 1} was due")
        self.send()


class Soak:
    """All of it, and its counts."""

    def __init__(self, seconds: float, seed: int) -> None:
        self.seconds = seconds
        self.chance = random.Random(seed)
        self.counts = dict.fromkeys(("echoed", "clients", "flooded", "dropped", "messages"), 0)
        self.cancelled = self.raised = self.reported = 0
        self.failures: list[str] = []
        self.running = True

    def report(self, _: Any, context: dict[str, Any]) -> None:
        """Takes what is reported to the loop."""
        if isinstance(context.get("exception"), Raised):
            self.reported += 1
        else:
            self.failures.append(repr(context))

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self.report)
        work = [self.echo(gro) for gro in (False, True)] + [self.flood(), self.messages()]
        tasks = [asyncio.ensure_future(each) for each in work]
        begin = time.monotonic()
        while time.monotonic() - begin < self.seconds and not any(task.done() for task in tasks):
            await asyncio.sleep(1)
            print(f"{time.monotonic() - begin:6.0f} s", self.line(), flush=True)
        self.running = False
        await asyncio.gather(*tasks)
        if self.failures or self.reported != self.raised:
            raise Failure(f"{self.reported} reports of {self.raised}; {self.failures[:3]}")

    def line(self) -> str:
        words = [f"{name} {count:,}" for name, count in self.counts.items()]
        return ", ".join([*words, f"cancelled {self.cancelled:,}", f"raised {self.raised:,}"])

    # --- echo -------------------------------------------------------------------------

    async def echo(self, gro: bool) -> None:
        transport, server = await aio.create_datagram_endpoint(
            lambda: Server(self.chance), local_addr=("127.0.0.1", 0), gro=gro
        )
        widen(transport)
        address = transport.get_extra_info("sockname")
        await asyncio.gather(*(self.clients(address, gro) for _ in range(CLIENTS)))
        transport.close()
        await asyncio.wait_for(server.lost.wait(), STALLED)
        self.raised += server.raised

    async def clients(self, address: Any, gro: bool) -> None:
        """One client after the other."""
        while self.running:
            transport, client = await aio.create_datagram_endpoint(
                lambda: Client(self.chance), remote_addr=address, gro=gro
            )
            widen(transport)
            client.last = self.chance.randrange(1, 3000)
            for _ in range(UNDER_WAY):
                client.send()
            moved = time.monotonic()
            while client.received < client.last:
                before = client.received
                await asyncio.sleep(0.02)
                if not self.running:
                    client.last = client.sent
                if client.received != before:
                    moved = time.monotonic()
                elif time.monotonic() - moved > STALLED:
                    raise Failure(f"stood still at {before} of {client.sent}")
            transport.close()
            await asyncio.wait_for(client.lost.wait(), STALLED)
            self.counts["echoed"] += client.received
            self.counts["clients"] += 1
            self.raised += client.raised

    # --- flood --------------------------------------------------------------------------

    async def flood(self) -> None:
        sink, protocol = await aio.create_datagram_endpoint(
            lambda: Endpoint(self.chance), local_addr=("127.0.0.1", 0)
        )
        address = sink.get_extra_info("sockname")
        source, sender = await aio.create_datagram_endpoint(
            lambda: Endpoint(self.chance), remote_addr=address, trains=False
        )
        sent = 0
        while self.running:
            for _ in range(self.chance.randrange(2000)):
                source.sendto(b"x" * 64)
                sent += 1
            await sender.writable.wait()
            await asyncio.sleep(self.chance.random() / 100)
        source.close()
        await asyncio.wait_for(sender.lost.wait(), STALLED)
        dropped = drops(address[1])
        for _ in range(int(STALLED / 0.05)):
            if protocol.received + dropped == sent:
                break
            await asyncio.sleep(0.05)
        self.counts.update(flooded=sent, dropped=dropped)
        if protocol.received + dropped != sent:
            raise Failure(f"{sent} sent, {protocol.received} came, {dropped} dropped")
        sink.close()
        await asyncio.wait_for(protocol.lost.wait(), STALLED)
        self.raised += protocol.raised

    # --- messages -------------------------------------------------------------------------

    async def messages(self) -> None:
        exchange = Exchange(self.chance)
        try:
            while self.running or len(exchange.got) < exchange.sent:
                await exchange.step(self.running)
                self.counts["messages"], self.cancelled = len(exchange.got), exchange.cancelled
        finally:
            await exchange.end()
        exchange.check()


class Exchange:
    """Messages from one socket to another, where ten tasks wait for them that may be cancelled."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.pair = cffisock.socketpair(cffisock.AF_UNIX, cffisock.SOCK_DGRAM)
        for sock in self.pair:
            sock.setblocking(False)
        self.tasks: list[asyncio.Task[None]] = []
        self.got: list[int] = []
        self.sent = self.cancelled = 0

    async def receive(self) -> None:
        sock = self.pair[1]
        if self.chance.random() < 0.5:
            self.got.append(int((await aio.recvmsg(sock, 100))[0]))
        else:
            self.got.extend(int(data) for data, *_ in await aio.recvmmsg(sock, 8, 100))

    async def step(self, send: bool) -> None:
        while len(self.tasks) < 10:
            self.tasks.append(asyncio.ensure_future(self.receive()))
        for _ in range(self.chance.randrange(4) if send else 0):
            await aio.sendmsg(self.pair[0], [b"%d" % self.sent])
            self.sent += 1
        for task in self.chance.sample(self.tasks, self.chance.randrange(3)):
            self.cancelled += task.cancel()
        await asyncio.sleep(self.chance.choice((0, 0, 0, 0.001)))
        done = [task for task in self.tasks if task.done()]
        self.tasks = [task for task in self.tasks if task not in done]
        for task in done:
            if not task.cancelled():
                task.result()

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for sock in self.pair:
            sock.close()

    def check(self) -> None:
        if sorted(self.got) != [*range(self.sent)]:
            came, once = len(self.got), len(set(self.got))
            raise Failure(f"{self.sent} messages, {came} came, {once} of them once")


def widen(transport: Any) -> None:
    """Lets nothing be dropped that the echo has under way."""
    sock = transport.get_extra_info("socket")
    sock.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_RCVBUFFORCE, 2**24)


def drops(port: int) -> int:
    """What the kernel has dropped of what came to a UDP port of this machine: proc(5)."""
    for line in Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]:
        words = line.split()
        if words[1].endswith(f":{port:04X}"):
            return int(words[-1])
    raise Failure(f"no port {port}")


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    soak = Soak(seconds, seed)
    print(f"{sys.implementation.name} {sys.version.split()[0]}, {seconds:g} s, seed {seed}")
    try:
        asyncio.run(soak.run())
    except Failure as error:
        print(f"FAILED: {error}; {soak.failures[:3]}")
        return 1
    print("all accounted for:", soak.line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
