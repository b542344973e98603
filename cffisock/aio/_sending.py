"""The way out of a transport: `sendto`, the queue behind it, and flow control."""

from __future__ import annotations

import asyncio
from logging import getLogger
from sys import audit
from typing import Any, Optional

from .._address import pack
from .._cffi import ffi
from .._edge.memory import bytes_of
from .._socket import datagrams

NULL = ffi.NULL

# What a datagram counts beside its data, so that empty ones cannot pile up.
HEADER = 8
HIGH_WATER = 64 * 1024
# How many datagrams go to the shim at once.
CHUNK = 256
# Seconds until the next try, where the socket is said to be writable and is not: a peer's queue,
# which poll(2) does not look at, is full.
REST = 0.001
# How often something may be sent to nobody before it is worth a warning.
LOST_SENDS = 5
FATAL = "Fatal write error on datagram transport"
logger = getLogger("asyncio")


class Sending(asyncio.Transport, asyncio.DatagramTransport):
    """The half of a datagram transport that sends.

    What is queued goes in one call when ``batch`` datagrams are there, at the latest in the next
    iteration of the loop.
    """

    _sock: Any  # None from the end on

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        protocol: Any,
        base: Any,
        names: dict[str, Any],
        address: Any,
        *,
        batch: int,
        trains: bool,
    ) -> None:
        super().__init__(names)
        self._loop = loop
        self._protocol = protocol
        self._base = base
        self._fd: int = base._cs_socket[0]
        self._connected = names["peername"] is not None
        self._address = address  # of the only peer, None for any
        self._batch = batch
        self._trains = trains
        self._data: list[bytes] = []  # what waits to be sent,
        self._addrs: list[Any] = []  # and where each goes: a `cs_addr *` or NULL
        self._size = 0  # of all that, with the headers
        self._due = False  # whether it will be sent without somebody's doing
        self._blocked = False  # whether it waits for the kernel
        self._rest: Optional[asyncio.TimerHandle] = None
        self._closing = False
        self._lost = 0  # from the end on 1, and how often something was sent after it
        self._paused_writing = False
        self.set_write_buffer_limits()

    # --- limits ---------------------------------------------------------------------

    def get_write_buffer_size(self) -> int:
        """Returns how many bytes wait to be sent, 8 more for each datagram."""
        return self._size

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Returns the low and the high mark."""
        return self._low, self._high

    def set_write_buffer_limits(
        self, high: Optional[int] = None, low: Optional[int] = None
    ) -> None:
        """Sets the marks, in bytes, above which writing is paused and up to which it is resumed."""
        if high is None:
            high = HIGH_WATER if low is None else 4 * low
        if low is None:
            low = high // 4
        if not high >= low >= 0:
            raise ValueError(f"high ({high!r}) must be >= low ({low!r}) must be >= 0")
        self._low, self._high = low, high
        self._pause_if_full()

    def _pause_if_full(self) -> None:
        if self._blocked and self._size > self._high and not self._paused_writing:
            self._paused_writing = True
            self._call("pause_writing")

    def _resume_if_drained(self) -> None:
        if self._paused_writing and self._size <= self._low:
            self._paused_writing = False
            self._call("resume_writing")

    def _call(self, method: str) -> None:
        """Calls a method of the protocol that changes the flow; its error is the loop's affair."""
        try:
            getattr(self._protocol, method)()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001  (as the loop has it)
            self._report(error, f"protocol.{method}() failed")

    def _report(self, error: BaseException, message: str) -> None:
        self._loop.call_exception_handler(
            {
                "message": message,
                "exception": error,
                "transport": self,
                "protocol": self._protocol,
            }
        )

    # --- the queue --------------------------------------------------------------------

    def sendto(self, data: Any, addr: Any = None) -> None:
        """Sends a datagram to ``addr``, by default to the remote address.

        It never waits.  TypeError if ``data`` is not bytes-like, ValueError for another address
        than the remote one; other errors are told to the protocol.
        """
        if type(data) is not bytes:
            data = _copy(data)
        if self._address is not None:
            addr = self._only(addr)
        if self._lost and self._is_over():
            return
        to = NULL
        if not self._connected:
            try:
                to = pack(self._base, addr, "sendto")
                audit("socket.sendto", self._sock, addr)
            except OSError as error:
                self._protocol.error_received(error)
                return
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001  (as asyncio has it)
                self._fail(error, FATAL)
                return
        queue = self._data
        queue.append(data)
        self._addrs.append(to)
        self._size = size = self._size + len(data) + HEADER
        if size > self._high or len(queue) >= self._batch or self._lost:
            self._flush()
            self._pause_if_full()
        elif not self._due:
            self._schedule()

    def _only(self, addr: Any) -> Any:
        """Returns the remote address.  ValueError if ``addr`` is another one."""
        if addr is not None and addr != self._address:
            raise ValueError(f"Invalid address: must be None or {self._address}")
        return self._address

    def _is_over(self) -> bool:
        """Returns whether nothing goes any more; before connection_lost() a last answer may."""
        if self._address is None and self._sock is not None:
            return False
        if self._lost >= LOST_SENDS:
            logger.warning("sendto() on a closed transport")
        self._lost += 1
        return True

    def _schedule(self) -> None:
        if not self._due:
            self._due = True
            self._loop.call_soon(self._flush_due)

    def _flush_due(self) -> None:
        self._due = False
        self._flush()

    def _flush(self) -> None:
        """Sends what the kernel takes; what it does not take waits for it."""
        try:
            while self._data and not self._blocked:
                self._send_some()
        finally:
            # error_received() may have raised: its affair, not that of the rest.
            if not self._data:
                if self._closing:
                    self._end(None)
            elif not self._blocked:
                self._schedule()

    def _send_some(self) -> None:
        data, addrs = self._data, self._addrs
        if len(data) > CHUNK:
            data, addrs = data[:CHUNK], addrs[:CHUNK]
        try:
            sent = datagrams.send(self._base, data, addrs, self._trains)
        except BlockingIOError:
            self._block()
        except OSError as error:
            # The first one's own, or one that the socket had for whoever comes next.
            self._drop(1)
            self._protocol.error_received(error)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001  (as asyncio has it)
            self._fail(error, FATAL)
        else:
            self._drop(sent)

    def _drop(self, count: int) -> None:
        """Forgets the first ``count`` datagrams."""
        if count == len(self._data):
            self._clear()
            return
        self._size -= sum(map(len, self._data[:count])) + count * HEADER
        del self._data[:count], self._addrs[:count]

    def _clear(self) -> None:
        self._data, self._addrs, self._size = [], [], 0

    # --- waiting for the kernel ---------------------------------------------------------

    def _block(self) -> None:
        if self._lost:
            self._clear()
            return
        self._blocked = True
        self._loop.add_writer(self._fd, self._write_ready)
        self._pause_if_full()

    def _unblock(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        if self._blocked:
            self._blocked = False
            self._loop.remove_writer(self._fd)

    def _write_ready(self) -> None:
        before = len(self._data)
        self._blocked, self._rest = False, None
        try:
            self._flush()
        finally:
            if not self._blocked:
                self._loop.remove_writer(self._fd)
        if self._blocked and len(self._data) == before:
            self._loop.remove_writer(self._fd)
            self._rest = self._loop.call_later(REST, self._write_ready)
        self._resume_if_drained()

    # --- what the other half does ------------------------------------------------------

    def _fail(self, error: BaseException, message: str) -> None:
        """Ends with an error that leaves nothing to go on with."""
        raise NotImplementedError

    def _end(self, error: Optional[BaseException]) -> None:
        """Has the protocol told that the transport is closed."""
        raise NotImplementedError


def _copy(data: Any) -> bytes:
    """Returns what the queue keeps, which nobody can change.  TypeError."""
    if not isinstance(data, (bytes, bytearray, memoryview)):
        given = type(data).__name__
        raise TypeError(f"data argument must be a bytes-like object, not {given!r}")
    return bytes_of(data)
