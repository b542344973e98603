"""HTTP: requests, aiohttp and gunicorn on cffisock, and curl and wrk."""

from __future__ import annotations

import hashlib
import re
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from .programs.data import noise
from .servers import (
    ON_CFFISOCK,
    PATIENCE,
    PROGRAMS,
    Certificate,
    children,
    run_program,
    serving,
    serving_program,
    tool,
)


def test_requests(url: str, certificate: Certificate, record_property: Any) -> None:
    done = run_program("requests_client.py", url, certificate[0], record=record_property)
    assert done["operations"] > 950
    assert done["bytes"] > 35_000_000


@pytest.mark.parametrize("kind", ["tcp", "tls", "unix"])
def test_aiohttp(kind: str, certificate: Certificate, folder: Path, record_property: Any) -> None:
    path = folder / "s"
    with serving_program("aiohttp_server.py", path, *certificate) as ports:
        port = ports.split(",")[kind == "tls"]
        done = run_program(
            "aiohttp_client.py", kind, port, path, certificate[0], record=record_property
        )
    assert done["operations"] > 2_000
    assert done["bytes"] > 30_000_000


# --- gunicorn -----------------------------------------------------------------------------------

LISTENING = r"Listening at: http://127\.0\.0\.1:(\d+)"
WORKERS = {
    "sync": ["--workers", "2"],
    "gthread": ["--worker-class", "gthread", "--workers", "2", "--threads", "4"],
}


def gunicorn(*arguments: str) -> list[str]:
    """The command that serves wsgi_app.py."""
    # Newer versions have a socket to be controlled by, at a path of the user's.
    has_control = int(version("gunicorn").partition(".")[0]) >= 25
    options = ["--chdir", str(PROGRAMS), *["--no-control-socket"] * has_control]
    return [*ON_CFFISOCK, "-m", "gunicorn", *options, *arguments, "wsgi_app:app"]


def curl(*arguments: str) -> bytes:
    command = [tool("curl"), "--silent", "--show-error", "--fail", "--max-time", "30", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


@pytest.mark.parametrize("workers", WORKERS)
def test_gunicorn(workers: str, tmp_path: Path, record_property: Any) -> None:
    command = gunicorn("--bind", "127.0.0.1:0", *WORKERS[workers])
    with serving(command, LISTENING) as (port, process):
        url = f"http://127.0.0.1:{port}"
        assert curl(f"{url}/module") == b"cffisock cffisock"
        done = by_curl(url, tmp_path)
        done += by_wrk(url)
        # New workers take the place of the old ones, on the same socket.
        old = children(process.pid)
        process.send_signal(signal.SIGHUP)
        end = time.monotonic() + PATIENCE
        while not children(process.pid) or children(process.pid) & old:
            assert time.monotonic() < end
            time.sleep(0.02)
        by_curl(url, tmp_path)
    assert process.returncode == 0
    record_property("done", f"{done:,} operations")
    assert done > 500


def by_curl(url: str, folder: Path) -> int:
    """A hundred small files, a big one in both directions; how many requests."""
    curl(f"{url}/noise/[1-100]/7", "--output", f"{folder}/#1", "--parallel-max", "4", "--parallel")
    for size in range(1, 101):
        assert (folder / str(size)).read_bytes() == noise(size, "7")
    data = curl(f"{url}/noise/8000000/big")
    assert data == noise(8_000_000, "big")
    (folder / "big").write_bytes(data)
    answer = curl("--data-binary", f"@{folder}/big", f"{url}/")
    assert answer.decode() == hashlib.sha256(data).hexdigest()
    return 102


def by_wrk(url: str) -> int:
    """As many requests as it gets done in two seconds, none of them in vain; how many."""
    command = [tool("wrk"), "-t1", "-c8", "-d2s", f"{url}/noise/1000/1"]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    assert "Non-2xx" not in said, said
    assert "Socket errors" not in said, said
    found = re.search(r"(\d+) requests in", said)
    assert found is not None, said
    return int(found.group(1))


def test_gunicorn_activated_by_systemd() -> None:
    """The listening socket is there before gunicorn is, as descriptor 3."""
    command = [sys.executable, str(PROGRAMS / "activated.py"), *gunicorn()]
    with serving(command, r"(?s)Listens at (\d+).* Listening at") as (port, process):
        url = f"http://127.0.0.1:{port}"
        assert curl(f"{url}/module") == b"cffisock cffisock"
        assert curl(f"{url}/noise/100000/1") == noise(100_000, "1")
    assert process.returncode == 0
