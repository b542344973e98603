"""create_connection with a deadline, or side by side: order, winners, losers, time, errors."""

from __future__ import annotations

import errno
import json
import sys
from asyncio import base_events
from pathlib import Path
from typing import Any

import pytest

import cffisock
from cffisock._happy_eyeballs import interleaved

from .name_server import in_a_namespace
from .support import LOCALHOST, LONG, descriptors, full_listener, has_mode

SIX, FOUR = cffisock.AF_INET6, cffisock.AF_INET


# --- order --------------------------------------------------------------------------------------


@pytest.mark.parametrize("families", ["", "6", "4", "666", "64", "6644", "4466", "66664", "46666"])
@pytest.mark.parametrize("first", [0, 1, 2, 3, 9])
def test_the_order_is_asyncios(families: str, first: int) -> None:
    answers = [(SIX if c == "6" else FOUR, 1, 6, "", number) for number, c in enumerate(families)]
    ours = interleaved(list(answers), first) if answers else []
    if not first or not answers:
        assert ours == answers
    else:
        assert ours == base_events._interleave_addrinfos(list(answers), first)


# --- which one ----------------------------------------------------------------------------------


def answer(address: Any) -> Any:
    return FOUR, cffisock.SOCK_STREAM, 6, "", address


@pytest.fixture
def closed() -> Any:
    """An address where nobody listens."""
    with cffisock.create_server(LOCALHOST) as sock:
        return sock.getsockname()


def names(monkeypatch: pytest.MonkeyPatch, *addresses: Any) -> None:
    """Lets any name have these addresses."""
    monkeypatch.setattr(cffisock, "getaddrinfo", lambda *_: [answer(each) for each in addresses])


