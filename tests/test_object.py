"""The public socket: enums, repr, copies, files, and the order of closing."""

from __future__ import annotations

import abc
import copy
import gc
import inspect
import io
import os
import pickle
import sys
import threading
import weakref
from typing import Any

import pytest

import cffisock
from cffisock import _socket

from .support import IP_FAMILIES, IS_PYPY, LONG, descriptors, own, python, tcp_pair

# --- the object ---------------------------------------------------------------------------------


def test_enums() -> None:
    with cffisock.socket(cffisock.AF_INET, cffisock.SOCK_DGRAM) as sock:
        assert type(sock.family) is cffisock.AddressFamily
        assert type(sock.type) is cffisock.SocketKind
        assert type(sock.proto) is int
        fd = own.dup(sock.fileno())
    with cffisock.socket(250, 77, 5, fd) as unknown:
        assert (unknown.family, unknown.type, unknown.proto) == (250, 77, 5)
        assert type(unknown.family) is type(unknown.type) is int


AUDIT = """
import importlib, os, sys
module = importlib.import_module(sys.argv[1])
events = []
sys.addaudithook(lambda name, args: name == "socket.__new__" and events.append(args))
with module.socket() as sock, module.socket(type=module.SOCK_DGRAM, proto=17):
    module.socket(fileno=os.dup(sock.fileno())).close()
    module.socket(module.AF_INET, fileno=os.dup(sock.fileno())).close()
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    with module.create_connection(sock.getsockname()):
        sock.accept()[0].close()
one, two = module.socketpair()
one.close()
two.close()
print([tuple(map(int, args[1:])) for args in events])
"""
AUDITED = [
    (2, 1, 0),
    (2, 2, 17),
    (-1, -1, -1),
    (2, -1, -1),
    (2, 1, 6),
    (2, 1, 0),
    (1, 1, 0),
    (1, 1, 0),
]


# PyPy's own module has other events.
@pytest.mark.parametrize("module", ["cffisock"] + ["socket"] * (not IS_PYPY))
def test_auditors_hear_of_every_socket(module: str) -> None:
    run = python("-c", AUDIT, module)
    assert run.stdout == f"{AUDITED}\n", run.stderr


@pytest.mark.differs("own-classes")
def test_repr(tcp: Any) -> None:
    client, _ = tcp
    text = repr(client)
    assert text.startswith(f"<cffisock.socket fd={client.fileno()}, family=")
    for part in (
        f"family={client.family!s}",
        f"type={client.type!s}",
        "proto=0",
        f"laddr={client.getsockname()}",
        f"raddr={client.getpeername()}",
    ):
        assert part in text
    client.close()
    assert repr(client).startswith("<cffisock.socket [closed] fd=-1, family=")
    assert "addr" not in repr(client)


def test_repr_of_a_path(unix_path: str) -> None:
    with cffisock.socket(cffisock.AF_UNIX) as sock:
        assert "laddr" not in repr(sock)
        sock.bind(unix_path)
        assert f"laddr={unix_path}" in repr(sock)


def test_with() -> None:
    with cffisock.socket() as sock:
        fd = sock.fileno()
        with sock as same:
            assert same is sock
        assert sock.fileno() == -1
    assert fd not in descriptors()
    error = RuntimeError()
    with pytest.raises(RuntimeError) as caught, cffisock.socket() as sock:
        raise error
    assert caught.value is error
    assert sock.fileno() == -1


def test_weak_references() -> None:
    sock = cffisock.socket()
    reference = weakref.ref(sock)
    assert reference() is sock
    sock.close()
    del sock
    for _ in range(3):
        gc.collect()
    assert reference() is None


@pytest.mark.parametrize("action", [pickle.dumps, copy.copy, copy.deepcopy])
def test_no_copies(action: Any) -> None:
    with cffisock.socket() as sock, pytest.raises(TypeError, match="cannot pickle 'socket' object"):
        action(sock)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_enums_are_pickled(protocol: int) -> None:
    for member in (cffisock.AF_INET, cffisock.SOCK_STREAM, cffisock.MSG_PEEK):
        assert pickle.loads(pickle.dumps(member, protocol)) == member


