"""Fixtures; descriptors that a test leaves open; the tests that cannot run here."""

from __future__ import annotations

import gc
import os
import re
import shutil
import socket as own
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Callable

import pytest

import cffisock

from .support import LONG, close_found, descriptors, is_gnu, tcp_pair, udp_pair


def lacking() -> dict[str, str]:
    """What cannot run on Windows or Wine: files and parts of the names of tests, and why."""
    found, why = {}, ""
    if sys.platform == "win32":
        text = Path(__file__).with_name("wine").joinpath("lacking.txt").read_text(encoding="utf-8")
        for line in filter(None, text.splitlines()):
            if line.startswith("["):
                why = line.strip("[]")
            elif not line.startswith("#"):
                found[line] = why
    return found


# What is preloaded stands before GNU's C library, some of whose names others do not have.
collect_ignore = [] if is_gnu() else ["test_faults.py"]
if sys.platform != "win32":
    collect_ignore.append("wine/test_windows.py")
LACKING = lacking()
FILES_LACKING = {name: why for name, why in LACKING.items() if name.endswith((".py", "/"))}
collect_ignore += FILES_LACKING

# --- what cannot run here -----------------------------------------------------------------------


def why_not_root() -> str | None:
    if sys.platform == "win32":
        return "on Windows there is none"
    return None if os.geteuid() == 0 else "not root"


def why_no_netns() -> str | None:
    """Tries what those tests do: a network namespace, in which `ip` sets the loopback up."""
    for tool in ("unshare", "ip"):
        if shutil.which(tool) is None:
            return f"there is no command {tool}"
    command = ["unshare", "--net", "ip", "link", "set", "lo", "up"]
    run = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    return None if run.returncode == 0 else f"no network namespace: {run.stderr.strip()}"


def why_no_ipv6() -> str | None:
    """A kernel without IPv6 opens no socket; one where it is turned off opens them, to no avail."""
    try:
        with own.socket(own.AF_INET6, own.SOCK_DGRAM) as sock:
            sock.bind(("::1", 0))
    except OSError as error:
        return f"no IPv6: {error.strerror}"
    return None


def why_no_netbase() -> str | None:
    try:
        own.getservbyname("http", "tcp")
        own.getprotobyname("tcp")
    except OSError:
        return "no names of services and protocols, which Debian has in the package netbase"
    return None


def why_not_native() -> str | None:
    """qemu-user hides itself from /proc/self, and not from here."""
    if sys.platform == "win32":
        return None
    program = Path(os.readlink("/proc/thread-self/exe")).name
    return f"{program} stands between them and the kernel" if program.startswith("qemu-") else None


def why_not_vm() -> str | None:
    if os.environ.get("CFFISOCK_VM") == "1":
        return None
    try:
        own.socket(29, own.SOCK_RAW, 1).close()  # AF_CAN, CAN_RAW
    except OSError:
        return "this kernel has no CAN: pytest -m vm, in the test VM"
    return None


# A marker, why its tests cannot run here (None: they can), whether CI has to run them here.
MARKERS: list[tuple[str, Callable[[], str | None], bool]] = [
    ("vm", why_not_vm, False),
    ("root", why_not_root, True),
    ("netns", why_no_netns, True),
    ("ipv6", why_no_ipv6, True),
    ("netbase", why_no_netbase, True),
    ("native", why_not_native, False),
]
LEFT_OUT = pytest.StashKey["Counter[str]"]()
MISSED = pytest.StashKey["list[str]"]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Takes out the tests that cannot run here, after -m and -k chose theirs."""
    left_out = config.stash.setdefault(LEFT_OUT, Counter())
    missed = config.stash.setdefault(MISSED, [])
    for part, why in LACKING.items():
        if part in FILES_LACKING:
            continue
        named = [item for item in items if part in item.nodeid]
        config.hook.pytest_deselected(items=named)
        items[:] = [item for item in items if item not in named]
        left_out[why] += len(named)
    # `-m vm` asks for those tests and no others: none of them may be missing then.
    vm_stage = re.search(r"(?<!not )\bvm\b", config.option.markexpr) is not None
    for marker, why_not, in_ci in MARKERS:
        marked = [item for item in items if item.get_closest_marker(marker) is not None]
        reason = why_not() if marked else None
        if reason is None:
            continue
        config.hook.pytest_deselected(items=marked)
        items[:] = [item for item in items if item not in marked]
        left_out[f"{marker}: {reason}"] = len(marked)
        wanted = in_ci and os.environ.get("CI") == "true" and sys.platform != "win32"
        if wanted or (marker == "vm" and vm_stage):
            missed.append(marker)


def skipped(config: pytest.Config) -> Counter[str]:
    """How many tests skipped themselves, by their reasons."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return Counter(f"skipped: {report.longrepr[2]}" for report in reports)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails the run where tests are missing that had to run."""
    missed = session.config.stash.get(MISSED, [])
    if os.environ.get("CI") == "true" and skipped(session.config):
        missed.append("skipped")
    if missed and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The run's last lines: what it left out, and why."""
    left_out = config.stash.get(LEFT_OUT, Counter()) + skipped(config)
    for reason, count in sorted(left_out.items()):
        terminalreporter.line(f"left out: {count} tests, {reason}")
    for reason, count in sorted(Counter(FILES_LACKING.values()).items()):
        terminalreporter.line(f"left out: {count} files, {reason}")
    missed = config.stash.get(MISSED, [])
    if missed:
        terminalreporter.line(f"FAILED: these may not be left out: {', '.join(missed)}", red=True)


