"""Functions that make sockets or use several: connections, servers, pairs.

Programs replace ``socket.socket``, ``socket.getaddrinfo`` and others with their own (proxies, name
servers, guards, tests) and rely on these functions to use them: hence ``public.`` before them.
"""

from __future__ import annotations

import builtins
import sys

from . import _types as t
from ._edge.arguments import c_fd
from ._edge.enums import FAMILIES, TYPES, AddressFamily, SocketKind
from ._edge.errors import TIMED_OUT, error_for
from ._edge.platform import CONSTANTS, IS_WINDOWS
from ._edge.timeouts import Deadline
from ._names.netdb import NO_TIMEOUT
from ._object import bare, prepared, socket
from ._socket import descriptors

# The public module.
public: t.Any = sys.modules["cffisock"]

AF_INET = AddressFamily(CONSTANTS["AF_INET"])
AF_INET6 = AddressFamily(CONSTANTS["AF_INET6"])
# None on Windows, where pairs are of TCP.
AF_UNIX: t.Any = FAMILIES.get(CONSTANTS.get("AF_UNIX", -1))
SOCK_STREAM = SocketKind(CONSTANTS["SOCK_STREAM"])
SOL_SOCKET = CONSTANTS["SOL_SOCKET"]
SO_REUSEADDR, SO_REUSEPORT = CONSTANTS["SO_REUSEADDR"], CONSTANTS.get("SO_REUSEPORT")
IPV6_ONLY = CONSTANTS["IPPROTO_IPV6"], CONSTANTS["IPV6_V6ONLY"]

_LOCALHOST = "127.0.0.1"
_LOCALHOST_V6 = "::1"
_GLOBAL_DEFAULT_TIMEOUT: t.Any = object()
# Seconds that each of several addresses gets of a deadline, if there are as many.
LEAST_SHARE = 2.0


# --- sockets on descriptors -----------------------------------------------------------


def fromfd(fd: t.SupportsIndex, family: int, type: int, proto: int = 0) -> socket:
    """Makes a socket on a duplicate of the descriptor ``fd``: dup(2)."""

    def made(fds: t.Any) -> socket:
        sock: socket = descriptors.on_descriptor(
            lambda fd: public.socket(family, type, proto, fd), fds
        )
        return sock

    if public.dup is public._socket.dup:
        return descriptors.duplicated(c_fd(fd), made)
    fds = descriptors.arrival()
    try:
        fds[0] = public.dup(fd)
        return made(fds)
    finally:
        descriptors.leave(fds)


def socketpair(
    family: t.Optional[int] = None, type: int = SOCK_STREAM, proto: int = 0
) -> tuple[socket, socket]:
    """Makes two sockets that are connected to each other, by default of AF_UNIX: socketpair(2)."""
    domain: int = AF_UNIX if family is None else family
    if public.socket is socket:
        return descriptors.paired(
            domain, type, proto, lambda fds, kind: descriptors.wrap(bare(), fds, kind)
        )
    return descriptors.paired(
        domain,
        type,
        proto,
        lambda fds, _kind: descriptors.on_descriptor(
            lambda fd: public.socket(domain, type, proto, fd), fds
        ),
    )


def _fallback_socketpair(
    family: int = AF_INET, type: int = SOCK_STREAM, proto: int = 0
) -> tuple[socket, socket]:
    """Does as `socketpair`, over TCP on the loopback interface, for AF_INET and AF_INET6."""
    if family not in (AF_INET, AF_INET6):
        raise ValueError("Only AF_INET and AF_INET6 socket address families are supported")
    if type != SOCK_STREAM:
        raise ValueError("Only SOCK_STREAM socket type is supported")
    if proto != 0:
        raise ValueError("Only protocol zero is supported")
    host = _LOCALHOST if family == AF_INET else _LOCALHOST_V6
    listener = public.socket(family, type, proto)
    try:
        listener.bind((host, 0))
        listener.listen()
        address = listener.getsockname()[:2]
        client = public.socket(family, type, proto)
        try:
            client.setblocking(False)
            try:  # noqa: SIM105  (contextlib takes 0.5 ms to import)
                client.connect(address)
            except (BlockingIOError, InterruptedError):
                pass
            client.setblocking(True)
            server, _ = listener.accept()
        except BaseException:
            client.close()
            raise
    finally:
        listener.close()
    try:
        _require_peers(server, client)
    except BaseException:
        server.close()
        client.close()
        raise
    return server, client


