"""Many messages in one call, and trains of datagrams: recvmmsg(2), sendmmsg(2), udp(7)."""

from __future__ import annotations

import sys
from itertools import count

from .. import _address
from .. import _types as t
from .._address import UNPACKED
from .._address.inet import host_and_port
from .._cffi import ffi, lib
from .._edge.arguments import c_int, c_ssize, type_name
from .._edge.errors import again
from .._edge.memory import allocate, bytes_of, from_buffer, release
from .._edge.platform import CONSTANTS
from .._edge.tables import remember
from .ancillary import (
    CONTROL_MAX,
    drop_messages,
    not_inherited,
    pack_control,
    read_extras,
    unpack_control,
)
from .mailbox import Mailbox, borrow, give_mailbox
from .messages import items_of, with_copy

INET = (CONSTANTS["AF_INET"], CONSTANTS["AF_INET6"])
SOCK_DGRAM = CONSTANTS["SOCK_DGRAM"]
SOCK_STREAM = CONSTANTS["SOCK_STREAM"]
MSG_TRUNC = CONSTANTS["MSG_TRUNC"]
IPPROTO_UDP = CONSTANTS["IPPROTO_UDP"]
UDP_SEGMENT = CONSTANTS.get("UDP_SEGMENT", -1)  # -1: the shim refuses trains
SEGMENT_MAX = 2**16 - 1
NEW_SENDER = lib.CS_NEW_SENDER
MORE_THAN_DATA = lib.CS_MORE_THAN_DATA
RECVMMSG_INTO = "recvmmsg_into() argument 1"
TRAIN_CONTROL: int = lib.cs_train_control()

# Senders over IPv4, by the shim's numbers of them.
_pairs: dict[int, t.Any] = {}
_pair_known = _pairs.__getitem__

# Larger memory is for one call.
MESSAGES_KEPT = 1024
BYTES_KEPT = 8 * 1024 * 1024


class Batch:
    """Memory to receive up to ``messages`` messages into, as the shim wants it.

    There are ``size`` bytes by ``for_data``, and ``control_size`` for all control messages.
    """

    __slots__ = ("control_size", "incoming", "memory", "messages", "size", "slots", "view")

    def __init__(self, messages: int, size: int, control_size: int, for_data: t.Any) -> None:
        if max(messages * ffi.sizeof("cs_addr"), size, control_size) > sys.maxsize:
            raise MemoryError
        self.messages, self.size, self.control_size = messages, size, control_size
        self.memory = {
            "data": for_data("char[]", size),
            "control": allocate("char[]", control_size),
            "addrs": allocate("cs_addr[]", messages),
            "msgs": allocate("cs_msg[]", messages),
            "lengths": allocate("int32_t[]", messages),
            "numbers": allocate("int64_t[]", messages),
            "segments": allocate("int32_t[]", messages),
            "news": allocate("char[]", messages),
        }
        self.incoming = ffi.new("cs_incoming *", self.memory)
        self.view = ffi.buffer(self.memory["data"])
        self.slots: list[t.Slot] = []

    def first_slots(self, n: int) -> list[t.Slot]:
        """Gives the slots with the addresses of the first ``n`` messages, or of more."""
        slots = self.slots
        while len(slots) < n:
            addr = self.incoming.addrs + len(slots)
            slots.append((addr, ffi.buffer(addr)))
        return slots

    def data(self, lengths: list[int], size: int) -> list[bytes]:
        """Gives the data of messages of these ``lengths``, which had ``size`` bytes each."""
        view = self.view
        return [view[start : start + length] for start, length in zip(count(0, size), lengths)]


def batch_of(box: Mailbox, messages: int, size: int, control_size: int) -> Batch:
    """Gives a `Batch` of at least that much, which ``box`` keeps unless it is large."""
    batch: t.Optional[Batch] = box.batch
    if (
        batch is None
        or batch.messages < messages
        or batch.size < size
        or batch.control_size < control_size
    ):
        batch = Batch(messages, size, control_size, allocate)
        if messages <= MESSAGES_KEPT and size + control_size <= BYTES_KEPT:
            box.batch = batch
    return batch


