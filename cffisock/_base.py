"""The base socket type: its life, names and timeouts.  Each method checks its arguments, makes one
call of the shim and checks the result.  Data, messages, batches and options have own rooms."""

from __future__ import annotations

import sys
from abc import ABCMeta

from . import _address
from ._address import give_slot, take_slot
from ._algorithms import AlgorithmMethods
from ._arguments import c_fd, c_int, seconds, wait_for
from ._batches import BatchMethods
from ._cffi import ffi, lib
from ._data import DataMethods
from ._errors import EAGAIN, TIMED_OUT, check, error_for, is_interrupted, resume, warn
from ._mailbox import Mailbox, give_mailbox, take_mailbox
from ._messages import MessageMethods
from ._options import OptionMethods
from ._platform import CONSTANTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, SupportsIndex

    from ._arguments import Seconds

AF_ALG = CONSTANTS["AF_ALG"]
AF_INET = CONSTANTS["AF_INET"]
SOCK_STREAM = CONSTANTS["SOCK_STREAM"]
SOCK_NONBLOCK = CONSTANTS["SOCK_NONBLOCK"]
TYPE_BITS = ~(SOCK_NONBLOCK | CONSTANTS["SOCK_CLOEXEC"])
SOMAXCONN_DEFAULT = min(CONSTANTS["SOMAXCONN"], 128)

# An argument of the socket type that is not given.
UNKNOWN = -1

# A socket's family, type and protocol are one tuple, the same one for all sockets of that kind:
# 16 bytes less for each.  There are few kinds.
_NO_KIND = (0, 0, 0)
_kinds: dict[tuple[int, int, int], tuple[int, int, int]] = {}

# On CPython a global is found 20 ns sooner than an attribute of `lib`.
cs_socket, cs_connect, cs_accept, cs_close = (
    lib.cs_socket,
    lib.cs_connect,
    lib.cs_accept,
    lib.cs_close,
)
cs_getsockname, cs_getpeername = lib.cs_getsockname, lib.cs_getpeername

# The timeout of new sockets, as the shim's `wait`.
_default_wait = -1


def getdefaulttimeout() -> float | None:
    """The timeout of new sockets in seconds, None for none."""
    return seconds(_default_wait)


def setdefaulttimeout(timeout: Seconds, /) -> None:
    """Sets the timeout of new sockets, in seconds, None for none."""
    global _default_wait
    _default_wait = wait_for(timeout)


class ImmutableType(ABCMeta):
    """The type of the base socket type, whose attributes cannot be set, as in C.

    An ABCMeta, so that a subclass may also have an abstract base class, as it can have with
    the standard module's type.
    """

    def __setattr__(cls, name: str, value: object) -> None:
        _refuse_change(cls, name)
        super().__setattr__(name, value)

    def __delattr__(cls, name: str) -> None:
        _refuse_change(cls, name)
        super().__delattr__(name)

    # Without what ABCMeta adds for abstract classes, which takes its time.
    __instancecheck__ = type.__instancecheck__
    __subclasscheck__ = type.__subclasscheck__


def _refuse_change(cls: type, name: str) -> None:
    # ABCMeta itself keeps its notes in attributes that begin with an underscore.
    if cls.__module__ == __name__ and not name.startswith("_"):
        raise TypeError(f"cannot set {name!r} attribute of immutable type '_socket.socket'")


