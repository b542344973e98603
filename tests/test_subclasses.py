"""Classes that programs derive from the socket, and put in its place."""

from __future__ import annotations

import io
import re
import sys
import tempfile
import threading
from typing import Any, Callable, Protocol

import pytest

import cffisock

from .support import (
    IS_PYPY,
    LOCALHOST,
    LONG,
    descriptors,
    is_socket,
    own,
    tcp_pair,
    with_methods,
)
from .waiting import outcome

BOTH = pytest.mark.parametrize("module", [own, cffisock], ids=["own", "cffisock"])

# --- names that are in the way of nobody ----------------------------------------------------


def private_names(cls: type) -> set[str]:
    """The attributes of a class that a derived one might have by accident."""
    names = {name for base in cls.__mro__[:-1] for name in vars(base)}
    return {name for name in names if re.match(r"_[a-z]", name)}


# Those of the standard module's class, of CPython 3.15.
SOCKET_NAMES = {
    "_accept",
    "_check_sendfile_params",
    "_closed",
    "_decref_socketios",
    "_io_refs",
    "_real_close",
    "_sendfile_use_send",
    "_sendfile_use_sendfile",
}


def test_private_names_of_the_socket() -> None:
    own_names = {name for name in private_names(cffisock.socket) if not name.startswith("_cs_")}
    assert own_names <= SOCKET_NAMES
    if not IS_PYPY:
        assert private_names(own.socket) <= SOCKET_NAMES | {"_sendfile_zerocopy"}


def test_private_names_of_its_files() -> None:
    one, two = cffisock.socketpair()
    theirs = own.SocketIO(own.socket(), "r")
    with one, two, theirs._sock:
        file = cffisock.SocketIO(one, "r")
        assert {*vars(file)} <= {*vars(theirs)}
        inherited = {*dir(io.RawIOBase)}
        assert private_names(cffisock.SocketIO) - inherited <= {
            *private_names(own.SocketIO),
            *vars(theirs),
        }
        file.close()
        theirs.close()


@BOTH
def test_a_thread_that_is_a_socket(module: Any) -> None:
    class Server(threading.Thread, module.socket):  # type: ignore[misc]
        def __init__(self) -> None:
            threading.Thread.__init__(self, name="server")
            module.socket.__init__(self)
            self.bind(LOCALHOST)
            module.socket.listen(self)

        def run(self) -> None:
            sock, _ = self.accept()
            with sock:
                sock.sendall(self.name.encode())

    with Server() as server, module.socket() as client:
        server.start()
        client.settimeout(LONG)
        client.connect(server.getsockname())
        assert client.recv(99) == b"server"
        server.join(LONG)


@BOTH
def test_attributes_and_methods_of_any_name(module: Any) -> None:
    def fail(*_: Any) -> None:
        raise AssertionError("it is the program's own")

    names = "connect name fd wait kind own init set_wait check again recv recvmsg peer addr bare"
    methods = {f"_{name}": fail for name in names.split()}
    cls: Any = type("Client", (module.socket,), methods)
    with cls() as server, cls() as client:
        server.bind(LOCALHOST)
        server.listen()
        client.settimeout(LONG)
        client.connect(server.getsockname())
        peer, _ = server.accept()
        with peer, peer.dup() as copy, peer.makefile("rb") as file:
            client.sendall(b"line\n")
            assert file.readline() == b"line\n"
            copy.sendmsg([b"x"]) if hasattr(copy, "sendmsg") else copy.send(b"x")
            assert client.recv(1) == b"x"
            assert client.getpeername() == server.getsockname()


# --- metaclasses ----------------------------------------------------------------------------


class Closes(Protocol):
    def close(self) -> None: ...


class Singleton(type):
    only: Any = None

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.only is None:
            cls.only = super().__call__(*args, **kwargs)
        return cls.only


@BOTH
def test_metaclasses(module: Any) -> None:
    class One(module.socket, metaclass=Singleton):  # type: ignore[misc]
        pass

    class Formal(module.socket, Closes):  # type: ignore[misc]
        pass

    assert type(module.socket) is type
    with One() as one, Formal() as formal:
        assert One() is one
        assert isinstance(formal, module.socket)


# --- classes in the place of the socket ---------------------------------------------------------


