"""The base socket's methods for messages in several buffers and with ancillary data:
recvmsg(2), sendmsg(2)."""

from __future__ import annotations

import sys

from .. import _address
from .. import _types as t
from .._cffi import ffi, lib
from .._edge.arguments import c_int, c_ssize
from .._edge.errors import again
from .._edge.memory import (
    bytes_of,
    cleared,
    from_buffer,
    give_block,
    readable,
    release,
    take_block,
    through_copy,
)
from .._edge.platform import CONSTANTS
from .ancillary import (
    CONTROL_MAX,
    drop_items,
    not_inherited,
    pack_control,
    unpack_extras,
)
from .mailbox import CONTROL_SIZE, DATA_SIZE, Mailbox, borrow, give_mailbox, take_mailbox

# CPython finds a global sooner than an attribute of `lib`.
cs_recvmsg, cs_recvmsgv = lib.cs_recvmsg, lib.cs_recvmsgv
cs_close_received = lib.cs_close_received
cs_send, cs_sendmsg, cs_sendmsgv = lib.cs_send, lib.cs_sendmsg, lib.cs_sendmsgv
NULL, CHARS = ffi.NULL, ffi.typeof("char[]")
MORE = lib.CS_MORE
CONTROL_ITEM_MAX = lib.CS_CONTROL_MAX
NO_FLAGS = 0
# With it TCP tells how many bytes it dropped, and writes none: that takes memory that is new.
MSG_TRUNC = CONSTANTS["MSG_TRUNC"]
NOTHING: tuple[t.Any, ...] = ()
ABSENT: t.Any = object()
# What error messages call the arguments that have to be iterable.
RECVMSG_INTO = "recvmsg_into() argument 1"
SENDMSG_BUFFERS = "sendmsg() argument 1"
SENDMSG_CONTROL = "sendmsg() argument 2"
# Several buffers are joined where that costs less than to hand each to the kernel.
JOINED_COUNT = 1024
JOINED_SIZE = 16 * 1024


def recvmsg(
    self: t.Socket,
    bufsize: t.SupportsIndex,
    ancbufsize: t.SupportsIndex = 0,
    flags: t.SupportsIndex = 0,
    /,
) -> tuple[bytes, list[t.ControlMessage], int, t.Any]:
    """Receives a message of up to ``bufsize`` bytes: recvmsg(2).

    Returns its data; its control messages, each ``(level, type, data)``, for which there
    are ``ancbufsize`` bytes; the ``MSG_`` flags that it came with; the sender's
    address.  Programs that this one executes do not inherit descriptors that come.
    """
    if (
        type(bufsize) is not int
        or not 0 < bufsize <= DATA_SIZE
        or type(ancbufsize) is not int
        or not 0 <= ancbufsize <= CONTROL_SIZE
    ):
        return _recvmsg_unusual(self, bufsize, ancbufsize, flags)
    if flags is not NO_FLAGS:
        flags = c_int(flags)
        if flags & MSG_TRUNC:
            return _recvmsg_unusual(self, bufsize, ancbufsize, flags)
    try:
        box = take_mailbox()
    except IndexError:
        box = Mailbox()
    memory, view, msg = box.memory, box.view, box.msg
    added = ancbufsize and not_inherited(self, flags)
    flags |= added
    items: t.Any = NOTHING
    try:
        try:
            n = cs_recvmsg(self._cs_socket, memory, bufsize, msg, ancbufsize, flags, self._cs_wait)
            if n < 0:
                n = again(n, self, cs_recvmsg, memory, bufsize, msg, ancbufsize, flags)
            if n < MORE:
                return view[:n], [], 0, None
            n, items, flags, address = unpack_extras(box, self)
            result = view[:n], items, flags & ~added, address
        except BaseException:
            items = NOTHING
            cs_close_received(msg)
            raise
        finally:
            if items:
                msg.control_len = 0  # the items have what it had
            give_mailbox(box)
        return result
    except BaseException:
        drop_items(items)  # a handler may raise until this returns
        raise


def _recvmsg_unusual(
    self: t.Socket, bufsize: t.SupportsIndex, ancbufsize: t.SupportsIndex, flags: t.SupportsIndex
) -> tuple[bytes, list[t.ControlMessage], int, t.Any]:
    size = c_ssize(bufsize)
    if size < 0:
        raise ValueError("negative buffer size in recvmsg()")
    control_size, flags = c_ssize(ancbufsize), c_int(flags)
    if flags & MSG_TRUNC:
        new = cleared(size)
        n, items, flags, address = recvmsg_into(self, [new], control_size, flags)
        return bytes(new[: min(n, size)]), items, flags, address
    block = memory, view = take_block(size)
    try:
        buffers = [ffi.buffer(memory, size)]
        n, items, flags, address = recvmsg_into(self, buffers, control_size, flags)
        # Without room, AF_UNIX tells of a byte out of band, and writes none.
        return view[: min(n, size)], items, flags, address
    finally:
        give_block(block)


