"""The base socket type: its life, names and timeouts.  Each method checks its arguments, makes one
call of the shim and checks the result.  The other methods are functions of other files."""

from __future__ import annotations

import sys

from .. import _address
from .. import _types as t
from .._address.inet import host_and_port
from .._cffi import lib
from .._edge.arguments import c_int, name_methods
from .._edge.errors import EAGAIN, TIMED_OUT, check, error_for, is_interrupted, resume, warn
from .._edge.memory import NO_SOCKET
from .._edge.platform import CONSTANTS, IS_WINDOWS
from .._edge.timeouts import seconds, wait_for
from . import data, descriptors, options
from .descriptors import NO_KIND, arrival, leave, own, take_over
from .mailbox import Mailbox, give_mailbox, take_mailbox

if IS_WINDOWS:
    from . import windows
else:
    from . import batches, messages

AF_ALG, AF_INET = CONSTANTS.get("AF_ALG"), CONSTANTS["AF_INET"]
SOCK_STREAM = CONSTANTS["SOCK_STREAM"]
SOMAXCONN_DEFAULT = min(CONSTANTS["SOMAXCONN"], 128)
UNKNOWN = -1  # an argument of the socket type that is not given

# CPython finds a global sooner than an attribute of `lib`.
cs_new_socket, cs_connect, cs_close = lib.cs_new_socket, lib.cs_connect, lib.cs_close
cs_getsockname, cs_getpeername = lib.cs_getsockname, lib.cs_getpeername
NOT_INET = lib.CS_NOT_INET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._methods import Methods
else:
    Methods = object


