"""The exceptions, and what a negative result of the shim means."""

from __future__ import annotations

import _warnings
import errno
import os
import sys

from .. import _types as t
from .._cffi import ffi, lib
from .platform import CONSTANTS, IS_WINDOWS

# The function of the module ``warnings``, which itself cannot be imported while the interpreter
# ends: many an unclosed socket is found then.
warn = _warnings.warn

error = OSError
if sys.version_info >= (3, 10):
    timeout = TimeoutError
    TimedOut = TimeoutError
else:
    # There _ssl raises the interpreter's own `timeout`, which is not TimeoutError yet.  Programs
    # catch that with ours, which is the same, and what we raise with TimeoutError too.
    from _socket import timeout

    class TimedOut(timeout, TimeoutError):
        """The time was up."""


class herror(OSError):
    """A failed look-up that reports in h_errno: gethostbyname(3), gethostbyaddr(3)."""

    __module__ = "cffisock"


class gaierror(OSError):
    """A failed look-up that reports an EAI_* code: getaddrinfo(3), getnameinfo(3)."""

    __module__ = "cffisock"


EAI_SYSTEM = CONSTANTS.get("EAI_SYSTEM")
TIMED_OUT = lib.CS_TIMED_OUT


def _number(name: str, windows: str = "") -> int:
    """The number of an error as the shim has it: on Windows it is winsock's."""
    number: int = getattr(errno, f"WSA{windows or name}" if IS_WINDOWS else name)
    return number


EAGAIN, EBADF, EINVAL = (
    _number("EAGAIN", "EWOULDBLOCK"),
    _number("EBADF", "ENOTSOCK"),
    _number("EINVAL"),
)
INTERRUPTED = -_number("EINTR")


def _system_error(code: int) -> OSError:
    return OSError(code, os.strerror(code))


def _windows_error(code: int) -> OSError:
    _, text = ffi.getwinerror(code)
    if text == f"Windows Error 0x{code:X}":  # there is none
        text = f"Windows Error 0x{code:x}"
    return OSError(None, text, None, code, None)


system_error = _windows_error if IS_WINDOWS else _system_error


def error_for(result: int) -> OSError:
    """Returns the exception for a negative ``result`` of a shim function."""
    if result == TIMED_OUT:
        return TimedOut("timed out")
    return system_error(-result)


def check(result: int) -> int:
    """Hands on a ``result`` of a shim function that does not wait, or raises its error."""
    if result < 0:
        raise error_for(result)
    return result


def is_interrupted(result: int) -> bool:
    """Returns whether the shim asks to be called again: a signal came, or it has waited."""
    return result == INTERRUPTED or result < TIMED_OUT


def resume(result: int, wait: int) -> int:
    """Returns the ``wait`` with which an operation goes on that returned a negative ``result``.

    Only an interrupted operation goes on; any other failure raises.  Signal handlers run
    when this function returns to the interpreter, and may raise too.
    """
    if result < TIMED_OUT:
        return result
    if result == INTERRUPTED:
        return wait
    raise error_for(result)


def again(result: int, sock: t.Socket, call: t.Callable[..., int], *arguments: t.Any) -> int:
    """Goes on with an operation of ``sock`` that had a negative ``result``, until it ends.

    That is ``call(sock._cs_socket, *arguments, wait)``.  Each try reads the descriptor anew, after
    the signal handlers: by then the socket may be closed, and the number somebody else's.
    """
    while result < 0:
        wait = resume(result, sock._cs_wait)
        result = call(sock._cs_socket, *arguments, wait)
    return result


def gai_error(result: int) -> OSError:
    """Returns the exception for a ``result`` that is an EAI_* code, or errno's own behind it."""
    code = lib.cs_gai_code(result)
    if code == EAI_SYSTEM:
        return system_error(ffi.errno)
    return gaierror(code, ffi.string(lib.cs_gai_strerror(code)).decode())


def herror_for(code: int) -> herror:
    """Returns the exception for an h_errno ``code``."""
    return herror(code, ffi.string(lib.cs_hstrerror(code)).decode())
