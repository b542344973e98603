"""``python -m tests.benchmarks.scale``: what a connection costs where there are many.

An echo server (scale_server.py) on cffisock and on the interpreter's own module, in turns,
each time in a process of its own, and one client in C for both (scale_client.c), which keeps
64 messages of 64 bytes on their way and picks the connection for each by chance.  So all
connections are in use, and any difference between rows is the number of them.

Per message the table has the processor time of the server, user and system, which a busy
machine disturbs least; per connection what the resident set of the server grew by, without
what the kernel keeps.  That is in whole pages, and says little for few connections.  Both,
and the messages a second, are medians of the rounds.  The client works almost as hard for a
message as the server does, most of it in the kernel: on a machine with less than two
processors to spare, the messages a second are no limit of the server's.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .processes import HERE, Talker, compiled, interpreter

MODULES = ("socket", "cffisock")
# Descriptors that a process needs beside its connections.
SPARE = 32
# One server address has less than 28,000 ports for its clients, by Linux's defaults.
CONNECTIONS_PER_ADDRESS = 20_000
# Connections that come and go first, so that what is made once is not counted: caches,
# buffers, PyPy's machine code.
FIRST_CONNECTIONS = 8
FIRST_SECONDS = 2.0


class Result(NamedTuple):
    """One run: what was echoed, and in how many seconds; what of these the server was busy, in
    user and in system mode, and the client; and by how many bytes the server grew."""

    module: str
    connections: int
    messages: int
    echoed_bytes: int
    seconds: float
    user: float
    system: float
    client: float
    memory: int

    def messages_per_second(self) -> float:
        return self.messages / self.seconds

    def cpu_per_message(self) -> float:
        """Microseconds of the server's processor time."""
        return (self.user + self.system) / self.messages * 1e6

    def memory_per_connection(self) -> float:
        """Bytes."""
        return self.memory / self.connections


COLUMNS = {
    "messages/s": Result.messages_per_second,
    "CPU us/message": Result.cpu_per_message,
    "bytes/connection": Result.memory_per_connection,
}


def measure(client: str, module: str, connections: int, seconds: float) -> Result:
    """One server process, with that many connections for so many seconds."""
    listeners = -(-connections // CONNECTIONS_PER_ADDRESS)
    server_command = [sys.executable, "-m", "tests.benchmarks.scale_server"]
    with Talker(*server_command, module, str(listeners)) as server:
        addresses = json.loads(server.read())
        first_seconds = str(min(seconds, FIRST_SECONDS))
        with Talker(client, str(FIRST_CONNECTIONS), first_seconds, *addresses) as first:
            first.read()
            first.ask("go")
        while json.loads(server.ask("connections")):
            time.sleep(0.01)
        memory = -json.loads(server.ask("memory"))
        with Talker(client, str(connections), str(seconds), *addresses) as load:
            load.read()
            memory += json.loads(server.ask("memory"))
            start = json.loads(server.ask("cpu"))
            messages, echoed, *times = load.ask("go").split()
            end = json.loads(server.ask("cpu"))
    user, system = (after - before for before, after in zip(start, end))
    elapsed, busy = map(float, times)
    return Result(
        module, connections, int(messages), int(echoed), elapsed, user, system, busy, memory
    )


# --- how many connections ---------------------------------------------------------------------


def raise_limit() -> int:
    """Lets this process and its children have as many descriptors as they may: how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def fitting(wanted: Sequence[int], limit: int) -> list[int]:
    """The numbers of connections, the largest possible one in the place of all that are more."""
    return sorted({min(number, limit - SPARE) for number in wanted})


# --- the report -------------------------------------------------------------------------------


def median(results: Sequence[Result], module: str, connections: int, column: str) -> float:
    return statistics.median(
        COLUMNS[column](result)
        for result in results
        if (result.module, result.connections) == (module, connections)
    )


def table(results: Sequence[Result]) -> list[str]:
    """The medians, a line for each number of connections, with the own module as 1."""
    lines = [
        f"{'connections':>11}" + "".join(f"{column:^31}" for column in COLUMNS).rstrip(),
        f"{'':11}" + f"{'own':>11}{'cffisock':>11}{'ratio':>9}" * len(COLUMNS),
    ]
    for connections in sorted({result.connections for result in results}):
        line = f"{connections:11,}"
        for column in COLUMNS:
            own, ours = (median(results, module, connections, column) for module in MODULES)
            ratio = f"{ours / own:9.2f}" if own else f"{'-':>9}"
            digits = 2 if own < 1000 else 0
            line += f"{own:11,.{digits}f}{ours:11,.{digits}f}{ratio}"
        lines.append(line)
    return lines


def as_json(results: Sequence[Result], limit: int) -> dict[str, Any]:
    return {
        "interpreter": interpreter(),
        "machine": platform.machine(),
        "kernel": platform.release(),
        "descriptors": limit,
        "results": [result._asdict() for result in results],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.scale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--connections", type=int, nargs="+", metavar="N", default=[100, 1000, 8000]
    )
    parser.add_argument("--seconds", type=float, default=3.0, help="of load in each run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="every run goes there")
    parser.add_argument("--quick", action="store_true", help="only to see that it works")
    options = parser.parse_args(arguments)
    if options.quick:
        options.connections, options.seconds, options.rounds = [50], 0.2, 1
    limit = raise_limit()
    numbers = fitting(options.connections, limit)
    print(f"{interpreter()}, rounds: {options.rounds}, of {options.seconds:g} s")
    print(f"at most {limit} descriptors for a process (RLIMIT_NOFILE)")
    if max(options.connections) > numbers[-1]:
        print(f"that is not enough for {max(options.connections)} connections: {numbers[-1]}")
    with compiled(HERE / "scale_client.c") as client:
        results = [
            measure(client, module, number, options.seconds)
            for number in numbers
            for _ in range(options.rounds)
            for module in MODULES
        ]
    print(*table(results), sep="\n")
    busy = statistics.median(result.client / result.messages for result in results)
    print(f"the client used {busy * 1e6:.2f} us of CPU for a message")
    if options.json:
        options.json.write_text(json.dumps(as_json(results, limit), indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
