"""Look-ups with a timeout: their results, silent name servers, signals, bounds on what is left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cffisock
from cffisock import _socket as low

from .agreement import NAMES, told
from .name_server import in_a_namespace
from .support import LONG, descriptors, python, signals

SAME = [
    "'localhost', 80",
    "'localhost', '80', 0, S.SOCK_STREAM, 0, S.AI_CANONNAME",
    "'127.0.0.1', 80, S.AF_INET",
    "'127.0.0.1', 80, S.AF_INET6",
    "'::1', 80, 0, 0, 0, S.AI_NUMERICHOST",
    "None, 80, 0, 0, 0, S.AI_PASSIVE",
    "None, None",
    "'no-such-host.invalid', 80",
    "'localhost', 65536",
    "'localhost', 'no-such-service'",
    "'localhost', 80, 99",
    "'localhost', 80, 0, 0, 0, 1 << 30",
    "'local\\0host', 80",
    "'localhost', 1.5",
]


@pytest.mark.parametrize("arguments", SAME)
@pytest.mark.parametrize("timeout", ["20.0", "None", "Deadline(20)"])
def test_the_same_as_without_a_timeout(arguments: str, timeout: str, monkeypatch: Any) -> None:
    monkeypatch.setitem(NAMES, "Deadline", cffisock.Deadline)
    for module in (cffisock, low):
        plain = told(module, f"S.getaddrinfo({arguments})")
        assert told(module, f"S.getaddrinfo({arguments}, timeout={timeout})") == plain


@pytest.mark.parametrize(
    ("timeout", "error"), [(-1, ValueError), ("1", TypeError), (float("nan"), ValueError)]
)
def test_bad_timeouts(timeout: Any, error: type[Exception]) -> None:
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(error):
            cffisock.getaddrinfo(host, 80, timeout=timeout)


def test_time_that_is_up_counts_for_names_only() -> None:
    for timeout in (0, cffisock.Deadline(0)):
        assert cffisock.getaddrinfo("127.0.0.1", 80, timeout=timeout)


def test_nothing_is_left_open() -> None:
    cffisock.getaddrinfo("localhost", 80, timeout=LONG)
    before = descriptors()
    for _ in range(50):
        cffisock.getaddrinfo("localhost", 80, timeout=LONG)
    assert descriptors() == before


def test_signals_meanwhile() -> None:
    seen: list[bool] = []
    with signals(lambda: seen.append(True), every=0.0001):
        while len(seen) < 20:
            assert cffisock.getaddrinfo("localhost", 80, timeout=LONG)


# --- where the name server is silent ----------------------------------------------------------

SILENT = """
import json, os, signal, sys, threading, time, warnings
sys.path.insert(0, "")
import cffisock
from tests.name_server import name_server

found = {}

def tried(name, call):
    start = time.monotonic()
    try:
        result = call()
    except BaseException as error:
        result = type(error).__name__, str(error)
    found[name] = result, time.monotonic() - start

def threads():
    return len(os.listdir("/proc/self/task"))

def connect(timeout):
    with cffisock.socket() as sock:
        sock.settimeout(timeout)
        sock.connect(("silent.example", 1))

def interrupted():
    # Again and again: one that comes just before the wait begins does not end it.
    came = threading.Event()
    def handle(*_):
        if not came.is_set():
            came.set()
            raise KeyboardInterrupt
    def send():
        while not came.wait(0.2):
            os.kill(os.getpid(), signal.SIGINT)
    signal.signal(signal.SIGINT, handle)
    sender = threading.Thread(target=send)
    sender.start()
    try:
        cffisock.getaddrinfo("silent.example", 1, timeout=None)
    finally:
        sender.join()

def many():
    def one():
        try:
            cffisock.getaddrinfo("silent.example", 1, timeout=0.3)
        except TimeoutError:
            pass
    started = [threading.Thread(target=one) for _ in range(100)]
    for thread in started:
        thread.start()
    most = threads() - sum(thread.is_alive() for thread in started)
    for thread in started:
        thread.join()
    return most

def in_a_child():
    # Of a file: with threads in name servers at a fork, glibc's next ones sometimes miss answers.
    warnings.simplefilter("ignore", DeprecationWarning)  # that there are threads
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        try:
            os._exit(len(cffisock.getaddrinfo("localhost", 1, 2, 1, timeout=20)))
        finally:
            os._exit(100)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

with name_server({"there.example": ["192.0.2.1"]}):
    tried("found", lambda: cffisock.getaddrinfo("there.example", 1, type=1, timeout=20)[0][4])
    tried("silent", lambda: cffisock.getaddrinfo("silent.example", 1, timeout=0.3))
    tried("now", lambda: cffisock.getaddrinfo("silent.example", 1, timeout=0))
    soon = cffisock.Deadline
    tried("deadline", lambda: cffisock.getaddrinfo("silent.example", 1, timeout=soon(0.3)))
    tried("interrupted", interrupted)
    tried("connect", lambda: connect(cffisock.Deadline(0.3)))
    tried("create_connection",
          lambda: cffisock.create_connection(("silent.example", 1), cffisock.Deadline(0.3)))
    tried("beside", lambda: cffisock.getaddrinfo("there.example", 1, type=1, timeout=20)[0][4])
    open_before = len(os.listdir("/proc/self/fd"))
    tried("many", many)
    found["left open"] = len(os.listdir("/proc/self/fd")) - open_before
    if sys.implementation.name == "cpython":  # PyPy's child may not live beside threads
        tried("child", in_a_child)
print(json.dumps(found))
sys.stdout.flush()
# At once, though look-ups are under way.
"""


@pytest.mark.root
@pytest.mark.netns
def test_a_silent_name_server(tmp_path: Path) -> None:
    run = in_a_namespace(tmp_path, SILENT)
    assert (run.returncode, run.stderr) == (0, "")
    found = json.loads(run.stdout)
    assert found.pop("left open") <= 2 * 16  # two for each worker
    assert {name: each for name, each in found.items() if each[1] >= LONG} == {}
    for name in ("silent", "deadline", "connect", "create_connection"):
        (kind, text), seconds = found[name]
        assert (name, kind, text) == (name, found["now"][0][0], "timed out")
        assert seconds >= 0.299
    assert found["now"][0][0] in ("TimeoutError", "TimedOut")
    assert found["interrupted"][0][0] == "KeyboardInterrupt"
    assert found["found"][0] == found["beside"][0] == ["192.0.2.1", 1]
    assert found["many"][0] <= 1 + 1 + 16  # this thread, the server's, the workers
    assert found.get("child", [1])[0] == 1


def test_after_a_fork() -> None:
    assert cffisock.getaddrinfo("localhost", 1, 2, 1, timeout=LONG)
    code = """
import os, signal, cffisock
def found():
    return len(cffisock.getaddrinfo("localhost", 1, 2, 1, timeout=20))
found()
child = os.fork()
signal.alarm(40)
if child == 0:
    os._exit(found())
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), found())
"""
    run = python("-W", "ignore", "-c", code)
    assert (run.stdout, run.stderr) == ("1 1\n", "")
