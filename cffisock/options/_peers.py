"""The process at the other end of a socket of AF_UNIX: unix(7)."""

from __future__ import annotations

import os
from errno import ERANGE
from struct import Struct
from typing import Any

from .._edge.platform import CONSTANTS as C
from ..control import Credentials

SOL_SOCKET = C["SOL_SOCKET"]
GROUPS_MAX = 65536
_CREDENTIALS, _INT, _GROUP = Struct("@iII"), Struct("@i"), Struct("@I")


def peer_credentials(sock: Any) -> Credentials:
    """Returns the process, user and group that made the other end: SO_PEERCRED.

    They are those of the moment when it connected, listened or made the pair.
    """
    value = sock.getsockopt(SOL_SOCKET, C["SO_PEERCRED"], _CREDENTIALS.size)
    return Credentials(*_CREDENTIALS.unpack(value))


def peer_groups(sock: Any) -> list[int]:
    """Returns the other groups of the process at the other end: SO_PEERGROUPS, Linux 4.13."""
    try:
        # As much as the standard module's sockets can take.
        value = sock.getsockopt(SOL_SOCKET, C["SO_PEERGROUPS"], 1024)
    except OSError as error:
        if error.errno != ERANGE:
            raise
        value = sock.getsockopt(SOL_SOCKET, C["SO_PEERGROUPS"], GROUPS_MAX * _GROUP.size)
    return [group for (group,) in _GROUP.iter_unpack(value)]


def peer_pidfd(sock: Any) -> int:
    """Returns a new descriptor of the process at the other end: SO_PEERPIDFD, Linux 6.5.

    Unlike its number it never means another process: pidfd_open(2).
    """
    (fd,) = _INT.unpack(sock.getsockopt(SOL_SOCKET, C["SO_PEERPIDFD"], _INT.size))
    os.set_inheritable(fd, False)
    return int(fd)
