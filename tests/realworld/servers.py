"""Starts servers of this machine on loopback, and programs on cffisock, and ends them."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, NamedTuple

import pytest

from ..support import ROOT

PROGRAMS = Path(__file__).with_name("programs")
# Seconds until a server has to listen, and to have ended.
PATIENCE = 40
ON_CFFISOCK = [sys.executable, "-m", "cffisock", "run"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "NO_PROXY": "*"}


def tool(name: str, *folders: Path) -> str:
    """The path of a command, which tests/realworld/install.sh installs."""
    path = os.pathsep.join([*map(str, folders), os.environ["PATH"]])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.fail(f"there is no command {name}: run tests/realworld/install.sh as root")
    return found


# --- programs on cffisock -------------------------------------------------------------------------


def run_program(name: str, *arguments: object, record: Callable[[str, object], None]) -> Any:
    """Runs a client of `PROGRAMS` on cffisock to its end; what it says it did."""
    done = subprocess.run(
        [*ON_CFFISOCK, str(PROGRAMS / name), *map(str, arguments)],
        check=False,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=200,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    record("done", f"{result['operations']:,} operations, {result['bytes']:,} bytes")
    return result


@contextmanager
def serving(
    command: list[str], pattern: str, *, signum: int = signal.SIGTERM, **options: Any
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Runs a server until it is no longer needed.

    Gives what the pattern's group finds in the server's output, once it is there, and the process.
    """
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=log,
            stderr=subprocess.STDOUT,
            **{"env": ENVIRONMENT, **options},
        )
        with process:
            try:
                yield _wait_for(pattern, process, log.fileno()), process
                process.send_signal(signum)
                process.wait(PATIENCE)
            except BaseException:
                process.kill()
                sys.stderr.write(_said(log.fileno()))
                raise


def _said(log: int) -> str:
    return os.pread(log, 1_000_000, 0).decode(errors="replace")


def _wait_for(pattern: str, process: subprocess.Popen[bytes], log: int) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = re.search(pattern, _said(log))
        if found is not None:
            return found.group(1)
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError(f"{process.args!r} does not say {pattern!r}: {_said(log)}")


@contextmanager
def serving_program(name: str, *arguments: object) -> Iterator[str]:
    """Runs a server of `PROGRAMS` on cffisock; what it says after the word ``ready``."""
    command = [*ON_CFFISOCK, str(PROGRAMS / name), *map(str, arguments)]
    with serving(command, r"ready (\S+)", signum=signal.SIGINT) as (said, process):
        yield said
    assert process.returncode == 0


def children(pid: int) -> set[str]:
    """The ids of the processes that this one started."""
    return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def free_port() -> int:
    """A port that was free a moment ago, for servers that cannot tell which one they got."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


# --- servers --------------------------------------------------------------------------------------


@contextmanager
def redis() -> Iterator[tuple[str, str]]:
    """A Redis server in memory: its port, and its path."""
    with tempfile.TemporaryDirectory(prefix="cs-", dir="/tmp") as folder:
        port, path = str(free_port()), f"{folder}/redis"
        command = [tool("redis-server"), "--port", port, "--bind", "127.0.0.1", "--save", ""]
        command += ["--unixsocket", path, "--appendonly", "no", "--dir", folder]
        with serving(command, "(Ready to accept|ready to accept) connections"):
            yield port, path


@contextmanager
def postgresql() -> Iterator[tuple[str, str]]:
    """A PostgreSQL server with a data directory of its own: its port, and its path.

    Its superuser is ``tester``, without a password.  It refuses to be run by root.
    """
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    with tempfile.TemporaryDirectory(prefix="cs-", dir="/tmp") as folder:
        as_user: Mapping[str, Any] = {"cwd": folder}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
            as_user = {"cwd": folder, "user": "postgres", "group": "postgres", "extra_groups": []}
        data = f"{folder}/data"
        create = [tool("initdb", *bins), "-D", data, "-U", "tester", "-A", "trust", "-N"]
        subprocess.run(
            [*create, "--locale=C.UTF-8"],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **as_user,
        )
        port = str(free_port())
        command = [tool("postgres", *bins), "-D", data, "-p", port, "-k", folder]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        pattern = "(ready to accept) connections"
        with serving(command, pattern, signum=signal.SIGINT, **as_user):
            yield port, f"{folder}/.s.PGSQL.{port}"


class Certificate(NamedTuple):
    """The files of a certificate and of its key."""

    certificate: Path
    key: Path


def make_certificate(folder: Path) -> Certificate:
    """Of localhost and 127.0.0.1, signed by itself."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    command = [tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt"]
    command += ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command += ["-keyout", str(made.key), "-out", str(made.certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return made


@contextmanager
def http_server(scheme: str, certificate: Certificate) -> Iterator[str]:
    """http.server on cffisock: its URL."""
    files = certificate if scheme == "https" else ()
    with serving_program("http_server.py", *files) as port:
        yield f"{scheme}://localhost:{port}"
