"""The public socket's methods for sending files: sendfile(2), or read and send where the kernel
cannot."""

from __future__ import annotations

from . import _types as t
from ._cffi import lib
from ._edge.errors import TIMED_OUT, error_for, is_interrupted, resume
from ._edge.memory import new_socket
from ._edge.platform import CONSTANTS, IS_WINDOWS
from ._edge.timeouts import wait_for

SOCK_STREAM = CONSTANTS["SOCK_STREAM"]
READ_SIZE = 64 * 1024
# What one sendfile(2) takes at most.
SENDFILE_MAX = 0x7FFFF000


class _GiveupOnSendfile(Exception):
    """The kernel cannot send this file by itself."""


def sendfile(
    self: t.PublicSocket, file: t.Any, offset: int = 0, count: t.Optional[int] = None
) -> int:
    """Sends ``file``, open in binary mode, from ``offset``: ``count`` bytes, or all of it.

    Returns how many bytes were sent; the file's position is after them, also if sending
    fails.  The socket has to be a SOCK_STREAM one that waits.  Its timeout is for each
    part that the kernel takes, not for the whole file.  sendfile(2).
    """
    try:
        return self._sendfile_use_sendfile(file, offset, count)
    except _GiveupOnSendfile:
        return self._sendfile_use_send(file, offset, count)


def sendfile_use_sendfile(
    self: t.PublicSocket, file: t.Any, offset: int = 0, count: t.Optional[int] = None
) -> int:
    """Does as `sendfile`, by sendfile(2); `_GiveupOnSendfile` where that cannot send ``file``."""
    if IS_WINDOWS:
        raise _GiveupOnSendfile("os.sendfile() not available on this platform")
    self._check_sendfile_params(file, offset, count)
    own = self._cs_fd
    fd = self.fileno()
    try:
        source = file.fileno()
    except (AttributeError, OSError) as error:  # io.UnsupportedOperation is an OSError
        raise _GiveupOnSendfile(error) from error
    wait = _require_waiting(self)
    if fd < 0:
        raise ValueError(f"Invalid file descriptor: {fd}")
    # A class may override `fileno`; its own descriptor is asked for anew with each part.
    memory = self._cs_socket if fd == own else new_socket(fd)
    sent = 0
    try:
        while count is None or sent < count:
            part = SENDFILE_MAX if count is None else min(count - sent, SENDFILE_MAX)
            n = _send_part(memory, source, offset + sent, part, wait, sent == 0)
            if n == 0:
                break
            sent += n
    finally:
        if sent > 0 and hasattr(file, "seek"):
            file.seek(offset + sent)
    return sent


def _send_part(memory: t.Any, source: int, offset: int, count: int, wait: int, first: bool) -> int:
    """Calls sendfile(2) once, on the ``cs_socket *`` at ``memory``: how many bytes it took."""
    turn = wait
    while True:
        n: int = lib.cs_sendfile(memory, source, offset, count, turn)
        if n >= 0:
            return n
        if first and n != TIMED_OUT and not is_interrupted(n):
            # Nothing is lost yet: send() will work, or tell what is wrong.
            raise _GiveupOnSendfile(error_for(n))
        turn = resume(n, wait)


def sendfile_use_send(
    self: t.PublicSocket, file: t.Any, offset: int = 0, count: t.Optional[int] = None
) -> int:
    """Does as `sendfile`, by reading ``file`` and `send`."""
    self._check_sendfile_params(file, offset, count)
    _require_waiting(self)
    if offset:
        file.seek(offset)
    sent = 0
    try:
        while count is None or sent < count:
            size = READ_SIZE if count is None else min(count - sent, READ_SIZE)
            data = memoryview(file.read(size))
            if not data:
                break
            while data:
                n = self.send(data)
                sent += n
                data = data[n:]
    finally:
        if sent > 0 and _can_seek(file):
            file.seek(offset + sent)
    return sent


def _can_seek(file: t.Any) -> bool:
    """Returns whether ``file`` has a position, which a pipe has not."""
    return hasattr(file, "seek") and (not hasattr(file, "seekable") or file.seekable())


def check_sendfile_params(
    self: t.PublicSocket, file: t.Any, offset: int, count: t.Optional[int]
) -> None:
    """Raises ValueError or TypeError where `sendfile` cannot send ``file`` by this socket."""
    if "b" not in getattr(file, "mode", "b"):
        raise ValueError("file should be opened in binary mode")
    if not self.type & SOCK_STREAM:
        raise ValueError("only SOCK_STREAM type sockets are supported")
    if count is not None:
        if not isinstance(count, int):
            raise TypeError(f"count must be a positive integer (got {count!r})")
        if count <= 0:
            raise ValueError(f"count must be a positive integer (got {count!r})")


def _require_waiting(self: t.PublicSocket) -> int:
    """Returns the socket's timeout as the shim's ``wait``; ValueError where that is 0."""
    wait = wait_for(self.gettimeout())
    if wait == 0:
        raise ValueError("non-blocking sockets are not supported")
    return wait
