"""Hostile peers: descriptors that nobody asked for, more than there is room for, and of processes.

Whatever a peer sends along, nothing is left open that the caller does not know of, and nothing
that this process starts gets it.
"""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import cffisock
from cffisock import _address, control
from cffisock._socket.ancillary import not_inherited

from .receiving import (
    KINDS,
    OWN_WITH_ROOM,
    RIGHTS,
    WITH_ROOM,
    WITHOUT_ROOM,
    pair_of,
)
from .support import INT, LONG, descriptors, fds_in, lacks, own, rights

# What one message can carry: SCM_MAX_FD in unix(7).
MOST = 253


class Pipe:
    """A pipe whose end to write into is sent away: `is_closed` once nobody has that any more."""

    def __init__(self) -> None:
        self.read, self.write = os.pipe()
        os.set_blocking(self.read, False)

    def send(self, sock: Any, count: int = 3, data: bytes = b"data") -> None:
        sock.sendmsg([data], [rights(*[self.write] * count)])
        os.close(self.write)

    def is_closed(self) -> bool:
        try:
            return os.read(self.read, 1) == b""
        except BlockingIOError:
            return False


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    os.close(made.read)


@contextmanager
def pair(kind: str, module: Any = cffisock) -> Iterator[tuple[Any, Any]]:
    one, two = pair_of(kind, module)
    with one, two:
        two.settimeout(LONG)
        yield one, two


def ways(names: Any) -> Any:
    return pytest.mark.parametrize("way", names)


CASES = [(kind, way) for kind in KINDS for way in WITHOUT_ROOM]
CASES.remove(("stream", "a transport"))


@pytest.mark.parametrize(("kind", "way"), CASES)
def test_nobody_asked_for_them(kind: str, way: str, pipe: Pipe) -> None:
    with pair(kind) as (one, two):
        before = descriptors()
        del before[pipe.write]
        pipe.send(one)
        assert WITHOUT_ROOM[way](two, 4) == b"data"
        assert descriptors() == before
        assert pipe.is_closed()
        one.send(b"more")
        assert two.recv(10) == b"more"


def test_before_a_connection_is_accepted(unix_path: str, pipe: Pipe) -> None:
    with cffisock.create_server(unix_path, family=cffisock.AF_UNIX) as listener:
        with cffisock.socket(cffisock.AF_UNIX) as client:
            client.connect(unix_path)
            pipe.send(client)
            connection, _ = listener.accept()
            with connection:
                before = descriptors()
                assert connection.recv(10) == b"data"
                assert descriptors() == before
                assert pipe.is_closed()


