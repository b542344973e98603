"""What asks the servers: clients in C, and wrk for HTTP."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Callable, NamedTuple

from ..processes import Service, Talker, compiled
from .kinds import BENCHMARKS, HERE, SIZE, UNDER_WAY, Kind

# wrk has one thread, which has so many connections at most that all of them are in use.
HTTP_CONNECTIONS = 64
# What the client of a load in one direction does, and how many datagrams it sends at once.
IN_BULK = {"udp in": ("send", 1), "udp trains in": ("send", 64), "udp out": ("receive", 0)}
ANYWHERE = "127.0.0.1:0"


class Run(NamedTuple):
    """One measurement: microseconds of the server's processor time for a message in user and in
    system mode, and messages a second."""

    kind: str
    way: str
    connections: int
    user: float
    system: float
    rate: float

    def total(self) -> float:
        """Microseconds for a message."""
        return self.user + self.system


class Programs(NamedTuple):
    """The paths of what is compiled."""

    echo: str
    tcp: str
    udp: str


@contextmanager
def programs() -> Iterator[Programs]:
    """The programs in C, for as long as they are needed."""
    with ExitStack() as exits:
        sources = (
            HERE / "echo.c",
            BENCHMARKS / "scale_client.c",
            BENCHMARKS / "datagrams_client.c",
        )
        yield Programs(*(exits.enter_context(compiled(source)) for source in sources))


def by_client(command: list[str]) -> Callable[[Service], tuple[int, Any]]:
    """A load by a client in C: how many messages came back, and what the server used."""

    def ask(server: Service) -> tuple[int, Any]:
        with Talker(*command) as client:
            client.read()
            before = server.used()
            messages = int(client.ask("go").split()[0])
            return messages, zip(server.used(), before)

    return ask


def in_bulk(command: list[str], sent: bool) -> Callable[[Service], tuple[int, Any]]:
    """A load in one direction, to the server or from it: how many the server counted."""

    def ask(server: Service) -> tuple[int, Any]:
        with Talker(*command) as client:
            _, address = client.read().split()
            messages, before = int(server.ask(address if sent else "")), server.used()
            client.ask("go")
            return int(server.ask("")) - messages, zip(server.used(), before)

    return ask


def by_wrk(command: list[str]) -> Callable[[Service], tuple[int, Any]]:
    def ask(server: Service) -> tuple[int, Any]:
        before = server.used()
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        if "Socket errors" in done.stdout or "Non-2xx" in done.stdout:
            raise RuntimeError(done.stdout)
        found = re.search(r"(\d+) requests in", done.stdout)
        assert found is not None
        return int(found[1]), zip(server.used(), before)

    return ask


def load(
    kind: Kind, made: Programs, address: str, connections: int, seconds: float
) -> Callable[[Service], tuple[int, Any]]:
    """What puts a load on the server of that kind for so long."""
    if kind.load == "tcp":
        return by_client([made.tcp, str(connections), str(seconds), address])
    if kind.load == "udp":
        numbers = [str(number) for number in (connections, UNDER_WAY, SIZE, seconds)]
        return by_client([made.udp, "echo", *numbers, address])
    if kind.load in IN_BULK:
        action, train = IN_BULK[kind.load]
        sent = action == "receive"
        numbers = [str(number) for number in (1 if sent else connections, train, SIZE, seconds)]
        return in_bulk([made.udp, action, *numbers, ANYWHERE if sent else address], sent)
    count = str(min(connections, HTTP_CONNECTIONS))
    # wrk counts whole seconds.
    duration = f"-d{max(1, round(seconds))}s"
    return by_wrk(["wrk", "-t1", f"-c{count}", duration, f"http://{address}/"])


def measure(
    kind: Kind, way: str, made: Programs, connections: int, warm_up: float, seconds: float
) -> Run:
    """One server in a process of its own, first warmed up."""
    with Service(*kind.command(way, made.echo)) as server:
        address = server.read().strip()
        load(kind, made, address, connections, warm_up)(server)
        start = time.monotonic()
        messages, used = load(kind, made, address, connections, seconds)(server)
        elapsed = time.monotonic() - start
    user, system = ((after - before) / messages * 1e6 for after, before in used)
    return Run(kind.name, way, connections, user, system, messages / elapsed)
