"""A pair of sockets of the interpreter's own module and one of cffisock's, which go the same way.

Hypothesis makes up the way: what is sent and received, by sockets, duplicates, files, and sockets
that are themselves sent.  After each step both have seen the same and have as much left to read.
Sockets of AF_UNIX alone: what is sent over them is there at once.  What tests/fuzz has beside that,
arguments that are bad or that act, is not repeated here; but here a failure is shortened to what
matters.
"""

from __future__ import annotations

import array
import fcntl
import io
import os
import termios
from itertools import chain
from typing import Any, Callable, NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

import cffisock

from .differential import Outcome, failure
from .support import fds_in, own, rights

# Sizes of which no stream is full: by how much it then is depends on the machine's memory.
DATA = st.sampled_from([b"x", b"data", b"line\nand", b"y" * 300, b"z" * 1000])
SIZES = st.sampled_from([1, 3, 100, 5000])
FLAGS = st.sampled_from([0, 0, 0, cffisock.MSG_PEEK, cffisock.MSG_DONTWAIT])
TIMEOUTS = st.sampled_from([0.0, 0.0, 0.001])
KINDS = st.sampled_from(["SOCK_STREAM", "SOCK_STREAM", "SOCK_DGRAM", "SOCK_SEQPACKET"])
MODES = st.sampled_from(["rwb", "rwb", "rb"])
SIDES = st.sampled_from(["SHUT_RD", "SHUT_WR", "SHUT_RDWR"])


class Both(NamedTuple):
    """The same thing of either module: a socket, or a file."""

    theirs: Any
    ours: Any


def outcome_of(call: Callable[[], Any]) -> Any:
    """The value, or the exception's type and errno."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001  (whatever it is, it is compared)
        return failure(error)._replace(text=None)


def seen(value: Any) -> Any:
    """A value for comparing: a socket is what it is by its attributes, a file by its type."""
    if isinstance(value, (own.socket, cffisock.socket)):
        return int(value.family), int(value.type), value.proto, value.gettimeout()
    if isinstance(value, (tuple, list)) and not isinstance(value, Outcome):
        return [seen(item) for item in value]
    return type(value).__name__ if isinstance(value, io.IOBase) else value


def unread(sock: Any) -> Any:
    """How many bytes wait for a socket, which are not taken by asking."""
    if sock.fileno() < 0:
        return None
    count = array.array("i", [0])
    fcntl.ioctl(sock.fileno(), termios.FIONREAD, count)
    return count[0]


def on_descriptor(sock: Any, fd: int) -> Any:
    """Another socket of the same module, which does not block."""
    new = type(sock)(fileno=fd)
    new.setblocking(False)
    return new


def descriptors_in(sock: Any, size: int) -> tuple[bytes, list[int], int]:
    """A message's data, the descriptors that came with it, and its flags."""
    data, items, flags, _ = sock.recvmsg(size, 4096)
    return data, fds_in(items), flags


def into(sock: Any, size: int, flags: int) -> tuple[int, bytes]:
    room = bytearray(b"_" * size)
    return sock.recv_into(room, 0, flags), bytes(room)


SENDING = st.sampled_from(
    [
        lambda sock, data: sock.send(data),
        lambda sock, data: sock.sendall(data),
        lambda sock, data: sock.sendmsg([data, bytearray(data)]),
    ]
)
# By recvmsg() without room for descriptors, which the kernel closes then.
RECEIVING = st.sampled_from(
    [
        lambda sock, size, flags: sock.recv(size, flags),
        lambda sock, size, flags: sock.recvfrom(size, flags),
        lambda sock, size, flags: sock.recvmsg(size, 0, flags),
        into,
    ]
)