def test_from_the_receiver_of_a_file(tmp_path: Path, pipe: Pipe) -> None:
    """What it sends meanwhile waits in the socket, and goes with it."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * 1000)
    with pair("stream") as (one, two):
        pipe.send(one)
        with path.open("rb") as file:
            before = descriptors()
            assert two.sendfile(file) == 1000
            assert descriptors() == before
        assert not pipe.is_closed()
        two.close()
        assert pipe.is_closed()
        assert len(one.recv(2000)) == 1000


# --- less room than there are -----------------------------------------------------------------


def assert_these_alone(fds: list[int], before: Any, pipe: Pipe) -> None:
    """They are all that came, close-on-exec; closes them, and then the pipe has no other end."""
    assert set(descriptors()) - set(before) == set(fds)
    assert not any(map(os.get_inheritable, fds))
    for fd in fds:
        os.close(fd)
    assert pipe.is_closed()


@pytest.mark.parametrize("kind", KINDS)
@ways(WITH_ROOM)
def test_less_room_than_there_are(way: str, kind: str) -> None:
    """Each size of room: as many as fit come, close-on-exec, the others are closed."""
    for room in range(cffisock.CMSG_SPACE(3 * INT) + 2):
        fitting = max(0, min(3, (room - cffisock.CMSG_LEN(0)) // INT))
        pipe = Pipe()
        with pair(kind) as (one, two):
            pipe.send(one)
            before = descriptors()
            data, items, flags, _ = WITH_ROOM[way](two, 4, room)
            fds = fds_in(items)
            assert (data, len(fds), len(items)) == (b"data", fitting, int(fitting > 0))
            assert set(descriptors()) - set(before) == set(fds)
            assert bool(flags & cffisock.MSG_CTRUNC) == (fitting < 3)
            assert flags & ~(cffisock.MSG_CTRUNC | cffisock.MSG_EOR) == 0
            assert not any(map(os.get_inheritable, fds))
            for fd in fds:
                os.close(fd)
            assert pipe.is_closed()
        os.close(pipe.read)


@ways(OWN_WITH_ROOM)
@pytest.mark.parametrize("credentials", [False, True])
def test_as_with_the_own_module(way: str, credentials: bool) -> None:
    """The lengths and flags for each size of room, with more control messages too."""
    for room in range(100):
        told = []
        for module in (own, cffisock):
            pipe = Pipe()
            with pair("stream", module) as (one, two):
                two.setsockopt(own.SOL_SOCKET, cffisock.SO_PASSCRED, credentials)
                pipe.send(one)
                data, items, flags, address = OWN_WITH_ROOM[way](two, 4, room)
                shapes = [(level, kind, len(payload)) for level, kind, payload in items]
                told.append((data, shapes, flags, address))
                for level, kind, payload in items:
                    if (level, kind) == (own.SOL_SOCKET, cffisock.SCM_RIGHTS):
                        for fd in fds_in([(level, kind, payload)]):
                            os.close(fd)
                assert pipe.is_closed()
            os.close(pipe.read)
        assert told[1] == told[0]


@ways(RIGHTS)
def test_functions_for_descriptors(way: str) -> None:
    for most in range(5):
        pipe = Pipe()
        with pair("stream") as (one, two):
            pipe.send(one)
            before = descriptors()
            fds = RIGHTS[way](two, most)
            if way.startswith("control"):
                assert len(fds) == 3
            else:
                # The kernel hands over what fits with the padding that a control message has.
                assert min(most, 3) <= len(fds) <= min(most + 1, 3)
            assert_these_alone(fds, before, pipe)
        os.close(pipe.read)


@ways(WITH_ROOM)
def test_as_many_as_there_can_be(way: str) -> None:
    with pair("stream") as (one, two):
        pipe = Pipe()
        pipe.send(one, MOST)
        fds = fds_in(WITH_ROOM[way](two, 4, 4096)[1])
        assert len(set(fds)) == MOST
        for fd in fds:
            os.close(fd)
        assert pipe.is_closed()
        os.close(pipe.read)


@ways(WITH_ROOM)
def test_looked_at_and_then_received(way: str, pipe: Pipe) -> None:
    """MSG_PEEK gives descriptors each time, which are the caller's."""
    with pair("seqpacket") as (one, two):
        pipe.send(one, 1)
        for flags in (cffisock.MSG_PEEK, cffisock.MSG_PEEK, 0):
            _, items, _, _ = WITH_ROOM[way](two, 4, 100, flags)
            (fd,) = fds_in(items)
            assert not os.get_inheritable(fd)
            assert not pipe.is_closed()
            os.close(fd)
        assert pipe.is_closed()


@pytest.mark.differs("received-close-on-exec")
@ways(WITH_ROOM)
def test_the_flag_comes_back_where_it_was_asked_for(way: str, pipe: Pipe) -> None:
    flag = cffisock.MSG_CMSG_CLOEXEC
    with pair("seqpacket") as (one, two):
        one.send(b"x")
        assert WITH_ROOM[way](two, 4, 100)[2] & flag == 0
        one.send(b"x")
        assert WITH_ROOM[way](two, 4, 100, flag)[2] & flag == flag
        pipe.send(one, 1)
        (fd,) = fds_in(WITH_ROOM[way](two, 4, 100, flag)[1])
        assert not os.get_inheritable(fd)
        os.close(fd)


def test_they_are_made_so_by_the_kernel() -> None:
    """Afterwards would be too late for a program that another thread starts in between."""
    one, two = cffisock.socketpair()
    with one, two:
        assert not_inherited(two, 0) == cffisock.MSG_CMSG_CLOEXEC


@contextmanager
def told_otherwise(kind: int) -> Iterator[tuple[Any, Any]]:
    """A pair of AF_UNIX of which the second was told to be of AF_INET."""
    one, two = cffisock.socketpair(cffisock.AF_UNIX, kind)
    with one, cffisock.socket(cffisock.AF_INET, kind, fileno=two.detach()) as told:
        told.settimeout(LONG)
        yield one, told


@ways(WITH_ROOM)
def test_with_another_family_told(way: str, pipe: Pipe) -> None:
    with told_otherwise(cffisock.SOCK_SEQPACKET) as (one, told):
        pipe.send(one, 3)
        fds = fds_in(WITH_ROOM[way](told, 4, 100)[1])
        assert list(map(os.get_inheritable, fds)) == [False] * 3
        for fd in fds:
            os.close(fd)
        assert pipe.is_closed()


