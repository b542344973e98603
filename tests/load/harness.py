"""One server and its load: what came back, and what the server was seen to need meanwhile."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from ..benchmarks.processes import TOP, interpreter

HERE = Path(__file__).resolve().parent
# A server's name, and its program.
KINDS = {"asyncio": "asyncio_.py", "threads": "threads.py", "epoll": "epoll.py"}
# What the interpreter is given before a program to run it on cffisock.
ON_CFFISOCK = ("-m", "cffisock", "run")
PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 1024 * 1024
# Seconds until the server knows of all clients that have vanished.
GONE = 30.0
# The part of the connections that a server has to have accepted at any time: some were just made.
ACCEPTED = 0.95
# What memory may grow by, from the middle third of a run to the last, and be called flat.
GROWTH = 1.05
GROWTH_BYTES = 8 * MIB
# Seconds from which on a run says something about that: before, PyPy is busy compiling.
LONG_ENOUGH = 120.0


class Failure(Exception):
    """The server lost something, kept something, or complained."""


class Sample(NamedTuple):
    """A server in one moment: seconds since the load began, the bytes of its resident memory, its
    descriptors, and the messages that were echoed until then."""

    second: float
    memory: int
    descriptors: int
    messages: int


class Run(NamedTuple):
    """One server's load.  The counts are the clients': see client.c."""

    kind: str
    connections: int
    seconds: float
    messages: int
    bytes: int
    stalls: int
    resets: int
    vanished: int
    left: int
    samples: list[Sample]

    def __str__(self) -> str:
        first, last = self.memory()
        return (
            f"{self.kind:8} {self.connections:,} connections, {self.seconds:.0f} s, "
            f"{self.messages:,} messages ({self.messages / self.seconds:,.0f} a second, "
            f"{self.slowest():,.0f} in the slowest), "
            f"{self.bytes / 1e9:.1f} GB; {self.stalls:,} stalled, {self.resets:,} reset, "
            f"{self.vanished:,} vanished, {self.left:,} left; "
            f"memory {first / MIB:.1f} MiB, then {last / MIB:.1f} MiB"
        )

    def slowest(self) -> float:
        """Messages a second, when they were fewest."""
        return min(
            (after.messages - before.messages) / (after.second - before.second)
            for before, after in zip(self.samples, self.samples[1:])
        )

    def memory(self) -> tuple[float, float]:
        """The medians of the middle third and of the last, in bytes."""
        values = [each.memory for each in self.samples if each.second > self.seconds / 3]
        half = max(len(values) // 2, 1)
        return statistics.median(values[:half]), statistics.median(values[-half:])

    def check(self) -> None:
        """That connections were there, all misbehaved, something moved each second, and memory did
        not grow."""
        fewest = min(each.descriptors for each in self.samples)
        if fewest < ACCEPTED * self.connections:
            raise Failure(f"{self.kind}: only {fewest:,} descriptors for {self.connections:,}")
        if not self.stalls or not self.resets or not self.left:
            raise Failure(f"{self.kind}: too few messages for clients to misbehave: {self}")
        first, last = self.memory()
        if self.seconds >= LONG_ENOUGH and last > GROWTH * first + GROWTH_BYTES:
            raise Failure(f"{self.kind}: memory grows: {self}")


class Result(NamedTuple):
    """The runs on one interpreter."""

    interpreter: str
    runs: list[Run]

    @classmethod
    def of(cls, runs: Iterable[Run]) -> Result:
        return cls(interpreter(), [*runs])

    def save(self, file: Path) -> None:
        value = {"interpreter": self.interpreter, "runs": [run._asdict() for run in self.runs]}
        file.write_text(json.dumps(value), encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> Result:
        value = json.loads(file.read_text(encoding="utf-8"))
        runs = [Run(*run.values())._replace(samples=samples(run)) for run in value["runs"]]
        return cls(value["interpreter"], runs)


def samples(run: dict[str, Any]) -> list[Sample]:
    return [Sample(*each) for each in run["samples"]]


class Server:
    """A server in a process of its own."""

    def __init__(self, kind: str, errors: IO[str], by: Sequence[str]) -> None:
        self.errors = errors
        program = str(HERE / "programs" / KINDS[kind])
        self.process = subprocess.Popen(
            [sys.executable, *by, program],
            cwd=TOP,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="ascii",
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def sample(self, second: float, messages: int) -> Sample:
        statm = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii")
        memory = int(statm.split()[1]) * PAGE
        return Sample(second, memory, self.descriptors(), messages)

    def end(self) -> str:
        """Ends it: what it said on its error output, or that it had ended before."""
        ended = self.process.poll()
        self.process.kill()
        self.process.communicate()
        self.errors.seek(0)
        said = self.errors.read()
        return said if ended is None else f"{said} ended with status {ended}"


def load(
    client: str, kind: str, connections: int, seconds: float, by: Sequence[str] = ON_CFFISOCK
) -> Run:
    """Has the clients, the program ``client``, ask a server of that kind for so long.

    ``by`` are the interpreter's arguments that run a program.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        server = Server(kind, errors, by)
        try:
            before = server.descriptors()
            run = asked(client, server, kind, connections, seconds)
            emptied(server, kind, before)
        finally:
            said = server.end()
            if said:
                raise Failure(f"{kind}: the server said {said}")
    return run


def asked(client: str, server: Server, kind: str, connections: int, seconds: float) -> Run:
    """What the clients count, with a sample of the server for each of their lines."""
    taken: list[Sample] = []
    counts: list[int] = []
    command = [client, str(connections), str(seconds), server.address]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="ascii"
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            for line in process.stdout:
                second, *rest = line.split()
                counts = [*map(int, rest)]
                taken.append(server.sample(float(second), counts[0]))
            said = process.stderr.read()
        finally:
            process.kill()
    if process.returncode != 0:
        raise Failure(f"{kind}: the clients said {said.strip()!r} after {len(taken)} s")
    messages, octets, stalls, resets, vanished, left, _ = counts
    elapsed = taken[-1].second
    taken.pop()  # when the clients were about to end
    return Run(kind, connections, elapsed, messages, octets, stalls, resets, vanished, left, taken)


def emptied(server: Server, kind: str, before: int) -> None:
    """Waits until the server has no connection any more."""
    end = time.monotonic() + GONE
    # Asyncio and epoll have made descriptors of their own after they said where they are.
    while (there := server.descriptors()) > before + 4:
        if time.monotonic() > end:
            raise Failure(f"{kind}: {there} descriptors where {before} were before")
        time.sleep(0.2)
