"""Data in and out: recv(2), send(2) and their kin.

On CPython the interpreter's own os.read() and its kin are called faster than cffi's functions are,
and make bytes without a copy; and to a socket read(2) and write(2) are recv(2) and send(2) without
flags.  So they do what is `PLAIN`.  Not so for SOCK_SEQPACKET, where write(2) sets MSG_EOR; nor is
data with a timeout received that way, since it is often still to come: eight threads that waited
for each other took twice as long with an exception each time.
"""

from __future__ import annotations

import os
import sys
from errno import EBADF

from . import _address
from ._address import PACKED
from ._arguments import buffer_size, c_int, part_of
from ._buffers import (
    SCRATCH_SIZE,
    give_scratch,
    new_scratch,
    readable,
    release,
    take_scratch,
    writable,
)
from ._cffi import ffi, lib
from ._errors import EAGAIN, resume
from ._mailbox import Mailbox, give_mailbox, take_mailbox
from ._platform import CONSTANTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, SupportsIndex

PLAIN = sys.implementation.name == "cpython"
read, write = os.read, os.write
readv: Any = getattr(os, "readv", None)  # PyPy has neither
writev: Any = getattr(os, "writev", None)
# os.read() allocates that much each time: what asks for more has less to read, mostly.
READ_MAX = 64 * 1024 if PLAIN else 0

SOCK_SEQPACKET = CONSTANTS["SOCK_SEQPACKET"]
audit = sys.audit
NEW_ADDRESS = lib.CS_NEW_ADDRESS
# On CPython a global is found 20 ns sooner than an attribute of `lib`.
cs_recv, cs_recvfrom, cs_send, cs_sendto = lib.cs_recv, lib.cs_recvfrom, lib.cs_send, lib.cs_sendto
# The defaults of `flags` and `nbytes`: `is` tells them from what is equal to 0 and no int.
NO_FLAGS = 0
ALL = 0
NOT_GIVEN: Any = object()


