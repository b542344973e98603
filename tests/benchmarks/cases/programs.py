"""Whole programs, unchanged, in processes of their own: the time that a message takes."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Callable

from ...support import ROOT, python
from ..harness import Goal, Plan, ProcessCase

PROGRAMS = Path(__file__).parents[1] / "programs"
WAYS = {"cffisock": ["-m", "cffisock", "run"], "socket": []}
CONNECTIONS = 8
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def done(process: subprocess.CompletedProcess[str]) -> str:
    """What the process printed; RuntimeError with what it complained of if it failed."""
    if process.returncode != 0:
        raise RuntimeError(f"{process.args}: {process.stderr}")
    return process.stdout


def program(name: str, *arguments: str) -> Callable[[str, Plan], float]:
    """A program that is both ends, and prints the nanoseconds for each message."""

    def measure(module: str, plan: Plan) -> float:
        times = [str(plan.program_warm_up), str(plan.program)]
        return float(done(python(*WAYS[module], str(PROGRAMS / name), *times, *arguments)))

    return measure


def http(module: str, plan: Plan) -> float:
    """A server; its clients are here, on the interpreter's own socket for both."""
    command = [sys.executable, *WAYS[module], str(PROGRAMS / "http_server.py")]
    with ExitStack() as exits:
        server = exits.enter_context(
            subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        )
        assert server.stdin is not None
        assert server.stdout is not None
        exits.callback(server.stdin.close)  # which ends the server
        address = ("127.0.0.1", int(server.stdout.readline()))
        clients = [
            exits.enter_context(socket.create_connection(address, 20)) for _ in range(CONNECTIONS)
        ]
        request_all(clients, plan.program_warm_up)
        return request_all(clients, plan.program)


def request_all(clients: list[socket.socket], seconds: float) -> float:
    """Asks on all connections, then reads the answers, for that long: nanoseconds for each."""
    answered = 0
    start = time.perf_counter_ns()
    stop = start + seconds * 1e9
    while True:
        for client in clients:
            client.sendall(REQUEST)
        for client in clients:
            answer = b""
            while not answer.endswith(b"done"):
                received = client.recv(65536)
                if not received:
                    raise ConnectionError("the server closed the connection")
                answer += received
            answered += 1
        now = time.perf_counter_ns()
        if now >= stop:
            return (now - start) / answered


CASES = [
    # 1.3 times as many messages a second.
    ProcessCase("asyncio streams, 50 connections", program("asyncio_echo.py"), Goal(1 / 1.3)),
    ProcessCase("threaded echo, 200 clients", program("threaded_echo.py")),
    ProcessCase("http.server, 8 connections", http),
]
