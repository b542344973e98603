"""The public socket: enums, repr, copies, subclasses, and what auditors hear."""

from __future__ import annotations

import abc
import copy
import gc
import inspect
import pickle
import sys
import weakref
from typing import Any

import pytest

import cffisock
from cffisock import _socket

from .support import IS_PYPY, descriptors, own, python


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


def test_methods_are_named_by_their_class_whichever_file_they_are_from() -> None:
    classes = cffisock.socket, _socket.socket
    functions = {n: f for cls in classes for n, f in vars(cls).items() if inspect.isfunction(f)}
    assert {"recvmmsg", "sendfile", "accept", "_sendfile_use_send"} <= set(functions)
    assert [n for n in functions if functions[n].__qualname__ != f"socket.{n}"] == []
    if sys.version_info >= (3, 10) and not IS_PYPY:  # others name the function alone
        with pytest.raises(TypeError, match=r"^socket\.sendfile\(\) missing"):
            cffisock.socket.sendfile()
