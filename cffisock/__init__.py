"""Python's socket module, written over a small C shim with CFFI, for CPython and PyPy.

Use it as ``import cffisock as socket``; or let a program that knows nothing of it use it, by
``python -m cffisock run PROGRAM``, or by `install` before the program imports ``socket``.
"""

from __future__ import annotations

import errno as errno
import io as io
import os as os
import sys as sys
from enum import IntEnum as IntEnum
from enum import IntFlag as IntFlag
from errno import EAGAIN as EAGAIN
from errno import EBADF as EBADF
from errno import EWOULDBLOCK as EWOULDBLOCK

try:
    from . import _socket
except ModuleNotFoundError as _error:
    if _error.name != f"{__name__}._cffi":
        raise
    _clone = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    raise ImportError(
        f"cffisock is not built: run {sys.executable} -m pip install -e {_clone}"
    ) from None
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
    socketpair,
)
from ._edge import enums as _enums
from ._edge.enums import (
    AddressFamily,
    SocketKind,
    _intenum_converter,
)
from ._edge.platform import IS_WINDOWS as _IS_WINDOWS
from ._edge.platform import LACKING as _LACKING
from ._edge.timeouts import Deadline as Deadline
from ._files import SocketIO as SocketIO
from ._files import _blocking_errnos
from ._object import socket
from ._sendfile import _GiveupOnSendfile
from ._socket import (
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
    timeout,
)

if _IS_WINDOWS:
    from ._convenience import fromshare
else:
    from ._rights import recv_fds, send_fds
    from ._socket import CMSG_LEN, CMSG_SPACE, sethostname

__version__ = "0.1.0"

# Each name once: PyPy finds those later that were set twice.
globals().update(_enums.public_constants())

__all__ = [
    "CMSG_LEN",
    "CMSG_SPACE",
    "AddressFamily",
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
    "ntohl",
    "ntohs",
    "recv_fds",
    "send_fds",
    "setdefaulttimeout",
    "sethostname",
    "socket",
    "socketpair",
    "timeout",
]

# Not False, for which jedi, in editors, would not look at what type checkers see.
TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    import array as array
    import selectors as selectors

    from . import _public_constants
    from . import aio as aio
    from . import control as control
    from . import multicast as multicast
    from . import options as options
    from . import sockaddr as sockaddr
    from ._activation import listen_fds as listen_fds
    from ._install import install as install
    from ._install import installed as installed
    from ._names.ifaddrs import getifaddrs as getifaddrs
    from ._public_constants import *
    from ._public_constants import AddressInfo as AddressInfo
    from ._public_constants import MsgFlag as MsgFlag

    # The constants come from a table that a type checker cannot see.
    __all__ += _public_constants.__all__
else:
    __all__ += _socket.CONSTANT_NAMES
    if _IS_WINDOWS:
        __all__ = [name for name in (*__all__, "errorTab", "fromshare") if name not in _LACKING]
    # What is imported when it is asked for.  The first two are here since the standard module
    # imports them.
    _MODULES = {
        "array": "array",
        "selectors": "selectors",
        "aio": f"{__name__}.aio",
        "control": f"{__name__}.control",
        "multicast": f"{__name__}.multicast",
        "options": f"{__name__}.options",
        "sockaddr": f"{__name__}.sockaddr",
    }
    _FUNCTIONS = {
        "getifaddrs": f"{__name__}._names.ifaddrs",
        "install": f"{__name__}._install",
        "installed": f"{__name__}._install",
        "listen_fds": f"{__name__}._activation",
    }
    if _IS_WINDOWS:
        # These are about messages and options that it lacks.
        for _absent in ("aio", "control", "options"):
            del _MODULES[_absent]
            sys.modules[f"{__name__}.{_absent}"] = None  # type: ignore[assignment]
        del _FUNCTIONS["getifaddrs"]
        _FUNCTIONS["errorTab"] = f"{__name__}._socket.windows"
    _LATER = {**_MODULES, **_FUNCTIONS}

    def __getattr__(name: str) -> object:
        if name in _enums.LATER:
            flags = _enums.flags_with(name)
            for each, value in flags.items():
                globals().setdefault(each, value)  # a program may have put its own there
            return flags[name]
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415

        value: object = import_module(_LATER[name])
        if name in _FUNCTIONS:
            value = getattr(value, name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_LATER, *_enums.LATER})


del TYPE_CHECKING
