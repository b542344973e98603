"""TLS: the ``ssl`` module on cffisock's sockets, where CPython's ``_ssl`` does the work.

``_ssl`` takes the interpreter's own socket type alone, and reads the descriptor and the timeout
out of its C structure.  So it gets a *shadow*: an object of that type, with the same descriptor
and timeout, that owns nothing and is seen by nobody else.  All the data goes between ``_ssl``
and the kernel as ever.
"""

from __future__ import annotations

import functools
import sys

from .. import _types as t
from .._edge.errors import TimedOut
from .._edge.interpreter import interpreters_own
from .._edge.platform import CONSTANTS
from .._edge.timeouts import Deadline
from .._socket.base import socket

SOCK_STREAM = CONSTANTS["SOCK_STREAM"]


def adapt(cls: t.Any) -> None:
    """Lets ``_ssl`` work with sockets of ``cls``, the class ``ssl.SSLSocket`` over cffisock."""
    _refuse_unknown(cls)
    own = interpreters_own("_socket")
    context = sys.modules[cls.__module__].SSLContext
    if hasattr(own, "CAPI"):  # PyPy's _ssl, which is Python, takes any socket
        _keep_in_step(cls)
        _give_shadows(context, cls, _shadow_type(own.socket))
    _hold_deadlines(context, cls)


def _refuse_unknown(cls: t.Any) -> None:
    """Refuses what ``ssl`` does not know, as it does for single messages: it would go past TLS."""

    def refusal(name: str) -> t.Any:
        def refuse(self: t.Any, *args: t.Any, **kwargs: t.Any) -> t.NoReturn:
            raise NotImplementedError(f"{name} not allowed on instances of {type(self)}")

        return functools.wraps(getattr(cls, name))(refuse)

    known = {*dir(interpreters_own("_socket").socket), *vars(cls)}
    for name, member in vars(socket).items():
        if callable(member) and not name.startswith("_") and name not in known:
            setattr(cls, name, refusal(name))


def _shadow_type(base: t.Any) -> t.Any:
    """Makes the type of the shadows, of the interpreter's own socket type ``base``."""

    class Shadow(base):  # type: ignore[misc]
        """A socket that does not own its descriptor."""

        __slots__ = ("__weakref__",)
        # In place of the finalizer, which closes.
        __del__ = base.detach

    return Shadow


def _give_shadows(context: t.Any, cls: t.Any, shadow_type: t.Any) -> None:
    """Lets ``context``, the class ``ssl.SSLContext``, hand the shadows of sockets to ``_ssl``."""
    wrap = context._wrap_socket

    @functools.wraps(wrap)
    def _wrap_socket(self: t.Any, sock: t.Any, *args: t.Any, **kwargs: t.Any) -> t.Any:
        if not isinstance(sock, cls):
            return wrap(self, sock, *args, **kwargs)
        shadow = shadow_type(sock.family, SOCK_STREAM, sock.proto, sock.fileno())
        shadow.settimeout(sock.gettimeout())
        result = wrap(self, shadow, *args, **kwargs)
        # What _ssl has is a weak reference.
        sock._shadow = shadow
        return result

    context._wrap_socket = _wrap_socket