def recvmmsg(
    self: t.Socket,
    count: t.SupportsIndex,
    bufsize: t.SupportsIndex,
    ancbufsize: t.SupportsIndex = 0,
    flags: t.SupportsIndex = 0,
) -> list[tuple[bytes, t.Ancillary, int, t.Any]]:
    """Receives up to ``count`` messages of up to ``bufsize`` bytes each: recvmmsg(2).

    Each item of the result is what `recvmsg` returns.  A blocking socket waits for all of
    them, with MSG_WAITFORONE for one; a timed one until its time is up, and an error only
    ends the batch: the exceptions are for when nothing came.  Where UDP_GRO is on, a message
    may be a train of datagrams of up to 65535 bytes; each datagram is an item of its own.
    """
    number, size = c_ssize(count), c_ssize(bufsize)
    control_size, flags = control_bytes(ancbufsize), c_int(flags)
    if number < 0:
        raise ValueError("negative count in recvmmsg()")
    if size < 0:
        raise ValueError("negative buffer size in recvmmsg()")
    # Other families may send descriptors, which only the caller may ask for.
    trains = TRAIN_CONTROL if self._cs_kind[0] in INET and self._cs_kind[1] == SOCK_DGRAM else 0
    if number == 0:
        return []
    items: list[t.Item] = []
    box = borrow()
    try:
        try:
            room = number, number * size, number * (control_size + trains)
            # With MSG_TRUNC TCP tells a length, and writes nothing.
            batch = Batch(*room, ffi.new) if flags & MSG_TRUNC else batch_of(box, *room)
            batch.incoming.buffers, batch.incoming.size = ffi.NULL, size
            batch.incoming.train_control = trains
            items = _receive(
                self, batch, number, control_size, flags, lambda lengths: batch.data(lengths, size)
            )
        finally:
            give_mailbox(box)
        return items
    except BaseException:
        drop_messages(items)  # a handler may raise until this returns
        raise


def recvmmsg_into(
    self: t.Socket,
    buffers: t.Iterable[t.Buffer],
    ancbufsize: t.SupportsIndex = 0,
    flags: t.SupportsIndex = 0,
) -> list[tuple[int, t.Ancillary, int, t.Any]]:
    """Does as `recvmmsg`, with one message into each of the ``buffers``: recvmmsg(2).

    The first part of each item is the number of bytes received.  A train of datagrams is left
    whole, and its size of datagrams, an int, is the control message UDP_GRO, which needs a part
    of the ``ancbufsize``.
    """
    control_size, flags = control_bytes(ancbufsize), c_int(flags)
    into = items_of(buffers, RECVMMSG_INTO)
    memory: list[t.Any] = []
    items: list[t.Item] = []
    try:
        try:
            try:
                for buffer in into:
                    memory.append(from_buffer("char[]", buffer, True))
            except (TypeError, ValueError, BufferError):
                return with_copy(
                    into,
                    len(memory),
                    RECVMMSG_INTO,
                    lambda copies: recvmmsg_into(self, copies, control_size, flags),
                )
            _receive_into(self, memory, control_size, flags, items)
        finally:
            for view in memory:
                release(view)
        return items
    except BaseException:
        drop_messages(items)
        raise


def _receive_into(
    self: t.Socket, memory: list[t.Any], control_size: int, flags: int, items: list[t.Item]
) -> None:
    number = len(memory)
    if number == 0:
        return
    buffers = allocate("cs_iov[]", [(view, len(view)) for view in memory])
    box = borrow()
    try:
        batch = batch_of(box, number, 0, number * control_size)
        batch.incoming.buffers, batch.incoming.size = buffers, 0
        batch.incoming.train_control = 0
        items += _receive(self, batch, number, control_size, flags, lambda lengths: lengths)
    finally:
        give_mailbox(box)


def control_bytes(ancbufsize: t.SupportsIndex) -> int:
    """Checks ``ancbufsize``, the size of the control messages of each message."""
    size = c_ssize(ancbufsize)
    if not 0 <= size <= CONTROL_MAX:
        raise ValueError("invalid ancillary data buffer length")
    return size