class Pair(RuleBasedStateMachine):
    ends = Bundle("ends")
    files = Bundle("files")

    def __init__(self) -> None:
        super().__init__()
        self.sockets: list[Both] = []
        self.opened: list[Both] = []

    def same(self, call: Callable[..., Any], *things: Both) -> Both:
        """What comes of a call with theirs, and with ours; which is the same."""
        theirs = outcome_of(lambda: call(*(thing.theirs for thing in things)))
        ours = outcome_of(lambda: call(*(thing.ours for thing in things)))
        assert seen(ours) == seen(theirs)
        return Both(theirs, ours)

    def kept(self, *made: Both) -> MultipleResults[Both]:
        """Sockets for later steps."""
        new = [both for both in made if isinstance(both.ours, cffisock.socket)]
        self.sockets += new
        return multiple(*new)

    @initialize(target=ends, kind=KINDS, timeout=TIMEOUTS)
    def begin(self, kind: str, timeout: float) -> Any:
        return self.make(kind, timeout)

    @rule(target=ends, kind=KINDS, timeout=TIMEOUTS)
    def make(self, kind: str, timeout: float) -> Any:
        pairs = [S.socketpair(S.AF_UNIX, getattr(S, kind)) for S in (own, cffisock)]
        for sock in (*pairs[0], *pairs[1]):
            sock.settimeout(timeout)
        return self.kept(*map(Both, *pairs))

    # --- data ---

    @rule(end=ends, send=SENDING, data=DATA)
    def send(self, end: Both, send: Any, data: bytes) -> None:
        self.same(lambda sock: send(sock, data), end)

    @rule(end=ends, receive=RECEIVING, size=SIZES, flags=FLAGS)
    def receive(self, end: Both, receive: Any, size: int, flags: int) -> None:
        self.same(lambda sock: receive(sock, size, flags), end)

    # --- sockets that are sent ---

    @rule(end=ends, sent=ends, data=DATA)
    def send_socket(self, end: Both, sent: Both, data: bytes) -> None:
        self.same(lambda sock, other: sock.sendmsg([data], [rights(other.fileno())]), end, sent)

    @rule(target=ends, end=ends, size=SIZES)
    def receive_sockets(self, end: Both, size: int) -> Any:
        def receive(sock: Any) -> tuple[bytes, int, list[Any]]:
            data, fds, flags = descriptors_in(sock, size)
            return data, flags, [on_descriptor(sock, fd) for fd in fds]

        got = self.same(receive, end)
        return self.kept(*map(Both, got.theirs[2], got.ours[2])) if got.ours[0] else multiple()

    # --- files ---

    @rule(target=files, end=ends, mode=MODES, buffering=st.sampled_from([-1, 0, 16]))
    def makefile(self, end: Both, mode: str, buffering: int) -> Any:
        made = self.same(lambda sock: sock.makefile(mode, buffering), end)
        if isinstance(made.ours, Outcome):
            return multiple()
        self.opened.append(made)
        return made

    @rule(file=files, size=SIZES)
    def read(self, file: Both, size: int) -> None:
        self.same(lambda each: each.read(size), file)

    @rule(file=files)
    def readline(self, file: Both) -> None:
        self.same(lambda each: each.readline(), file)

    @rule(file=files, data=DATA)
    def write(self, file: Both, data: bytes) -> None:
        self.same(lambda each: each.write(data), file)

    @rule(file=files)
    def flush(self, file: Both) -> None:
        self.same(lambda each: each.flush(), file)

    @rule(file=consumes(files))
    def close_file(self, file: Both) -> None:
        self.same(lambda each: each.close(), file)

    # --- a socket's life ---

    @rule(end=ends, timeout=TIMEOUTS)
    def settimeout(self, end: Both, timeout: float) -> None:
        self.same(lambda sock: sock.settimeout(timeout), end)

    @rule(end=ends, side=SIDES)
    def shutdown(self, end: Both, side: str) -> None:
        self.same(lambda sock: sock.shutdown(getattr(own, side)), end)

    @rule(target=ends, end=ends)
    def dup(self, end: Both) -> Any:
        return self.kept(self.same(lambda sock: sock.dup(), end))

    @rule(target=ends, end=consumes(ends))
    def detach(self, end: Both) -> Any:
        """The descriptor gets another object."""
        return self.kept(self.same(lambda sock: on_descriptor(sock, sock.detach()), end))

    @rule(end=consumes(ends))
    def close(self, end: Both) -> None:
        self.same(lambda sock: sock.close(), end)

    @rule(end=ends)
    def leave(self, end: Both) -> None:
        self.same(lambda sock: sock.__exit__(), end)

    # --- what is the same after each step ---

    @invariant()
    def sockets_are_alike(self) -> None:
        for both in self.sockets:
            for ask in (
                lambda sock: sock.fileno() >= 0,
                lambda sock: sock.gettimeout(),
                lambda sock: sock.getsockopt(own.SOL_SOCKET, own.SO_TYPE),
                unread,
            ):
                self.same(ask, both)

    @invariant()
    def files_are_alike(self) -> None:
        for both in self.opened:
            self.same(lambda file: file.closed, both)

    def teardown(self) -> None:
        for both in (*self.opened, *self.sockets):
            self.same(lambda thing: thing.close(), both)
        for sock in chain.from_iterable(self.sockets):
            if sock.fileno() >= 0:  # kept open by a file
                os.close(sock.detach())


# Always the same ways, so that what fails here fails everywhere.
Pair.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestPair = Pair.TestCase
