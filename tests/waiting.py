"""Calls in other threads, the moment from which they wait, and who gets a number that is closed."""

from __future__ import annotations

import errno
import functools
import os
import select
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Callable

from .support import LONG, is_inherited, own, tcp_pair, udp_pair

FOREIGN = b"for somebody else"
POLLRDHUP = 0x2000  # PyPy's select lacks the name: poll(2)


def outcome(call: Callable[..., Any], *args: Any) -> Any:
    """What a call returns; where it fails, the name of its errno, or its type and its words."""
    try:
        return call(*args)
    except OSError as error:
        if error.errno is None:
            return str(error)
        return errno.errorcode[error.errno].replace("WSA", "")  # winsock's name, on Windows
    except Exception as error:  # noqa: BLE001  (whatever it is, both modules' are compared)
        return f"{type(error).__name__}: {error}"


class Call:
    """A call in another thread."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self._results: list[Any] = []
        # A daemon, so that one which hangs fails its test and not the whole run.
        self._thread = threading.Thread(target=self._run, args=(function, *args), daemon=True)
        self._thread.start()

    def _run(self, function: Callable[..., Any], *args: Any) -> None:
        self._results.append(outcome(function, *args))

    def until_it_waits(self) -> None:
        """Returns once the thread sleeps in a system call, not for a lock; or has ended."""
        locks = numbers_of_locks()
        end = time.monotonic() + LONG
        while self._thread.is_alive() and time.monotonic() < end:
            number = sleeps_in(self._thread)
            if number is not None and number not in locks:
                return
            time.sleep(0.001)
        assert not self._thread.is_alive(), "it neither waits nor ends"

    def waits(self) -> bool:
        return self._thread.is_alive()

    def outcome(self) -> Any:
        """Waits for its end."""
        self._thread.join(LONG)
        assert not self._thread.is_alive(), "it hangs"
        return self._results[0]


def sleeps_in(thread: threading.Thread) -> str | None:
    """The number of the system call in which a thread sleeps."""
    task = Path(f"/proc/self/task/{thread.native_id}")
    try:
        if (task / "stat").read_text().rpartition(")")[2].split()[0] != "S":
            return None
        number = (task / "syscall").read_text().split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return number if number.isdigit() else None


@functools.lru_cache(maxsize=1)
def numbers_of_locks() -> set[str]:
    """The system calls in which threads wait for locks, the interpreter's own among them."""
    numbers = set()
    for timeout in (-1, LONG):
        lock = threading.Lock()
        with lock:
            thread = threading.Thread(target=lock.acquire, args=(True, timeout))
            thread.start()
            while (number := sleeps_in(thread)) is None:
                time.sleep(0.001)
            numbers.add(number)
        thread.join()
    return numbers


# --- sockets --------------------------------------------------------------------------------------


def kinds(*names: str) -> list[str]:
    """Those of the kinds of `pair_of` that this system has."""
    return [name for name in names if name in ("tcp", "udp") or hasattr(own, "AF_UNIX")]


def pair_of(module: Any, kind: str) -> tuple[Any, Any]:
    """Two sockets that are connected to each other."""
    if kind == "tcp":
        return tcp_pair(module)
    if kind == "udp":
        return udp_pair(module)
    types = {"stream": own.SOCK_STREAM, "dgram": own.SOCK_DGRAM, "seqpacket": own.SOCK_SEQPACKET}
    one, two = module.socketpair(own.AF_UNIX, types[kind])
    return one, two


def is_under_way(sock: Any) -> bool:
    """Whether TCP has sent what the receiver has not acknowledged: tcpi_unacked in linux/tcp.h."""
    if sock.family not in (own.AF_INET, own.AF_INET6) or sock.type != own.SOCK_STREAM:
        return False
    info = sock.getsockopt(own.IPPROTO_TCP, own.TCP_INFO, 104)
    return any(info[24:28])