def recvmsg_into(
    self: t.Socket,
    buffers: t.Iterable[t.Buffer],
    ancbufsize: t.SupportsIndex = 0,
    flags: t.SupportsIndex = 0,
    /,
) -> tuple[int, list[t.ControlMessage], int, t.Any]:
    """Does as `recvmsg`, with the data into ``buffers``, one after the other: recvmsg(2).

    The first item of the result is the number of bytes received.
    """
    control_size = ancbufsize if type(ancbufsize) is int else c_ssize(ancbufsize)
    if flags is not NO_FLAGS:
        flags = c_int(flags)
    into = tuple(buffers) if type(buffers) is list else items_of(buffers, RECVMSG_INTO)
    memory: list[t.Any] = []
    sizes: list[int] = []
    items: list[t.ControlMessage] = []
    try:
        try:
            try:
                for buffer in into:
                    view = from_buffer(CHARS, buffer, True)
                    memory.append(view)
                    sizes.append(len(view))
            except (TypeError, ValueError, BufferError):
                return _recvmsg_into_copy(self, into, len(memory), control_size, flags)
            if not 0 <= control_size <= CONTROL_MAX:
                c_ssize(control_size)  # OverflowError for what is no size at all
                raise ValueError("invalid ancillary data buffer length")
            _, items, _, _ = result = _recvmsgv(self, memory, sizes, control_size, flags)
        finally:
            for view in memory:
                release(view)
        return result
    except BaseException:
        drop_items(items)
        raise


def _recvmsg_into_copy(
    self: t.Socket, into: tuple[t.Any, ...], i: int, control_size: int, flags: t.SupportsIndex
) -> tuple[int, list[t.ControlMessage], int, t.Any]:
    def receive(copies: list[t.Any]) -> tuple[int, list[t.ControlMessage], int, t.Any]:
        return recvmsg_into(self, copies, control_size, flags)

    return with_copy(into, i, RECVMSG_INTO, receive)


def _recvmsgv(
    self: t.Socket, memory: list[t.Any], sizes: list[int], control_size: int, flags: t.Any
) -> tuple[int, list[t.ControlMessage], int, t.Any]:
    box = borrow() if control_size <= CONTROL_SIZE else Mailbox(control_size)
    msg, count = box.msg, len(sizes)
    added = control_size and not_inherited(self, flags)
    flags |= added
    items: t.Any = NOTHING
    try:
        try:
            n = cs_recvmsgv(
                self._cs_socket, memory, sizes, count, msg, control_size, flags, self._cs_wait
            )
            if n < 0:
                n = again(n, self, cs_recvmsgv, memory, sizes, count, msg, control_size, flags)
            if n < MORE:
                return n, [], 0, None
            n, items, flags, address = unpack_extras(box, self)
            result = n, items, flags & ~added, address
        except BaseException:
            items = NOTHING
            cs_close_received(msg)
            raise
        finally:
            if items:
                msg.control_len = 0  # the items have what it had
            if control_size <= CONTROL_SIZE:
                give_mailbox(box)
        return result
    except BaseException:
        drop_items(items)
        raise


def sendmsg(
    self: t.Socket,
    buffers: t.Iterable[t.Buffer],
    ancdata: t.Iterable[t.ControlItem] = NOTHING,
    flags: t.SupportsIndex = 0,
    address: t.Optional[t.Address] = None,
    /,
) -> int:
    """Sends the bytes of all ``buffers`` as one message: sendmsg(2).

    ``ancdata`` are control messages, each ``(level, type, data)``.  Returns how many bytes
    of the data the kernel took.
    """
    if flags is not NO_FLAGS:
        flags = c_int(flags)
    to = NULL if address is None else _address.pack(self, address, "sendmsg")
    sys.audit("socket.sendmsg", self, address)
    parts = tuple(buffers) if type(buffers) is list else items_of(buffers, SENDMSG_BUFFERS)
    data = parts[0] if len(parts) == 1 else joined(parts)
    if type(data) is not bytes:
        return _sendmsgv(self, parts, ancdata, flags, to)
    if ancdata is not NOTHING or address is not None or flags < 0:
        return _sendmsg(self, data, ancdata, flags, to)
    # One buffer and nothing else: send(2) does the same, with less to pass.  Of flags Linux refuses
    # MSG_CMSG_COMPAT, the sign, to sendmsg(2) alone.
    n: int = cs_send(self._cs_socket, data, len(data), flags, self._cs_wait)
    return n if n >= 0 else again(n, self, cs_send, data, len(data), flags)


