"""The public socket's method for files, and the raw file under them."""

from __future__ import annotations

import io
import sys
from errno import EAGAIN, EWOULDBLOCK

from . import _types as t
from ._edge.errors import timeout

# Others that are BlockingIOError too, EALREADY and EINPROGRESS, are no reason to try again later.
_blocking_errnos = {EAGAIN, EWOULDBLOCK}


def makefile(
    self: t.PublicSocket,
    mode: str = "r",
    buffering: t.Optional[int] = None,
    *,
    encoding: t.Optional[str] = None,
    errors: t.Optional[str] = None,
    newline: t.Optional[str] = None,
) -> t.Any:
    """Returns a file on the socket; arguments are as for `open`, modes of 'r', 'w' and 'b'.

    The descriptor stays open until the socket and all its files are closed.
    """
    if not set(mode) <= {"r", "w", "b"}:
        raise ValueError(f"invalid mode {mode!r} (only r, w, b allowed)")
    writing = "w" in mode
    reading = "r" in mode or not writing
    binary = "b" in mode
    if buffering == 0 and not binary:
        raise ValueError("unbuffered streams must be binary")
    raw = SocketIO(self, "r" * reading + "w" * writing)
    self._io_refs += 1
    try:
        file = _buffered(raw, buffering)
        if binary:
            return file
        if sys.version_info >= (3, 10):
            encoding = io.text_encoding(encoding)
        text = io.TextIOWrapper(file, encoding, errors, newline)
        text.mode = mode  # type: ignore[misc]
        return text
    except BaseException:
        raw.close()
        raise


def _buffered(raw: SocketIO, buffering: t.Optional[int]) -> t.Any:
    """Returns the file ``raw`` with a buffer of the size ``buffering``, None for the usual one."""
    if buffering == 0:
        return raw
    size = io.DEFAULT_BUFFER_SIZE if buffering is None or buffering < 0 else buffering
    if raw.readable() and raw.writable():
        return io.BufferedRWPair(raw, raw, size)
    return io.BufferedReader(raw, size) if raw.readable() else io.BufferedWriter(raw, size)


class SocketIO(io.RawIOBase):
    """An unbuffered binary file on a socket, for ``mode`` 'r', 'w' or 'rw', with or without 'b'.

    Reads and writes return None where a non-blocking socket would have to wait.  After a
    timeout nobody knows what was lost from the stream: reading it further is an error.
    """

    _sock: t.Optional[t.PublicSocket] = None  # also where __init__ refused its arguments

    def __init__(self, sock: t.PublicSocket, mode: str) -> None:
        if mode not in ("r", "w", "rw", "rb", "wb", "rwb"):
            raise ValueError(f"invalid mode: {mode!r}")
        super().__init__()
        self._sock = sock
        self._mode = mode if "b" in mode else mode + "b"
        self._reading = "r" in mode
        self._writing = "w" in mode
        self._timeout_occurred = False

    def readinto(self, b: t.Buffer) -> t.Optional[int]:
        """Receives into ``b`` and returns how many bytes, 0 at the end of the stream."""
        sock = self._sock
        if sock is None or not self._reading or self._timeout_occurred:
            _refuse_to_read(self)
        try:
            return sock.recv_into(b)
        except timeout as error:
            # Only the socket's own timeout has no errno: the kernel's ETIMEDOUT has one.
            self._timeout_occurred = error.errno is None
            raise
        except BlockingIOError as error:
            if error.errno not in _blocking_errnos:
                raise
            return None

    def write(self, b: t.Buffer) -> t.Optional[int]:
        """Sends ``b`` and returns how many bytes of it."""
        sock = self._sock
        if sock is None or not self._writing:
            self._checkClosed()
            self._checkWritable()  # type: ignore[attr-defined]
        try:
            return sock.send(b)  # type: ignore[union-attr]
        except BlockingIOError as error:
            if error.errno not in _blocking_errnos:
                raise
            return None

    def readable(self) -> bool:
        """Returns whether the file is open for reading."""
        _require_open(self)
        return self._reading

    def writable(self) -> bool:
        """Returns whether the file is open for writing."""
        _require_open(self)
        return self._writing

    def seekable(self) -> bool:
        """Returns False: a stream has one direction."""
        _require_open(self)
        return super().seekable()

    def fileno(self) -> int:
        """Returns the socket's descriptor."""
        self._checkClosed()
        return self._sock.fileno()  # type: ignore[union-attr]

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


def _refuse_to_read(file: t.Any) -> t.NoReturn:
    file._checkClosed()
    file._checkReadable()
    raise OSError("cannot read from timed out object")


def _require_open(file: SocketIO) -> None:
    if file.closed:
        raise ValueError("I/O operation on closed socket.")
