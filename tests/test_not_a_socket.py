"""A number that was closed behind the socket's back and is a file's now: the file is left alone."""

from __future__ import annotations

import os
from typing import Any, Callable

import pytest

import cffisock

from .support import IS_PYPY, own
from .waiting import outcome

MODULES = {"cffisock": cffisock} if IS_PYPY else {"own": own, "cffisock": cffisock}
CONTENT = b"what the file has"


def with_file(sock: Any, call: Callable[[Any], Any]) -> Any:
    with sock.makefile("rwb", 0) as file:
        return call(file)


CALLS: dict[str, Callable[[Any], Any]] = {
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
    "sendto": lambda s: s.sendto(b"DATA", "/nowhere"),
    "sendmsg": lambda s: s.sendmsg([b"DATA"]),
    "sendmsg of parts": lambda s: s.sendmsg([b"DA", bytearray(b"TA")]),
    "accept": lambda s: s.accept(),
    "listen": lambda s: s.listen(),
    "shutdown": lambda s: s.shutdown(own.SHUT_WR),
    "getsockname": lambda s: s.getsockname(),
    "getsockopt": lambda s: s.getsockopt(own.SOL_SOCKET, own.SO_TYPE),
    "setsockopt": lambda s: s.setsockopt(own.SOL_SOCKET, own.SO_KEEPALIVE, 1),
    "file read": lambda s: with_file(s, lambda file: file.read(9)),
    "file write": lambda s: with_file(s, lambda file: file.write(b"DATA")),
}
BATCHES: dict[str, Callable[[Any], Any]] = {
    "recvmmsg": lambda s: s.recvmmsg(1, 9),
    "recvmmsg_into": lambda s: s.recvmmsg_into([bytearray(9)]),
    "sendmmsg": lambda s: s.sendmmsg([b"DATA"]),
}
CASES = [(name, call) for name, call in MODULES.items() for call in CALLS]
CASES += [("cffisock", call) for call in BATCHES]


@pytest.mark.parametrize("timeout", [None, 0.0, 20.0])
@pytest.mark.parametrize(("module", "name"), CASES)
def test_a_file_has_the_number(module: str, name: str, timeout: Any, tmp_path: Any) -> None:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    sock = MODULES[module].socket(own.AF_UNIX, own.SOCK_DGRAM if name in BATCHES else 1)
    sock.settimeout(timeout)
    with open(path, "r+b") as file:
        os.dup2(file.fileno(), sock.fileno())
        assert outcome({**CALLS, **BATCHES}[name], sock) == "ENOTSOCK"
        assert file.tell() == 0
        sock.close()
    assert path.read_bytes() == CONTENT
