"""Servers that start processes of their own, by whatever way: they are on cffisock too."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Callable

import pytest

from .servers import ENVIRONMENT, ON_CFFISOCK, PATIENCE, PROGRAMS, children, free_port, serving

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(port: int) -> tuple[str, str] | None:
    """The socket module of the server, and the process that answered; None when nobody does,
    or ends as it answers."""
    try:
        with OPENER.open(f"http://127.0.0.1:{port}/", timeout=PATIENCE) as answer:
            words = answer.read().decode().split()
    except (OSError, HTTPException):
        return None
    # Django's says no length: where the process ends as it answers nothing follows the head.
    return (words[0], words[1]) if len(words) == 2 else None


def new_process(port: int, seen: set[str], meanwhile: Callable[[], object]) -> str:
    """The process that answers and has not done so before; it is on cffisock."""
    end = time.monotonic() + PATIENCE
    again = 0.0
    while time.monotonic() < end:
        answer = ask(port)
        if answer is not None:
            assert answer[0] == "cffisock"
            if answer[1] not in seen:
                return answer[1]
        if time.monotonic() > again:
            # Reloaders look at the files some time after the server answers, and once a second.
            meanwhile()
            again = time.monotonic() + 3
        time.sleep(0.05)
    raise AssertionError(f"nobody answers but {seen}")


@contextmanager
def server(*words: str, program: str, folder: Path) -> Iterator[tuple[int, Path, int]]:
    """Serves a copy of a program, where PORT is a word of the command.

    Gives the port, the copy and the id of the first process.
    """
    copy = Path(shutil.copy(PROGRAMS / program, folder))
    port = free_port()
    command = [*ON_CFFISOCK, *(word.replace("PORT", str(port)) for word in words)]
    with serving(command, f"(127.0.0.1:{port}|Quit the server)", cwd=folder) as (_, process):
        yield port, copy, process.pid
    assert process.returncode in {0, 143, -15}  # what each has for SIGTERM


UVICORN = ["-m", "uvicorn", "asgi_app:app", "--port", "PORT", "--loop", "asyncio"]
FLASK = ["-m", "flask", "--app", "flask_app"]
HYPERCORN = ["-m", "hypercorn", "asgi_app:app", "--bind", "127.0.0.1:PORT"]
WORKERS = {
    "uvicorn": [*UVICORN, "--workers", "2"],
    "hypercorn": [*HYPERCORN, "--workers", "2"],
}
RELOADERS = {
    "uvicorn": ("asgi_app.py", [*UVICORN, "--reload"]),
    "hypercorn": ("asgi_app.py", [*HYPERCORN, "--reload"]),
    "django": ("django_site.py", ["django_site.py", "runserver", "PORT"]),
    "flask": ("flask_app.py", [*FLASK, "run", "--debug", "--port", "PORT"]),
    "flask, a script": ("flask_app.py", ["flask_app.py", "PORT"]),
}


@pytest.mark.parametrize("words", WORKERS.values(), ids=WORKERS)
def test_workers(words: list[str], tmp_path: Path) -> None:
    """They are spawned, and all have cffisock, also those that do not answer."""
    with server(*words, program="asgi_app.py", folder=tmp_path) as (port, _, pid):
        new_process(port, set(), lambda: None)
        # Two workers, and what multiprocessing starts beside them.
        end = time.monotonic() + PATIENCE
        maps: list[str] = []
        while len(maps) < 3 or not all("cffisock/_cffi" in each for each in maps):
            assert time.monotonic() < end
            maps = [Path(f"/proc/{child}/maps").read_text() for child in children(pid)]
            time.sleep(0.05)


@pytest.mark.parametrize(("program", "words"), RELOADERS.values(), ids=RELOADERS)
def test_reloading(program: str, words: list[str], tmp_path: Path) -> None:
    """A program that was changed is served by a new process, twice."""
    with server(*words, program=program, folder=tmp_path) as (port, copy, _):
        seen = {new_process(port, set(), lambda: None)}
        for _ in range(2):
            seen.add(new_process(port, seen, copy.touch))


def test_celery(redis_server: tuple[str, str]) -> None:
    """Its pool is forked by billiard, a multiprocessing of its own."""
    options = {"cwd": PROGRAMS, "env": {**ENVIRONMENT, "REDIS_PORT": redis_server[0]}}
    command = [*ON_CFFISOCK, "-m", "celery", "-A", "celery_app", "worker", "--concurrency", "2"]
    command += ["--loglevel", "info"]
    with serving(command, r"celery@\S+ (ready)", **options) as (_, process):
        for _ in range(3):
            done = subprocess.run(
                [*ON_CFFISOCK, "celery_app.py"], check=True, capture_output=True, **options
            )
            assert re.fullmatch(rb"cffisock \d+ cffisock\n", done.stdout)
    assert process.returncode == 0
