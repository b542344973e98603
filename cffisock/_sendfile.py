"""Sending files: sendfile(2), or read and send where the kernel cannot."""

from __future__ import annotations

import os

from ._cffi import lib
from ._errors import TIMED_OUT, error_for, is_interrupted, resume
from ._platform import CONSTANTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, SupportsIndex

SOCK_STREAM = CONSTANTS["SOCK_STREAM"]
READ_SIZE = 64 * 1024
# What one sendfile(2) takes at most.
SENDFILE_MAX = 0x7FFFF000


class _GiveupOnSendfile(Exception):
    """The kernel cannot send this file by itself."""


class SendfileMethods:
    """The public socket's methods for files."""

    __slots__ = ()

    _fd: int
    _wait: int
    _kind: tuple[int, ...] | list[int]

    if TYPE_CHECKING:
        # Of the class that this one is mixed into.
        def send(self, data: Any, flags: SupportsIndex = 0, /) -> int: ...

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """Sends ``file``, open in binary mode, from ``offset``: ``count`` bytes, or all of it.

        Returns how many bytes were sent; the file's position is after them, also if sending
        fails.  The socket has to be a SOCK_STREAM one that waits.  Its timeout is for each
        part that the kernel takes, not for the whole file.  sendfile(2).
        """
        try:
            return self._sendfile_use_sendfile(file, offset, count)
        except _GiveupOnSendfile:
            return self._sendfile_use_send(file, offset, count)

    def _sendfile_use_sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        self._check_sendfile_params(file, offset, count)
        try:
            source = file.fileno()
            size = os.fstat(source).st_size
        except (AttributeError, OSError) as error:  # io.UnsupportedOperation is an OSError
            raise _GiveupOnSendfile(error) from error
        if size == 0:
            return 0
        self._require_waiting()
        sent = 0
        try:
            while count is None or sent < count:
                part = SENDFILE_MAX if count is None else min(count - sent, SENDFILE_MAX)
                n = self._sendfile_part(source, offset + sent, part, sent == 0)
                if n == 0:
                    break
                sent += n
        finally:
            if sent > 0 and hasattr(file, "seek"):
                file.seek(offset + sent)
        return sent

    def _sendfile_part(self, source: int, offset: int, count: int, first: bool) -> int:
        n: int = lib.cs_sendfile(self._fd, source, offset, count, self._wait)
        while n < 0:
            if first and n != TIMED_OUT and not is_interrupted(n):
                # Nothing is lost yet: send() will work, or tell what is wrong.
                raise _GiveupOnSendfile(error_for(n))
            n = lib.cs_sendfile(self._fd, source, offset, count, resume(n, self._wait))
        return n

    def _sendfile_use_send(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        self._check_sendfile_params(file, offset, count)
        self._require_waiting()
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
            if sent > 0 and hasattr(file, "seek"):
                file.seek(offset + sent)
        return sent

    def _check_sendfile_params(self, file: Any, offset: int, count: int | None) -> None:
        if "b" not in getattr(file, "mode", "b"):
            raise ValueError("file should be opened in binary mode")
        if not self._kind[1] & SOCK_STREAM:
            raise ValueError("only SOCK_STREAM type sockets are supported")
        if count is not None:
            if not isinstance(count, int):
                raise TypeError(f"count must be a positive integer (got {count!r})")
            if count <= 0:
                raise ValueError(f"count must be a positive integer (got {count!r})")

    def _require_waiting(self) -> None:
        if self._wait == 0:
            raise ValueError("non-blocking sockets are not supported")
