"""While a call waits, its socket is closed and the number given away: nobody acts on who has it."""

from __future__ import annotations

import contextlib
import os
import queue
import random
import tempfile
import threading
import time
from typing import Any, Callable

import pytest

import cffisock
from cffisock import MSG_WAITFORONE

from .support import IS_PYPY, LOCALHOST, LONG, data_of, full_listener, own, signals
from .waiting import Call, Successor, drain, fill, pair_of

SHORT = 0.05
BIG = bytes(1 << 20)
Operation = Callable[[Any], Any]

RECEIVING: dict[str, Operation] = {
    "recv": lambda s: s.recv(99),
    "recv flags": lambda s: s.recv(99, cffisock.MSG_CMSG_CLOEXEC),
    "recv much": lambda s: s.recv(1 << 20),
    "recv_into": lambda s: s.recv_into(bytearray(99)),
    "recvfrom": lambda s: s.recvfrom(99),
    "recvfrom_into": lambda s: s.recvfrom_into(bytearray(99)),
    "recvmsg": lambda s: s.recvmsg(99),
    "recvmsg control": lambda s: s.recvmsg(99, 99),
    "recvmsg_into": lambda s: s.recvmsg_into([bytearray(9), bytearray(90)]),
}
RECEIVING_BATCHES: dict[str, Operation] = {
    "recvmmsg": lambda s: s.recvmmsg(3, 99),
    "recvmmsg for one": lambda s: s.recvmmsg(3, 99, 0, MSG_WAITFORONE),
    "recvmmsg_into": lambda s: s.recvmmsg_into([bytearray(99)] * 3),
}
SENDING: dict[str, Operation] = {
    "send": lambda s: s.send(b"x" * 1000),
    "send flags": lambda s: s.send(b"x" * 1000, cffisock.MSG_NOSIGNAL),
    "sendall": lambda s: s.sendall(b"x" * 1000),
    "sendall bytearray": lambda s: s.sendall(bytearray(1000)),
    "sendmsg": lambda s: s.sendmsg([b"x" * 1000]),
    "sendmsg parts": lambda s: s.sendmsg([b"x" * 500, bytearray(500)]),
    "sendmsg control": lambda s: s.sendmsg([b"x" * 1000], [], cffisock.MSG_NOSIGNAL),
}
SENDING_BATCHES: dict[str, Operation] = {
    "sendmmsg": lambda s: s.sendmmsg([(b"x" * 1000,)] * 3),
}
ALL = {**RECEIVING, **RECEIVING_BATCHES, **SENDING, **SENDING_BATCHES}

# PyPy's own module goes on with the number that it began with, here and there.
MODULES = {"cffisock": cffisock} if IS_PYPY else {"own": own, "cffisock": cffisock}
both = pytest.mark.parametrize("module", [*MODULES.values()], ids=[*MODULES])
streams = pytest.mark.parametrize("kind", ["tcp", "stream"])


def cases(plain: dict[str, Operation], batches: dict[str, Operation]) -> Any:
    """Every operation of both modules; the batches are cffisock's alone."""
    found = [(module, name) for module in MODULES.values() for name in plain]
    found += [(cffisock, name) for name in batches]
    ids = [f"{'own' if module is own else 'cffisock'}-{name}" for module, name in found]
    return pytest.mark.parametrize(("module", "name"), found, ids=ids)


# --- another thread closes it while it waits ------------------------------------------------------


@pytest.mark.parametrize("kind", ["tcp", "stream", "udp", "dgram", "seqpacket"])
@cases(RECEIVING, RECEIVING_BATCHES)
def test_receiving(module: Any, name: str, kind: str) -> None:
    ours, theirs = pair_of(module, kind)
    ours.settimeout(LONG)
    with theirs, Successor(ours, kind) as successor:
        call = Call(ALL[name], ours)
        call.until_it_waits()
        successor.take_over()
        theirs.send(b"x")
        assert call.outcome() == "EBADF"
        successor.check()


@pytest.mark.parametrize("kind", ["tcp", "stream", "dgram", "seqpacket"])
@cases(SENDING, SENDING_BATCHES)
def test_sending(module: Any, name: str, kind: str) -> None:
    if name in SENDING_BATCHES and kind in ("tcp", "stream"):
        kind = "dgram"  # there are no batches in streams
    ours, theirs = pair_of(module, kind)
    fill(ours)
    ours.settimeout(LONG)
    with theirs, Successor(ours, kind) as successor:
        call = Call(ALL[name], ours)
        call.until_it_waits()
        successor.take_over()
        drain(theirs)
        assert call.outcome() == "EBADF"
        successor.check()


@both
def test_sendto(module: Any) -> None:
    ours, theirs = pair_of(module, "dgram")
    theirs.bind("")  # the kernel finds a name
    address = theirs.getsockname()
    fill(ours)
    ours.settimeout(LONG)
    with theirs, Successor(ours, "dgram") as successor:
        call = Call(ours.sendto, b"x" * 1000, address)
        call.until_it_waits()
        successor.take_over()
        drain(theirs)
        assert call.outcome() == "EBADF"
        successor.check()


