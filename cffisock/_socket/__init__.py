"""The low-level module, what the standard library calls ``_socket``: the base socket type,
plain ints for constants, and the functions that need no public socket.

What makes a system call on a socket belongs here: `base` is the type, and each other file a subject
of its methods.  Programs see this namespace.  Within cffisock `base` and `ancillary` are used too.
"""

from __future__ import annotations

from .. import _types as t
from .._cffi import lib
from .._edge.arguments import c_fd
from .._edge.errors import EBADF, check, error, gaierror, herror, timeout
from .._edge.memory import new_socket
from .._edge.platform import CONSTANTS, IS_WINDOWS, LACKING, TEXTS
from .._names.inet import (
    htonl,
    htons,
    inet_aton,
    inet_ntoa,
    inet_ntop,
    inet_pton,
    ntohl,
    ntohs,
)
from .._names.netdb import (
    getaddrinfo,
    gethostbyaddr,
    gethostbyname,
    gethostbyname_ex,
    gethostname,
    getnameinfo,
    getprotobyname,
    getservbyname,
    getservbyport,
)
from .._names.netif import if_indextoname, if_nameindex, if_nametoindex
from .base import socket
from .descriptors import duplicated, getdefaulttimeout, own, paired, setdefaulttimeout, taken

if not IS_WINDOWS:
    from .._names.netdb import sethostname
    from .ancillary import CMSG_LEN, CMSG_SPACE

__all__ = [
    "CMSG_LEN",
    "CMSG_SPACE",
    "SocketType",
    "close",
    "dup",
    "error",
    "gaierror",
    "getaddrinfo",
    "getdefaulttimeout",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname_ex",
    "gethostname",
    "getnameinfo",
    "getprotobyname",
    "getservbyname",
    "getservbyport",
    "has_ipv6",
    "herror",
    "htonl",
    "htons",
    "if_indextoname",
    "if_nameindex",
    "if_nametoindex",
    "inet_aton",
    "inet_ntoa",
    "inet_ntop",
    "inet_pton",
    "ntohl",
    "ntohs",
    "setdefaulttimeout",
    "sethostname",
    "socket",
    "socketpair",
    "timeout",
]

SocketType = socket
has_ipv6: bool = "AF_INET6" in CONSTANTS
globals().update(CONSTANTS)
globals().update(TEXTS)
CONSTANT_NAMES = (*CONSTANTS, *TEXTS)
__all__ += CONSTANT_NAMES  # pyright: ignore[reportUnsupportedDunderAll]


def close(fd: t.SupportsIndex, /) -> None:
    """Closes the descriptor ``fd``: close(2)."""
    number = c_fd(fd)
    # For the shim there is nothing to close then.
    check(-EBADF if number == -1 else lib.cs_close(new_socket(number)))


def dup(fd: t.SupportsIndex, /) -> int:
    """Returns a duplicate of the descriptor ``fd``, close-on-exec: dup(2)."""
    return duplicated(c_fd(fd), taken)


def socketpair(
    family: int = CONSTANTS.get("AF_UNIX", 0),
    type: int = CONSTANTS["SOCK_STREAM"],
    proto: int = 0,
    /,
) -> tuple[socket, socket]:
    """Returns two base sockets that are connected to each other: socketpair(2)."""
    return paired(family, type, proto, _bare)


def _bare(fds: t.Any, kind: tuple[int, int, int]) -> socket:
    sock: socket = socket.__new__(socket)
    own(sock, fds, *kind)
    return sock


if IS_WINDOWS:
    del socketpair
    for _name in {*LACKING, "socketpair"}.intersection(__all__):
        __all__.remove(_name)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> t.Any:
    if name == "CAPI":
        # Extension modules of CPython, _ssl among them, ask for this while they are imported.
        from .._edge.interpreter import interpreters_own  # noqa: PLC0415  (few programs need it)

        return interpreters_own("_socket").CAPI
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
