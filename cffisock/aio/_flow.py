"""The way out of a transport: datagrams that wait to be sent, and flow control."""

from __future__ import annotations

import asyncio
from typing import Any, Optional

from .._socket import datagrams

# What a datagram counts beside its data, so that empty ones cannot pile up.
HEADER = 8
HIGH_WATER = 64 * 1024
# How many datagrams go to the shim at once.
CHUNK = 256
# Seconds until the next try, where the socket is said to be writable and is not: a peer's queue,
# which poll(2) does not look at, is full.
REST = 0.001


class Flow(asyncio.Transport, asyncio.DatagramTransport):
    """The half of a datagram transport that sends.

    What is queued goes in one call when ``batch`` datagrams are there, at the latest in the next
    iteration of the loop.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, protocol: Any, base: Any, batch: int, trains: bool
    ) -> None:
        super().__init__()
        self._loop = loop
        self._protocol = protocol
        self._base = base
        self._fd: int = base._cs_fd
        self._batch = batch
        self._trains = trains
        self._data: list[bytes] = []  # what waits to be sent,
        self._addrs: list[Any] = []  # and where each goes: a `cs_addr *` or NULL
        self._size = 0  # of all that, with the headers
        self._due = False  # whether it will be sent without somebody's doing
        self._blocked = False  # whether it waits for the kernel
        self._rest: Optional[asyncio.TimerHandle] = None
        self._closing = False
        self._lost = 0  # how often something was sent after the end; 1 from then on
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

    def _enqueue(self, data: bytes, addr: Any) -> None:
        queue = self._data
        queue.append(data)
        self._addrs.append(addr)
        self._size = size = self._size + len(data) + HEADER
        if self._blocked:
            if size > self._high:
                self._pause_if_full()
        elif len(queue) >= self._batch or size > self._high:
            self._flush()
        elif not self._due:
            self._schedule()

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
            if self._data and not self._blocked:
                self._schedule()  # error_received() raised: its affair, not that of the rest
        if self._closing and not self._data:
            self._end(None)

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

    def _end(self, error: Optional[BaseException]) -> None:
        """Has the protocol told that the transport is closed."""
        raise NotImplementedError
