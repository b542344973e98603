"""tests.load: a short load on each server, that its clients check what comes, and its picture."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import cffisock

from .benchmarks.processes import compiled
from .load.harness import HERE, KINDS, MIB, Failure, Result, Run, Sample, load
from .load.picture import draw
from .support import LOCALHOST, LONG, python


@pytest.mark.slow
def test_a_short_load(tmp_path: Path) -> None:
    """Each server echoes all, is left by all, and the files say the same."""
    json, svg = tmp_path / "load.json", tmp_path / "load.svg"
    files = ("--connections", "300", "--json", str(json), "--svg", str(svg))
    done = python("-m", "tests.load", "6", *files)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    result = Result.load(json)
    assert [run.kind for run in result.runs] == [*KINDS]
    assert all(run.bytes > run.messages > 0 for run in result.runs)
    assert done.stdout.splitlines() == [result.interpreter, *map(str, result.runs)]
    assert svg.read_text(encoding="utf-8") == draw([result])
    again = python("-m", "tests.load", "--from", str(json))
    assert again.stdout == done.stdout


def test_too_many_connections() -> None:
    done = python("-m", "tests.load", "1", "--connections", "100000000")
    assert done.returncode == 1
    assert "are too few for so many connections" in done.stdout


# --- the clients ----------------------------------------------------------------------------------


def swapped(data: bytes) -> bytes:
    return data[1:] + data[:1] if len(data) > 1 else data


SERVERS = {
    "other bytes": (swapped, "echo: Bad message\n"),
    "too many": (lambda data: data + b"x", "echo: Bad message\n"),
    "the end": (lambda data: b"" if len(data) > 1 else data, "recv: Connection reset by peer\n"),
}


@pytest.mark.parametrize("name", SERVERS)
def test_clients_refuse(name: str) -> None:
    """An echo that is none; a server that ends a connection."""
    answer, complaint = SERVERS[name]
    with compiled(HERE / "client.c") as client, cffisock.create_server(LOCALHOST) as listener:
        listener.settimeout(LONG)
        host, port = listener.getsockname()

        def serve(conn: Any) -> None:
            with conn:
                conn.settimeout(LONG)
                while data := conn.recv(99999):
                    if not answer(data):
                        return
                    conn.sendall(answer(data))

        with subprocess.Popen(
            [client, "4", "60", f"{host}:{port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="ascii",
        ) as process:
            threads = []
            for _ in range(4 if name != "too many" else 1):
                threads.append(threading.Thread(target=quietly, args=(serve, listener.accept()[0])))
                threads[-1].start()
            _, errors = process.communicate(timeout=LONG)
            for thread in threads:
                thread.join()
    assert (process.returncode, errors) == (1, complaint)


def quietly(serve: Any, conn: Any) -> None:
    """Serves until the clients, which refuse, are gone."""
    try:
        serve(conn)
    except ConnectionError:
        return


def test_clients_that_cannot_connect() -> None:
    with compiled(HERE / "client.c") as client, cffisock.socket() as sock:
        sock.bind(LOCALHOST)  # nobody listens
        host, port = sock.getsockname()
        done = subprocess.run(
            [client, "4", "1", f"{host}:{port}"], check=False, capture_output=True, encoding="ascii"
        )
    assert (done.returncode, done.stderr) == (1, "connect: Connection refused\n")


def test_a_server_that_says_something(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As one does that ends by an exception, or reports one of a thread's."""
    program = tmp_path / "broken.py"
    # Before its address: the clients, whom nobody answers, end in no time.
    program.write_text(
        "import sys, time\n"
        "print('broken', file=sys.stderr, flush=True)\n"
        "print('127.0.0.1:1', flush=True)\n"
        "time.sleep(20)\n"
    )
    monkeypatch.setitem(KINDS, "broken", str(program))
    with compiled(HERE / "client.c") as client:
        with pytest.raises(Failure, match="broken: the server said broken"):
            load(client, "broken", 4, 0.1)


# --- what is made of it ---------------------------------------------------------------------------


def run(*memory: float, connections: int = 100, **counts: int) -> Run:
    """A run of ten minutes with these sizes in MiB, at equal times."""
    times = [600.0 * number / (len(memory) - 1) for number in range(len(memory))]
    samples = [
        Sample(second, int(size * MIB), 105, int(second) * 20)
        for second, size in zip(times, memory)
    ]
    misdeeds = {"stalls": 2, "resets": 3, "vanished": 4, "left": 5, **counts}
    return Run("epoll", connections, 600.0, 12000, 10**9, **misdeeds, samples=samples)


def test_memory_that_is_flat() -> None:
    run(10, 90, 100, 101, 100, 101, 100).check()
    with pytest.raises(Failure, match="memory grows"):
        run(10, 90, 100, 101, 110, 120, 130).check()


def test_connections_that_were_not_there() -> None:
    with pytest.raises(Failure, match="only 105 descriptors for 200"):
        run(1, 1, 1, 1, connections=200).check()
    with pytest.raises(Failure, match="too few messages"):
        run(1, 1, 1, 1, resets=0).check()


def test_the_line() -> None:
    assert str(run(10, 90, 100, 101)).split("; ") == [
        "epoll    100 connections, 600 s, 12,000 messages (20 a second, 20 in the slowest), 1.0 GB",
        "2 stalled, 3 reset, 4 vanished, 5 left",
        "memory 100.0 MiB, then 101.0 MiB",
    ]


def test_the_picture() -> None:
    """A line for each run, from left to right, as high as its memory."""
    results = [Result("CPython <3>", [run(50, 100)]), Result("PyPy", [run(200, 200, 200)])]
    tree = ElementTree.fromstring(draw(results))
    lines = [each.get("points", "") for each in tree.iter() if each.get("class") == "run"]
    points = [[tuple(map(float, pair.split(","))) for pair in line.split()] for line in lines]
    assert [len(each) for each in points] == [2, 3]
    bottom = points[0][0][1] + (points[0][0][1] - points[0][1][1])
    assert bottom - points[1][0][1] == pytest.approx(4 * (bottom - points[0][0][1]), abs=0.2)
    assert points[0][0][0] == points[1][0][0] < points[1][1][0] < points[1][2][0]
    texts = {"".join(each.itertext()) for each in tree.iter() if each.tag.endswith("text")}
    assert {"CPython <3>", "PyPy", "epoll, 100 connections"} <= texts