@streams
@both
def test_sendall_of_which_a_part_is_sent(module: Any, kind: str) -> None:
    ours, theirs = pair_of(module, kind)
    ours.settimeout(LONG)
    with theirs, Successor(ours, kind) as successor:
        call = Call(ours.sendall, bytearray(10 << 20))
        call.until_it_waits()
        successor.take_over()
        drain(theirs)
        assert call.outcome() == "EBADF"
        successor.check()


# The interpreter's own sendfile(2) goes on with the number that it began with.
@streams
@pytest.mark.parametrize("sent_before", [True, False])
@pytest.mark.parametrize("method", ["sendfile", "_sendfile_use_sendfile", "_sendfile_use_send"])
@pytest.mark.parametrize("timeout", [None, LONG])
def test_sendfile(timeout: Any, method: str, sent_before: bool, kind: str) -> None:
    ours, theirs = pair_of(cffisock, kind)
    if not sent_before:
        fill(ours)
    ours.settimeout(timeout)
    with theirs, Successor(ours, kind) as successor, tempfile.TemporaryFile() as file:
        file.write(BIG * 10)
        file.seek(0)
        call = Call(getattr(ours, method), file)
        call.until_it_waits()
        successor.take_over()
        drain(theirs)
        end = call.outcome()
        successor.check()
        if timeout is None and method != "_sendfile_use_send":
            # The kernel does not let go of the old socket before it has sent that part.
            assert end in ("EBADF", len(BIG) * 10)
        else:
            assert end == "EBADF" or "_GiveupOnSendfile" in str(end)


@pytest.mark.parametrize("family", [own.AF_INET, own.AF_UNIX])
@both
def test_accept(module: Any, family: int, folder: Any) -> None:
    def listener(of: Any, name: str) -> Any:
        sock = of.socket(family)
        sock.bind(LOCALHOST if family == own.AF_INET else str(folder / name))
        sock.listen()
        return sock

    ours, other = listener(module, "ours"), listener(own, "other")
    client, foreign = own.socket(family), own.socket(family)
    ours.settimeout(LONG)
    other.settimeout(0)
    number, address = ours.fileno(), ours.getsockname()
    with ours, other, client, foreign:
        foreign.connect(other.getsockname())
        call = Call(ours.accept)
        call.until_it_waits()
        ours.close()
        os.dup2(other.fileno(), number)
        try:
            # The listener ends with the call that waits for it, which may reset the connection.
            with contextlib.suppress(ConnectionResetError):
                client.connect(address)
            assert call.outcome() == "EBADF"
        finally:
            os.close(number)
        other.accept()[0].close()  # is still there


@pytest.mark.parametrize("name", ["connect", "connect_ex"])
@both
def test_connect(module: Any, name: str) -> None:
    ours = module.socket()
    ours.settimeout(LONG)
    with full_listener() as listener, Successor(ours, "tcp") as successor:
        old = own.socket(fileno=os.dup(ours.fileno()))
        with old:
            call = Call(getattr(ours, name), listener.getsockname())
            call.until_it_waits()
            successor.take_over()
            old.shutdown(own.SHUT_RDWR)  # wakes who waits for it
            end = call.outcome()
        assert end == (9 if name == "connect_ex" else "EBADF")
        successor.check()


# --- batches that are several calls of the kernel -------------------------------------------------

CALLS_OF = 128  # what the shim asks for at once


@pytest.mark.parametrize("kind", ["udp", "dgram", "seqpacket"])
def test_a_timed_batch_of_which_a_part_has_come(kind: str) -> None:
    ours, theirs = pair_of(cffisock, kind)
    ours.settimeout(LONG)
    with theirs, Successor(ours, kind) as successor:
        theirs.send(b"first")
        call = Call(ours.recvmmsg, 3, 99)
        call.until_it_waits()
        successor.take_over()
        theirs.send(b"x")
        assert data_of(call.outcome()) == [b"first"]
        successor.check()


@pytest.mark.parametrize("kind", ["udp", "dgram", "seqpacket"])
def test_a_large_batch_that_blocks(kind: str) -> None:
    """The kernel goes on with the old socket until its call ends; the next is not on the number."""
    ours, theirs = pair_of(cffisock, kind)
    with theirs, Successor(ours, kind) as successor:
        call = Call(ours.recvmmsg, 2 * CALLS_OF, 99)
        for _ in range(CALLS_OF - 1):
            theirs.send(b"mine")
            if kind == "udp":
                call.until_it_waits()  # or some might be dropped
        call.until_it_waits()
        successor.take_over()
        theirs.send(b"mine")
        end = call.outcome()
        successor.check()
        assert data_of(end) == [b"mine"] * CALLS_OF


@pytest.mark.parametrize("kind", ["dgram", "seqpacket"])
def test_sending_a_large_batch_that_blocks(kind: str) -> None:
    ours, theirs = pair_of(cffisock, kind)
    theirs.settimeout(LONG)
    data = b"x" * 10_000
    with theirs, Successor(ours, kind) as successor:
        call = Call(ours.sendmmsg, [(data,)] * (2 * CALLS_OF))
        call.until_it_waits()
        successor.take_over()
        for _ in range(CALLS_OF):
            assert theirs.recv(len(data)) == data
        assert call.outcome() == CALLS_OF
        successor.check()