class socket(
    DataMethods,
    MessageMethods,
    BatchMethods,
    OptionMethods,
    AlgorithmMethods,
    metaclass=ImmutableType,
):
    """A socket of the operating system, by its file descriptor: socket(2).

    ``family``, ``type`` and ``proto`` default to AF_INET, SOCK_STREAM and 0.  With
    ``fileno`` the object takes over that descriptor, and what is not given is asked of
    the kernel.
    """

    __slots__ = ("_fd", "_kind", "_wait")

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        self = object.__new__(cls)
        self._fd = self._wait = -1
        self._kind = _NO_KIND
        return self

    def __init__(
        self,
        family: SupportsIndex = UNKNOWN,
        type: SupportsIndex = UNKNOWN,
        proto: SupportsIndex = UNKNOWN,
        fileno: SupportsIndex | None = None,
    ) -> None:
        # What is not given, which is usual, is not worth three calls: 0.5 us, as memory is cold
        # after a system call.
        family = family if family is UNKNOWN else c_int(family)
        type = type if type is UNKNOWN else c_int(type)
        proto = proto if proto is UNKNOWN else c_int(proto)
        if fileno is None:
            family = AF_INET if family == UNKNOWN else family
            type = SOCK_STREAM if type == UNKNOWN else type
            proto = 0 if proto == UNKNOWN else proto
        sys.audit("socket.__new__", self, family, type, proto)
        if fileno is None:
            fd = cs_socket(family, type, proto)
            if fd < 0:
                raise error_for(fd)
            self._become(fd, family, type, proto)
        else:
            self._become(*_identify(fileno, family, type, proto))

    def _become(self, fd: int, family: int, type: int, proto: int) -> None:
        """Takes over the open descriptor ``fd`` of the kind that the other three tell."""
        self._fd = fd
        kind = family, type & TYPE_BITS, proto
        self._kind = _kinds.setdefault(kind, kind)
        if type & SOCK_NONBLOCK:
            self._wait = 0
            return
        self._wait = _default_wait
        if _default_wait >= 0:
            check(lib.cs_set_blocking(fd, False))

    @classmethod
    def _wrap(cls, fd: int, family: int, type: int, proto: int) -> Any:
        """A socket on the open descriptor ``fd``, known to be of that kind."""
        self = object.__new__(cls)
        self._become(fd, family, type, proto)
        try:
            sys.audit("socket.__new__", self, family, type, proto)
        except BaseException:
            self.close()
            raise
        return self

    @classmethod
    def _wrap_pair(cls, family: int, type: int, proto: int) -> tuple[Any, Any]:
        """Two sockets that are connected to each other."""
        family, type, proto = c_int(family), c_int(type), c_int(proto)
        fds = ffi.new("int[2]")
        check(lib.cs_socketpair(family, type, proto, fds))
        try:
            one = cls._wrap(fds[0], family, type, proto)
        except BaseException:
            cs_close(fds[1])
            raise
        try:
            return one, cls._wrap(fds[1], family, type, proto)
        except BaseException:
            one.close()
            raise

    def __del__(self) -> None:
        fd = self._fd
        if fd < 0:
            return
        try:
            warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2, source=self)
        finally:
            self._fd = -1
            cs_close(fd)

    def __repr__(self) -> str:
        return (
            f"<socket object, fd={self._fd}, family={self._kind[0]}, "
            f"type={self._kind[1]}, proto={self._kind[2]}>"
        )

    @property
    def family(self) -> int:
        """The address family, an ``AF_`` constant."""
        return self._kind[0]

    @property
    def type(self) -> int:
        """The socket type, a ``SOCK_`` constant, without SOCK_NONBLOCK and SOCK_CLOEXEC."""
        return self._kind[1]

    @property
    def proto(self) -> int:
        """The protocol, an ``IPPROTO_`` or similar constant; 0 is the family's default."""
        return self._kind[2]

    @property
    def timeout(self) -> float | None:
        """The timeout in seconds, None for none."""
        return seconds(self._wait)

    # --- the descriptor -----------------------------------------------------------

    def fileno(self) -> int:
        """The file descriptor, -1 once the socket is closed."""
        return self._fd

    def detach(self) -> int:
        """Lets go of the file descriptor without closing it, and returns it."""
        fd = self._fd
        self._fd = -1
        return fd

    def close(self) -> None:
        """Closes the socket: close(2).  Further calls do nothing."""
        fd = self._fd
        if fd >= 0:
            # First, so that no other thread can meet a descriptor that the kernel gave
            # to somebody else in the meantime.
            self._fd = -1
            result = cs_close(fd)
            if result < 0:
                raise error_for(result)

    # --- timeouts -----------------------------------------------------------------

    def gettimeout(self) -> float | None:
        """The timeout in seconds, None for none."""
        return seconds(self._wait)

    def settimeout(self, value: Seconds, /) -> None:
        """Sets the time in seconds that one call may take; 0 never waits, None has no end."""
        wait = wait_for(value)
        check(lib.cs_set_blocking(self._fd, wait < 0))
        self._wait = wait

    def setblocking(self, flag: object, /) -> None:
        """With a true ``flag`` as settimeout(None), else as settimeout(0)."""
        self.settimeout(None if flag else 0)

    def getblocking(self) -> bool:
        """False if calls on the socket never wait."""
        return self._wait != 0

    # --- names and connections ----------------------------------------------------

    def bind(self, address: Any, /) -> None:
        """Gives the socket the local ``address``: bind(2)."""
        addr = _address.pack(self, address, "bind")
        sys.audit("socket.bind", self, address)
        check(lib.cs_bind(self._fd, addr))

    def listen(self, backlog: SupportsIndex = SOMAXCONN_DEFAULT, /) -> None:
        """Lets the socket accept connections, ``backlog`` of them in its queue: listen(2)."""
        check(lib.cs_listen(self._fd, max(c_int(backlog), 0)))

    def _accept(self) -> tuple[int, Any]:
        """A connection's new descriptor, close-on-exec, and the peer's address: accept(2)."""
        slot = take_slot()
        # The kernel's accept(2) fails where AF_ALG is asked for an address.
        peer = ffi.NULL if self._kind[0] == AF_ALG else slot[0]
        try:
            fd = cs_accept(self._fd, peer, self._wait)
            while fd < 0:
                fd = cs_accept(self._fd, peer, resume(fd, self._wait))
            try:
                return fd, _address.unpack_once(slot, self) if peer else None
            except BaseException:
                cs_close(fd)
                raise
        finally:
            give_slot(slot)

    def connect(self, address: Any, /) -> None:
        """Connects to ``address``: connect(2).  A timed out call leaves it connecting."""
        result = self._connect(address, "connect")
        if result < 0:
            raise error_for(result)

    def connect_ex(self, address: Any, /) -> int:
        """As `connect`, but returns errno, 0 for success, where the kernel refuses."""
        result = self._connect(address, "connect_ex")
        return EAGAIN if result == TIMED_OUT else -result

    def _connect(self, address: Any, caller: str) -> int:
        """Connects and waits; the shim's result."""
        wait = self._wait
        addr = _address.pack(self, address, caller)
        sys.audit("socket.connect", self, address)
        result: int = cs_connect(self._fd, addr, wait)
        while is_interrupted(result) and wait != 0:
            result = lib.cs_connect_wait(self._fd, resume(result, wait))
        return result

    def shutdown(self, how: SupportsIndex, /) -> None:
        """Ends receiving, sending or both, by SHUT_RD, SHUT_WR or SHUT_RDWR: shutdown(2)."""
        check(lib.cs_shutdown(self._fd, c_int(how)))

    def getsockname(self) -> Any:
        """The local address: getsockname(2)."""
        return self._name(cs_getsockname)

    def getpeername(self) -> Any:
        """The peer's address: getpeername(2)."""
        return self._name(cs_getpeername)

    def _name(self, ask: Any) -> Any:
        try:
            box = take_mailbox()
        except IndexError:
            box = Mailbox()
        is_new = ask(self._fd, box.addr)
        if is_new < 0:
            give_mailbox(box)
            raise error_for(is_new)
        address = box.new_address(self) if is_new else box.address
        give_mailbox(box)
        return address


def _identify(
    fileno: SupportsIndex, family: int, type: int, proto: int
) -> tuple[int, int, int, int]:
    """The descriptor of a socket, and what it is: of the kernel where a number is -1."""
    fd = c_fd(fileno)
    if fd < 0:
        raise ValueError("negative file descriptor")
    kind = ffi.new("int[3]", [family, type, proto])
    check(lib.cs_identify(fd, kind, kind + 1, kind + 2))
    return fd, kind[0], kind[1], kind[2]
