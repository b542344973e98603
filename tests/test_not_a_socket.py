"""A number that was closed behind the socket's back and is a file's now: the file is left alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

import pytest

import cffisock

from .support import IS_PYPY, IS_WINDOWS, own, with_methods
from .waiting import outcome

MODULES = {"cffisock": cffisock} if IS_PYPY else {"own": own, "cffisock": cffisock}
CONTENT = b"what the file has"
# Wine has the second for some calls: the own module too.
NOT_A_SOCKET = ("ENOTSOCK", "EOPNOTSUPP") if IS_WINDOWS else ("ENOTSOCK",)


def with_file(sock: Any, call: Callable[[Any], Any]) -> Any:
    with sock.makefile("rwb", 0) as file:
        return call(file)


NOWHERE = ("127.0.0.1", 9) if IS_WINDOWS else "/nowhere"
CALLS: dict[str, Callable[[Any], Any]] = with_methods(
    {
        "recv": lambda s: s.recv(9),
        "recv much": lambda s: s.recv(1 << 20),
        "recv_into": lambda s: s.recv_into(bytearray(9)),
        "recvfrom": lambda s: s.recvfrom(9),
        "recvfrom_into": lambda s: s.recvfrom_into(bytearray(9)),
        "recvmsg": lambda s: s.recvmsg(9, 9),
        "recvmsg_into": lambda s: s.recvmsg_into([bytearray(4), bytearray(5)]),
        "send": lambda s: s.send(b"DATA"),
        "send from bytearray": lambda s: s.send(bytearray(b"DATA")),
        "sendall": lambda s: s.sendall(b"DATA"),
        "sendto": lambda s: s.sendto(b"DATA", NOWHERE),
        "sendmsg": lambda s: s.sendmsg([b"DATA"]),
        "sendmsg of parts": lambda s: s.sendmsg([b"DA", bytearray(b"TA")]),
        "accept": lambda s: s.accept(),
        "listen": lambda s: s.listen(),
        "shutdown": lambda s: s.shutdown(own.SHUT_WR),
        "getsockname": lambda s: s.getsockname(),
        "getsockopt": lambda s: s.getsockopt(own.SOL_SOCKET, own.SO_TYPE),
        "setsockopt": lambda s: s.setsockopt(own.SOL_SOCKET, own.SO_KEEPALIVE, 1),
        "makefile, read": lambda s: with_file(s, lambda file: file.read(9)),
        "makefile, write": lambda s: with_file(s, lambda file: file.write(b"DATA")),
    }
)
BATCHES: dict[str, Callable[[Any], Any]] = with_methods(
    {
        "recvmmsg": lambda s: s.recvmmsg(1, 9),
        "recvmmsg_into": lambda s: s.recvmmsg_into([bytearray(9)]),
        "sendmmsg": lambda s: s.sendmmsg([b"DATA"]),
    }
)
CASES = [(name, call) for name, call in MODULES.items() for call in CALLS]
CASES += [("cffisock", call) for call in BATCHES]


@contextmanager
def given_away(number: int, path: Any) -> Iterator[int]:
    """Lets the file have the number of the socket; a descriptor of it."""
    fds = [os.open(path, os.O_RDWR)]
    if sys.platform == "win32":
        import msvcrt

        own.close(number)
        while msvcrt.get_osfhandle(fds[-1]) != number:  # the next one has the lowest that is free
            fds.append(os.open(path, os.O_RDWR))
    else:
        os.dup2(fds[0], number)
    try:
        yield fds[-1]
    finally:
        for fd in fds:
            os.close(fd)


@pytest.mark.parametrize("timeout", [None, 0.0, 20.0])
@pytest.mark.parametrize(("module", "name"), CASES)
def test_a_file_has_the_number(module: str, name: str, timeout: Any, tmp_path: Any) -> None:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    family = own.AF_INET if IS_WINDOWS else own.AF_UNIX
    sock = MODULES[module].socket(family, own.SOCK_DGRAM if name in BATCHES else 1)
    sock.settimeout(timeout)
    with given_away(sock.fileno(), path) as file:
        assert outcome({**CALLS, **BATCHES}[name], sock) in NOT_A_SOCKET
        assert os.lseek(file, 0, os.SEEK_CUR) == 0
        if IS_WINDOWS:  # the number is the file's, and no other
            sock.detach()
        sock.close()
    assert path.read_bytes() == CONTENT