class DataMethods:
    """The base socket's methods for data."""

    __slots__ = ()

    _fd: int
    _wait: int
    _kind: tuple[int, ...] | list[int]

    # --- receiving ----------------------------------------------------------------

    def recv(self, bufsize: SupportsIndex, flags: SupportsIndex = NO_FLAGS, /) -> bytes:
        """Receives up to ``bufsize`` bytes, b'' at the end of the stream: recv(2)."""
        if type(bufsize) is int and 0 < bufsize <= READ_MAX and flags is NO_FLAGS:
            if self._wait <= 0:
                return read(self._fd, bufsize)
        elif type(bufsize) is not int or not 0 < bufsize <= SCRATCH_SIZE:
            return self._recv_unusual(bufsize, flags)
        elif flags is not NO_FLAGS:
            flags = c_int(flags)
        try:
            scratch = take_scratch()
        except IndexError:
            scratch = new_scratch()
        try:
            n = cs_recv(self._fd, scratch[0], bufsize, flags, self._wait)
            while n < 0:
                n = cs_recv(self._fd, scratch[0], bufsize, flags, resume(n, self._wait))
            data: bytes = scratch[1][: n if n < bufsize else bufsize]  # MSG_TRUNC: n may be more
            return data
        finally:
            give_scratch(scratch)

    def _recv_unusual(self, bufsize: SupportsIndex, flags: SupportsIndex) -> bytes:
        size = buffer_size(bufsize, "recv")
        if size == 0:
            return b""
        if size <= SCRATCH_SIZE:
            return DataMethods.recv(self, size, flags)
        _, view = new_scratch(size)
        data: bytes = view[: DataMethods.recv_into(self, view, 0, flags)]
        return data

    def recv_into(
        self, buffer: Any, nbytes: SupportsIndex = ALL, flags: SupportsIndex = NO_FLAGS
    ) -> int:
        """Receives up to ``nbytes``, by default as many as fit, into ``buffer``: recv(2)."""
        if PLAIN and nbytes is ALL and flags is NO_FLAGS and self._wait <= 0:
            try:
                n: int = readv(self._fd, (buffer,))
                return n
            except OSError as error:
                if error.errno != EBADF:  # which is none where there is no room
                    raise
            except (TypeError, ValueError, BufferError):
                pass  # is worded below
        memory = writable(buffer, "recv_into() argument 1 must be")
        try:
            if flags is not NO_FLAGS:
                flags = c_int(flags)
            size = len(memory)
            if nbytes is not ALL:
                size = part_of(size, nbytes, "recv_into", "buffer too small for requested bytes")
            if size == 0:
                return 0
            n = cs_recv(self._fd, memory, size, flags, self._wait)
            while n < 0:
                n = cs_recv(self._fd, memory, size, flags, resume(n, self._wait))
            return n
        finally:
            release(memory)

    def recvfrom(
        self, bufsize: SupportsIndex, flags: SupportsIndex = NO_FLAGS, /
    ) -> tuple[bytes, Any]:
        """Receives up to ``bufsize`` bytes, with the sender's address: recvfrom(2)."""
        if type(bufsize) is not int or not 0 <= bufsize <= SCRATCH_SIZE:
            return self._recvfrom_unusual(bufsize, flags)
        if flags is not NO_FLAGS:
            flags = c_int(flags)
        try:
            box = take_mailbox()
        except IndexError:
            box = Mailbox()
        n = cs_recvfrom(self._fd, box.memory, bufsize, flags, box.addr, self._wait)
        if n < 0:
            n = self._recvfrom_again(n, box, box.memory, bufsize, flags)
        if n < NEW_ADDRESS:
            address = box.address
        else:
            n -= NEW_ADDRESS
            address = box.new_address(self)
        data = box.view[: n if n < bufsize else bufsize]
        give_mailbox(box)
        return data, address

    def _recvfrom_unusual(self, bufsize: SupportsIndex, flags: SupportsIndex) -> tuple[bytes, Any]:
        size = buffer_size(bufsize, "recvfrom")
        if size <= SCRATCH_SIZE:
            return DataMethods.recvfrom(self, size, flags)
        _, view = new_scratch(size)
        n, address = DataMethods.recvfrom_into(self, view, 0, flags)
        return view[:n], address

    def recvfrom_into(
        self, buffer: Any, nbytes: SupportsIndex = ALL, flags: SupportsIndex = NO_FLAGS
    ) -> tuple[int, Any]:
        """As `recv_into`, with the sender's address: recvfrom(2)."""
        memory = writable(buffer, "recvfrom_into() argument 1 must be")
        try:
            if flags is not NO_FLAGS:
                flags = c_int(flags)
            size = len(memory)
            if nbytes is not ALL:
                complaint = "nbytes is greater than the length of the buffer"
                size = part_of(size, nbytes, "recvfrom_into", complaint)
            try:
                box = take_mailbox()
            except IndexError:
                box = Mailbox()
            n: int = cs_recvfrom(self._fd, memory, size, flags, box.addr, self._wait)
            if n < 0:
                n = self._recvfrom_again(n, box, memory, size, flags)
            if n < NEW_ADDRESS:
                address = box.address
            else:
                n -= NEW_ADDRESS
                address = box.new_address(self)
            give_mailbox(box)
            return n, address
        finally:
            release(memory)

    def _recvfrom_again(
        self, n: int, box: Mailbox, memory: Any, size: int, flags: SupportsIndex
    ) -> int:
        """What becomes of a recvfrom(2) that had the negative result ``n``."""
        while n < 0:
            try:
                wait = resume(n, self._wait)
            except OSError:
                give_mailbox(box)
                raise
            n = cs_recvfrom(self._fd, memory, size, flags, box.addr, wait)
        return n

    # --- sending ------------------------------------------------------------------

    def send(self, data: Any, flags: SupportsIndex = NO_FLAGS, /) -> int:
        """Sends ``data`` and returns how many bytes of it the kernel took: send(2)."""
        if flags is not NO_FLAGS:
            flags = c_int(flags)
        elif PLAIN and self._kind[1] != SOCK_SEQPACKET:
            try:
                return write(self._fd, data)
            except BlockingIOError:
                if self._wait <= 0:
                    raise
        memory = data if type(data) is bytes else readable(data)
        try:
            n: int = cs_send(self._fd, memory, len(memory), flags, self._wait)
            while n < 0:
                n = cs_send(self._fd, memory, len(memory), flags, resume(n, self._wait))
            return n
        finally:
            if memory is not data:
                release(memory)

    def sendall(self, data: Any, flags: SupportsIndex = NO_FLAGS, /) -> None:
        """Sends all of ``data``, with one timeout for the whole: send(2).

        After an error nobody can tell how much was sent.
        """
        if flags is not NO_FLAGS:
            flags = c_int(flags)
        elif PLAIN and type(data) is bytes and self._kind[1] != SOCK_SEQPACKET:
            try:
                n = write(self._fd, data)
            except BlockingIOError:
                if self._wait <= 0:
                    raise
                n = 0
            if n != len(data):
                self._send_rest(data, n, flags, self._wait)
            return
        memory = data if type(data) is bytes else readable(data)
        try:
            # Usually the kernel takes everything at once.  If it does not, a timed socket
            # does not wait here: its one deadline is for the calls that follow.
            wait = self._wait
            n = cs_send(self._fd, memory, len(memory), flags, wait if wait < 0 else 0)
            if n != len(memory):
                self._send_rest(memory, n, flags, wait)
        finally:
            if memory is not data:
                release(memory)

    def _send_rest(self, data: Any, n: int, flags: SupportsIndex, wait: int) -> None:
        """Sends what is left after a first attempt had the result ``n``."""
        memory = ffi.from_buffer(data) if type(data) is bytes else data
        deadline = lib.cs_deadline(wait)
        sent = 0
        if n == -EAGAIN and wait > 0:
            n = 0
        while True:
            if n < 0:
                deadline = resume(n, deadline)
            else:
                sent += n
            if sent == len(memory):
                return
            # One send(2) a call: signal handlers run between them.
            n = cs_send(self._fd, memory + sent, len(memory) - sent, flags, deadline)

    def sendto(
        self, data: Any = NOT_GIVEN, second: Any = NOT_GIVEN, third: Any = NOT_GIVEN, /, *more: Any
    ) -> int:
        """Sends ``data`` to an address: ``sendto(data[, flags], address)``, sendto(2)."""
        if third is NOT_GIVEN and type(data) is bytes:
            # The very bytes and address that a server has, which need no care.
            try:
                known, addr = PACKED[self._kind[0]][second]
            except (KeyError, TypeError):
                pass
            else:
                if known is second:
                    audit("socket.sendto", self, second)
                    n: int = cs_sendto(self._fd, data, len(data), NO_FLAGS, addr, self._wait)
                    while n < 0:
                        wait = resume(n, self._wait)
                        n = cs_sendto(self._fd, data, len(data), NO_FLAGS, addr, wait)
                    return n
        return self._sendto(data, second, third, *more)

    def _sendto(self, data: Any, second: Any, third: Any, *more: Any) -> int:
        if third is NOT_GIVEN and second is not NOT_GIVEN:
            flags, address = NO_FLAGS, second
        elif third is not NOT_GIVEN and not more:
            flags, address = c_int(second), third
        else:
            count = sum(given is not NOT_GIVEN for given in (data, second, third, *more))
            raise TypeError(f"sendto() takes 2 or 3 arguments ({count} given)")
        memory = data if type(data) is bytes else readable(data)
        try:
            addr = _address.pack(self, address, "sendto")
            audit("socket.sendto", self, address)
            n: int = cs_sendto(self._fd, memory, len(memory), flags, addr, self._wait)
            while n < 0:
                wait = resume(n, self._wait)
                n = cs_sendto(self._fd, memory, len(memory), flags, addr, wait)
            return n
        finally:
            if memory is not data:
                release(memory)
