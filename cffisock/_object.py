"""The public socket: the base socket with enums, files, duplicates and the `with` statement."""

from __future__ import annotations

import os
import sys

from . import _files, _sendfile
from . import _types as t
from ._edge.arguments import name_methods
from ._edge.enums import FAMILIES, TYPES, AddressFamily, SocketKind
from ._socket import base, descriptors

# Programs put classes of their own at ``cffisock.socket``: looked up there at each call.
public: t.Any = sys.modules["cffisock"]

# On Windows a socket is a handle, and no descriptor.
get_inheritable: t.Callable[[int], bool] = getattr(os, "get_handle_inheritable", os.get_inheritable)
set_inheritable: t.Callable[[int, bool], None] = getattr(
    os, "set_handle_inheritable", os.set_inheritable
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._methods import PublicMethods
else:
    PublicMethods = base.socket


class socket(PublicMethods):
    """A socket of the operating system: socket(2).

    ``family``, ``type`` and ``proto`` default to AF_INET, SOCK_STREAM and 0.  With ``fileno``
    the object takes over that descriptor, and what is not given is asked of the kernel.

    It is its own context manager, which closes it.
    """

    __module__ = "cffisock"
    # Libraries use and override those with one underscore, which the standard module has too.
    __slots__ = ("__weakref__", "_closed", "_io_refs")

    _closed: bool  # whether it is closed, though its descriptor may be open for files
    _io_refs: int  # how many of the files of `makefile` are open

    def __init__(
        self,
        family: t.SupportsIndex = base.UNKNOWN,
        type: t.SupportsIndex = base.UNKNOWN,
        proto: t.SupportsIndex = base.UNKNOWN,
        fileno: t.Optional[t.SupportsIndex] = None,
    ) -> None:
        base.socket.__init__(self, family, type, proto, fileno)
        self._closed = False
        self._io_refs = 0

    def __init_subclass__(cls, **kwargs: t.Any) -> None:
        super().__init_subclass__(**kwargs)
        if (cls.__module__, cls.__qualname__) == ("ssl", "SSLSocket"):
            # The module ``ssl`` is being imported, over this one.
            from ._install import tls  # noqa: PLC0415  (few programs need it)

            tls.adapt(cls)

    def __enter__(self) -> t.Self:
        return self

    def __exit__(self, *args: object) -> None:
        if not self._closed:
            self.close()

    def __repr__(self) -> str:
        cls = type(self)
        closed = " [closed]" if getattr(self, "_closed", False) else ""
        parts = [
            f"<{cls.__module__}.{cls.__qualname__}{closed} fd={self.fileno()}",
            f"family={self.family!s}",
            f"type={self.type!s}",
            f"proto={self.proto}",
        ]
        if not closed:
            parts += _addresses(self)
        return ", ".join(parts) + ">"

    def __getstate__(self) -> t.NoReturn:
        raise TypeError(f"cannot pickle {type(self).__name__!r} object")

    @property
    def family(self) -> AddressFamily:
        """The address family, an `AddressFamily` where it has a name."""
        family: AddressFamily = FAMILIES.get(self._cs_kind[0], self._cs_kind[0])
        return family

    @property
    def type(self) -> SocketKind:
        """The socket type, a `SocketKind` where it has a name."""
        kind: SocketKind = TYPES.get(self._cs_kind[1], self._cs_kind[1])
        return kind

    # --- sockets from this one ------------------------------------------------------

    def accept(self) -> tuple[socket, t.Any]:
        """Waits for a connection: a new socket for it, and the peer's address.  accept(2)."""
        if type(self) is public.socket is socket:
            # Nobody has replaced or overridden anything, and what is new is of the same kind.
            return descriptors.accepted(self, _alike)
        sock, address = _accepted(self)
        if public.getdefaulttimeout() is None and self.gettimeout():
            prepared(sock, sock.setblocking, True)
        return sock, address

    def dup(self) -> t.Self:
        """Returns a socket of the same class and timeout on a duplicate descriptor: dup(2)."""
        fd, kind = self.fileno(), (self.family, self.type, self.proto)
        copy: t.Self = descriptors.duplicated(
            fd,
            lambda fds: descriptors.on_descriptor(lambda fd: self.__class__(*kind, fileno=fd), fds),
        )
        return prepared(copy, copy.settimeout, self.gettimeout())

    if not TYPE_CHECKING:  # which has PublicMethods
        makefile = _files.makefile
        sendfile = _sendfile.sendfile
    _sendfile_use_sendfile = _sendfile.sendfile_use_sendfile
    _sendfile_use_send = _sendfile.sendfile_use_send
    _check_sendfile_params = _sendfile.check_sendfile_params

    # --- closing --------------------------------------------------------------------

    def close(self) -> None:
        """Closes the socket, once the files of `makefile` are closed too: close(2)."""
        # First, so that a file that another thread closes meanwhile finds it.
        self._closed = True
        if self._io_refs <= 0:
            self._real_close()

    def _real_close(self, _ss: t.Any = base.socket) -> None:
        _ss.close(self)

    def _decref_socketios(self) -> None:
        if self._io_refs > 0:
            self._io_refs -= 1
        if self._closed:
            self.close()

    def detach(self) -> int:
        """Lets go of the file descriptor without closing it, and returns it."""
        self._closed = True
        return super().detach()

    # --- inheritance by other programs ------------------------------------------------

    def get_inheritable(self) -> bool:
        """Returns whether the descriptor stays open in a program that this one executes."""
        return get_inheritable(self.fileno())

    def set_inheritable(self, inheritable: bool) -> None:
        """Sets whether the descriptor stays open in a program that this one executes."""
        set_inheritable(self.fileno(), inheritable)


name_methods(socket)


def bare() -> socket:
    """Returns a socket without a descriptor."""
    sock: socket = socket.__new__(socket)
    sock._closed = False
    sock._io_refs = 0
    return sock


def _alike(fds: t.Any, listener: socket) -> socket:
    """Returns a socket of the kind of ``listener`` on the descriptor in ``fds``."""
    sock: socket = descriptors.wrap(bare(), fds, listener._cs_kind)
    return sock


def _accepted(listener: socket) -> tuple[t.Any, t.Any]:
    """Accepts a connection: a socket of the class in use, and the peer's address.

    Where a class overrides ``_accept``, that is asked.
    """
    kind = listener.family, listener.type, listener.proto

    def made(fds: t.Any, _listener: t.Any = None) -> t.Any:
        return descriptors.on_descriptor(lambda fd: public.socket(*kind, fileno=fd), fds)

    if type(listener)._accept is socket._accept:
        return descriptors.accepted(listener, made)
    fds = descriptors.arrival()
    try:
        fds[0], address = listener._accept()
        return made(fds), address
    finally:
        descriptors.leave(fds)


def prepared(sock: t.V, prepare: t.Callable[..., None], *arguments: t.Any) -> t.V:
    """Returns a new ``sock`` after ``prepare(*arguments)``; if that fails, closes it."""
    try:
        prepare(*arguments)
    except BaseException:
        sock.close()  # type: ignore[attr-defined]
        raise
    return sock


def _addresses(sock: socket) -> list[str]:
    """Words the addresses of ``sock``, as far as it has any, for `repr`."""
    names = []
    for label, ask in (("laddr", sock.getsockname), ("raddr", sock.getpeername)):
        try:
            address = ask()
        except (OSError, AttributeError):
            continue
        if address:
            names.append(f"{label}={address}")
    return names
