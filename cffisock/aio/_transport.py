"""The transport of datagrams: its life, and what it receives."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import islice
from typing import Any, Optional

from .._edge.errors import warn
from .._socket import datagrams
from ._sending import Sending
from ._sockets import base_of

# A message that is received may be a train of 64 datagrams: others have their turn after so many
# times the number of messages.
TURN = 8


class DatagramTransport(Sending):
    """A transport of datagrams that go and come in batches; `create_datagram_endpoint` makes it.

    It is an ``asyncio.DatagramTransport`` with the flow control and the ``pause_reading`` that
    other transports have.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: Any,
        protocol: Any,
        address: Any,
        waiter: asyncio.Future[None],
        *,
        batch: int,
        trains: bool,
    ) -> None:
        names = {"socket": sock, "sockname": _name(sock.getsockname)}
        names["peername"] = _name(sock.getpeername)
        super().__init__(loop, protocol, base_of(sock), names, address, batch=batch, trains=trains)
        self._reading = False  # whether datagrams are to be delivered
        self._paused_reading = False
        self._arrived: Optional[Iterator[tuple[bytes, Any]]] = None  # what is not delivered yet,
        self._left = 0  # and how much that may be
        loop.call_soon(protocol.connection_made, self)
        loop.call_soon(self._start_reading)
        loop.call_soon(_wake, waiter)
        self._sock = sock  # from now on this object's to close

    def __repr__(self) -> str:
        state = "closed" if self._sock is None else "closing" if self._closing else "open"
        return f"<{type(self).__name__} {state} fd={self._fd} bufsize={self._size}>"

    def __del__(self) -> None:
        if getattr(self, "_sock", None) is not None:
            warn(f"unclosed transport {self!r}", ResourceWarning, stacklevel=2, source=self)
            self._sock.close()

    # --- what it is -----------------------------------------------------------------

    def get_protocol(self) -> Any:
        """Returns the protocol."""
        return self._protocol

    def set_protocol(self, protocol: Any) -> None:
        """Lets another protocol have what comes from now on."""
        self._protocol = protocol

    def is_closing(self) -> bool:
        """Returns whether `close` or `abort` was called, or an error did it."""
        return self._closing

    # --- receiving ------------------------------------------------------------------

    def is_reading(self) -> bool:
        """Returns whether datagrams are delivered."""
        return not self._closing and not self._paused_reading

    def pause_reading(self) -> None:
        """Delivers nothing until `resume_reading`; what has come is kept."""
        if self.is_reading():
            self._paused_reading = True
            self._stop_reading()

    def resume_reading(self) -> None:
        """Goes on with what has come."""
        if self._paused_reading and not self._closing:
            self._paused_reading = False
            self._start_reading()

    def _start_reading(self) -> None:
        if self.is_reading():
            self._reading = True
            self._loop.add_reader(self._fd, self._read_ready)
            if self._arrived is not None:
                self._loop.call_soon(self._deliver)

    def _stop_reading(self) -> None:
        self._reading = False
        self._loop.remove_reader(self._fd)

    def _read_ready(self) -> None:
        """Takes one batch, so that others have their turn."""
        if self._arrived is None:
            try:
                data, addresses = datagrams.receive(self._base, self._batch)
            except OSError as error:
                self._protocol.error_received(error)
                return
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001  (as asyncio has it)
                self._fail(error, "Fatal read error on datagram transport")
                return
            self._arrived, self._left = zip(data, addresses), len(data)
        self._deliver()

    def _deliver(self) -> None:
        """Gives the protocol what has arrived; what it sends meanwhile goes together."""
        arrived = self._arrived
        if arrived is None or not self._reading:
            return
        due, self._due = self._due, True
        try:
            for data, address in islice(arrived, self._batch * TURN):
                try:
                    self._protocol.datagram_received(data, address)
                except (SystemExit, KeyboardInterrupt):
                    raise
                except BaseException as error:  # noqa: BLE001  (it is the loop's affair)
                    self._report(error, "protocol.datagram_received() failed")
                if not self._reading:
                    break
            else:
                self._left -= self._batch * TURN
                if self._left > 0:
                    self._loop.call_soon(self._deliver)
                else:
                    self._arrived = None
        except BaseException:
            # The loop ends.  The rest is for when it runs again.
            self._due = due
            self._loop.call_soon(self._deliver)
            self._schedule()
            raise
        self._due = due
        if self._data and not self._blocked and not due:
            self._flush()

    # --- the end --------------------------------------------------------------------

    def close(self) -> None:
        """Receives no more, sends what is queued, and then has ``connection_lost`` called."""
        if self._closing:
            return
        self._closing = True
        self._stop_reading()
        if not self._blocked:
            self._flush()

    def abort(self) -> None:
        """Does as `close`, but what the kernel does not take at once is lost."""
        try:
            self.close()
        finally:
            self._force(None)

    def _fail(self, error: BaseException, message: str) -> None:
        """Ends with an error that leaves nothing to go on with."""
        self._report(error, message)
        self._force(error)

    def _force(self, error: Optional[BaseException]) -> None:
        if not self._closing:
            self._closing = True
            self._stop_reading()
        self._clear()
        self._unblock()
        self._end(error)

    def _end(self, error: Optional[BaseException]) -> None:
        if not self._lost:
            self._lost = 1
            self._unblock()
            self._arrived = None
            self._loop.call_soon(self._lose, error)

    def _lose(self, error: Optional[BaseException]) -> None:
        try:
            self._protocol.connection_lost(error)
        finally:
            sock, self._sock = self._sock, None
            sock.close()


def _name(call: Any) -> Any:
    try:
        return call()
    except OSError:
        return None


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
