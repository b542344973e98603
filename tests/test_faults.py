"""System calls that fail at the worst moment, by the library of tests/faults: what broke once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import cffisock

from .faults.library import build
from .faults.mutants.__main__ import mutants
from .support import python

BEGIN = """
import errno, signal, sys, threading
import cffisock
from tests.faults.library import Faults, Rule
from tests.support import full_listener, later
faults = Faults(sys.argv[1])
signal.alarm(20)
"""
# A connection that nobody accepts, interrupted as it waits and as it looks whether it may go on.
CONNECT = """
rules = [Rule("poll", "fail", errno.EINTR, times=2)]
with full_listener() as silent, cffisock.socket() as sock:
    sock.settimeout(0.2)
    with faults.injected(rules, grouped=False) as made:
        try:
            sock.connect(silent.getsockname())
        except TimeoutError:
            print("timed out", made)
"""
# One that blocks, until a handler takes the time away, and that is interrupted as it looks again.
CONNECT_NO_MORE = """
rules = [Rule("poll", "fail", errno.EINTR, skip=1)]
with full_listener() as silent, cffisock.socket() as sock:
    signal.signal(signal.SIGUSR1, lambda *_: sock.settimeout(0))
    with faults.injected(rules, grouped=False):
        with later(0.2, signal.pthread_kill, threading.get_ident(), signal.SIGUSR1):
            try:
                sock.connect(silent.getsockname())
            except TimeoutError:
                print("timed out")
            else:
                print("connected")
"""
# A look-up that is interrupted as it looks whether there is an answer.
LOOK_UP = """
rules = [Rule("poll", "fail", errno.EINTR, times=times) for times in (1, 50)]
for rule in rules:
    with faults.injected([rule], grouped=False) as made:
        found = cffisock.getaddrinfo("localhost", 80, timeout=20)
    print(bool(found), made[0].hits[0] > 0)
"""
# With somebody else's hands on O_NONBLOCK, an accept() that does not know whether it would block.
ACCEPT = """
rules = [Rule("poll", "fail", errno.EINTR)]
with cffisock.create_server(("127.0.0.1", 0)) as listener:
    for timeout in (0.2, 0):
        listener.settimeout(timeout)
        shared = cffisock.socket(fileno=cffisock.dup(listener.fileno()))
        with shared:
            shared.setblocking(True)
        with faults.injected(rules, grouped=False) as made:
            try:
                listener.accept()
            except TimeoutError:
                print("timed out")
            except BlockingIOError:
                print("would block")
"""
# A call that is interrupted again and again has one limit for all of it.
STORM = """
one, two = cffisock.socketpair()
with one, two:
    one.settimeout(0.1)
    for call, use in (("send", lambda: one.send(b"x")), ("recv", lambda: one.recv(1))):
        with faults.injected([Rule(call, "fail", errno.EINTR, times=-1)], grouped=False):
            try:
                use()
            except TimeoutError:
                print(call, "timed out")
"""
# A new socket whose timeout the kernel refuses, while the exception keeps all that there is.
NEW = """
from tests.support import descriptors
class Own(cffisock.socket):
    pass
limit = cffisock.Deadline(20)
with cffisock.create_server(("127.0.0.1", 0)) as server, Own(fileno=server.dup().detach()) as own:
    host, port = server.getsockname()
    own.settimeout(20)
    server.settimeout(20)
    waiting = [cffisock.create_connection((host, port)) for _ in range(8)]
    calls = (
        server.dup,
        own.dup,
        own.accept,
        lambda: cffisock.create_connection((host, port), limit),
        lambda: cffisock.create_connection((host, port), 20, happy_eyeballs_delay=1),
    )
    for call in calls:
        hits, skip = 1, 0
        while hits:
            before = descriptors()
            rule = Rule("nonblock", "fail", errno.EPERM, skip=skip)
            try:
                with faults.injected([rule], grouped=False) as made:
                    new = call()
            except PermissionError as error:
                assert descriptors() == before, (call, skip)
                print("refused")
            else:
                (new[0] if isinstance(new, tuple) else new).close()
            hits, skip = made[0].hits[0], skip + 1
    for sock in waiting:
        sock.close()
"""
# Not all that is a BlockingIOError asks to try again later.
FILES = """
one, two = cffisock.socketpair()
with one, two, one.makefile("rwb", 0) as file:
    for call, use in (("send", lambda: file.write(b"x")), ("recv", lambda: file.read(1))):
        for name in ("EAGAIN", "EALREADY", "EINPROGRESS"):
            rule = Rule(call, "fail", getattr(errno, name))
            one.settimeout(0)
            with faults.injected([rule], grouped=False):
                try:
                    print(name, use())
                except BlockingIOError as error:
                    print(name, errno.errorcode[error.errno])
"""


PACKAGE = Path(cffisock.__file__).parent


@pytest.fixture(scope="module")
def library() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        yield build(folder)


def said(library: str, code: str) -> list[str]:
    run = python("-c", BEGIN + code, library, env={"LD_PRELOAD": library})
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def test_an_interrupted_connect_is_not_taken_for_connected(library: str) -> None:
    (line,) = said(library, CONNECT)
    assert line.startswith("timed out")


def test_a_connect_without_time_any_more_is_not_taken_for_connected(library: str) -> None:
    assert said(library, CONNECT_NO_MORE) == ["timed out"]


def test_an_interrupted_look_up_waits_for_its_answer(library: str) -> None:
    assert said(library, LOOK_UP) == ["True True"] * 2


def test_an_interrupted_accept_does_not_block(library: str) -> None:
    assert said(library, ACCEPT) == ["timed out", "would block"]


def test_interruptions_do_not_make_the_time_longer(library: str) -> None:
    assert said(library, STORM) == ["send timed out", "recv timed out"]


def test_a_new_socket_that_cannot_be_prepared_is_closed(library: str) -> None:
    refused = said(library, NEW)
    assert len(refused) >= 7
    assert set(refused) == {"refused"}


def test_the_mutants_fit_the_sources() -> None:
    found = mutants()
    assert len(found) >= 10
    sources = {each.file: (PACKAGE / each.file).read_text(encoding="utf-8") for each in found}
    assert [each.name for each in found if sources[each.file].count(each.old) != 1] == []


def test_files_hand_on_what_is_no_reason_to_wait(library: str) -> None:
    same = ["EALREADY EALREADY", "EINPROGRESS EINPROGRESS"]
    assert said(library, FILES) == ["EAGAIN None", *same] * 2