@pytest.mark.parametrize("how", ["accept", "socketpair", "fromfd", "create_connection", "server"])
@BOTH
def test_a_class_in_its_place(module: Any, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Guard(module.socket):  # type: ignore[misc]
        pass

    with module.create_server(LOCALHOST) as listener, module.socket() as client:
        client.connect(listener.getsockname())
        monkeypatch.setattr(module, "socket", Guard)
        calls: dict[str, Callable[[], Any]] = {
            "accept": lambda: listener.accept()[:1],
            "socketpair": module.socketpair,
            "fromfd": lambda: [module.fromfd(client.fileno(), module.AF_INET, 1)],
            "create_connection": lambda: [module.create_connection(listener.getsockname())],
            "server": lambda: [module.create_server(LOCALHOST)],
        }
        for sock in calls[how]():
            with sock:
                assert type(sock) is Guard


# --- overridden methods -------------------------------------------------------------------------


def recorder(module: Any) -> Any:
    """A class that notes the calls of its public methods, and of the private ones programs know."""
    names = [
        name
        for name in SOCKET_NAMES | {*dir(own.socket)}
        if callable(getattr(module.socket, name, None))
        and (name in SOCKET_NAMES or not name.startswith("_"))
    ]

    def recording(name: str) -> Any:
        method = getattr(module.socket, name)

        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            return method(self, *args, **kwargs)

        return call

    members: dict[str, Any] = {name: recording(name) for name in names}

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        self.calls = []
        module.socket.__init__(self, *args, **kwargs)

    return type("Recorder", (module.socket,), {**members, "__init__": init})


def send_file(sock: Any, data: bytes = b"data", **kwargs: Any) -> Any:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        return sock.sendfile(file, **kwargs)


def use_a_file(sock: Any, mode: str) -> Any:
    with sock.makefile(mode) as file:
        return file.write(b"x") if "w" in mode else file.read(1)


ADDRESS = ("127.0.0.1", 9)
METHODS: dict[str, Callable[[Any], Any]] = {
    **with_methods(
        {
            "accept": lambda s: s.accept(),
            "bind": lambda s: s.bind(ADDRESS),
            "close": lambda s: s.close(),
            "connect": lambda s: s.connect(ADDRESS),
            "connect_ex": lambda s: s.connect_ex(ADDRESS),
            "detach": lambda s: own.close(s.detach()),
            "dup": lambda s: s.dup().close(),
            "fileno": lambda s: s.fileno(),
            "get_inheritable": lambda s: s.get_inheritable(),
            "getblocking": lambda s: s.getblocking(),
            "getpeername": lambda s: s.getpeername(),
            "getsockname": lambda s: s.getsockname(),
            "getsockopt": lambda s: s.getsockopt(own.SOL_SOCKET, own.SO_TYPE),
            "gettimeout": lambda s: s.gettimeout(),
            "listen": lambda s: s.listen(),
            "makefile": lambda s: s.makefile("rb", 0).close(),
            "recv": lambda s: s.recv(1),
            "recv_into": lambda s: s.recv_into(bytearray(1)),
            "recvfrom": lambda s: s.recvfrom(1),
            "recvfrom_into": lambda s: s.recvfrom_into(bytearray(1)),
            "recvmsg": lambda s: s.recvmsg(1, 9),
            "recvmsg_into": lambda s: s.recvmsg_into([bytearray(1)]),
            "send": lambda s: s.send(b"x"),
            "sendall": lambda s: s.sendall(b"x" * 99),
            "sendfile": send_file,
            "sendfile of a part": lambda s: send_file(s, offset=1, count=2),
            "sendfile, not by the kernel": lambda s: s.sendfile(io.BytesIO(b"data")),
            "sendmsg": lambda s: s.sendmsg([b"x", b"y"]),
            "sendto": lambda s: s.sendto(b"x", ADDRESS),
            "set_inheritable": lambda s: s.set_inheritable(False),
            "setblocking": lambda s: s.setblocking(True),
            "setblocking off": lambda s: s.setblocking(False),
            "setsockopt": lambda s: s.setsockopt(own.SOL_SOCKET, own.SO_KEEPALIVE, 1),
            "settimeout": lambda s: s.settimeout(LONG),
            "shutdown": lambda s: s.shutdown(own.SHUT_WR),
        }
    ),
    "repr": repr,
    "with": lambda s: s.__exit__(None, None, None),
    "a file is read": lambda s: use_a_file(s, "rb"),
    "a file is written": lambda s: use_a_file(s, "wb"),
}


def recorded(module: Any, call: Callable[[Any], Any], timeout: float | None) -> list[str]:
    one, two = tcp_pair(module)
    cls = recorder(module)
    with two, cls(one.family, one.type, one.proto, one.detach()) as sock:
        two.sendall(b"some data")
        if timeout is not None:
            module.socket.settimeout(sock, timeout)
        sock.calls.clear()
        outcome(call, sock)
        calls = list(sock.calls)
        while sock._io_refs > 0:
            sock._decref_socketios()
    return calls


if not IS_PYPY:  # whose own class calls others of its methods

    @pytest.mark.parametrize("timeout", [None, LONG])
    @pytest.mark.parametrize("name", METHODS)
    def test_which_methods_a_method_calls(name: str, timeout: float | None) -> None:
        ours, theirs = (recorded(module, METHODS[name], timeout) for module in (cffisock, own))
        if sys.version_info >= (3, 15) and "_sendfile_use_sendfile" in theirs:
            theirs.remove("fileno")  # which it asks for a second time
        assert [*map(str, ours)] == theirs


def test_every_public_method_is_recorded() -> None:
    public = {name for name in dir(own.socket) if callable(getattr(own.socket, name))}
    called = {re.split(r"[ ,]", name)[0] for name in METHODS}
    not_here = {"sendmsg_afalg", "ioctl", "share"}  # other families, and Windows
    assert {name for name in public if not name.startswith("_")} - called <= not_here


# --- what fails half-way ----------------------------------------------------------------------


def refusing(module: Any, takes: bool) -> Any:
    """A class that refuses descriptors, before or after the socket took one."""

    class Refusing(module.socket):  # type: ignore[misc]
        def __init__(self, *args: Any, fileno: Any = None, **kwargs: Any) -> None:
            if len(args) == 4:
                *args, fileno = args  # type: ignore[assignment]
            if fileno is None or takes:
                super().__init__(*args, fileno=fileno, **kwargs)
            if fileno is not None:
                raise RuntimeError("no")

    return Refusing


@pytest.mark.parametrize("takes", [False, True])
@pytest.mark.parametrize("how", ["dup", "fromfd", "socketpair", "accept"])
def test_a_class_that_refuses(how: str, takes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The descriptor is closed at once, and once: it may be somebody else's already."""
    cls = refusing(cffisock, takes)
    closed: list[int] = []
    with cls() as sock, cffisock.create_server(LOCALHOST) as listener, cffisock.socket() as client:
        client.connect(listener.getsockname())
        monkeypatch.setattr(cffisock, "socket", cls)
        before = descriptors()
        calls: dict[str, Callable[[], Any]] = {
            "dup": sock.dup,
            "fromfd": lambda: cffisock.fromfd(client.fileno(), cffisock.AF_INET, 1),
            "socketpair": cffisock.socketpair,
            "accept": listener.accept,
        }
        with pytest.raises(RuntimeError, match="no") as caught:
            calls[how]()
        assert descriptors() == before
        # The half-made object has no number any more that it could close later.
        frames = [frame for frame, _ in walk(caught.value.__traceback__)]
        for frame in frames:
            made = frame.f_locals.get("self")
            if isinstance(made, cls) and made is not sock:
                closed.append(made.fileno())
        assert {*closed} <= {-1}
        del frames, frame, made


def walk(traceback: Any) -> Any:
    while traceback is not None:
        yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next


def test_a_file_that_fails_leaves_the_socket_closable() -> None:
    one, two = cffisock.socketpair()
    with two:
        bad: list[dict[str, Any]] = [
            {"mode": "x"},
            {"mode": "r", "buffering": 0},
            {"mode": "r", "encoding": "no such"},
            {"mode": "r", "newline": "x"},
            {"mode": "rb", "buffering": 2**70},
        ]
        for arguments in bad:
            with pytest.raises((ValueError, LookupError, OverflowError)):
                one.makefile(**arguments)
        fd = one.fileno()
        one.close()
        assert one.fileno() == -1
        assert not is_socket(fd)


@BOTH
def test_settimeout_as_setblocking_calls_it_or_not(module: Any) -> None:
    """A class whose settimeout() calls setblocking() does not recurse."""

    class Recursing(module.socket):  # type: ignore[misc]
        def settimeout(self, value: Any) -> None:
            self.setblocking(value is None)
            super().settimeout(value)

    with Recursing() as sock:
        sock.settimeout(LONG)
        assert sock.gettimeout() == LONG
        sock.setblocking(False)
        assert sock.gettimeout() == 0.0
