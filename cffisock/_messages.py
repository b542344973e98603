"""Messages in several buffers and with ancillary data: recvmsg(2), sendmsg(2)."""

from __future__ import annotations

import sys
from array import array
from errno import EINVAL

from . import _address
from ._ancillary import (
    CONTROL_MAX,
    CONTROL_SIZE,
    give_envelope,
    new_envelope,
    pack_control,
    take_envelope,
    unpack_extras,
)
from ._arguments import c_int, c_ssize
from ._buffers import (
    SCRATCH_SIZE,
    from_buffer,
    new_scratch,
    readable,
    release,
)
from ._cffi import ffi, lib
from ._data import NO_FLAGS, PLAIN, SOCK_SEQPACKET, writev
from ._errors import resume

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, SupportsIndex

    from ._ancillary import ControlMessage

# On CPython a global is found 20 ns sooner than an attribute of `lib`.
cs_recvmsg, cs_recvmsgv = lib.cs_recvmsg, lib.cs_recvmsgv
cs_send, cs_sendmsg, cs_sendmsgv = lib.cs_send, lib.cs_sendmsg, lib.cs_sendmsgv
NULL = ffi.NULL
EXTRAS = lib.CS_EXTRAS
CONTROL_ITEM_MAX = lib.CS_CONTROL_MAX
NOTHING: tuple[Any, ...] = ()
# What error messages call the arguments that have to be iterable.
SENDMSG_BUFFERS = "sendmsg() argument 1"
SENDMSG_CONTROL = "sendmsg() argument 2"


