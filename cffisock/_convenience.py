"""What is made of sockets: connections, servers, pairs, descriptors sent to other processes.

Programs replace ``socket.socket`` and ``socket.getaddrinfo`` with their own (proxies, name
servers, tests) and rely on these functions to use them: hence ``cffisock.`` before both.
"""

from __future__ import annotations

import array
import builtins

import cffisock

from . import _base, _netdb
from ._ancillary import CMSG_LEN
from ._arguments import c_fd
from ._cffi import lib
from ._enums import FAMILIES, KINDS, AddressFamily, SocketKind
from ._errors import check
from ._object import socket
from ._platform import CONSTANTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn, SupportsIndex

AF_INET = AddressFamily(CONSTANTS["AF_INET"])
AF_INET6 = AddressFamily(CONSTANTS["AF_INET6"])
AF_UNIX = AddressFamily(CONSTANTS["AF_UNIX"])
SOCK_STREAM = SocketKind(CONSTANTS["SOCK_STREAM"])

_LOCALHOST = "127.0.0.1"
_LOCALHOST_V6 = "::1"
_GLOBAL_DEFAULT_TIMEOUT: Any = object()


# --- sockets on descriptors -----------------------------------------------------------


def fromfd(fd: SupportsIndex, family: int, type: int, proto: int = 0) -> socket:
    """A socket on a duplicate of the descriptor ``fd``: dup(2)."""
    copy = check(lib.cs_dup(c_fd(fd)))
    return _base.on_descriptor(cffisock.socket, family, type, proto, copy)


def socketpair(
    family: int | None = None, type: int = SOCK_STREAM, proto: int = 0
) -> tuple[socket, socket]:
    """Two sockets that are connected to each other, of AF_UNIX by default: socketpair(2)."""
    return _base.wrapped_pair(cffisock.socket, AF_UNIX if family is None else family, type, proto)


def _fallback_socketpair(
    family: int = AF_INET, type: int = SOCK_STREAM, proto: int = 0
) -> tuple[socket, socket]:
    """As `socketpair`, over TCP on the loopback interface, for AF_INET and AF_INET6."""
    if family not in (AF_INET, AF_INET6):
        raise ValueError("Only AF_INET and AF_INET6 socket address families are supported")
    if type != SOCK_STREAM:
        raise ValueError("Only SOCK_STREAM socket type is supported")
    if proto != 0:
        raise ValueError("Only protocol zero is supported")
    host = _LOCALHOST if family == AF_INET else _LOCALHOST_V6
    with socket(family, type, proto) as listener:
        listener.bind((host, 0))
        listener.listen()
        client = socket(family, type, proto)
        try:
            client.setblocking(False)
            try:  # noqa: SIM105  (contextlib takes 0.5 ms to import)
                client.connect(listener.getsockname()[:2])
            except BlockingIOError:
                pass
            client.setblocking(True)
            server, _ = listener.accept()
        except BaseException:
            client.close()
            raise
    # Anybody on this machine could have connected in between.
    if client.getpeername() != server.getsockname() or server.getpeername() != client.getsockname():
        client.close()
        server.close()
        raise ConnectionError("Unexpected peer connection")
    return server, client


# --- connections and servers ------------------------------------------------------------


def getaddrinfo(
    host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
) -> list[tuple[Any, Any, int, str, Any]]:
    """The addresses of ``host`` and ``port``, either of which may be None: getaddrinfo(3).

    Each is ``(family, type, proto, canonname, address)``, what `socket` and its ``connect``
    or ``bind`` take.  The other arguments narrow the choice.  Raises gaierror.
    """
    return [
        (FAMILIES.get(found, found), KINDS.get(kind, kind), protocol, canonname, address)
        for found, kind, protocol, canonname, address in _netdb.getaddrinfo(
            host, port, family, type, proto, flags
        )
    ]


def create_connection(
    address: tuple[Any, Any],
    timeout: Any = _GLOBAL_DEFAULT_TIMEOUT,
    source_address: Any = None,
    *,
    all_errors: bool = False,
) -> socket:
    """A socket connected to the first of the addresses of ``(host, port)`` that answers.

    ``timeout`` is for each attempt, in seconds, and stays the socket's; without it there is
    the default one.  ``source_address`` is what to bind to before.  If nothing answers the
    last error is raised, or with ``all_errors`` an ExceptionGroup of them all, where the
    interpreter has that.
    """
    host, port = address
    errors: list[OSError] = []
    for family, kind, proto, _, found in cffisock.getaddrinfo(host, port, 0, SOCK_STREAM):
        sock = None
        try:
            sock = cffisock.socket(family, kind, proto)
            if timeout is not _GLOBAL_DEFAULT_TIMEOUT:
                sock.settimeout(timeout)
            if source_address:
                sock.bind(source_address)
            sock.connect(found)
            return sock
        except OSError as error:
            errors.append(error)
            if sock is not None:
                sock.close()
        except BaseException:
            if sock is not None:
                sock.close()
            raise
    return _raise_connection_errors(errors, all_errors)