def test_attributes() -> None:
    """Of an instance there are none but the known; of a subclass, any."""
    with cffisock.socket() as sock:
        for name in ("anything", "family", "type", "proto", "timeout"):
            with pytest.raises(AttributeError):
                setattr(sock, name, 1)

    class Mine(cffisock.socket):
        pass

    with Mine() as mine:
        mine.anything = 1  # type: ignore[attr-defined]
        assert mine.anything == 1


def test_a_subclass_with_an_init_of_its_own(pair: Any) -> None:
    class Mine(cffisock.socket):
        def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.label = label

        def recv(self, *args: Any) -> bytes:
            return super().recv(*args).upper()

    one, two = pair
    with Mine("x", fileno=two.detach()) as mine:
        one.send(b"hello")
        assert (mine.label, mine.recv(9)) == ("x", b"HELLO")


def test_a_subclass_with_an_abstract_base() -> None:
    class Base(abc.ABC):
        @abc.abstractmethod
        def hello(self) -> int: ...

    class Mine(cffisock.socket, Base):
        def hello(self) -> int:
            return 1

    with Mine() as mine:
        assert mine.hello() == 1
        assert isinstance(mine, (Base, cffisock.socket, _socket.socket))


def test_dup(tcp: Any) -> None:
    class Mine(cffisock.socket):
        pass

    client, server = tcp
    with Mine(fileno=client.detach()) as mine:
        mine.settimeout(7)
        with mine.dup() as copied:
            assert type(copied) is Mine
            assert copied.fileno() != mine.fileno()
            assert (copied.family, copied.type, copied.proto) == (
                mine.family,
                mine.type,
                mine.proto,
            )
            assert copied.gettimeout() == 7
            mine.close()
            copied.send(b"x")
            assert server.recv(1) == b"x"


def test_inheritance_by_programs() -> None:
    with cffisock.socket() as sock:
        sock.set_inheritable(True)
        assert sock.get_inheritable()
        sock.set_inheritable(False)
        assert not sock.get_inheritable()


def test_detach_marks_it_closed() -> None:
    sock = cffisock.socket()
    fd = sock.detach()
    assert "[closed]" in repr(sock)
    own.close(fd)


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("buffering", [None, -1, 0, 1, 2, 100_000])
def test_binary_files(buffering: int | None, tcp: Any) -> None:
    client, server = tcp
    data = os.urandom(200_000)

    def send() -> None:
        with client.makefile("wb", buffering) as file:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
        client.shutdown(cffisock.SHUT_WR)

    thread = threading.Thread(target=send)
    thread.start()
    with server.makefile("rb", buffering) as file:
        received = b"".join(iter(lambda: file.read(7000), b""))
    thread.join(LONG)
    assert received == data


def test_kinds_of_files(pair: Any) -> None:
    one, _ = pair
    kinds = [
        (("r",), io.TextIOWrapper),
        (("w",), io.TextIOWrapper),
        (("rw",), io.TextIOWrapper),
        (("rb",), io.BufferedReader),
        (("wb",), io.BufferedWriter),
        (("rwb",), io.BufferedRWPair),
        (("b",), io.BufferedReader),
        (("rb", 0), cffisock.SocketIO),
        (("wb", 0), cffisock.SocketIO),
        (("rwb", 0), cffisock.SocketIO),
    ]
    for arguments, kind in kinds:
        with one.makefile(*arguments) as file:
            assert type(file) is kind
            assert file.readable() == ("w" not in arguments[0] or "r" in arguments[0])
            assert file.writable() == ("w" in arguments[0])
            assert not file.seekable()


