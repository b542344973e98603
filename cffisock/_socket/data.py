"""The base socket's methods for data: recv(2), send(2) and their kin.

Each converts its arguments first, which may run the caller's code, takes the memory, and reads the
descriptor last.
"""

from __future__ import annotations

import sys

from .. import _types as t
from .._address import pack
from .._cffi import lib
from .._edge.arguments import buffer_size, c_int, type_name
from .._edge.errors import EAGAIN, again, resume
from .._edge.memory import (
    cleared,
    from_buffer,
    give_block,
    readable,
    release,
    take_block,
    through_copy,
)
from .._edge.platform import CONSTANTS, IS_WINDOWS
from .mailbox import DATA_SIZE, NEVER, Mailbox, borrow, give_mailbox, take_mailbox

audit = sys.audit
MORE = lib.CS_MORE
# CPython finds a global sooner than an attribute of `lib`.
cs_recv, cs_recvfrom, cs_send, cs_sendto = lib.cs_recv, lib.cs_recvfrom, lib.cs_send, lib.cs_sendto
# The defaults of `flags` and `nbytes`: `is` tells them from what is equal to 0 and no int.
NO_FLAGS = 0
ALL = 0
# With it TCP tells how many bytes it dropped, and writes none: that takes memory that is new.
MSG_TRUNC = CONSTANTS["MSG_TRUNC"]
NOT_GIVEN: t.Any = object()
# From this size on copying what came costs more than new memory for it.  On PyPy bytes may move.
WHOLE = 32 * 1024 if sys.implementation.name == "cpython" else NEVER


# --- receiving ----------------------------------------------------------------------


def recv(self: t.Socket, bufsize: t.SupportsIndex, flags: t.SupportsIndex = NO_FLAGS, /) -> bytes:
    """Receives up to ``bufsize`` bytes, b'' at the end of the stream: recv(2)."""
    if type(bufsize) is not int or not 0 < bufsize <= DATA_SIZE:
        return _recv_unusual(self, bufsize, flags)
    if flags is not NO_FLAGS:
        flags = c_int(flags)
        if flags & MSG_TRUNC:
            return _recv_unusual(self, bufsize, flags)
    try:
        box = take_mailbox()
    except IndexError:
        box = Mailbox()
    try:
        if bufsize >= box.filled:
            return _recv_whole(self, box, bufsize, flags)
        n = cs_recv(self._cs_socket, box.memory, bufsize, flags, self._cs_wait)
        if n < 0:
            n = again(n, self, cs_recv, box.memory, bufsize, flags)
        if n >= WHOLE and n == bufsize:
            box.filled = WHOLE
        data: bytes = box.view[:n] if n <= bufsize else cut(box.view, bufsize, n)
        return data
    finally:
        give_mailbox(box)


def _recv_whole(self: t.Socket, box: Mailbox, size: int, flags: t.SupportsIndex) -> bytes:
    """Receives into new bytes, which nobody else has yet: what fills them needs no copy."""
    box.filled = NEVER
    data = bytes(size)
    n: int = cs_recv(self._cs_socket, data, size, flags, self._cs_wait)
    if n < 0:
        n = again(n, self, cs_recv, data, size, flags)
    if n < size:
        return data[:n]
    box.filled = WHOLE
    return data


def _recv_unusual(self: t.Socket, bufsize: t.SupportsIndex, flags: t.SupportsIndex) -> bytes:
    size, flags = buffer_size(bufsize, "recv"), c_int(flags)
    if size == 0:
        return b""
    if flags & MSG_TRUNC:
        new = cleared(size)
        return cut(new, size, recv_into(self, new, ALL, flags))
    if size <= DATA_SIZE:
        return recv(self, size, flags)
    block = memory, view = take_block(size)
    try:
        n = cs_recv(self._cs_socket, memory, size, flags, self._cs_wait)
        if n < 0:
            n = again(n, self, cs_recv, memory, size, flags)
        return cut(view, size, n)
    finally:
        give_block(block)


def cut(view: t.Any, size: int, n: int) -> bytes:
    """Cuts ``n`` bytes of data from the ``view`` of a buffer of ``size`` bytes.

    With MSG_TRUNC a datagram may have had more of them than the buffer: those are 0.
    """
    data = bytes(view[: min(n, size)])
    return data + bytes(n - len(data))