class socket(Methods):
    """A socket of the operating system, by its file descriptor: socket(2).

    ``family``, ``type`` and ``proto`` default to AF_INET, SOCK_STREAM and 0.  With
    ``fileno`` the object takes over that descriptor, and what is not given is asked of
    the kernel.
    """

    # Programs derive classes of this one with attributes of their own: those of cffisock that the
    # standard module's class has not begin with _cs_.
    __slots__ = ("_cs_fd", "_cs_kind", "_cs_socket", "_cs_wait")

    _cs_fd: int  # the descriptor, for who asks for it
    _cs_socket: t.Any  # the same for the shim: a `cs_socket *`
    _cs_kind: tuple[int, int, int]  # family, type and protocol
    _cs_wait: int  # the timeout, as the shim's `wait`

    def __new__(cls, *args: t.Any, **kwargs: t.Any) -> t.Self:
        self = object.__new__(cls)
        self._cs_fd = self._cs_wait = -1
        self._cs_socket = NO_SOCKET
        self._cs_kind = NO_KIND
        return self

    def __init__(
        self,
        family: t.SupportsIndex = UNKNOWN,
        type: t.SupportsIndex = UNKNOWN,
        proto: t.SupportsIndex = UNKNOWN,
        fileno: t.Optional[t.SupportsIndex] = None,
    ) -> None:
        # Mostly nothing is given: that is worth no calls.
        family = family if family is UNKNOWN else c_int(family)
        type = type if type is UNKNOWN else c_int(type)
        proto = proto if proto is UNKNOWN else c_int(proto)
        if fileno is not None:
            take_over(self, fileno, family, type, proto)
            return
        family = AF_INET if family == UNKNOWN else family
        type = SOCK_STREAM if type == UNKNOWN else type
        proto = 0 if proto == UNKNOWN else proto
        sys.audit("socket.__new__", self, family, type, proto)
        fds = arrival()
        try:
            check(cs_new_socket(family, type, proto, fds))
            own(self, fds, family, type, proto)
        finally:
            leave(fds)

    def __del__(self) -> None:
        memory = getattr(self, "_cs_socket", NO_SOCKET)
        if memory[0] < 0:
            return
        try:
            warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2, source=self)
        finally:
            cs_close(memory)

    def __repr__(self) -> str:
        return (
            f"<socket object, fd={self._cs_fd}, family={self._cs_kind[0]}, "
            f"type={self._cs_kind[1]}, proto={self._cs_kind[2]}>"
        )

    @property
    def family(self) -> int:
        """The address family, an ``AF_`` constant."""
        return self._cs_kind[0]

    @property
    def type(self) -> int:
        """The socket type, a ``SOCK_`` constant, without SOCK_NONBLOCK and SOCK_CLOEXEC."""
        return self._cs_kind[1]

    @property
    def proto(self) -> int:
        """The protocol, an ``IPPROTO_`` or similar constant; 0 is the family's default."""
        return self._cs_kind[2]

    @property
    def timeout(self) -> t.Optional[float]:
        """The timeout in seconds, None for none."""
        return seconds(self._cs_wait)

    # --- the descriptor -----------------------------------------------------------

    def fileno(self) -> int:
        """Returns the file descriptor, -1 once the socket is closed."""
        return self._cs_fd

    def detach(self) -> int:
        """Lets go of the file descriptor without closing it, and returns it."""
        self._cs_fd = -1
        fd: int = lib.cs_detach(self._cs_socket)
        return fd

    def close(self) -> None:
        """Closes the socket: close(2).  Further calls do nothing."""
        descriptors.close(self)

    # --- timeouts -----------------------------------------------------------------

    def gettimeout(self) -> t.Optional[float]:
        """Returns the timeout in seconds, None for none."""
        return seconds(self._cs_wait)

    def settimeout(self, value: t.Optional[float], /) -> None:
        """Sets the time in seconds that one call may take; 0 never waits, None has no end.

        A `Deadline` is for all that follow together.
        """
        _set_wait(self, wait_for(value))

    def setblocking(self, flag: bool, /) -> None:
        """Does as settimeout(None) with a true ``flag``, else as settimeout(0)."""
        _set_wait(self, -1 if flag else 0)

    def getblocking(self) -> bool:
        """Returns False if calls on the socket never wait."""
        return self._cs_wait != 0

    # --- names and connections ----------------------------------------------------

    def bind(self, address: t.Address, /) -> None:
        """Gives the socket the local ``address``: bind(2)."""
        addr = _address.pack(self, address, "bind")
        sys.audit("socket.bind", self, address)
        check(lib.cs_bind(self._cs_socket, addr))

    def listen(self, backlog: int = SOMAXCONN_DEFAULT, /) -> None:
        """Lets the socket accept connections, ``backlog`` of them in its queue: listen(2)."""
        length = max(c_int(backlog), 0)
        check(lib.cs_listen(self._cs_socket, length))

    def _accept(self) -> tuple[int, t.Any]:
        """Accepts a connection: its descriptor, close-on-exec, and its address.  accept(2)."""
        return descriptors.accepted(self, descriptors.taken)

    def connect(self, address: t.Address, /) -> None:
        """Connects to ``address``: connect(2).  A timed out call leaves it connecting."""
        result = _connect(self, address, "connect")
        if result < 0:
            raise error_for(result)

    def connect_ex(self, address: t.Address, /) -> int:
        """Does as `connect`, but returns errno, 0 for success, where the kernel refuses."""
        result = _connect(self, address, "connect_ex")
        return EAGAIN if result == TIMED_OUT else -result

    def shutdown(self, how: int, /) -> None:
        """Ends receiving, sending or both, by SHUT_RD, SHUT_WR or SHUT_RDWR: shutdown(2)."""
        direction = c_int(how)
        check(lib.cs_shutdown(self._cs_socket, direction))

    def getsockname(self) -> t.Any:
        """Returns the local address: getsockname(2)."""
        return _name(self, cs_getsockname)

    def getpeername(self) -> t.Any:
        """Returns the peer's address: getpeername(2)."""
        return _name(self, cs_getpeername)

    # --- what other files have ----------------------------------------------------

    if not TYPE_CHECKING:  # which has Methods
        recv, recv_into = data.recv, data.recv_into
        recvfrom, recvfrom_into = data.recvfrom, data.recvfrom_into
        send, sendall, sendto = data.send, data.sendall, data.sendto
        if IS_WINDOWS:
            ioctl, share = windows.ioctl, windows.share
        else:
            recvmsg = messages.recvmsg
            recvmsg_into = messages.recvmsg_into
            sendmsg = messages.sendmsg
            recvmmsg = batches.recvmmsg
            recvmmsg_into = batches.recvmmsg_into
            sendmmsg = batches.sendmmsg
        if AF_ALG is not None:
            sendmsg_afalg = messages.sendmsg_afalg
        getsockopt, setsockopt = options.getsockopt, options.setsockopt


# --- what methods of the type have in common ------------------------------------------------
# As functions, since a class that a program derives may use any name for methods of its own.


def _set_wait(sock: socket, wait: int) -> None:
    # First, as in the standard module: it counts though the kernel may refuse the rest.
    sock._cs_wait = wait
    check(lib.cs_set_blocking(sock._cs_socket, wait == -1))


def _connect(sock: socket, address: t.Any, caller: str) -> int:
    """Connects and waits; the shim's result."""
    addr = _address.pack(sock, address, caller)
    sys.audit("socket.connect", sock, address)
    wait = sock._cs_wait
    result: int = cs_connect(sock._cs_socket, addr, wait)
    while is_interrupted(result) and wait != 0:
        wait = resume(result, sock._cs_wait)
        result = lib.cs_connect_again(sock._cs_socket, addr, wait)
    return result


def _name(sock: socket, ask: t.Callable[..., int]) -> t.Any:
    try:
        box = take_mailbox()
    except IndexError:
        box = Mailbox()
    try:
        number = ask(sock._cs_socket, box.peer[0])
        if number < 0:
            raise error_for(number)
        return host_and_port(number) if number < NOT_INET else _address.unpack(box.peer, sock)
    finally:
        give_mailbox(box)


name_methods(socket)
