"""Messages in several buffers and with ancillary data: recvmsg(2), sendmsg(2)."""

from __future__ import annotations

import sys

from . import _address
from ._address import give_slot, take_slot
from ._ancillary import CONTROL_MAX, pack_control, unpack_control
from ._arguments import c_int, c_ssize
from ._buffers import allocate, new_scratch, readable, release, writable
from ._cffi import ffi, lib
from ._errors import resume

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, SupportsIndex

    Received = tuple[Any, list[tuple[int, int, bytes]], int, Any]


class MessageMethods:
    """The base socket's methods for messages."""

    __slots__ = ()

    _fd: int
    _wait: int

    def recvmsg(
        self, bufsize: SupportsIndex, ancbufsize: SupportsIndex = 0, flags: SupportsIndex = 0, /
    ) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]:
        """Receives a message of up to ``bufsize`` bytes: recvmsg(2).

        Returns its data; its control messages, each ``(level, type, data)``, for which there
        are ``ancbufsize`` bytes of room; the ``MSG_`` flags that it came with; the sender's
        address.
        """
        size = c_ssize(bufsize)
        if size < 0:
            raise ValueError("negative buffer size in recvmsg()")
        memory, view = new_scratch(size)
        n, *rest = self._recvmsg([memory], ancbufsize, flags)
        return (view[:n], *rest)

    def recvmsg_into(
        self,
        buffers: Iterable[Any],
        ancbufsize: SupportsIndex = 0,
        flags: SupportsIndex = 0,
        /,
    ) -> tuple[int, list[tuple[int, int, bytes]], int, Any]:
        """As `recvmsg`, with the data into ``buffers``, one after the other: recvmsg(2).

        The first item of the result is the number of bytes received.
        """
        memory = []
        try:
            for buffer in items_of(buffers, "recvmsg_into() argument 1"):
                memory.append(buffer_to_fill(buffer, "recvmsg_into"))
            return self._recvmsg(memory, ancbufsize, flags)
        finally:
            for view in memory:
                release(view)

    def _recvmsg(
        self, memory: list[Any], ancbufsize: SupportsIndex, flags: SupportsIndex
    ) -> tuple[int, list[tuple[int, int, bytes]], int, Any]:
        room = c_ssize(ancbufsize)
        if not 0 <= room <= CONTROL_MAX:
            raise ValueError("invalid ancillary data buffer length")
        flags = c_int(flags)
        msg, iov = _message(memory)
        control = allocate("char[]", room)
        slot = take_slot()
        try:
            msg.control, msg.control_len, msg.addr = control, room, slot[0]
            n: int = lib.cs_recvmsg(self._fd, msg, flags, self._wait)
            while n < 0:
                n = lib.cs_recvmsg(self._fd, msg, flags, resume(n, self._wait))
            try:
                items = unpack_control(msg)
                return n, items, msg.flags, _address.unpack(slot, self)
            except BaseException:
                lib.cs_close_received(msg)
                raise
        finally:
            give_slot(slot)
            del iov, control  # what msg points to has to live until here

    def sendmsg(
        self,
        buffers: Iterable[Any],
        ancdata: Iterable[Any] = (),
        flags: SupportsIndex = 0,
        address: Any = None,
        /,
    ) -> int:
        """Sends the bytes of all ``buffers`` as one message: sendmsg(2).

        ``ancdata`` are control messages, each ``(level, type, data)``.  Returns how many bytes
        of the data the kernel took.
        """
        memory: list[Any] = []
        try:
            for buffer in items_of(buffers, "sendmsg() argument 1"):
                memory.append(readable(buffer))
            msg, iov = _message(memory)
            control = pack_control(msg, items_of(ancdata, "sendmsg() argument 2"))
            flags = c_int(flags)
            addr = None
            if address is not None:
                addr = _address.pack(self, address, "sendmsg")
                msg.addr = addr
            sys.audit("socket.sendmsg", self, address)
            n: int = lib.cs_sendmsg(self._fd, msg, flags, self._wait)
            while n < 0:
                n = lib.cs_sendmsg(self._fd, msg, flags, resume(n, self._wait))
            del iov, control, addr  # what msg points to has to live until here
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


def _message(memory: list[Any]) -> tuple[Any, Any]:
    """A ``cs_msg *`` with the buffers ``memory``, and the array of them that it points to."""
    iov = ffi.new("cs_iov[]", len(memory))
    for item, view in zip(iov, memory):
        item.base, item.len = view, len(view)
    msg = ffi.new("cs_msg *")
    msg.iov, msg.iov_count = iov, len(memory)
    return msg, iov