def _receive(
    self: t.Socket,
    batch: Batch,
    number: int,
    control_size: int,
    flags: int,
    parts: t.Callable[[list[int]], list[t.Any]],
) -> list[t.Item]:
    """Receives up to ``number`` messages; ``parts`` gives their first items for their lengths.

    If this fails, the descriptors in the control messages are closed.
    """
    incoming = batch.incoming
    incoming.done, incoming.control_size = 0, control_size
    added = control_size and not_inherited(self, flags)
    try:
        n = lib.cs_recvmmsg(self._cs_socket, incoming, number, flags | added, self._cs_wait)
        if n < 0:
            n = again(n, self, lib.cs_recvmmsg, incoming, number, flags | added)
        return _items(self, batch, parts(ffi.unpack(incoming.lengths, n)), added)
    except BaseException:
        for i in range(incoming.done):
            lib.cs_close_received(incoming.msgs + i)
        raise


def _items(self: t.Socket, batch: Batch, parts: list[t.Any], added: int) -> list[t.Item]:
    """Gives an item for each message that came; ``parts`` are their first items.

    The flag ``added``, which the kernel gives back, is nothing that they came with.
    """
    incoming = batch.incoming
    news = ffi.unpack(incoming.news, len(parts))
    if news[0] == NEW_SENDER and news.count(0) == len(news) - 1:
        address = _address.unpack(batch.first_slots(1)[0], self)
        return [(part, [], 0, address) for part in parts]
    addresses = senders(self, batch, news)
    if max(news) == NEW_SENDER:
        return [(part, [], 0, address) for part, address in zip(parts, addresses)]
    items: list[t.Item] = []
    for i, (part, new, address) in enumerate(zip(parts, news, addresses)):
        if not new & MORE_THAN_DATA:
            items.append((part, [], 0, address))
            continue
        ancillary, msg_flags = extras_of(incoming.msgs + i)
        segment = incoming.segments[i]
        item = (part, ancillary, msg_flags & ~added, address)
        items += divided(item, segment) if segment > 0 else [item]
    return items


def senders(sock: t.Socket, batch: Batch, news: bytes) -> list[t.Any]:
    """Returns the addresses that messages came from, of which there are these ``news``."""
    numbers = ffi.unpack(batch.incoming.numbers, len(news))
    try:
        return list(map(_pair_known, numbers))
    except KeyError:
        pass
    addresses: list[t.Any] = []
    address = None
    for number, new, slot in zip(numbers, news, batch.first_slots(len(news))):
        if number >= 0:
            address = _pairs.get(number) or remember(_pairs, number, host_and_port(number))
        elif new & NEW_SENDER:
            addr, view = slot
            address = UNPACKED.get(view[: addr.len]) or _address.unpack(slot, sock)
        addresses.append(address)
    return addresses


def sendmmsg(
    self: t.Socket,
    messages: t.Iterable[t.Message],
    flags: t.SupportsIndex = 0,
    segment: t.SupportsIndex = 0,
) -> int:
    """Sends messages, each ``(data[, address[, ancdata[, segment]]])`` or bare data: sendmmsg(2).

    Bare data is bytes-like.  In a tuple it may be a list or tuple of what is, too; without an
    address, or with None, it goes to the peer; ancdata is as for `sendmsg`.  With a ``segment``,
    of its own or of all, the data, of any length, is a train of datagrams of that many bytes, the
    last of which may be shorter: UDP divides it; 0 is none.  Returns how many datagrams the kernel
    took, which are less where it failed or the time was up; the exceptions are for when it took
    none.  ValueError on a SOCK_STREAM socket.
    """
    if self._cs_kind[1] == SOCK_STREAM:
        # The kernel may take a part of a message, and nobody could tell how much.
        raise ValueError("sendmmsg() is for messages, which SOCK_STREAM sockets do not have")
    flags, usual = c_int(flags), segment_size(segment)
    segments: list[int] = []
    data: list[bytes] = []
    addrs: list[t.Any] = []
    controls: dict[int, tuple[t.Any, int]] = {}
    address, addr = None, ffi.NULL
    for message in items_of(messages, "sendmmsg() argument 1"):
        part, to, ancdata, size = parts_of(message, usual)
        if to is not address:
            address = to
            addr = ffi.NULL if to is None else _address.pack(self, to, "sendmmsg")
        if ancdata != () or size != usual:
            controls[len(data)] = control_for(ancdata, size)
        data.append(part)
        segments.append(size)
        addrs.append(addr)
        sys.audit("socket.sendmsg", self, to)
    outgoing, memory = new_outgoing(data, addrs, controls, segments, usual)
    joined = b"".join(data)
    n: int = lib.cs_sendmmsg(self._cs_socket, joined, outgoing, flags, self._cs_wait)
    if n < 0:
        n = again(n, self, lib.cs_sendmmsg, joined, outgoing, flags)
    del memory  # what outgoing points to has to live until here
    return n