def test_text_files(pair: Any) -> None:
    one, two = pair
    with one.makefile("w", encoding="latin-1", newline="\r\n") as out:
        out.write("gr\xfc\xdfe\nzwei\n")
    assert two.recv(100) == b"gr\xfc\xdfe\r\nzwei\r\n"
    one.sendall(b"a\r\nb\nc\xff\n")
    with two.makefile("r", encoding="ascii", errors="replace") as file:
        assert [file.readline() for _ in range(3)] == ["a\n", "b\n", "c\ufffd\n"]
        assert (file.encoding, file.errors, file.mode) == ("ascii", "replace", "r")


def test_a_file_for_both_directions(pair: Any) -> None:
    one, two = pair
    with one.makefile("rw", encoding="utf-8") as ours, two.makefile("rwb") as theirs:
        ours.write("question\n")
        ours.flush()
        assert theirs.readline() == b"question" + os.linesep.encode()
        theirs.write(b"answer\n")
        theirs.flush()
        assert ours.readline() == "answer\n"


def test_the_socket_stays_open_for_its_files() -> None:
    one, two = cffisock.socketpair()
    fd = one.fileno()
    files = [one.makefile("rb", 0), one.makefile("rwb"), one.makefile("w", encoding="ascii")]
    one.close()
    assert "[closed]" in repr(one)
    assert fd in descriptors()
    two.sendall(b"x")
    assert files[0].read(1) == b"x"
    for file in files:
        assert fd in descriptors()
        file.close()
        file.close()
    assert fd not in descriptors()
    assert two.recv(1) == b""
    two.close()


def test_the_files_outlive_the_with_statement() -> None:
    one, two = cffisock.socketpair()
    with one:
        file = one.makefile("rb")
    two.sendall(b"line\n")
    two.close()
    assert list(file) == [b"line\n"]
    file.close()
    assert one.fileno() == -1


@pytest.mark.parametrize("module", [cffisock] if IS_PYPY else [own, cffisock])
def test_an_init_that_fails_forgets_no_files(module: Any) -> None:
    with module.socket() as sock, sock.makefile("rb") as file:
        with pytest.raises(TypeError):
            sock.__init__("no family")
        sock.close()
        assert file.fileno() == sock.fileno() >= 0
    assert sock.fileno() == -1


def test_names_that_libraries_use() -> None:
    """They override _real_close, count in _io_refs, and ask _closed."""
    closed = []

    class Mine(cffisock.socket):
        def _real_close(self, _ss: Any = _socket.socket) -> None:
            closed.append(self.fileno())
            super()._real_close(_ss)

    sock = Mine()
    fd = sock.fileno()
    file = sock.makefile("rb")
    assert (sock._io_refs, sock._closed) == (1, False)
    sock.close()
    assert (sock._io_refs, sock._closed, closed) == (1, True, [])
    file.close()
    assert (sock._io_refs, closed) == (0, [fd])


def test_a_pool_keeps_what_is_closed() -> None:
    """It overrides _real_close to keep the descriptor, and counts how often that is called."""
    kept = []

    class Pooled(cffisock.socket):
        def _real_close(self, _ss: Any = _socket.socket) -> None:
            kept.append(self)

    with Pooled() as sock:
        sock.close()
        assert (sock._closed, kept) == (True, [sock])
    assert kept == [sock]
    cffisock.socket._real_close(sock)


def closed_at_once(order: int, line: int) -> bool:
    """Closes a socket and its file, one at that line of the other, as another thread might.

    Whether there was such a line; ``order`` says which is which.
    """
    one, two = cffisock.socketpair()
    file = one.makefile("rb", 0)
    closing, other = [(file.close, one.close), (one.close, file.close)][order]
    seen = 0

    def trace(frame: Any, event: str, _arg: object) -> Any:
        nonlocal seen
        if not frame.f_globals["__name__"].startswith("cffisock."):
            return None
        seen += event == "line"
        if event == "line" and seen == line:
            other()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        closing()
    finally:
        sys.settrace(before)
    if seen >= line:
        assert (one.fileno(), one._io_refs) == (-1, 0)
    else:
        other()
    two.close()
    return seen >= line