# --- descriptors ----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_descriptor_left_open() -> Iterator[None]:
    """Fails a test that leaves a descriptor open, and closes it."""
    before = descriptors()
    yield
    after = descriptors()
    for _ in range(4):
        if after == before:
            return
        gc.collect()  # PyPy needs several for objects with __del__ that refer to others
        after = descriptors()
    left = {fd: target for fd, target in after.items() if before.get(fd) != target}
    for fd in left:
        close_found(fd)
    gone = {fd: target for fd, target in before.items() if fd not in after}
    assert (left, gone) == ({}, {}), "descriptors left open, and closed that were not the test's"


# --- sockets --------------------------------------------------------------------------------------


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes at the end what a test enters here."""
    with ExitStack() as exits:
        yield exits


@pytest.fixture
def tcp() -> Iterator[tuple[Any, Any]]:
    """Two sockets connected over TCP and IPv4."""
    client, server = tcp_pair()
    with client, server:
        yield client, server


@pytest.fixture
def udp() -> Iterator[tuple[Any, Any]]:
    """Two datagram sockets connected to each other over IPv4."""
    one, two = udp_pair()
    with one, two:
        yield one, two


@pytest.fixture
def pair() -> Iterator[tuple[Any, Any]]:
    """Two stream sockets connected to each other: of AF_UNIX, where there is that."""
    one, two = cffisock.socketpair()
    with one, two:
        yield one, two


@pytest.fixture
def usable() -> Iterator[tuple[Any, Any]]:
    """A pair whose data still gets from one to the other afterwards, and nothing else does."""
    one, two = cffisock.socketpair()
    with one, two:
        one.settimeout(LONG)
        yield one, two
        two.settimeout(0)
        with pytest.raises(BlockingIOError):
            two.recv(1)
        for sender, receiver in ((one, two), (two, one)):
            sender.sendall(b"fine")
            assert receiver.recv(9) == b"fine"


@pytest.fixture
def pipes() -> Iterator[list[int]]:
    """Some descriptors to send."""
    fds = [fd for _ in range(3) for fd in os.pipe()]
    yield fds
    for fd in fds:
        os.close(fd)


@pytest.fixture
def records() -> Iterator[tuple[Any, Any]]:
    """Two datagram sockets of AF_UNIX connected to each other."""
    one, two = cffisock.socketpair(cffisock.AF_UNIX, cffisock.SOCK_DGRAM)
    with one, two:
        one.settimeout(LONG)
        two.settimeout(LONG)
        yield one, two


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory whose name is short enough for AF_UNIX."""
    short = None if sys.platform == "win32" else "/tmp"
    with tempfile.TemporaryDirectory(prefix="cs-", dir=short) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def certificates() -> Iterator[Path]:
    """A folder with keys and certificates, signed with them: of two hosts and a person."""
    from .tls_peer import make_certificate

    subjects = {"server": "localhost", "other": "localhost", "client": "somebody"}
    with tempfile.TemporaryDirectory(prefix="cs-tls-") as name:
        for file, subject in subjects.items():
            make_certificate(Path(name, f"{file}.pem"), subject)
        yield Path(name)


@pytest.fixture
def unix_path(folder: Path) -> str:
    """A path for an AF_UNIX socket, where nothing is yet."""
    return str(folder / "s")


@pytest.fixture
def default_timeout() -> Iterator[Callable[[Any], None]]:
    """Sets the default timeout, for the test alone."""
    before = cffisock.getdefaulttimeout()
    yield cffisock.setdefaulttimeout
    cffisock.setdefaulttimeout(before)
