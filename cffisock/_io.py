"""The raw file under `socket.makefile`."""

from __future__ import annotations

import io
from errno import EAGAIN, EWOULDBLOCK

from ._errors import timeout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from ._object import socket

_blocking_errnos = {EAGAIN, EWOULDBLOCK}


class SocketIO(io.RawIOBase):
    """An unbuffered binary file on a socket, for ``mode`` 'r', 'w' or 'rw', with or without 'b'.

    Reads and writes return None where a non-blocking socket would have to wait.  After a
    timeout nobody knows what was lost from the stream: reading it further is an error.
    """

    _sock: socket | None = None  # also where __init__ refused its arguments

    def __init__(self, sock: socket, mode: str) -> None:
        if mode not in ("r", "w", "rw", "rb", "wb", "rwb"):
            raise ValueError(f"invalid mode: {mode!r}")
        super().__init__()
        self._sock = sock
        self._mode = mode if "b" in mode else mode + "b"
        self._reading = "r" in mode
        self._writing = "w" in mode
        self._timeout_occurred = False

    def _socket(self) -> socket:
        """The socket; ValueError once the file is closed."""
        if self._sock is None:
            raise ValueError("I/O operation on closed file.")
        return self._sock

    def readinto(self, buffer: Any) -> int | None:
        """Receives into ``buffer`` and returns how many bytes, 0 at the end of the stream."""
        sock = self._sock
        if sock is None or not self._reading or self._timeout_occurred:
            self._refuse_to_read()
        try:
            return sock.recv_into(buffer)
        except timeout as error:
            # Only the socket's own timeout has no errno: the kernel's ETIMEDOUT has one.
            self._timeout_occurred = error.errno is None
            raise
        except BlockingIOError:
            return None

    def _refuse_to_read(self) -> NoReturn:
        self._checkClosed()
        self._checkReadable()  # type: ignore[attr-defined]
        raise OSError("cannot read from timed out object")

    def write(self, data: Any) -> int | None:
        """Sends ``data`` and returns how many bytes of it."""
        sock = self._sock
        if sock is None or not self._writing:
            self._checkClosed()
            self._checkWritable()  # type: ignore[attr-defined]
        try:
            return sock.send(data)  # type: ignore[union-attr]
        except BlockingIOError:
            return None

    def readable(self) -> bool:
        """Whether the file is open for reading."""
        self._require_open()
        return self._reading

    def writable(self) -> bool:
        """Whether the file is open for writing."""
        self._require_open()
        return self._writing

    def seekable(self) -> bool:
        """False: a stream has one direction."""
        self._require_open()
        return super().seekable()

    def _require_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed socket.")

    def fileno(self) -> int:
        """The socket's descriptor."""
        self._checkClosed()
        return self._socket().fileno()

    @property
    def name(self) -> int:
        """The socket's descriptor, -1 once closed."""
        return -1 if self.closed else self.fileno()

    @property
    def mode(self) -> str:
        """'rb', 'wb' or 'rwb'."""
        return self._mode

    def close(self) -> None:
        """Closes the file; the socket with it if that was closed before and has no other."""
        if self.closed:
            return
        super().close()
        sock, self._sock = self._sock, None
        if sock is not None:
            sock._decref_socketios()