def joined(parts: tuple[t.Any, ...]) -> t.Optional[bytes]:
    """Joins all the ``parts``; None where they are many, large, or have to be looked at."""
    if not parts or len(parts) > JOINED_COUNT:
        return None
    size = 0
    for part in parts:
        if type(part) is not bytes:
            return None
        size += len(part)
    return b"".join(parts) if size <= JOINED_SIZE else None


def _sendmsg(self: t.Socket, data: bytes, ancdata: t.Iterable[t.Any], flags: int, to: t.Any) -> int:
    """Sends one buffer; one control message needs no memory of ours then."""
    items = tuple(ancdata) if type(ancdata) is list else items_of(ancdata, SENDMSG_CONTROL)
    item = items[0] if len(items) == 1 else None
    if type(item) is not tuple or len(item) != 3:
        return _sendmsgv(self, (data,), items, flags, to)
    level, type_, control = item
    control = bytes_of(control)
    size = len(control)
    if type(level) is not int or type(type_) is not int or size > CONTROL_ITEM_MAX:
        return _sendmsgv(self, (data,), items, flags, to)
    sock, n = self._cs_socket, len(data)
    try:
        n = cs_sendmsg(sock, data, n, level, type_, control, size, to, flags, self._cs_wait)
    except OverflowError:
        for number in level, type_:
            c_int(number)  # in the words of the standard module
        raise
    if n >= 0:
        return n
    return again(n, self, cs_sendmsg, data, len(data), level, type_, control, size, to, flags)


def _sendmsgv(
    self: t.Socket,
    parts: tuple[t.Any, ...],
    ancdata: t.Iterable[t.Any],
    flags: t.SupportsIndex,
    to: t.Any,
) -> int:
    """Sends any number of buffers, with any number of control messages."""
    memory: list[t.Any] = []
    try:
        for part in parts:
            memory.append(readable(part))
        sizes = list(map(len, memory))
        control, control_size = pack_control(items_of(ancdata, SENDMSG_CONTROL))
        arguments = memory, sizes, len(sizes), control, control_size, to, flags
        n: int = cs_sendmsgv(self._cs_socket, *arguments, self._cs_wait)
        return n if n >= 0 else again(n, self, cs_sendmsgv, *arguments)
    finally:
        for view in memory:
            release(view)


def sendmsg_afalg(
    self: t.Socket,
    msg: t.Iterable[t.Buffer] = (),
    *,
    op: t.SupportsIndex = -1,
    iv: t.Optional[t.Buffer] = None,
    assoclen: t.SupportsIndex = ABSENT,
    flags: t.SupportsIndex = 0,
) -> int:
    """Sends ``msg``, a series of buffers, to an operation ``op``, an ``ALG_OP_`` constant.

    ``iv`` is the initialization vector; ``assoclen`` how many of the bytes are associated
    data.  OSError on a socket of another family, or as in sendmsg(2).
    """
    if self._cs_kind[0] != CONSTANTS["AF_ALG"]:
        raise OSError("algset is only supported for AF_ALG")
    from .._address import alg  # noqa: PLC0415  (which came with the first socket of AF_ALG)

    control = alg.request(op, iv)
    if assoclen is not ABSENT:
        control.append(alg.associated(assoclen))
    return sendmsg(self, msg, control, flags)


def items_of(items: t.Any, what: str) -> tuple[t.Any, ...]:
    """Takes the ``items`` at this moment: taking one's buffer may run code that changes them.

    TypeError that names ``what`` where they cannot be iterated over.
    """
    try:
        return tuple(items)
    except TypeError:
        raise TypeError(f"{what} must be an iterable") from None


def with_copy(
    buffers: tuple[t.Any, ...], i: int, what: str, receive: t.Callable[[list[t.Any]], t.V]
) -> t.V:
    """Calls ``receive`` with the ``buffers`` and a copy of number ``i``, as `through_copy`.

    TypeError that names ``what`` where it cannot be written to.
    """

    def receive_copy(copy: bytearray) -> t.V:
        return receive([*buffers[:i], copy, *buffers[i + 1 :]])

    complaint = f"{what} must be an iterable of single-segment read-write buffers"
    return through_copy(buffers[i], complaint, receive_copy)