def extras_of(msg: t.Any) -> tuple[t.Ancillary, int]:
    """Returns the control messages and the flags of the ``cs_msg *`` of a message received."""
    view = ffi.buffer(ffi.addressof(msg, "extras"))
    extras = read_extras(view)
    ancillary = unpack_control(msg, view, ffi.buffer(msg.control, msg.control_len), extras)
    return ancillary, extras[1]


def divided(train: t.Item, segment: int) -> list[t.Item]:
    """Returns the datagrams in a ``train``, of ``segment`` bytes each; the last may lack some."""
    data, ancillary, flags, address = train
    whole = flags & ~MSG_TRUNC
    starts = range(0, max(len(data), 1), segment)
    items = [(data[i : i + segment], [*ancillary], whole, address) for i in starts]
    items[-1] = (items[-1][0], ancillary, flags, address)
    return items


def segment_size(value: t.SupportsIndex) -> int:
    """Returns ``value`` as the size of the datagrams in a train, 0 for none."""
    size = c_ssize(value)
    if not 0 <= size <= SEGMENT_MAX:
        raise ValueError(f"segment must be 0-{SEGMENT_MAX}")
    return size


def parts_of(message: t.Any, segment: int) -> tuple[bytes, t.Any, t.Any, int]:
    """Returns data, address, ancillary data and segment of a ``message`` of `sendmmsg`."""
    if not isinstance(message, tuple):
        try:
            return bytes_of(message), None, (), segment
        except TypeError:
            given = type_name(message)
            raise TypeError(f"sendmmsg() messages must be tuples or bytes, not {given}") from None
    if not 1 <= len(message) <= 4:
        raise TypeError(f"sendmmsg() messages must have 1 to 4 items, not {len(message)}")
    data, address, ancdata, own_segment = message + (None, (), segment)[len(message) - 1 :]
    if own_segment is not segment:
        segment = segment_size(own_segment)
    if type(data) is not bytes:
        parts = data if isinstance(data, (list, tuple)) else (data,)
        data = b"".join([bytes_of(part) for part in parts])
    return data, address, ancdata, segment


def control_for(ancdata: t.Any, segment: int) -> tuple[t.Any, int]:
    """Returns memory with control messages, with UDP_SEGMENT as the last; its size."""
    items = [*items_of(ancdata, "sendmmsg() ancillary data")]
    if segment > 0:
        items.append((IPPROTO_UDP, UDP_SEGMENT, segment.to_bytes(2, sys.byteorder)))
    return pack_control(items)


def new_outgoing(
    data: list[bytes],
    addrs: list[t.Any],
    controls: dict[int, tuple[t.Any, int]],
    segments: list[int],
    segment: int,
) -> tuple[t.Any, t.Any]:
    """Returns a ``cs_outgoing *``, and all that it points to.

    Messages that have no ``controls`` are trains of the usual ``segment``, if that is not 0.
    """
    lengths = allocate("size_t[]", [len(part) for part in data])
    to = allocate("cs_addr *[]", addrs)
    outgoing = ffi.new("cs_outgoing *", (len(data), lengths, to))
    iov = sizes = None
    if segment > 0 or controls:
        usual = controls[-1] = control_for((), segment)
        iov = allocate("cs_iov[]", [controls.get(i, usual) for i in range(len(data))])
        outgoing.controls = iov
        if any(segments):
            outgoing.segments = sizes = allocate("uint16_t[]", segments)
    return outgoing, (lengths, to, addrs, controls, iov, sizes)