if IS_WINDOWS:
    socketpair = _fallback_socketpair  # type: ignore[assignment]


def fromshare(info: bytes) -> socket:
    """Makes a socket of what another process, or this one, got from `socket.share`."""
    sock: socket = public.socket(0, 0, 0, info)
    return sock


def _require_peers(one: socket, other: socket) -> None:
    # Anybody on this machine could have connected in between.
    if one.getsockname() != other.getpeername() or other.getsockname() != one.getpeername():
        raise ConnectionError("Unexpected peer connection")


# --- connections and servers ------------------------------------------------------------


def getaddrinfo(
    host: t.Union[str, bytes, None],
    port: t.Union[int, str, bytes, None],
    family: int = 0,
    type: int = 0,
    proto: int = 0,
    flags: int = 0,
    *,
    timeout: t.Seconds = NO_TIMEOUT,
) -> list[tuple[AddressFamily, SocketKind, int, str, t.Any]]:
    """Looks up the addresses of ``host`` and ``port``; either may be None: getaddrinfo(3).

    Each is ``(family, type, proto, canonname, address)``, what `socket` and its ``connect``
    or ``bind`` take.  The other arguments narrow the choice.  Raises gaierror, or TimeoutError
    after ``timeout`` seconds.  With a timeout, None too, a signal such as that of Ctrl-C has its
    handler run at once; without, the C library waits as long as it likes.
    """
    limit = {} if timeout is NO_TIMEOUT else {"timeout": timeout}
    return [
        (FAMILIES.get(found, found), TYPES.get(kind, kind), protocol, canonname, address)
        for found, kind, protocol, canonname, address in public._socket.getaddrinfo(
            host, port, family, type, proto, flags, **limit
        )
    ]


def create_connection(
    address: tuple[t.Union[str, bytes, None], t.Union[int, str, bytes, None]],
    timeout: t.Seconds = _GLOBAL_DEFAULT_TIMEOUT,
    source_address: t.Optional[t.Address] = None,
    *,
    all_errors: bool = False,
    happy_eyeballs_delay: t.Optional[float] = None,
    interleave: t.Optional[int] = None,
) -> socket:
    """Connects a socket to the first of the addresses of ``(host, port)`` that answers.

    ``timeout`` is for each attempt, in seconds, and stays the socket's; without it there is
    the default one.  A `Deadline` is for the look-up and all attempts together.
    ``source_address`` is what to bind to before.  With ``happy_eyeballs_delay`` the next attempt
    begins after so many seconds, beside those before it: RFC 8305.  ``interleave`` is how many
    addresses of the first family there are before another family has its turn, 1 by default with
    that delay, else 0, which leaves the order.  If nothing answers the last error is raised, or
    with ``all_errors`` an ExceptionGroup of them all, where the interpreter has that.
    """
    host, port = address
    within = isinstance(timeout, Deadline) and public.getaddrinfo is getaddrinfo
    limit = {"timeout": timeout} if within else {}
    answers = public.getaddrinfo(host, port, 0, SOCK_STREAM, **limit)
    if interleave or (interleave is None and happy_eyeballs_delay is not None):
        from ._happy_eyeballs import interleaved  # noqa: PLC0415  (rarely needed)

        answers = interleaved(answers, 1 if interleave is None else interleave)
    errors: list[OSError] = []
    if happy_eyeballs_delay is None:
        sock = _connect_in_turn(answers, timeout, source_address, errors)
    else:
        sock = _connect_side_by_side(answers, happy_eyeballs_delay, timeout, source_address, errors)
    if sock is None:
        _raise_connection_errors(errors, all_errors)
    errors.clear()
    return sock


def _connect_in_turn(
    answers: list[t.Any], timeout: t.Any, source_address: t.Any, errors: list[OSError]
) -> t.Optional[socket]:
    """Connects to one of the ``answers`` after the other; failures go into ``errors``."""
    for left, answer in zip(range(len(answers), 0, -1), answers):
        share = timeout
        if isinstance(timeout, Deadline):
            if timeout.left() == 0:
                errors.append(error_for(TIMED_OUT))
                return None
            # A host that is silent leaves time for those after it.
            share = Deadline(min(timeout.left(), max(timeout.left() / left, LEAST_SHARE)))
        try:
            sock = _connecting(answer, share, source_address)
        except OSError as error:
            errors.append(error)
            continue
        return sock if share is timeout else prepared(sock, sock.settimeout, timeout)
    return None