def recv_into(
    self: t.Socket,
    buffer: t.Buffer,
    nbytes: t.SupportsIndex = ALL,
    flags: t.SupportsIndex = NO_FLAGS,
) -> int:
    """Receives up to ``nbytes``, by default as many as fit, into ``buffer``: recv(2)."""
    if flags is not NO_FLAGS:
        flags = c_int(flags)
    if nbytes is not ALL:
        nbytes = buffer_size(nbytes, "recv_into")
    try:
        memory = from_buffer("char[]", buffer, True)
    except (TypeError, ValueError, BufferError):
        complaint = unwritable(buffer, "recv_into")
        return through_copy(buffer, complaint, lambda copy: recv_into(self, copy, nbytes, flags))
    try:
        size = len(memory)
        if nbytes is not ALL:
            if nbytes > size:
                raise ValueError("buffer too small for requested bytes")
            size = nbytes or size
        if size == 0:
            return 0
        n: int = cs_recv(self._cs_socket, memory, size, flags, self._cs_wait)
        return n if n >= 0 else again(n, self, cs_recv, memory, size, flags)
    finally:
        release(memory)


def recvfrom(
    self: t.Socket, bufsize: t.SupportsIndex, flags: t.SupportsIndex = NO_FLAGS, /
) -> tuple[bytes, t.Any]:
    """Receives up to ``bufsize`` bytes, with the sender's address: recvfrom(2)."""
    if type(bufsize) is not int or not 0 <= bufsize <= DATA_SIZE:
        return _recvfrom_unusual(self, bufsize, flags)
    if flags is not NO_FLAGS:
        flags = c_int(flags)
        if flags & MSG_TRUNC:
            return _recvfrom_unusual(self, bufsize, flags)
    try:
        box = take_mailbox()
    except IndexError:
        box = Mailbox()
    n = cs_recvfrom(self._cs_socket, box.memory, bufsize, flags, box.addr, self._cs_wait)
    if n < 0:
        n = _recvfrom_again(n, self, box, box.memory, bufsize, flags)
    if n < MORE:
        address = box.address
    else:
        n -= MORE
        address = box.new_address(self)
    data = box.view[:n] if n <= bufsize else cut(box.view, bufsize, n)
    give_mailbox(box)
    return data, address


def _recvfrom_unusual(
    self: t.Socket, bufsize: t.SupportsIndex, flags: t.SupportsIndex
) -> tuple[bytes, t.Any]:
    size, flags = buffer_size(bufsize, "recvfrom"), c_int(flags)
    if flags & MSG_TRUNC:
        new = cleared(size)
        n, address = recvfrom_into(self, new, ALL, flags)
        return cut(new, size, n), address
    if size <= DATA_SIZE:
        return recvfrom(self, size, flags)
    block = memory, view = take_block(size)
    try:
        n, address = _recvfrom_memory(self, memory, size, flags)
        return cut(view, size, n), address
    finally:
        give_block(block)


def recvfrom_into(
    self: t.Socket,
    buffer: t.Buffer,
    nbytes: t.SupportsIndex = ALL,
    flags: t.SupportsIndex = NO_FLAGS,
) -> tuple[int, t.Any]:
    """Does as `recv_into`, with the sender's address: recvfrom(2)."""
    if flags is not NO_FLAGS:
        flags = c_int(flags)
    if nbytes is not ALL:
        nbytes = buffer_size(nbytes, "recvfrom_into")
    try:
        memory = from_buffer("char[]", buffer, True)
    except (TypeError, ValueError, BufferError):
        complaint = unwritable(buffer, "recvfrom_into")
        return through_copy(
            buffer, complaint, lambda copy: recvfrom_into(self, copy, nbytes, flags)
        )
    try:
        size = len(memory)
        if nbytes is not ALL:
            if nbytes > size:
                raise ValueError("nbytes is greater than the length of the buffer")
            size = nbytes or size
        return _recvfrom_memory(self, memory, size, flags)
    finally:
        release(memory)