class MessageMethods:
    """The base socket's methods for messages."""

    __slots__ = ()

    _fd: int
    _wait: int
    _kind: tuple[int, ...] | list[int]

    def recvmsg(
        self, bufsize: SupportsIndex, ancbufsize: SupportsIndex = 0, flags: SupportsIndex = 0, /
    ) -> tuple[bytes, list[ControlMessage], int, Any]:
        """Receives a message of up to ``bufsize`` bytes: recvmsg(2).

        Returns its data; its control messages, each ``(level, type, data)``, for which there
        are ``ancbufsize`` bytes of room; the ``MSG_`` flags that it came with; the sender's
        address.
        """
        if (
            type(bufsize) is not int
            or not 0 <= bufsize <= SCRATCH_SIZE
            or type(ancbufsize) is not int
            or not 0 <= ancbufsize <= CONTROL_SIZE
        ):
            return self._recvmsg_unusual(bufsize, ancbufsize, flags)
        if flags != 0:
            flags = c_int(flags)
        try:
            envelope = take_envelope()
        except IndexError:
            envelope = new_envelope()
        msg, _, _, _, memory, view = envelope
        try:
            n = cs_recvmsg(self._fd, memory, bufsize, msg, ancbufsize, flags, self._wait)
            while n < 0:
                wait = resume(n, self._wait)
                n = cs_recvmsg(self._fd, memory, bufsize, msg, ancbufsize, flags, wait)
            if n != EXTRAS:
                return view[:n], [], 0, None
            n, items, flags, address = unpack_extras(envelope, self)
            # With MSG_TRUNC n may be more.
            return view[: n if n < bufsize else bufsize], items, flags, address
        finally:
            give_envelope(envelope)

    def _recvmsg_unusual(
        self, bufsize: SupportsIndex, ancbufsize: SupportsIndex, flags: SupportsIndex
    ) -> tuple[bytes, list[ControlMessage], int, Any]:
        size = c_ssize(bufsize)
        if size < 0:
            raise ValueError("negative buffer size in recvmsg()")
        _, view = new_scratch(size)
        n, *rest = MessageMethods.recvmsg_into(self, [view], ancbufsize, flags)
        return (view[:n], *rest)

    def recvmsg_into(
        self,
        buffers: Iterable[Any],
        ancbufsize: SupportsIndex = 0,
        flags: SupportsIndex = 0,
        /,
    ) -> tuple[int, list[ControlMessage], int, Any]:
        """As `recvmsg`, with the data into ``buffers``, one after the other: recvmsg(2).

        The first item of the result is the number of bytes received.
        """
        memory: list[Any] = []
        try:
            add_writable(memory, buffers, "recvmsg_into() argument 1")
            room = ancbufsize if type(ancbufsize) is int else c_ssize(ancbufsize)
            if not 0 <= room <= CONTROL_MAX:
                c_ssize(room)  # OverflowError for what is no size at all
                raise ValueError("invalid ancillary data buffer length")
            if flags is not NO_FLAGS:
                flags = c_int(flags)
            sizes = list(map(len, memory))
            count = len(sizes)
            try:
                envelope = take_envelope() if room <= CONTROL_SIZE else new_envelope(room)
            except IndexError:
                envelope = new_envelope()
            try:
                msg = envelope[0]
                n: int = cs_recvmsgv(self._fd, memory, sizes, count, msg, room, flags, self._wait)
                while n < 0:
                    wait = resume(n, self._wait)
                    n = cs_recvmsgv(self._fd, memory, sizes, count, msg, room, flags, wait)
                return unpack_extras(envelope, self) if n == EXTRAS else (n, [], 0, None)
            finally:
                if room <= CONTROL_SIZE:
                    give_envelope(envelope)
        finally:
            for view in memory:
                release(view)

    def sendmsg(
        self,
        buffers: Iterable[Any],
        ancdata: Iterable[Any] = NOTHING,
        flags: SupportsIndex = 0,
        address: Any = None,
        /,
    ) -> int:
        """Sends the bytes of all ``buffers`` as one message: sendmsg(2).

        ``ancdata`` are control messages, each ``(level, type, data)``.  Returns how many bytes
        of the data the kernel took.
        """
        parts = tuple(buffers) if type(buffers) is list else items_of(buffers, SENDMSG_BUFFERS)
        if address is None:
            sys.audit("socket.sendmsg", self, None)
        is_plain = ancdata is NOTHING and address is None
        if PLAIN and is_plain and flags is NO_FLAGS and self._kind[1] != SOCK_SEQPACKET:
            n = self._writev(parts)
            if n > 0:
                return n
        if len(parts) != 1 or type(parts[0]) is not bytes:
            return self._sendmsgv(parts, ancdata, flags, address)
        data = parts[0]
        if flags != 0:
            flags = c_int(flags)
        if not is_plain:
            return self._sendmsg(data, ancdata, flags, address)
        # One buffer and nothing else: send(2) does the same, with less to pass.
        n = cs_send(self._fd, data, len(data), flags, self._wait)
        while n < 0:
            n = cs_send(self._fd, data, len(data), flags, resume(n, self._wait))
        return n

    def _writev(self, parts: tuple[Any, ...]) -> int:
        """Sends the buffers by writev(2), in a third of the time; 0 where `_sendmsgv` has to."""
        try:
            n: int = writev(self._fd, parts)
            return n  # 0 for an empty message, which it does not send
        except BlockingIOError:
            if self._wait <= 0:
                raise
        except OSError as error:
            if error.errno != EINVAL:  # too many buffers, which is EMSGSIZE
                raise
        except (TypeError, ValueError, BufferError):
            pass  # is worded by `readable`
        return 0

    def _sendmsg(self, data: bytes, ancdata: Iterable[Any], flags: int, address: Any) -> int:
        """Sends one buffer; one control message needs no memory of ours then."""
        items = tuple(ancdata) if type(ancdata) is list else items_of(ancdata, SENDMSG_CONTROL)
        item = items[0] if len(items) == 1 else None
        if type(item) is not tuple or len(item) != 3:
            return self._sendmsgv((data,), items, flags, address)
        level, kind, control = item
        if type(control) is array:
            control = control.tobytes()
        if (
            type(level) is not int
            or type(kind) is not int
            or type(control) is not bytes
            or (size := len(control)) > CONTROL_ITEM_MAX
        ):
            return self._sendmsgv((data,), items, flags, address)
        to = NULL if address is None else self._destination(address)
        try:
            n: int = cs_sendmsg(
                self._fd, data, len(data), level, kind, control, size, to, flags, self._wait
            )
        except OverflowError:
            c_int(level), c_int(kind)  # in the words of the standard module
            raise
        while n < 0:
            wait = resume(n, self._wait)
            n = cs_sendmsg(self._fd, data, len(data), level, kind, control, size, to, flags, wait)
        return n

    def _sendmsgv(
        self,
        parts: tuple[Any, ...],
        ancdata: Iterable[Any],
        flags: SupportsIndex,
        address: Any,
    ) -> int:
        """Sends any number of buffers, with any number of control messages."""
        memory: list[Any] = []
        try:
            for part in parts:
                memory.append(readable(part))
            sizes = list(map(len, memory))
            count = len(sizes)
            control, room = pack_control(items_of(ancdata, SENDMSG_CONTROL))
            flags = c_int(flags)
            to = NULL if address is None else self._destination(address)
            n: int = cs_sendmsgv(
                self._fd, memory, sizes, count, control, room, to, flags, self._wait
            )
            while n < 0:
                wait = resume(n, self._wait)
                n = cs_sendmsgv(self._fd, memory, sizes, count, control, room, to, flags, wait)
            return n
        finally:
            for view in memory:
                release(view)

    def _destination(self, address: Any) -> Any:
        """``address`` for the kernel; audited, as `sendmsg` does where there is none."""
        to = _address.pack(self, address, "sendmsg")
        sys.audit("socket.sendmsg", self, address)
        return to


def items_of(items: Any, what: str) -> tuple[Any, ...]:
    """The ``items`` at this moment, since taking one's buffer may run code that changes them.

    TypeError that names ``what`` where they cannot be iterated over.
    """
    try:
        return tuple(items)
    except TypeError:
        raise TypeError(f"{what} must be an iterable") from None


def add_writable(memory: list[Any], buffers: Any, what: str) -> None:
    """Adds to ``memory`` that of the ``buffers``, for the shim to fill; `release` all of it.

    TypeError that names ``what`` where one cannot be written to; the others are added then.
    """
    items = items_of(buffers, what)
    try:
        for buffer in items:
            memory.append(from_buffer("char[]", buffer, True))
    except (TypeError, ValueError, BufferError):
        complaint = f"{what} must be an iterable of single-segment read-write buffers"
        raise TypeError(complaint) from None