def _connecting(
    answer: t.Any, timeout: t.Any, source_address: t.Any, may_go_on: bool = False
) -> socket:
    """Makes a socket for an ``answer`` of `getaddrinfo` and connects it.

    ``may_go_on`` if a non-blocking one may be connecting yet.
    """
    family, kind, proto, _, address = answer
    sock: socket = public.socket(family, kind, proto)
    try:
        if timeout is not _GLOBAL_DEFAULT_TIMEOUT:
            sock.settimeout(timeout)
        if source_address:
            sock.bind(source_address)
        try:
            sock.connect(address)
        except BlockingIOError:
            if not may_go_on:
                raise
        return sock
    except BaseException:
        sock.close()
        raise


def _connect_side_by_side(
    answers: list[t.Any],
    delay: float,
    timeout: t.Any,
    source_address: t.Any,
    errors: list[OSError],
) -> t.Optional[socket]:
    """Connects to the first of the ``answers`` that is there; failures go into ``errors``."""
    from ._happy_eyeballs import first_connected  # noqa: PLC0415  (rarely needed)

    if timeout is _GLOBAL_DEFAULT_TIMEOUT:
        timeout = public.getdefaulttimeout()
    sock: t.Optional[socket] = first_connected(
        answers,
        lambda answer: _connecting(answer, 0, source_address, may_go_on=True),
        delay,
        timeout,
        errors,
    )
    return sock if sock is None else prepared(sock, sock.settimeout, timeout)


def _raise_connection_errors(errors: list[OSError], all_errors: bool) -> t.NoReturn:
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
    """Returns whether an AF_INET6 socket here can take IPv4 connections too: ipv6(7)."""
    if not public.has_ipv6:
        return False
    try:
        with public.socket(AF_INET6, SOCK_STREAM) as sock:
            sock.setsockopt(*IPV6_ONLY, 0)
            return bool(sock.getsockopt(*IPV6_ONLY) == 0)
    except OSError:
        return False


def create_server(
    address: t.Address,
    *,
    family: int = AF_INET,
    backlog: t.Optional[int] = None,
    reuse_port: bool = False,
    dualstack_ipv6: bool = False,
) -> socket:
    """Makes a SOCK_STREAM socket that is bound to ``address`` and listens.

    ``reuse_port`` sets SO_REUSEPORT, where that is an option.  With ``dualstack_ipv6`` an
    AF_INET6 socket takes IPv4 connections too.  Errors name the address.
    """
    if dualstack_ipv6:
        if not public.has_dualstack_ipv6():
            raise ValueError("dualstack_ipv6 not supported on this platform")
        if family != AF_INET6:
            raise ValueError("dualstack_ipv6 requires AF_INET6 family")
    if reuse_port and SO_REUSEPORT is None:
        raise ValueError("SO_REUSEPORT not supported on this platform")
    sock: socket = public.socket(family, SOCK_STREAM)
    try:
        _set_server_options(sock, family, reuse_port, dualstack_ipv6)
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


def _set_server_options(sock: socket, family: int, reuse_port: bool, dualstack_ipv6: bool) -> None:
    # So that the server can be started again while old connections linger; not every family has
    # the option, and what comes of it, bind() tells.  On Windows, where that is so without it, it
    # would let others have the same address.
    if not IS_WINDOWS:
        try:  # noqa: SIM105  (contextlib takes 0.5 ms to import)
            sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        except OSError:
            pass
    if reuse_port and SO_REUSEPORT is not None and family in (AF_INET, AF_INET6):
        sock.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)
    if public.has_ipv6 and family == AF_INET6:
        sock.setsockopt(*IPV6_ONLY, 0 if dualstack_ipv6 else 1)


# --- names ----------------------------------------------------------------------------------


def getfqdn(name: str = "") -> str:
    """Returns the fully qualified name of the host ``name``, by default of this one.

    That is the first with a dot in it of the names that gethostbyaddr() knows, else its
    first, else ``name`` as it is.
    """
    name = name.strip()
    if not name or name in ("0.0.0.0", "::"):
        name = public.gethostname()
    try:
        hostname, aliases, _ = public.gethostbyaddr(name)
    except OSError:
        return name
    names: list[str] = [hostname, *aliases]
    return next((known for known in names if "." in known), hostname)