@pytest.mark.parametrize("order", [0, 1], ids=["file first", "socket first"])
def test_a_file_and_its_socket_are_closed_at_once(order: int) -> None:
    line = 1
    while closed_at_once(order, line):
        line += 1
    assert line > 2


# --- the raw file -------------------------------------------------------------------------------


def test_raw_file(pair: Any) -> None:
    one, two = pair
    with one.makefile("rwb", 0) as ours:
        assert (ours.mode, ours.name, ours.fileno()) == ("rwb", one.fileno(), one.fileno())
        assert (ours.readable(), ours.writable(), ours.seekable()) == (True, True, False)
        two.send(b"abc")
        buffer = bytearray(2)
        assert ours.readinto(buffer) == 2
        assert buffer == b"ab"
        assert ours.read(5) == b"c"
        assert ours.write(b"xyz") == 3
        assert two.recv(5) == b"xyz"
    assert ours.closed
    assert ours.name == -1
    for use in (ours.readable, ours.writable, ours.seekable, ours.fileno):
        with pytest.raises(ValueError, match="closed"):
            use()
    for use in (lambda: ours.readinto(bytearray(1)), lambda: ours.write(b"x")):
        with pytest.raises(ValueError, match="closed"):
            use()
    two.shutdown(cffisock.SHUT_WR)
    with one.makefile("rb", 0) as end:
        assert end.read(1) == b""


def test_a_raw_file_goes_one_way(pair: Any) -> None:
    one, _ = pair
    with one.makefile("rb", 0) as reader, pytest.raises(io.UnsupportedOperation):
        reader.write(b"x")
    with one.makefile("wb", 0) as writer, pytest.raises(io.UnsupportedOperation):
        writer.read(1)


def test_a_file_on_a_socket_that_does_not_wait(pair: Any) -> None:
    one, two = pair
    one.settimeout(0)
    with one.makefile("rwb", 0) as file:
        assert file.read(1) is None
        while file.write(b"x" * 100_000) is not None:
            pass
    assert two.recv(1) == b"x"


def test_a_file_after_a_timeout(pair: Any) -> None:
    one, two = pair
    one.settimeout(0.01)
    with one.makefile("rb", 0) as file:
        with pytest.raises(TimeoutError):
            file.read(1)
        two.send(b"late")
        with pytest.raises(OSError, match="cannot read from timed out object"):
            file.read(1)
    assert one.recv(9) == b"late"


def test_a_raw_file_by_hand(pair: Any) -> None:
    one, two = pair
    for mode in ("r", "rb"):
        assert cffisock.SocketIO(one, mode).mode == "rb"
    with pytest.raises(ValueError, match="invalid mode"):
        cffisock.SocketIO(one, "x")
    two.send(b"x")
    assert cffisock.SocketIO(one, "r").read(1) == b"x"


@pytest.mark.parametrize("family", IP_FAMILIES)
def test_reading_lines_while_they_come(family: int) -> None:
    client, server = tcp_pair(family=family)
    with client, server:
        lines = [b"%d\n" % number * 50 for number in range(500)]

        def send() -> None:
            for line in lines:
                client.sendall(line)
            client.close()

        thread = threading.Thread(target=send)
        thread.start()
        with server.makefile("rb") as file:
            assert b"".join(file) == b"".join(lines)
        thread.join(LONG)


def test_methods_are_named_by_their_class_whichever_file_they_are_from() -> None:
    classes = cffisock.socket, _socket.socket
    functions = {n: f for cls in classes for n, f in vars(cls).items() if inspect.isfunction(f)}
    assert {"recvmmsg", "sendfile", "accept", "_sendfile_use_send"} <= set(functions)
    assert [n for n in functions if functions[n].__qualname__ != f"socket.{n}"] == []
    if sys.version_info >= (3, 10) and not IS_PYPY:  # others name the function alone
        with pytest.raises(TypeError, match=r"^socket\.sendfile\(\) missing"):
            cffisock.socket.sendfile()
