"""The public socket: the base socket with enums, files, duplicates and the `with` statement."""

from __future__ import annotations

import io
import os
import sys

from . import _base
from ._cffi import lib
from ._enums import FAMILIES, KINDS
from ._errors import check
from ._io import SocketIO
from ._sendfile import SendfileMethods

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


# Where a socket that has had files keeps them in its own `_kind`.
IO_REFS, CLOSED = 3, 4


class socket(SendfileMethods, _base.socket):
    """A socket of the operating system: socket(2).

    ``family``, ``type`` and ``proto`` default to AF_INET, SOCK_STREAM and 0.  With ``fileno``
    the object takes over that descriptor, and what is not given is asked of the kernel.

    It is its own context manager, which closes it.
    """

    __module__ = "cffisock"
    __slots__ = ("__weakref__",)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if (cls.__module__, cls.__qualname__) == ("ssl", "SSLSocket"):
            # The module ``ssl`` is being imported, over this one.
            from . import _tls  # noqa: PLC0415  (few programs need it)

            _tls.adapt(cls)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *args: object) -> None:
        if not self._closed:
            self.close()

    def __repr__(self) -> str:
        kind = type(self)
        closed = " [closed]" if self._closed else ""
        parts = [
            f"<{kind.__module__}.{kind.__qualname__}{closed} fd={self.fileno()}",
            f"family={self.family!s}",
            f"type={self.type!s}",
            f"proto={self.proto}",
        ]
        if not closed:
            parts += self._names()
        return ", ".join(parts) + ">"

    def _names(self) -> list[str]:
        """What `repr` says of the socket's addresses, as far as it has any."""
        names = []
        for label, ask in (("laddr", self.getsockname), ("raddr", self.getpeername)):
            try:
                address = ask()
            except (OSError, AttributeError):
                continue
            if address:
                names.append(f"{label}={address}")
        return names

    def __getstate__(self) -> NoReturn:
        raise TypeError(f"cannot pickle {type(self).__name__!r} object")

    @property
    def family(self) -> Any:
        """The address family, an `AddressFamily` where it has a name."""
        return FAMILIES.get(self._kind[0], self._kind[0])

    @property
    def type(self) -> Any:
        """The socket type, a `SocketKind` where it has a name."""
        return KINDS.get(self._kind[1], self._kind[1])

    # --- sockets from this one ------------------------------------------------------

    def accept(self) -> tuple[Any, Any]:
        """Waits for a connection: a new socket for it, and the peer's address.  accept(2)."""
        fd, address = self._accept()
        return socket._wrap(fd, *self._kind[:3]), address

    def dup(self) -> Any:
        """A socket of the same class and timeout on a duplicate of the descriptor: dup(2)."""
        fd = check(lib.cs_dup(self.fileno()))
        try:
            copy = self.__class__(self.family, self.type, self.proto, fileno=fd)
        except BaseException:
            lib.cs_close(fd)
            raise
        copy.settimeout(self.gettimeout())
        return copy

    def makefile(
        self,
        mode: str = "r",
        buffering: int | None = None,
        *,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> Any:
        """A file on the socket; the arguments are as for `open`, with modes of 'r', 'w' and 'b'.

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
        if buffering == 0:
            return raw
        size = io.DEFAULT_BUFFER_SIZE if buffering is None or buffering < 0 else buffering
        buffer: Any
        if reading and writing:
            buffer = io.BufferedRWPair(raw, raw, size)
        elif reading:
            buffer = io.BufferedReader(raw, size)
        else:
            buffer = io.BufferedWriter(raw, size)
        if binary:
            return buffer
        if sys.version_info >= (3, 10):
            encoding = io.text_encoding(encoding)
        text = io.TextIOWrapper(buffer, encoding, errors, newline)
        text.mode = mode  # type: ignore[misc]
        return text

    # --- closing --------------------------------------------------------------------
    # The standard library's socket has the names _closed, _io_refs and _real_close, and libraries
    # use and override them.  The first two are no slots, which saves 16 bytes a socket: one that
    # has had files, or is closed but for its descriptor, has its own `_kind`, a list, with both.

    def _own_kind(self) -> list[int]:
        kind = self._kind
        if type(kind) is not list:
            self._kind = kind = [*kind, 0, False]
        return kind

    @property
    def _io_refs(self) -> int:
        """How many of the files of `makefile` are open."""
        kind = self._kind
        return kind[IO_REFS] if type(kind) is list else 0

    @_io_refs.setter
    def _io_refs(self, count: int) -> None:
        self._own_kind()[IO_REFS] = count

    @property
    def _closed(self) -> bool:
        """Whether the socket is closed, though its descriptor may be open for files."""
        kind = self._kind
        return self._fd < 0 or (type(kind) is list and bool(kind[CLOSED]))

    @_closed.setter
    def _closed(self, closed: bool) -> None:
        self._own_kind()[CLOSED] = closed

    def close(self) -> None:
        """Closes the socket, once the files of `makefile` are closed too: close(2)."""
        kind = self._kind
        if type(kind) is list:
            # First, so that a file that another thread closes meanwhile finds it.
            kind[CLOSED] = True
            if kind[IO_REFS] > 0:
                return
        try:
            self._real_close()
        finally:
            if self._fd >= 0:
                self._closed = True

    def _real_close(self, _ss: Any = _base.socket) -> None:
        _ss.close(self)

    def _decref_socketios(self) -> None:
        if self._io_refs > 0:
            self._io_refs -= 1
        if self._closed:
            self.close()

    # --- inheritance by other programs ------------------------------------------------

    def get_inheritable(self) -> bool:
        """Whether the descriptor stays open in a program that this one executes."""
        return os.get_inheritable(self.fileno())

    def set_inheritable(self, inheritable: bool) -> None:
        """Sets whether the descriptor stays open in a program that this one executes."""
        os.set_inheritable(self.fileno(), inheritable)
