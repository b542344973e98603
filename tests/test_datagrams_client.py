"""The load generator of benchmarks with UDP: it counts what there is, and refuses what is wrong."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cffisock

from .support import LOCALHOST, LONG

SOURCE = Path(__file__).parent / "benchmarks" / "datagrams_client.c"
SECONDS = "0.3"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of the program."""
    program = str(tmp_path_factory.mktemp("client") / "client")
    compiler = os.environ.get("CC") or shutil.which("cc") or "gcc"
    command = [compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, str(SOURCE)]
    subprocess.run(command, check=True)
    return program


@pytest.fixture
def server() -> Iterator[Any]:
    with cffisock.socket(type=cffisock.SOCK_DGRAM) as sock:
        sock.bind(LOCALHOST)
        sock.settimeout(0.02)
        yield sock


def start(client: str, *arguments: Any) -> tuple[Any, str]:
    """A client that is running, and the address of its first socket."""
    process = subprocess.Popen(
        [client, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="ascii",
    )
    word, address = process.stdout.readline().split()  # type: ignore[union-attr]
    assert word == "ready"
    process.stdin.write("go\n")  # type: ignore[union-attr]
    process.stdin.flush()  # type: ignore[union-attr]
    return process, address


def end(process: Any) -> tuple[list[int], list[float], str]:
    """Messages, bytes, lost; seconds and processor time; errors."""
    output, errors = process.communicate(timeout=LONG)
    words = output.split()
    return [int(word) for word in words[:3]], [float(word) for word in words[3:]], errors


def at(sock: Any) -> str:
    host, port = sock.getsockname()
    return f"{host}:{port}"


@pytest.mark.parametrize(("drop", "seconds"), [(0, SECONDS), (5, "2")])
def test_echo(client: str, server: Any, drop: int, seconds: str) -> None:
    """What does not come back is lost, and sent again."""
    process, _ = start(client, "echo", 10, 5, 100, seconds, at(server))
    peers = set()
    answered = received = 0
    while not select.select([process.stdout], [], [], 0)[0]:
        try:
            data, address = server.recvfrom(1000)
        except TimeoutError:
            continue
        assert len(data) == 100
        peers.add(address)
        received += 1
        if received > drop:
            answered += server.sendto(data, address) == 100
    (messages, size, lost), (elapsed, busy), errors = end(process)
    assert (messages, size, errors) == (answered, answered * 100, "")
    assert len(peers) == 10
    assert (lost > 0) == (drop > 0)
    assert 0 < busy <= elapsed


def test_an_echo_that_is_another(client: str, server: Any) -> None:
    process, _ = start(client, "echo", 1, 1, 64, SECONDS, at(server))
    server.settimeout(LONG)
    _, address = server.recvfrom(100)
    server.sendto(bytes(64), address)
    _, _, errors = end(process)
    assert process.returncode == 1
    assert errors.startswith("echo: ")


@pytest.mark.parametrize("train", [1, 20])
def test_sending(client: str, server: Any, train: int) -> None:
    """Single datagrams of the size arrive, as many as were sent, but those that were dropped."""
    process, _ = start(client, "send", 3, train, 50, SECONDS, at(server))
    server.settimeout(LONG)
    for _ in range(100):
        assert len(server.recv(1000)) == 50
    (messages, size, lost), _, errors = end(process)
    assert (size, lost, errors) == (messages * 50, 0, "")
    assert messages > 100
    assert messages % train == 0


def test_receiving(client: str, server: Any) -> None:
    process, address = start(client, "receive", 1, 0, 10, 1, "127.0.0.1:0")
    host, port = address.split(":")
    server.connect((host, int(port)))
    server.sendmmsg([bytes(10)] * 50)
    server.sendmmsg([bytes(500)], segment=10)
    (messages, size, lost), _, errors = end(process)
    assert (messages, size, lost, errors) == (100, 1000, 0, "")