def _raise_connection_errors(errors: list[OSError], all_errors: bool) -> NoReturn:
    try:
        if not errors:
            raise OSError("getaddrinfo returns an empty list")
        if all_errors and hasattr(builtins, "ExceptionGroup"):
            raise builtins.ExceptionGroup("create_connection failed", errors)
        raise errors[-1]
    finally:
        # The traceback of each error holds this frame, which would hold the errors.
        errors.clear()


def has_dualstack_ipv6() -> bool:
    """Whether an AF_INET6 socket here can take IPv4 connections too: ipv6(7)."""
    try:
        with cffisock.socket(AF_INET6, SOCK_STREAM) as sock:
            sock.setsockopt(CONSTANTS["IPPROTO_IPV6"], CONSTANTS["IPV6_V6ONLY"], 0)
            return True
    except OSError:
        return False


def create_server(
    address: Any,
    *,
    family: int = AF_INET,
    backlog: int | None = None,
    reuse_port: bool = False,
    dualstack_ipv6: bool = False,
) -> socket:
    """A SOCK_STREAM socket bound to ``address`` that listens.

    ``reuse_port`` sets SO_REUSEPORT.  With ``dualstack_ipv6`` an AF_INET6 socket takes IPv4
    connections too.  Errors name the address.
    """
    if dualstack_ipv6:
        if not has_dualstack_ipv6():
            raise ValueError("dualstack_ipv6 not supported on this platform")
        if family != AF_INET6:
            raise ValueError("dualstack_ipv6 requires AF_INET6 family")
    sock = cffisock.socket(family, SOCK_STREAM)
    try:
        # So that the server can be started again while old connections linger.
        sock.setsockopt(CONSTANTS["SOL_SOCKET"], CONSTANTS["SO_REUSEADDR"], 1)
        if reuse_port:
            sock.setsockopt(CONSTANTS["SOL_SOCKET"], CONSTANTS["SO_REUSEPORT"], 1)
        if family == AF_INET6:
            sock.setsockopt(
                CONSTANTS["IPPROTO_IPV6"], CONSTANTS["IPV6_V6ONLY"], 0 if dualstack_ipv6 else 1
            )
        try:
            sock.bind(address)
        except OSError as error:
            text = f"{error.strerror} (while attempting to bind on address {address!r})"
            raise OSError(error.errno, text) from None
        if backlog is None:
            sock.listen()
        else:
            sock.listen(backlog)
        return sock
    except BaseException:
        sock.close()
        raise


# --- descriptors sent to other processes ---------------------------------------------------


def send_fds(
    sock: Any, buffers: Iterable[Any], fds: Iterable[int], flags: int = 0, address: Any = None
) -> int:
    """Sends the descriptors ``fds`` along with the data ``buffers``: SCM_RIGHTS in unix(7).

    Returns how many bytes of the data were sent.
    """
    rights = (CONSTANTS["SOL_SOCKET"], CONSTANTS["SCM_RIGHTS"], array.array("i", fds))
    sent: int = sock.sendmsg(buffers, [rights], flags, address)
    return sent


def recv_fds(
    sock: Any, bufsize: int, maxfds: int, flags: int = 0
) -> tuple[bytes, list[int], int, Any]:
    """Receives up to ``bufsize`` bytes and ``maxfds`` descriptors: SCM_RIGHTS in unix(7).

    Returns the data, the descriptors, the ``MSG_`` flags and the sender's address.
    """
    fds = array.array("i")
    data, items, msg_flags, address = sock.recvmsg(bufsize, CMSG_LEN(maxfds * fds.itemsize), flags)
    rights = (CONSTANTS["SOL_SOCKET"], CONSTANTS["SCM_RIGHTS"])
    for level, kind, payload in items:
        if (level, kind) == rights:
            fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
    return data, list(fds), msg_flags, address


# --- names ----------------------------------------------------------------------------------


def getfqdn(name: str = "") -> str:
    """The fully qualified name of the host ``name``, by default of this one.

    That is the first with a dot in it of the names that gethostbyaddr() knows, else its
    first, else ``name`` as it is.
    """
    name = name.strip()
    if not name or name in ("0.0.0.0", "::"):
        name = cffisock.gethostname()
    try:
        hostname, aliases, _ = cffisock.gethostbyaddr(name)
    except OSError:
        return name
    return next((known for known in (hostname, *aliases) if "." in known), hostname)
