"""Sockets from the service manager: sd_listen_fds(3)."""

from __future__ import annotations

import os
import sys

from . import _types as t
from ._object import socket

# The public module.
public: t.Any = sys.modules["cffisock"]

FIRST = 3
VARIABLES = "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"
UNNAMED = "unknown"


def listen_fds(*, unset_environment: bool = True) -> list[tuple[str, socket]]:
    """Takes over the sockets that the service manager has opened for this process.

    Each is ``(name, socket)``, in the manager's order, the name being that of the unit's
    FileDescriptorName=, or 'unknown'.  Families and types are the kernel's answers, timeouts the
    default one, and programs that this one executes do not inherit them.  Descriptors that are no
    sockets are left out.  No sockets if there are none, or they are for another process.  With
    ``unset_environment`` a second call, and children, find none.  sd_listen_fds(3).
    """
    found = _given(os.environ)
    if unset_environment:
        for name in VARIABLES:
            os.environ.pop(name, None)
    taken: list[tuple[str, socket]] = []
    try:
        for fd, name in found:
            os.set_inheritable(fd, False)
            if sock := _socket_on(fd):
                taken.append((name, sock))
    except BaseException:
        for _, sock in taken:
            sock.detach()  # they stay the manager's
        raise
    return taken


def _given(environment: t.Any) -> list[tuple[int, str]]:
    """Returns the descriptors that are for this process, with their names."""
    if environment.get("LISTEN_PID") != str(os.getpid()):
        return []
    number = environment.get("LISTEN_FDS", "")
    if not (number.isascii() and number.isdigit()) or int(number) < 1:
        return []
    count = int(number)
    names = environment.get("LISTEN_FDNAMES", "").split(":")
    names = [name or UNNAMED for name in names] if len(names) == count else [UNNAMED] * count
    return [(FIRST + i, name) for i, name in enumerate(names)]


def _socket_on(fd: int) -> t.Any:
    """Makes a socket on ``fd``; None where that is open and no socket."""
    try:
        sock = public.socket(fileno=fd)
    except OSError:
        os.fstat(fd)  # which fails for a descriptor that is not open
        return None
    sock.settimeout(public.getdefaulttimeout())
    return sock
