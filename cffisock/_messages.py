"""Messages in several buffers and with ancillary data: recvmsg(2), sendmsg(2)."""

from __future__ import annotations

import sys
from array import array

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
    new_scratch,
    readable,
    release,
    writable,
)
from ._cffi import ffi, lib
from ._errors import resume

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, SupportsIndex

    from ._ancillary import ControlMessage

# CPython takes 65 ns to look a function up in `lib`.
cs_recvmsg, cs_send, cs_sendmsg = lib.cs_recvmsg, lib.cs_send, lib.cs_sendmsg
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
        memory = []
        try:
            for buffer in items_of(buffers, "recvmsg_into() argument 1"):
                memory.append(buffer_to_fill(buffer, "recvmsg_into"))
            room = c_ssize(ancbufsize)
            if not 0 <= room <= CONTROL_MAX:
                raise ValueError("invalid ancillary data buffer length")
            flags = c_int(flags)
            iov = _vector(memory)
            try:
                envelope = take_envelope() if room <= CONTROL_SIZE else new_envelope(room)
            except IndexError:
                envelope = new_envelope()
            try:
                msg = envelope[0]
                n: int = lib.cs_recvmsgv(self._fd, iov, len(iov), msg, room, flags, self._wait)
                while n < 0:
                    wait = resume(n, self._wait)
                    n = lib.cs_recvmsgv(self._fd, iov, len(iov), msg, room, flags, wait)
                return unpack_extras(envelope, self)
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
        if len(parts) != 1 or type(parts[0]) is not bytes:
            return self._sendmsgv(parts, ancdata, flags, address)
        data = parts[0]
        if flags != 0:
            flags = c_int(flags)
        if ancdata is not NOTHING or address is not None:
            return self._sendmsg(data, ancdata, flags, address)
        # One buffer and nothing else: send(2) does the same, with less to pass.
        sys.audit("socket.sendmsg", self, None)
        n: int = cs_send(self._fd, data, len(data), flags, self._wait)
        while n < 0:
            n = cs_send(self._fd, data, len(data), flags, resume(n, self._wait))
        return n

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
        to = NULL if address is None else _address.pack(self, address, "sendmsg")
        sys.audit("socket.sendmsg", self, address)
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
            iov = _vector(memory)
            control, room = pack_control(items_of(ancdata, SENDMSG_CONTROL))
            flags = c_int(flags)
            to = NULL if address is None else _address.pack(self, address, "sendmsg")
            sys.audit("socket.sendmsg", self, address)
            n: int = lib.cs_sendmsgv(self._fd, iov, len(iov), control, room, to, flags, self._wait)
            while n < 0:
                wait = resume(n, self._wait)
                n = lib.cs_sendmsgv(self._fd, iov, len(iov), control, room, to, flags, wait)
            return n
        finally:
            for view in memory:
                release(view)


def items_of(items: Any, what: str) -> tuple[Any, ...]:
    """The ``items`` at this moment, since taking one's buffer may run code that changes them.

    TypeError that names ``what`` where they cannot be iterated over.
    """
    try:
        return tuple(items)
    except TypeError:
        raise TypeError(f"{what} must be an iterable") from None


def buffer_to_fill(buffer: Any, caller: str) -> Any:
    """The memory of ``buffer``, one of those that ``caller`` was given, as of `writable`."""
    try:
        return writable(buffer, "")
    except TypeError:
        raise TypeError(
            f"{caller}() argument 1 must be an iterable of single-segment read-write buffers"
        ) from None


def _vector(memory: list[Any]) -> Any:
    """An array of ``cs_iov`` with the buffers ``memory``, which it does not keep alive."""
    iov = ffi.new("cs_iov[]", len(memory))
    for item, view in zip(iov, memory):
        item.base, item.len = view, len(view)
    return iov
