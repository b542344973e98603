"""Failures half way: what was opened is closed, what was received too."""

from __future__ import annotations

import array
import errno
import gc
import os
import warnings
import weakref
from typing import Any

import pytest

import cffisock
from cffisock import _address
from cffisock._socket import mailbox

from .support import LOCALHOST, LONG, descriptors, own, python, signals, with_methods


class Broken(Exception):
    """What fails in these tests."""


def broken(*args: Any, **kwargs: Any) -> Any:
    raise Broken


def send_rights(sock: Any, count: int = 3) -> None:
    """Sends descriptors of a pipe, and closes it here."""
    read, write = os.pipe()
    fds = array.array("i", [read, write, read][:count])
    sock.sendmsg([b"x"], [(cffisock.SOL_SOCKET, cffisock.SCM_RIGHTS, fds)])
    os.close(read)
    os.close(write)


# --- received descriptors -----------------------------------------------------------------------


@pytest.mark.parametrize("into", [False, True])
def test_received_descriptors_are_closed(
    into: bool, pair: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair
    one.bind(b"")  # so that the message has an address, too
    before = descriptors()
    send_rights(one)
    monkeypatch.setattr(_address, "unpack", broken)
    with pytest.raises(Broken):
        if into:
            two.recvmsg_into([bytearray(5)], 100)
        else:
            two.recvmsg(5, 100)
    assert descriptors() == before


def test_all_received_descriptors_are_closed(pair: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a later control message too, and the first one is of another kind."""
    one, two = pair
    one.bind(b"")
    two.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_PASSCRED, 1)
    before = descriptors()
    send_rights(one)
    monkeypatch.setattr(_address, "unpack", broken)
    with pytest.raises(Broken):
        two.recvmsg(5, 1000)
    assert descriptors() == before


def test_a_warning_that_is_an_error(pair: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a control message that goes past the end of the buffer, as some kernels gave."""
    from cffisock._socket import messages

    one, two = pair
    before = descriptors()
    real = messages.cs_recvmsg

    def cut(fd: int, buf: Any, length: int, msg: Any, *rest: int) -> int:
        result: int = real(fd, buf, length, msg, *rest)
        msg.extras.cut = 1
        return result

    monkeypatch.setattr(messages, "cs_recvmsg", cut)
    send_rights(one)
    message = "received malformed or improperly-truncated ancillary data"
    with pytest.raises(RuntimeWarning, match=message):
        two.recvmsg(5, 100)
    assert descriptors() == before
    send_rights(one)
    with pytest.warns(RuntimeWarning, match=message) as caught:
        _, items, _, _ = two.recvmsg(5, 100)
    assert caught[0].filename == __file__
    for fd in array.array("i", items[0][2]):
        os.close(fd)
    assert descriptors() == before


def test_interrupted_while_it_waits_for_them(pair: Any) -> None:
    _, two = pair
    two.settimeout(LONG)
    before = descriptors()
    raised: list[int] = []

    def handler() -> None:
        if not raised:
            raised.append(1)
            raise Broken

    with pytest.raises(Broken), signals(handler):
        two.recvmsg(5, 100)
    assert descriptors() == before


# --- new sockets --------------------------------------------------------------------------------


def test_accept_whose_address_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with cffisock.create_server(LOCALHOST) as listener, cffisock.socket() as client:
        client.connect(listener.getsockname())
        before = descriptors()
        with monkeypatch.context() as patch:
            patch.setattr(_address, "unpack_once", broken)
            with pytest.raises(Broken):
                listener.accept()
        assert descriptors() == before
        client.settimeout(LONG)
        assert client.recv(1) == b""


AUDIT = """
import sys
import cffisock
from tests.support import descriptors

listener = cffisock.create_server(("127.0.0.1", 0))
clients = [cffisock.create_connection(listener.getsockname()) for _ in range(2)]
spare = cffisock.dup(listener.fileno())
calls = 0

def hook(event, arguments):
    global calls
    if event == "socket.__new__" and calls is not None:
        calls += 1
        if calls == refuse:
            raise PermissionError("audited")

sys.addaudithook(hook)
before = descriptors()
for refuse, action in [
    (1, cffisock.socket),
    (1, cffisock.socketpair),
    (2, cffisock.socketpair),
    (1, listener.accept),
    (1, listener.dup),
    (1, lambda: cffisock.fromfd(spare, 2, 1)),
    (1, lambda: cffisock.create_server(("127.0.0.1", 0))),
    (1, lambda: cffisock.create_connection(listener.getsockname())),
]:
    calls = 0
    try:
        action()
    except PermissionError:
        assert descriptors() == before, action
    else:
        raise SystemExit(f"{action} was not audited")
calls = None
conn, _ = listener.accept()
for sock in (conn, listener, *clients):
    sock.close()
cffisock.close(spare)
print("done")
"""


def test_an_audit_hook_that_refuses() -> None:
    """Hooks cannot be taken away again, hence in another process."""
    done = python("-W", "error", "-c", AUDIT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_a_subclass_that_fails_after_its_socket_is_open() -> None:
    class Mine(cffisock.socket):
        def __init__(self) -> None:
            super().__init__()
            raise Broken

    before = descriptors()
    with pytest.warns(ResourceWarning, match="unclosed"):
        with pytest.raises(Broken):
            Mine()
        for _ in range(3):
            gc.collect()
    assert descriptors() == before


def test_dup_whose_class_fails(tcp: Any) -> None:
    class Mine(cffisock.socket):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            if fragile:
                raise Broken
            super().__init__(*args, **kwargs)

    fragile = False
    client, _ = tcp
    with Mine(fileno=client.detach()) as mine:
        before = descriptors()
        fragile = True
        with pytest.raises(Broken):
            mine.dup()
        assert descriptors() == before


def test_no_descriptors_left() -> None:
    """EMFILE: everything that needs a new one says so, and works again afterwards."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with cffisock.create_server(LOCALHOST) as listener, cffisock.socket() as client:
        client.connect(listener.getsockname())
        most = max(descriptors()) + 1
        one, two = cffisock.socketpair()
        fillers = []
        send_rights(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(two.fileno(), most) + 1, hard))
        try:
            with pytest.raises(OSError, match=os.strerror(errno.EMFILE)):
                while True:
                    fillers.append(os.dup(0))
            for call in (
                cffisock.socket,
                cffisock.socketpair,
                listener.accept,
                client.dup,
                lambda: cffisock.fromfd(client.fileno(), 2, 1),
                lambda: cffisock.dup(client.fileno()),
                lambda: cffisock.create_server(LOCALHOST),
                lambda: cffisock.create_connection(listener.getsockname()),
            ):
                with pytest.raises(OSError, match=os.strerror(errno.EMFILE)):
                    call()
            data, items, flags, _ = two.recvmsg(5, 100)
            assert (data, items) == (b"x", [])
            assert flags & cffisock.MSG_CTRUNC
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for fd in fillers:
                os.close(fd)
        conn, _ = listener.accept()
        conn.close()
        one.close()
        two.close()


def test_one_descriptor_left_for_a_pair() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    fillers: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(descriptors()) + 4, hard))
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EMFILE)):
            while True:
                fillers.append(os.dup(0))
        os.close(fillers.pop())
        with pytest.raises(OSError, match=os.strerror(errno.EMFILE)):
            cffisock.socketpair()
        cffisock.socket().close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for fd in fillers:
            os.close(fd)


FIRST_DATAGRAM = """
import os, resource, struct
import cffisock
sock = cffisock.socket(cffisock.AF_NETLINK, cffisock.SOCK_RAW)
sock.settimeout(20)
sock.send(struct.pack("=IHHIIB3x", 20, 18, 0x301, 1, 0, 0))  # which links are there?
resource.setrlimit(resource.RLIMIT_NOFILE, (30, 30))
try:
    while True:
        os.open("/dev/null", 0)
except OSError:
    pass
print(len(sock.recvfrom(65536)[0]) > 100)
"""


def test_the_first_datagram_of_a_rare_family_at_the_limit() -> None:
    """What unpacks its sender's address is there before it comes."""
    run = python("-c", FIRST_DATAGRAM)
    assert (run.stdout, run.stderr) == ("True\n", "")


# --- memory -------------------------------------------------------------------------------------


def test_mailboxes_come_back(pair: Any) -> None:
    """Also from calls that fail: the same ones are there afterwards."""
    one, two = pair
    two.settimeout(0)
    one.send(b"x")
    two.recv(1)
    with pytest.raises(BlockingIOError):
        two.recvfrom(1)
    boxes = {id(box) for box in mailbox._mailboxes}
    for name in with_methods({"recv": 0, "recvfrom": 0, "recvmsg": 0}):
        for _ in range(50):
            with pytest.raises(BlockingIOError):
                getattr(two, name)(1)
    assert {id(box) for box in mailbox._mailboxes} == boxes


def test_references_to_arguments_are_given_back(pair: Any) -> None:
    """Nothing keeps what was sent, nor the buffers that were filled."""
    one, two = pair

    class Data(bytearray):
        pass

    references = []
    for _ in range(3):
        data, room = Data(b"hello"), Data(10)
        references += [weakref.ref(data), weakref.ref(room)]
        one.send(data)
        one.sendall(data)
        if hasattr(one, "sendmsg"):
            one.sendmsg([data])
        two.recv_into(room)
        with pytest.raises(TypeError):
            one.send(data, "x")
        del data, room
    for _ in range(4):
        gc.collect()
    assert [reference() for reference in references] == [None] * 6


def test_errors_in_del_are_not_raised() -> None:
    """A descriptor that somebody else closed: the object goes without a word but the warning."""
    sock = cffisock.socket()
    own.close(sock.fileno())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del sock
        for _ in range(3):
            gc.collect()
    assert [warning.category for warning in caught] == [ResourceWarning]


def test_nothing_is_left_at_the_interpreters_end() -> None:
    code = """
import cffisock, threading
listener = cffisock.create_server(("127.0.0.1", 0))
threading.Thread(target=listener.accept, daemon=True).start()
pair = cffisock.socketpair()
file = pair[0].makefile("rw", encoding="ascii")
print("done")
"""
    done = python("-W", "ignore", "-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