def fill(sock: Any, data: bytes = b"x" * 1000) -> None:
    """Sends until the socket takes nothing more; it is not waiting afterwards."""
    sock.settimeout(0)
    quiet = 0
    tells = hasattr(own, "TCP_INFO")
    while quiet < 3:
        # TCP moves data on to the receiver for a moment, and takes some more long before poll(2)
        # calls it writable.
        time.sleep(0.02 if tells else 0.15)
        quiet = 0 if tells and is_under_way(sock) else quiet + 1
        with suppress(BlockingIOError):
            while True:
                sock.send(data)
                quiet = 0


def drain(sock: Any) -> bytes:
    """All that comes until nothing does for a moment."""
    data = bytearray()
    while select.select([sock], [], [], 0.02)[0]:
        part = sock.recv(1 << 16, getattr(own, "MSG_DONTWAIT", 0))
        if not part:
            break
        data += part
    return bytes(data)


class Successor:
    """A socket of the interpreter's own module that gets the number of another that is closed.

    Nobody may act on it then: `check`.  Of kind "fresh" it is a TCP socket as it is made.
    """

    def __init__(self, sock: Any, kind: str) -> None:
        self.sock, self.number = sock, sock.fileno()
        self.taken = False
        self.all: list[Any] = [own.socket()] if kind == "fresh" else [*pair_of(own, kind)]

    def __enter__(self) -> Successor:
        return self

    def __exit__(self, *args: object) -> None:
        if self.taken:
            self._give_number_back()
        self.sock.close()
        for sock in self.all:
            sock.close()

    def take_over(self) -> None:
        """Closes the socket and takes its number, once."""
        if self.taken:
            return
        if len(self.all) == 2:
            self.all[1].send(FOREIGN)
            select.select([self.all[0]], [], [])  # a busy kernel delivers later
        before = self._state()
        self.sock.close()
        self._take_number()
        self.taken = True
        self.before = before

    def check(self) -> None:
        """That the number was given away and nothing happened to the socket that has it."""
        assert self.taken
        assert self._state() == self.before

    def _take_number(self) -> None:
        mine = self.all[0].fileno()
        if sys.platform != "win32":
            os.dup2(mine, self.number)
            return
        import _winapi

        process = _winapi.GetCurrentProcess()
        copies: list[int] = []
        while self.number not in copies:  # the next one has the lowest that is free
            assert len(copies) < 1000
            same = _winapi.DUPLICATE_SAME_ACCESS
            copies.append(_winapi.DuplicateHandle(process, mine, process, 0, False, same))
        for copy in copies[:-1]:
            _winapi.CloseHandle(copy)

    def _give_number_back(self) -> None:
        if sys.platform != "win32":
            os.close(self.number)
            return
        import _winapi

        _winapi.CloseHandle(self.number)

    def _state(self) -> dict[str, Any]:
        mine = self.all[0]
        state = {
            "flags": flags_of(mine),
            "inherited": [is_inherited(sock.fileno()) for sock in self.all],
            "getsockname": outcome(mine.getsockname),
            "getpeername": outcome(mine.getpeername),
        }
        for option in (own.SO_KEEPALIVE, own.SO_ACCEPTCONN, own.SO_RCVBUF):
            state[str(option)] = mine.getsockopt(own.SOL_SOCKET, option)
        for i, sock in enumerate(self.all):
            state[f"events of {i}"] = events_of(sock)
            state[f"data of {i}"] = outcome(peek, sock)
        return state


if sys.platform == "win32":  # which tells no flags, and has no poll(2) and no MSG_DONTWAIT

    def flags_of(_sock: Any) -> Any:
        return None

    def events_of(sock: Any) -> Any:
        return len(select.select([sock], [], [], 0)[0])

    def peek(sock: Any) -> bytes | None:
        data: bytes | None = sock.recv(99, own.MSG_PEEK) if events_of(sock) else None
        return data

else:
    import fcntl

    def flags_of(sock: Any) -> Any:
        return fcntl.fcntl(sock.fileno(), fcntl.F_GETFL)

    def events_of(sock: Any) -> Any:
        events = select.poll()
        events.register(sock.fileno(), POLLRDHUP | select.POLLIN)
        return [event for _, event in events.poll(0)]

    def peek(sock: Any) -> bytes | None:
        data: bytes = sock.recv(99, own.MSG_PEEK | own.MSG_DONTWAIT)
        return data