def test_room_for_trains_is_not_for_descriptors() -> None:
    """What is told to be UDP has it beside the caller's."""
    for room in range(cffisock.CMSG_SPACE(3 * INT) + 2):
        fitting = max(0, min(3, (room - cffisock.CMSG_LEN(0)) // INT))
        pipe = Pipe()
        with told_otherwise(cffisock.SOCK_DGRAM) as (one, told):
            before = descriptors()
            del before[pipe.write]
            pipe.send(one, 3)
            ((data, items, _, _),) = told.recvmmsg(1, 4, room)
            fds = fds_in([(level, kind, got[: fitting * INT]) for level, kind, got in items])
            assert (data, len(fds)) == (b"data", fitting)
            assert_these_alone(fds, before, pipe)
        os.close(pipe.read)


def test_several_messages_with_descriptors(pipe: Pipe) -> None:
    """Of a batch, each has its own; of a stream the next call ends at the next ones."""
    with pair("seqpacket") as (one, two):
        for _ in range(3):
            one.sendmsg([b"x"], [rights(pipe.write, pipe.write)])
        os.close(pipe.write)
        items = two.recvmmsg(3, 1, cffisock.CMSG_SPACE(2 * INT))
        assert [len(fds_in(item[1])) for item in items] == [2, 2, 2]
        for item in items:
            for fd in fds_in(item[1]):
                assert not os.get_inheritable(fd)
                os.close(fd)
        assert pipe.is_closed()


# --- processes' descriptors, credentials ----------------------------------------------------------


def ask_for_pidfd(sock: Any) -> None:
    lacks(6, 5, lambda: sock.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_PASSPIDFD, 1))
    sock.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_PASSPIDFD, 1)


@ways(RIGHTS)
def test_the_senders_own_descriptor(way: str, pipe: Pipe) -> None:
    """Who asks for those that were sent does not leave that of the process open."""
    with pair("stream") as (one, two):
        ask_for_pidfd(two)
        pipe.send(one, 1)
        before = descriptors()
        if way.startswith("control"):
            message = control.receive(two, 10)
            with message.get(control.PidFD) as found:
                (fd,) = found.fds
                assert not os.get_inheritable(fd)
            fds = message.get(control.Rights).take()
        else:
            fds = RIGHTS[way](two, 20)
        assert set(descriptors()) - set(before) == set(fds)
        assert len(fds) == 1
        os.close(fds[0])


@ways(WITH_ROOM)
def test_the_senders_own_descriptor_where_the_call_fails(
    way: str, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError

    with pair("dgram") as (one, two):
        ask_for_pidfd(two)
        one.bind(b"")  # so that there is an address to be unpacked
        pipe.send(one)
        before = descriptors()
        with monkeypatch.context() as patch:
            patch.setattr(_address, "unpack", broken)
            with pytest.raises(RuntimeError):
                WITH_ROOM[way](two, 4, 1000)
        assert descriptors() == before
        assert pipe.is_closed()


# A loop of asyncio takes some descriptors itself.
@ways([name for name in [*WITH_ROOM, *RIGHTS] if not name.startswith("aio")])
def test_no_descriptor_is_left_for_them(way: str, pipe: Pipe) -> None:
    """The kernel then cuts the list, and says -EMFILE in the place of the process's."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    fillers: list[int] = []
    with pair("stream") as (one, two):
        ask_for_pidfd(two)
        pipe.send(one)
        before = descriptors()
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(before) + 1, hard))
        try:
            with pytest.raises(OSError, match=os.strerror(errno.EMFILE)):
                while True:
                    fillers.append(os.dup(0))
            if way in WITH_ROOM:
                _, items, flags, _ = WITH_ROOM[way](two, 4, 1000)
                assert flags & cffisock.MSG_CTRUNC
                assert [item[1] for item in items] == [cffisock.SCM_PIDFD]
                for record in control.parse(items):
                    assert record.fds == ()  # type: ignore[union-attr]
                    record.close()  # type: ignore[union-attr]
            else:
                assert RIGHTS[way](two, 20) == []
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for fd in fillers:
                os.close(fd)
        assert descriptors() == before
        assert pipe.is_closed()


def test_a_peer_that_may_send_none(pipe: Pipe) -> None:
    """Where the receiver has turned them off, the peer is told."""
    with pair("stream") as (one, two):
        lacks(6, 16, lambda: two.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_PASSRIGHTS, 0))
        two.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_PASSRIGHTS, 0)
        with pytest.raises(PermissionError):
            one.sendmsg([b"x"], [rights(pipe.write)])
        os.close(pipe.write)
        assert pipe.is_closed()


@ways(RIGHTS)
def test_credentials_that_nobody_asked_this_call_for(way: str, pipe: Pipe) -> None:
    """They take the room first: what is left over is closed, and nothing else is given."""
    with pair("stream") as (one, two):
        two.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_PASSCRED, 1)
        pipe.send(one)
        before = descriptors()
        fds = RIGHTS[way](two, 3)
        assert set(descriptors()) - set(before) == set(fds)
        for fd in fds:
            os.close(fd)
        assert pipe.is_closed()
