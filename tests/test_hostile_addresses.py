"""Hostile peers: names of AF_UNIX of every length, with a NUL at their end, within, and without.

They are bound by the C library's own bind(2), which takes what no module of sockets would make.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

import pytest

import cffisock

from .receiving import WITH_ROOM, by_transport, now
from .support import IS_PYPY, LONG, own

ROOM = 108  # of sun_path
LIBC = ctypes.CDLL(None, use_errno=True)
# Told by the length alone: what is behind it no receiver may see.
NAMES: dict[str, Callable[[int], bytes]] = {
    "no NUL": lambda n: b"x" * n,
    "NUL at the end": lambda n: (b"y" * n)[: n - 1] + b"\0" * (n > 0),
    "NUL within": lambda n: (b"z" * (n // 2) + b"\0" + b"behind" * ROOM)[:n],
    "abstract": lambda n: (b"\0" + b"a" * n)[:n],
    "abstract, of NULs": lambda n: b"\0" * n,
    "abstract, no text": lambda n: (b"\0\xff\xfe" * n)[:n],
}


def bind(sock: Any, name: bytes) -> None:
    """Binds to an address of AF_UNIX with exactly these bytes; OSError as bind(2) has it."""
    raw = struct.pack("H", own.AF_UNIX) + name
    if LIBC.bind(sock.fileno(), raw, len(raw)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def connect(client: Any, listener: Any) -> None:
    """Connects by the very bytes of the listener's address."""
    raw, size = ctypes.create_string_buffer(200), ctypes.c_uint(200)
    assert LIBC.getsockname(listener.fileno(), raw, ctypes.byref(size)) == 0
    # A path of 108 bytes comes with a NUL that the kernel adds, and is too long then.
    assert LIBC.connect(client.fileno(), raw, min(size.value, ROOM + 2)) == 0


@pytest.fixture(autouse=True)
def _in_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where paths of one byte are."""
    monkeypatch.chdir(folder)


@contextmanager
def sender(name: bytes, kind: int) -> Iterator[Any]:
    """A socket with that name, or another one that the kernel chose, or none."""
    with own.socket(own.AF_UNIX, kind) as sock:
        try:
            bind(sock, name)
        except OSError:
            if name[:1] != b"\0" and b"\0" not in name:
                assert not name or len(name) > ROOM
        yield sock
    path = name.partition(b"\0")[0]
    if path and os.path.exists(path):
        os.unlink(path)


def as_the_own_module(address: Any) -> Any:
    """PyPy's has no bytes for an address that is no text."""
    return os.fsencode(address) if IS_PYPY and isinstance(address, str) else address


def by_the_own_module(address: Any) -> Any:
    """Without what it reads behind a name that fills its room, on machines of 32 bits."""
    shown = as_the_own_module(address)
    return shown[:ROOM] if isinstance(shown, (str, bytes)) else shown


RECEIVERS: dict[str, Callable[[Any], Any]] = {
    "recvfrom": lambda s: s.recvfrom(10)[1],
    "recvfrom, large": lambda s: s.recvfrom(1 << 20)[1],
    "recvfrom_into": lambda s: s.recvfrom_into(bytearray(10))[1],
    **{name: lambda s, n=name: WITH_ROOM[n](s, 10, 100)[3] for name in WITH_ROOM},
    "a transport": lambda s: now(s, lambda: by_transport(s))[1],
}


@pytest.mark.parametrize("names", NAMES)
def test_senders_of_datagrams(names: str) -> None:
    """Each way to receive tells the same name as the interpreter's own module."""
    seen = set()
    with cffisock.socket(cffisock.AF_UNIX, cffisock.SOCK_DGRAM) as receiver:
        receiver.settimeout(LONG)
        receiver.bind("")
        address = receiver.getsockname()
        with own.socket(fileno=os.dup(receiver.fileno())) as referee:
            for n in range(ROOM + 1):
                with sender(NAMES[names](n), own.SOCK_DGRAM) as sock:
                    sock.sendto(b"data", address)
                    expected = by_the_own_module(referee.recvfrom(10)[1])
                    for way, receive in RECEIVERS.items():
                        sock.sendto(b"data", address)
                        found = as_the_own_module(receive(receiver))
                        assert found == expected, (way, n)
                seen.add(expected)
    assert len(seen) > 50


@pytest.mark.parametrize("names", NAMES)
def test_names_of_both_ends(names: str) -> None:
    """getsockname(), getpeername(), accept(), in both modules; of a listener and of a client."""
    for n in range(ROOM + 1):
        name = NAMES[names](n)
        with sender(name, own.SOCK_STREAM) as listener:
            if not listener.getsockname():
                listener.bind("")
            listener.listen()
            with sender(name[:-1] + b"c", own.SOCK_STREAM) as client:
                connect(client, listener)
                with cffisock.socket(fileno=listener.detach()) as mine:
                    mine.settimeout(LONG)
                    connection, peer = mine.accept()
                    with connection, cffisock.socket(fileno=os.dup(client.fileno())) as copy:
                        names_of = [
                            (as_the_own_module(ask()), by_the_own_module(referee()))
                            for ask, referee in (
                                (copy.getsockname, client.getsockname),
                                (copy.getpeername, client.getpeername),
                                (connection.getpeername, client.getsockname),
                                (lambda peer=peer: peer, client.getsockname),
                                (mine.getsockname, client.getpeername),
                            )
                        ]
                        assert [mine for mine, _ in names_of] == [theirs for _, theirs in names_of]
                        copy.send(b"usable")
                        assert connection.recv(10) == b"usable"
                        repr(connection), repr(copy)
