"""Descriptors on their way from the kernel into a socket, and out of it again.

A signal's handler may raise between any two steps of Python.  So the shim writes a new descriptor
into memory, an *arrival*, and whoever made the call closes what is still there at its end.  An
object that takes it over has it first; then it is taken out.
"""

from __future__ import annotations

import sys
from collections import deque

from .. import _address
from .. import _types as t
from .._cffi import ffi, lib
from .._edge.arguments import c_fd, c_int
from .._edge.errors import again, check
from .._edge.memory import NO_SOCKET, new_socket
from .._edge.platform import CONSTANTS, IS_WINDOWS
from .._edge.tables import remember
from .._edge.timeouts import seconds, wait_for
from .mailbox import borrow, give_mailbox

AF_ALG = CONSTANTS.get("AF_ALG")
SOCK_NONBLOCK = CONSTANTS.get("SOCK_NONBLOCK", 0)
TYPE_BITS = ~(SOCK_NONBLOCK | CONSTANTS.get("SOCK_CLOEXEC", 0))
NULL = ffi.NULL

# A socket's family, type and protocol are one tuple, the same one for all sockets of that kind.
NO_KIND = (0, 0, 0)
_kinds: dict[tuple[int, int, int], tuple[int, int, int]] = {}

# The timeout of new sockets, as the shim's `wait`.
_default_wait = -1

# CPython finds a global sooner than an attribute of `lib`.
cs_accept, cs_close, cs_close_arrived = lib.cs_accept, lib.cs_close, lib.cs_close_arrived


def getdefaulttimeout() -> t.Optional[float]:
    """Returns the timeout of new sockets in seconds, None for none."""
    return seconds(_default_wait)


def setdefaulttimeout(timeout: t.Seconds, /) -> None:
    """Sets the timeout of new sockets, in seconds, None for none."""
    global _default_wait
    _default_wait = wait_for(timeout)


# --- arrivals -----------------------------------------------------------------------------------

_arrivals: deque[t.Any] = deque(maxlen=16)


def arrival() -> t.Any:
    """Gives memory for two descriptors, ``cs_socket[2]``, -1 for none; `leave` takes it back."""
    try:
        return _arrivals.pop()
    except IndexError:
        # Where a handler raises in the way of `leave`, the collector does its work.
        return ffi.gc(ffi.new("cs_socket[2]", (-1, -1)), cs_close_arrived)


def leave(fds: t.Any) -> None:
    """Closes the descriptors that nobody has taken out of ``fds``."""
    cs_close_arrived(fds)
    _arrivals.append(fds)


def taken(fds: t.Any, _sock: t.Any = None) -> int:
    """Takes a descriptor out, which is the caller's from now on."""
    fd: int = fds[0]
    fds[0] = -1
    return fd


# --- into a socket ------------------------------------------------------------------------------


def own(sock: t.Any, fds: t.Any, family: int, type: int, proto: int) -> None:
    """Gives a new ``sock`` the descriptor out of ``fds``, and the default timeout.

    If this fails the descriptor is closed.
    """
    try:
        fd = fds[0]
        sock._cs_socket = new_socket(fd)
        fds[0] = -1
        sock._cs_fd = fd
        _describe(sock, family, type, proto)
    except BaseException:
        if sock._cs_socket[0] == fds[0]:
            fds[0] = -1
        close(sock)
        raise


def _describe(sock: t.Any, family: int, type: int, proto: int) -> None:
    kind = family, type & TYPE_BITS, proto
    sock._cs_kind = _kinds.get(kind) or _new_kind(kind)
    if type & SOCK_NONBLOCK:
        sock._cs_wait = 0
        return
    sock._cs_wait = _default_wait
    if _default_wait != -1:
        check(lib.cs_set_blocking(sock._cs_socket, False))


def _new_kind(kind: tuple[int, int, int]) -> tuple[int, int, int]:
    # Before the first datagram: at the limit of descriptors its codec could not be imported.
    _address.codec(kind[0])
    return remember(_kinds, kind, kind)


def wrap(bare: t.Any, fds: t.Any, kind: tuple[int, int, int]) -> t.Any:
    """Gives the new socket ``bare``, of the public class, a descriptor known to be of that kind."""
    sys.audit("socket.__new__", bare, *kind)
    own(bare, fds, *kind)
    return bare