def _keep_in_step(cls: t.Any) -> None:
    """Lets the shadow of a socket of ``cls`` have its timeout, and its descriptor or none."""
    detach, close, unwrap = cls.detach, cls._real_close, cls.unwrap

    def in_step(name: str) -> t.Any:
        set_timeout = getattr(cls, name)

        @functools.wraps(set_timeout)
        def set_both(self: t.Any, value: t.Any, /) -> None:
            set_timeout(self, value)
            if self._shadow is not None:
                self._shadow.settimeout(self.gettimeout())

        return set_both

    # A shadow loses its descriptor first, so that it cannot act on one that the kernel has
    # given to somebody else.

    @functools.wraps(detach)
    def _detach(self: t.Any) -> t.Any:
        if self._shadow is not None:
            self._shadow.detach()
        return detach(self)

    @functools.wraps(close)
    def _real_close(self: t.Any) -> None:
        if self._shadow is not None:
            self._shadow.detach()
        close(self)

    @functools.wraps(unwrap)
    def _unwrap(self: t.Any) -> t.Any:
        unwrap(self)  # it returns what _ssl had to work with
        return self

    def _sendfile_zerocopy(_self: t.Any, _send: t.Any, giveup: t.Any, *_args: t.Any) -> t.Any:
        # Where the kernel encrypts, Python 3.15 asks for this before it uses send().
        raise giveup("the file goes through send()")

    cls._shadow = None
    cls.settimeout = in_step("settimeout")
    cls.setblocking = in_step("setblocking")
    cls.detach = _detach
    cls._real_close = _real_close
    cls.unwrap = _unwrap
    cls._sendfile_zerocopy = _sendfile_zerocopy


# --- deadlines ------------------------------------------------------------------------------


class _InTime:
    """An object of ``_ssl`` whose socket has a `Deadline`: each operation gets what is left of it.

    ``_ssl`` takes a timeout as the time for one operation.
    """

    __slots__ = ("_cs_sock", "_cs_sslobj")

    def __init__(self, sslobj: t.Any, sock: t.Any) -> None:
        object.__setattr__(self, "_cs_sslobj", sslobj)
        object.__setattr__(self, "_cs_sock", sock)

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._cs_sslobj, name)

    def __setattr__(self, name: str, value: t.Any) -> None:
        setattr(self._cs_sslobj, name, value)

    def read(self, *args: t.Any) -> t.Any:
        _hurry(self._cs_sock, "read")
        return self._cs_sslobj.read(*args)

    def write(self, *args: t.Any) -> t.Any:
        _hurry(self._cs_sock, "write")
        return self._cs_sslobj.write(*args)

    def _write_with_length(self, *args: t.Any) -> t.Any:  # PyPy's
        _hurry(self._cs_sock, "write")
        return self._cs_sslobj._write_with_length(*args)

    def do_handshake(self) -> t.Any:
        _hurry(self._cs_sock, "handshake")
        return self._cs_sslobj.do_handshake()

    def shutdown(self) -> t.Any:
        _hurry(self._cs_sock, "shutdown")
        return self._cs_sslobj.shutdown()


def _hurry(sock: t.Any, operation: str) -> None:
    """Lets ``_ssl`` have no more than what is left of the deadline of ``sock``."""
    deadline = sock.gettimeout()
    if deadline.left() == 0:
        raise TimedOut(f"The {operation} operation timed out")
    if shadow := getattr(sock, "_shadow", None):
        shadow.settimeout(deadline)


def _in_time(sslobj: t.Any, sock: t.Any) -> t.Any:
    """Returns ``sslobj`` as it is, or as what holds the deadline of ``sock``."""
    if isinstance(sslobj, _InTime):
        sslobj = sslobj._cs_sslobj
    is_timely = sslobj is not None and isinstance(sock.gettimeout(), Deadline)
    return _InTime(sslobj, sock) if is_timely else sslobj


def _hold_deadlines(context: t.Any, cls: t.Any) -> None:
    """Lets ``ssl`` use `_InTime` while a socket of ``cls`` has a `Deadline`."""
    wrap = context._wrap_socket

    @functools.wraps(wrap)
    def _wrap_socket(self: t.Any, sock: t.Any, *args: t.Any, **kwargs: t.Any) -> t.Any:
        return _in_time(wrap(self, sock, *args, **kwargs), sock)

    def holding(name: str) -> t.Any:
        set_timeout = getattr(cls, name)

        @functools.wraps(set_timeout)
        def set_and_hold(self: t.Any, value: t.Any, /) -> None:
            set_timeout(self, value)
            self._sslobj = _in_time(getattr(self, "_sslobj", None), self)

        return set_and_hold

    context._wrap_socket = _wrap_socket
    cls.settimeout = holding("settimeout")
    cls.setblocking = holding("setblocking")
