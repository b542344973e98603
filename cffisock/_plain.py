"""Data in and out without flags, on CPython: read(2) and write(2), which do there the same.

The interpreter's own os.read() and its kin are called faster than cffi's functions are, and make
bytes without a copy.  A send and a recv of 64 bytes on an AF_UNIX socket, beside the standard
module: 1.28 by way of cffi, 1.02 so; of 64 KiB 1.27 and 1.02; recv_into 1.57 and 1.08.  What
differs from recv(2) and send(2) is left to them: SOCK_SEQPACKET, where write(2) sets MSG_EOR, and
all that has to wait or needs a word with the caller.
"""

from __future__ import annotations

from errno import EAGAIN, EBADF
from os import read, readv, write

from ._data import ALL, NO_FLAGS, DataMethods
from ._platform import CONSTANTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, SupportsIndex

SOCK_SEQPACKET = CONSTANTS["SOCK_SEQPACKET"]
# os.read() allocates that much each time: what asks for more has less to read, mostly.
READ_MAX = 64 * 1024


class PlainMethods(DataMethods):
    """The base socket's methods for data, with a shorter way for what is plain."""

    __slots__ = ()

    _kind: tuple[int, int, int]

    def recv(self, bufsize: SupportsIndex, flags: SupportsIndex = NO_FLAGS, /) -> bytes:
        """Receives up to ``bufsize`` bytes, b'' at the end of the stream: recv(2)."""
        if flags is NO_FLAGS and type(bufsize) is int and 0 < bufsize <= READ_MAX:
            try:
                return read(self._fd, bufsize)
            except BlockingIOError:
                if self._wait <= 0:
                    raise
        return super().recv(bufsize, flags)

    def recv_into(
        self, buffer: Any, nbytes: SupportsIndex = ALL, flags: SupportsIndex = NO_FLAGS
    ) -> int:
        """Receives up to ``nbytes``, by default as many as fit, into ``buffer``: recv(2)."""
        if nbytes is ALL and flags is NO_FLAGS:
            try:
                return readv(self._fd, (buffer,))
            except OSError as error:
                if error.errno != EBADF and (error.errno != EAGAIN or self._wait <= 0):
                    raise
            except (TypeError, ValueError, BufferError):
                pass
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: Any, flags: SupportsIndex = NO_FLAGS, /) -> int:
        """Sends ``data`` and returns how many bytes of it the kernel took: send(2)."""
        if flags is NO_FLAGS and self._kind[1] != SOCK_SEQPACKET:
            try:
                return write(self._fd, data)
            except BlockingIOError:
                if self._wait <= 0:
                    raise
        return super().send(data, flags)

    def sendall(self, data: Any, flags: SupportsIndex = NO_FLAGS, /) -> None:
        """Sends all of ``data``, with one timeout for the whole: send(2).

        After an error nobody can tell how much was sent.
        """
        if flags is NO_FLAGS and type(data) is bytes and self._kind[1] != SOCK_SEQPACKET:
            try:
                n = write(self._fd, data)
            except BlockingIOError:
                if self._wait <= 0:
                    raise
                n = 0
            if n != len(data):
                self._send_rest(data, n, flags, self._wait)
        else:
            super().sendall(data, flags)
