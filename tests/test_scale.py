"""tests.benchmarks.scale: that it counts and adds up rightly, whatever the times are."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import cffisock

from .benchmarks.processes import HERE, compiled
from .benchmarks.scale import Result, fitting, table
from .support import LOCALHOST, LONG, python


def test_a_quick_run(tmp_path: Path) -> None:
    """Both modules echo, and all that the client sent; the table is made of the same runs."""
    file = tmp_path / "scale.json"
    done = python("-m", "tests.benchmarks.scale", "--quick", "--json", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(file.read_text(encoding="utf-8"))
    results = [Result(**result) for result in report["results"]]
    assert [(run.module, run.connections) for run in results] == [("socket", 50), ("cffisock", 50)]
    for run in results:
        assert run.messages > 50
        assert run.echoed_bytes == 64 * run.messages
        assert run.seconds > 0
        assert run.user + run.system > 0
        assert run.client > 0
    heading, limit, *rows, client = done.stdout.splitlines()
    assert heading == f"{report['interpreter']}, rounds: 1, of 0.2 s"
    assert limit.startswith(f"at most {report['descriptors']} descriptors")
    assert rows == table(results)
    assert client.startswith("the client used ")


def test_the_table() -> None:
    """The medians of the rounds, and what the ratios are."""
    own = [Result("socket", 100, 1000, 64000, 1.0, 0.004, 0.006 * n, 0, 70000) for n in (1, 9, 2)]
    ours = [Result("cffisock", 100, 2000, 128000, 1.0, 0.02, 0.02 * n, 0, 0) for n in (7, 0, 1)]
    (row,) = table([*own, *ours])[2:]
    assert row.split() == [
        "100", "1,000", "2,000", "2.00", "16.00", "20.00", "1.25", "700.00", "0.00", "0.00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "limit", "numbers"),
    [
        ([100, 8000], 20000, [100, 8000]),
        ([1000, 100], 20000, [100, 1000]),
        ([100, 1000, 8000], 1024, [100, 992]),
        ([2000, 8000], 1024, [992]),
    ],
)
def test_more_connections_than_descriptors(
    wanted: list[int], limit: int, numbers: list[int]
) -> None:
    assert fitting(wanted, limit) == numbers


@pytest.mark.parametrize(
    ("echo", "complaint"),
    [(b"\0" * 64, "echo: "), (b"", "recv: ")],
    ids=["other bytes", "the end"],
)
def test_the_client_refuses_what_it_did_not_send(echo: bytes, complaint: str) -> None:
    with compiled(HERE / "scale_client.c") as client, cffisock.create_server(LOCALHOST) as listener:
        listener.settimeout(LONG)
        host, port = listener.getsockname()
        command = [client, "1", "0", f"{host}:{port}"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="ascii") as process:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(LONG)
                assert len(connection.recv(64, cffisock.MSG_WAITALL)) == 64
                connection.sendall(echo)
            _, errors = process.communicate(timeout=LONG)
    assert process.returncode == 1
    assert errors.startswith(complaint)