class Handed(int):
    """A descriptor on its way into a socket, which notes itself here when it takes it."""

    owner: t.Any = None


def on_descriptor(make: t.Callable[[int], t.Any], fds: t.Any) -> t.Any:
    """Calls ``make`` for a socket of some class that has the descriptor in ``fds``.

    If that fails the descriptor is closed, once, whether the half-made object has it or not.
    """
    handed = Handed(fds[0])
    try:
        sock = make(handed)
        fds[0] = -1
        return sock
    except BaseException:
        if handed.owner is not None:
            fds[0] = -1
            close(handed.owner)
        raise


def take_over(sock: t.Any, fileno: t.SupportsIndex, family: int, type: int, proto: int) -> None:
    """Gives a new ``sock`` the caller's descriptor; what is -1 of the rest the kernel tells."""
    sys.audit("socket.__new__", sock, family, type, proto)
    if IS_WINDOWS and isinstance(fileno, bytes):
        _take_over_share(sock, fileno)
        return
    fd = c_fd(fileno)
    if fd < 0:
        raise ValueError("negative file descriptor")
    memory = new_socket(fd)
    kind = ffi.new("int[3]", [family, type, proto])
    check(lib.cs_identify(memory, kind, kind + 1, kind + 2))
    try:
        sock._cs_socket = memory
        sock._cs_fd = fd
        _describe(sock, kind[0], kind[1], kind[2])
        if isinstance(fileno, Handed):
            fileno.owner = sock
    except BaseException:
        sock._cs_fd, sock._cs_socket = -1, NO_SOCKET  # the descriptor stays the caller's
        if isinstance(fileno, Handed):
            fileno.owner = None
        raise


def close(sock: t.Any) -> None:
    """Closes the descriptor of ``sock``, if it has one: close(2)."""
    sock._cs_fd = -1
    check(cs_close(sock._cs_socket))


def _take_over_share(sock: t.Any, description: bytes) -> None:
    """Gives a new ``sock`` a duplicate, as another process has described it."""
    from . import windows  # noqa: PLC0415  (it is not for other systems)

    fds = arrival()
    try:
        kind = windows.from_share(description, fds)
        own(sock, fds, *kind)
    finally:
        leave(fds)


# --- calls that make descriptors ----------------------------------------------------------------


def accepted(sock: t.Any, make: t.Callable[[t.Any, t.Any], t.V]) -> tuple[t.V, t.Any]:
    """Accepts a connection of ``sock``: what ``make(fds, sock)`` makes of it, and its address."""
    box, fds = borrow(), arrival()
    # The kernel's accept(2) fails where AF_ALG is asked for an address.
    peer = NULL if sock._cs_kind[0] == AF_ALG else box.peer[0]
    try:
        result = cs_accept(sock._cs_socket, peer, fds, sock._cs_wait)
        if result < 0:
            again(result, sock, cs_accept, peer, fds)
        address = _address.unpack_once(box.peer, sock) if peer else None
        return make(fds, sock), address
    finally:
        leave(fds)
        give_mailbox(box)


def duplicated(fd: int, make: t.Callable[[t.Any], t.V]) -> t.V:
    """Duplicates the descriptor ``fd``: what ``make(fds)`` makes of the other one.  dup(2)."""
    memory, fds = new_socket(fd), arrival()
    try:
        check(lib.cs_dup(memory, fds))
        return make(fds)
    finally:
        leave(fds)


def paired(
    family: int, type: int, proto: int, make: t.Callable[[t.Any, tuple[int, int, int]], t.V]
) -> tuple[t.V, t.V]:
    """Makes two sockets that are connected to each other: socketpair(2).

    Each is what ``make(fds, kind)`` makes of one end.
    """
    kind = c_int(family), c_int(type), c_int(proto)
    fds = arrival()
    made: list[t.Any] = []
    try:
        check(lib.cs_socketpair(*kind, fds))
        for end in fds, fds + 1:
            made.append(make(end, kind))
        return made[0], made[1]
    except BaseException:
        for sock in made:
            sock.close()
        raise
    finally:
        leave(fds)
