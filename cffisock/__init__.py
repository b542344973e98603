"""Python's socket module, written over a small C shim with CFFI, for CPython and PyPy.

Use it as ``import cffisock as socket``; or let a program that knows nothing of it use it, by
``python -m cffisock run PROGRAM``, or by `install` before the program imports ``socket``.
"""

from __future__ import annotations

from errno import EAGAIN, EBADF, EWOULDBLOCK

from . import _platform, _socket
from ._convenience import (
    _GLOBAL_DEFAULT_TIMEOUT,
    _LOCALHOST,
    _LOCALHOST_V6,
    _fallback_socketpair,
    create_connection,
    create_server,
    fromfd,
    getaddrinfo,
    getfqdn,
    has_dualstack_ipv6,
    recv_fds,
    send_fds,
    socketpair,
)
from ._enums import (
    ENUMS,
    AddressFamily,
    AddressInfo,
    MsgFlag,
    SocketKind,
    _intenum_converter,
)
from ._install import install
from ._io import SocketIO, _blocking_errnos
from ._object import socket
from ._sendfile import _GiveupOnSendfile
from ._socket import (
    CMSG_LEN,
    CMSG_SPACE,
    SocketType,
    close,
    dup,
    error,
    gaierror,
    getdefaulttimeout,
    gethostbyaddr,
    gethostbyname,
    gethostbyname_ex,
    gethostname,
    getnameinfo,
    getprotobyname,
    getservbyname,
    getservbyport,
    has_ipv6,
    herror,
    htonl,
    htons,
    if_indextoname,
    if_nameindex,
    if_nametoindex,
    inet_aton,
    inet_ntoa,
    inet_ntop,
    inet_pton,
    ntohl,
    ntohs,
    setdefaulttimeout,
    sethostname,
    timeout,
)

globals().update(_platform.CONSTANTS)
globals().update(_platform.TEXTS)
for _enum in ENUMS:
    globals().update(_enum.__members__)
del _enum

__all__ = [
    "AddressFamily",
    "AddressInfo",
    "CMSG_LEN",
    "CMSG_SPACE",
    "MsgFlag",
    "SocketKind",
    "SocketType",
    "close",
    "create_connection",
    "create_server",
    "dup",
    "error",
    "fromfd",
    "gaierror",
    "getaddrinfo",
    "getdefaulttimeout",
    "getfqdn",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname_ex",
    "gethostname",
    "getnameinfo",
    "getprotobyname",
    "getservbyname",
    "getservbyport",
    "has_dualstack_ipv6",
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
    "install",
    "ntohl",
    "ntohs",
    "recv_fds",
    "send_fds",
    "setdefaulttimeout",
    "sethostname",
    "socket",
    "socketpair",
    "timeout",
    *_socket.CONSTANT_NAMES,
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    # The constants come from a table that a type checker cannot see.
    BDADDR_ANY: str
    BDADDR_LOCAL: str

    def __getattr__(name: str) -> int: ...