@pytest.mark.parametrize("kind", ["dgram", "seqpacket"])
def test_sending_a_timed_batch_of_which_a_part_is_sent(kind: str) -> None:
    ours, theirs = pair_of(cffisock, kind)
    ours.settimeout(LONG)
    data = b"x" * 10_000
    with theirs, Successor(ours, kind) as successor:
        call = Call(ours.sendmmsg, [(data,)] * CALLS_OF)
        call.until_it_waits()
        successor.take_over()
        sent = len(drain(theirs)) // len(data)
        assert call.outcome() == sent
        assert 0 < sent < CALLS_OF
        successor.check()


# --- a signal handler closes it -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["tcp", "dgram"])
@pytest.mark.parametrize("timeout", [None, LONG])
@cases(RECEIVING, RECEIVING_BATCHES)
def test_a_handler_while_receiving(module: Any, name: str, timeout: Any, kind: str) -> None:
    ours, theirs = pair_of(module, kind)
    ours.settimeout(timeout)
    with theirs, Successor(ours, kind) as successor:
        with signals(successor.take_over):
            with pytest.raises(OSError) as caught:
                ALL[name](ours)
        assert caught.value.errno == 9
        successor.check()


@pytest.mark.parametrize("kind", ["tcp", "dgram"])
@pytest.mark.parametrize("timeout", [None, LONG])
@cases(SENDING, SENDING_BATCHES)
def test_a_handler_while_sending(module: Any, name: str, timeout: Any, kind: str) -> None:
    if name in SENDING_BATCHES:
        kind = "dgram"
    ours, theirs = pair_of(module, kind)
    fill(ours)
    ours.settimeout(timeout)
    with theirs, Successor(ours, kind) as successor:
        with signals(successor.take_over):
            with pytest.raises(OSError) as caught:
                ALL[name](ours)
        assert caught.value.errno == 9
        successor.check()


@pytest.mark.parametrize("timeout", [None, LONG])
@pytest.mark.parametrize("name", ["accept", "connect", "connect_ex"])
@both
def test_a_handler_while_connecting(module: Any, name: str, timeout: Any) -> None:
    with contextlib.ExitStack() as exits:
        ours = module.socket()
        ours.settimeout(timeout)
        successor = exits.enter_context(Successor(ours, "tcp"))
        if name == "accept":
            ours.bind(LOCALHOST)
            ours.listen()
            call = ours.accept
        else:
            address = exits.enter_context(full_listener()).getsockname()

            def call() -> None:
                error = getattr(ours, name)(address)
                if error:
                    raise OSError(error, "of connect_ex")

        with signals(successor.take_over):
            with pytest.raises(OSError) as caught:
                call()
        assert caught.value.errno == 9
        successor.check()


# --- much of it at once ---------------------------------------------------------------------------


class Churn:
    """Opens pairs, and closes them while another thread receives, until the time is up."""

    def __init__(self, module: Any, receive: Operation) -> None:
        self.module, self.receive = module, receive
        self.jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.end = time.monotonic() + 1
        self.foreign: list[bytes] = []

    def open_and_close(self, seed: int) -> None:
        rng = random.Random(seed)
        rounds = 0
        while time.monotonic() < self.end:
            rounds += 1
            tag = b"%d of %d" % (rounds, seed)
            ours, theirs = self.module.socketpair()
            # poll(2) looks the number up again when it wakes, and goes on where that is another
            # socket by then, which does not wake it.
            ours.settimeout(SHORT)
            ended = threading.Event()
            self.jobs.put((ours, tag, ended))
            time.sleep(rng.random() * 0.0005)
            with theirs:
                if rng.random() < 0.8:
                    ours.close()
                with contextlib.suppress(OSError):
                    theirs.send(tag)
            assert ended.wait(LONG)
            ours.close()
        self.jobs.put(None)

    def work(self) -> None:
        while (job := self.jobs.get()) is not None:
            sock, tag, ended = job
            with contextlib.suppress(OSError):
                data = self.receive(sock)
                if data not in (tag, b""):
                    self.foreign.append(data)
            ended.set()


@pytest.mark.parametrize("name", ["recv", "recv_into", "recvmsg"])
def test_threads_that_close_and_open(name: str) -> None:
    def receive(sock: Any) -> bytes:
        if name == "recv":
            return bytes(sock.recv(99))
        if name == "recvmsg":
            return bytes(sock.recvmsg(99)[0])
        room = bytearray(99)
        return bytes(room[: sock.recv_into(room)])

    churn = Churn(cffisock, receive)
    openers = [threading.Thread(target=churn.open_and_close, args=(i,)) for i in range(4)]
    workers = [threading.Thread(target=churn.work) for _ in openers]
    for thread in openers + workers:
        thread.start()
    for thread in openers + workers:
        thread.join()
    assert churn.foreign == []
