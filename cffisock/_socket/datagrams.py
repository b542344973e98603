"""Datagrams and nothing else, many in one call: what asyncio's transports of `aio` are made of.

Nothing is converted here, and nothing ever waits.
"""

from __future__ import annotations

from .. import _types as t
from .._cffi import ffi, lib
from .._edge.errors import EAGAIN, again
from .batches import BYTES_KEPT, INET, SOCK_DGRAM, TRAIN_CONTROL, batch_of, senders
from .mailbox import borrow, give_mailbox

# The largest datagram; with UDP_GRO a train is no larger.
INET_MAX = 2**16
OTHERS_MAX = 2**18


def receive(sock: t.Socket, most: int) -> tuple[list[bytes], list[t.Any]]:
    """Receives up to ``most`` messages that are there: their data, their senders' addresses.

    A train of datagrams counts as one, and is divided.  Both are empty where there is none.
    """
    inet = sock._cs_kind[0] in INET and sock._cs_kind[1] == SOCK_DGRAM
    size, control_size = (INET_MAX, TRAIN_CONTROL) if inet else (OTHERS_MAX, 0)
    most = max(min(most, BYTES_KEPT // (size + control_size)), 1)
    box = borrow()
    try:
        batch = batch_of(box, most, most * size, most * control_size)
        incoming = batch.incoming
        incoming.buffers, incoming.size = ffi.NULL, size
        incoming.control_size, incoming.train_control = 0, control_size
        incoming.done = 0
        n = lib.cs_recvmmsg(sock._cs_socket, incoming, most, 0, 0)
        if n == -EAGAIN:
            return [], []
        if n < 0:
            n = again(n, sock, lib.cs_recvmmsg, incoming, most, 0)
        data = batch.data(ffi.unpack(incoming.lengths, n), size)
        addresses = senders(sock, batch, ffi.unpack(incoming.news, n))
        segments = ffi.unpack(incoming.segments, n)
    finally:
        give_mailbox(box)
    return _divided(data, addresses, segments) if any(segments) else (data, addresses)


def _divided(
    data: list[bytes], peers: list[t.Any], segments: list[int]
) -> tuple[list[bytes], list[t.Any]]:
    """Returns datagrams where some of the ``data`` are trains, of ``segments`` bytes each."""
    parts: list[bytes] = []
    addresses: list[t.Any] = []
    for train, sender, segment in zip(data, peers, segments):
        if segment > 0:
            found = [train[i : i + segment] for i in range(0, max(len(train), 1), segment)]
            parts += found
            addresses += [sender] * len(found)
        else:
            parts.append(train)
            addresses.append(sender)
    return parts, addresses


def send(sock: t.Socket, data: list[bytes], addrs: list[t.Any], trains: bool) -> int:
    """Sends ``data``, each to the ``cs_addr *`` in ``addrs``, or NULL for the connected peer.

    With ``trains`` UDP may divide what goes to one peer in one piece.  Returns how many the kernel
    took, at least 1; otherwise the exception is that of the first: BlockingIOError where there is
    no room.
    """
    count = len(data)
    lengths = list(map(len, data))
    joined = data[0] if count == 1 else b"".join(data)
    n: int = lib.cs_send_datagrams(sock._cs_socket, joined, lengths, addrs, count, trains)
    return n if n >= 0 else again(n, sock, _send_again, joined, lengths, addrs, count, trains)


def _send_again(memory: t.Any, *arguments: t.Any) -> int:
    """Goes on after a signal; what never waits needs no ``wait``."""
    n: int = lib.cs_send_datagrams(memory, *arguments[:-1])
    return n