@pytest.mark.parametrize("kind", ["None", "20.0", "Deadline(20)"])
@pytest.mark.parametrize("delay", [0, 0.01, LONG])
def test_the_first_that_answers(
    kind: str, delay: float, closed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeout = eval(kind, {"Deadline": cffisock.Deadline})
    with cffisock.create_server(LOCALHOST) as listener:
        names(monkeypatch, closed, closed, listener.getsockname())
        before = len(descriptors())
        with cffisock.create_connection(
            ("anything", 1), timeout, happy_eyeballs_delay=delay
        ) as sock:
            assert len(descriptors()) == before + 1
            assert sock.getpeername() == listener.getsockname()
            given = sock.gettimeout()
            assert type(given) is type(timeout)
            assert has_mode(sock, timeout is None)


def test_a_host_that_is_silent_is_overtaken(monkeypatch: pytest.MonkeyPatch) -> None:
    with full_listener() as silent, cffisock.create_server(LOCALHOST) as listener:
        names(monkeypatch, silent.getsockname(), listener.getsockname())
        before = len(descriptors())
        with cffisock.create_connection(
            ("anything", 1), LONG, LOCALHOST, happy_eyeballs_delay=0.05
        ) as sock:
            assert len(descriptors()) == before + 1  # that to the other is closed
            assert sock.getpeername() == listener.getsockname()


def test_the_default_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    with full_listener() as silent:
        names(monkeypatch, silent.getsockname())
        cffisock.setdefaulttimeout(0.05)
        try:
            with pytest.raises(TimeoutError):
                cffisock.create_connection(("anything", 1), happy_eyeballs_delay=0.01)
        finally:
            cffisock.setdefaulttimeout(None)


@pytest.mark.parametrize("delay", [None, 0, 0.02])
def test_a_deadline_is_for_all_together(
    delay: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with full_listener() as silent:
        names(monkeypatch, *[silent.getsockname()] * 100)
        before = descriptors()
        deadline = cffisock.Deadline(0.3)
        with pytest.raises(TimeoutError, match="timed out"):
            cffisock.create_connection(("anything", 1), deadline, happy_eyeballs_delay=delay)
        assert deadline.left() == 0
        assert descriptors() == before


def test_a_silent_host_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cffisock._convenience.LEAST_SHARE", 0.05)
    with full_listener() as silent, cffisock.create_server(LOCALHOST) as listener:
        names(monkeypatch, silent.getsockname(), listener.getsockname())
        deadline = cffisock.Deadline(1)
        with cffisock.create_connection(("anything", 1), deadline) as sock:
            assert sock.getpeername() == listener.getsockname()
            assert 0 < sock.gettimeout() <= deadline.left() + 0.01


# --- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize("delay", [None, 0, LONG])
def test_the_last_error(delay: float | None, closed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, closed, closed)
    before = descriptors()
    with pytest.raises(ConnectionRefusedError) as caught:
        cffisock.create_connection(("anything", 1), LONG, happy_eyeballs_delay=delay)
    assert caught.value.errno == errno.ECONNREFUSED
    assert descriptors() == before


@pytest.mark.parametrize("timeout", [lambda: 0.1, lambda: cffisock.Deadline(0.3)])
def test_all_errors(timeout: Any, closed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with full_listener() as silent:
        names(monkeypatch, closed, silent.getsockname(), closed)
        with pytest.raises(Exception, match=r"create_connection failed|timed out") as caught:
            cffisock.create_connection(
                ("anything", 1), timeout(), all_errors=True, happy_eyeballs_delay=0.01
            )
    if sys.version_info < (3, 11):  # no exception groups: the last one
        assert isinstance(caught.value, TimeoutError)
    else:
        kinds = [type(error) for error in caught.value.exceptions]  # type: ignore[attr-defined]
        assert sorted(kinds, key=str) == [ConnectionRefusedError] * 2 + [TimeoutError]


@pytest.mark.parametrize("delay", [-1, "1", float("nan")])
def test_bad_delays(delay: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = descriptors()
    with cffisock.create_server(LOCALHOST) as listener:
        names(monkeypatch, listener.getsockname())
        with pytest.raises((TypeError, ValueError)):
            cffisock.create_connection(("anything", 1), happy_eyeballs_delay=delay)
    assert descriptors() == before


def test_no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch)
    with pytest.raises(OSError, match="empty list"):
        cffisock.create_connection(("anything", 1), happy_eyeballs_delay=0.1)


# --- an IPv6 route that drops packets ---------------------------------------------------------

DROPPING = """
import json, socket as own, subprocess, sys
sys.path.insert(0, "")
import cffisock
from tests.name_server import name_server

def ip(*words):
    subprocess.run(["ip", *words], check=True)

ip("link", "add", "here", "type", "veth", "peer", "name", "there")
ip("addr", "add", "fd00::1/64", "dev", "here", "nodad")
for name in ("here", "there"):
    ip("link", "set", name, "up")
# It goes out and nobody takes it.
ip("neigh", "add", "fd00::2", "lladdr", "02:00:00:00:00:02", "dev", "here", "nud", "permanent")

with name_server({"both.example": ["fd00::2", "127.0.0.1"]}):
    with own.create_server(("127.0.0.1", 0)) as listener:
        where = "both.example", listener.getsockname()[1]
        found = [answer[4][0] for answer in cffisock.getaddrinfo(*where, type=1)]
        for options in ({}, {"interleave": 1}):
            with cffisock.create_connection(
                where, cffisock.Deadline(20), happy_eyeballs_delay=0.1, **options
            ) as sock:
                found.append(sock.getpeername()[0])
        try:
            cffisock.create_connection(where, 0.2, happy_eyeballs_delay=0.1, interleave=0,
                                       source_address=("fd00::1", 0)).close()
        except OSError as error:
            found.append(type(error).__name__)
print(json.dumps(found))
"""


@pytest.mark.root
@pytest.mark.netns
@pytest.mark.ipv6
def test_where_ipv6_leads_nowhere(tmp_path: Path) -> None:
    run = in_a_namespace(tmp_path, DROPPING)
    assert (run.returncode, run.stderr) == (0, "")
    *addresses, one, two, failure = json.loads(run.stdout)
    assert sorted(addresses) == ["127.0.0.1", "fd00::2"]
    assert one == two == "127.0.0.1"
    assert failure in ("TimeoutError", "TimedOut", "gaierror")