def _recvfrom_memory(
    self: t.Socket, memory: t.Any, size: int, flags: t.SupportsIndex
) -> tuple[int, t.Any]:
    """Receives into ``memory``: how many bytes, and the sender's address."""
    box = borrow()
    n: int = cs_recvfrom(self._cs_socket, memory, size, flags, box.addr, self._cs_wait)
    if n < 0:
        n = _recvfrom_again(n, self, box, memory, size, flags)
    if n < MORE:
        address = box.address
    else:
        n -= MORE
        address = box.new_address(self)
    give_mailbox(box)
    return n, address


def _recvfrom_again(
    n: int, self: t.Socket, box: Mailbox, memory: t.Any, size: int, flags: t.SupportsIndex
) -> int:
    """Does as `again`; an error that is no signal handler's gives the ``box`` back."""
    try:
        return again(n, self, cs_recvfrom, memory, size, flags, box.addr)
    except OSError:
        give_mailbox(box)
        raise


def unwritable(buffer: t.Any, caller: str) -> str:
    """Words a TypeError for a ``buffer`` that cannot be received into."""
    given = type_name(buffer)
    return f"{caller}() argument 1 must be read-write bytes-like object, not {given}"


# --- sending ------------------------------------------------------------------------


def send(self: t.Socket, data: t.Buffer, flags: t.SupportsIndex = NO_FLAGS, /) -> int:
    """Sends ``data`` and returns how many bytes of it the kernel took: send(2)."""
    if flags is not NO_FLAGS:
        flags = c_int(flags)
    memory = data if type(data) is bytes else readable(data)
    try:
        n: int = cs_send(self._cs_socket, memory, len(memory), flags, self._cs_wait)
        return n if n >= 0 else again(n, self, cs_send, memory, len(memory), flags)
    finally:
        if memory is not data:
            release(memory)


def sendall(self: t.Socket, data: t.Buffer, flags: t.SupportsIndex = NO_FLAGS, /) -> None:
    """Sends all of ``data``, with one timeout for the whole: send(2).

    After an error nobody can tell how much was sent.
    """
    if flags is not NO_FLAGS:
        flags = c_int(flags)
    memory = data if type(data) is bytes else readable(data)
    try:
        # Usually the kernel takes everything at once.  If it does not, a timed socket
        # does not wait here: its one deadline is for the calls that follow.
        wait = self._cs_wait
        first = wait if wait < 0 else 0
        if wait > 0 and IS_WINDOWS:  # where a try may block, if it does not wait before
            first, wait = wait, lib.cs_deadline(wait)
        n = cs_send(self._cs_socket, memory, len(memory), flags, first)
        if n != len(memory):
            _send_rest(self, memory, n, flags, wait)
    finally:
        if memory is not data:
            release(memory)


def _send_rest(self: t.Socket, data: t.Any, n: int, flags: t.SupportsIndex, wait: int) -> None:
    """Sends what is left after a first attempt had the result ``n``."""
    memory = from_buffer(data) if type(data) is bytes else data
    deadline = turn = lib.cs_deadline(wait)
    sent = 0
    if n == -EAGAIN and wait > 0:
        n = 0
    while True:
        if n < 0:
            turn = resume(n, deadline)
        else:
            sent += n
            turn = deadline
        if sent == len(memory):
            return
        # One send(2) a call: signal handlers run between them.
        n = cs_send(self._cs_socket, memory + sent, len(memory) - sent, flags, turn)


def sendto(
    self: t.Socket,
    data: t.Any = NOT_GIVEN,
    second: t.Any = NOT_GIVEN,
    third: t.Any = NOT_GIVEN,
    /,
    *more: t.Any,
) -> int:
    """Sends ``data`` to an address: ``sendto(data[, flags], address)``, sendto(2)."""
    if third is NOT_GIVEN and second is not NOT_GIVEN:
        flags, address = NO_FLAGS, second
    elif third is not NOT_GIVEN and not more:
        flags, address = c_int(second), third
    else:
        count = sum(given is not NOT_GIVEN for given in (data, second, third, *more))
        raise TypeError(f"sendto() takes 2 or 3 arguments ({count} given)")
    memory = data if type(data) is bytes else readable(data)
    try:
        addr = pack(self, address, "sendto")
        audit("socket.sendto", self, address)
        n: int = cs_sendto(self._cs_socket, memory, len(memory), flags, addr, self._cs_wait)
        return n if n >= 0 else again(n, self, cs_sendto, memory, len(memory), flags, addr)
    finally:
        if memory is not data:
            release(memory)
