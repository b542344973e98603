"""Happy Eyeballs: connections tried side by side, of which the first that succeeds is used.

RFC 8305, but for the look-up, which is one for both families.
"""

from __future__ import annotations

import selectors

from . import _types as t
from ._edge.errors import TIMED_OUT, error_for, system_error
from ._edge.platform import CONSTANTS
from ._edge.timeouts import Deadline

SOL_SOCKET, SO_ERROR = CONSTANTS["SOL_SOCKET"], CONSTANTS["SO_ERROR"]


def interleaved(addresses: list[t.Any], first: int) -> list[t.Any]:
    """Orders the answers of `getaddrinfo` so that families take turns, beginning with the first's.

    The first family has ``first`` addresses before another one has its turn; 0 leaves the order.
    """
    if first < 1 or not addresses:
        return addresses
    by_family: dict[int, list[t.Any]] = {}
    for address in addresses:
        by_family.setdefault(address[0], []).append(address)
    families = list(by_family.values())
    head = families[0][: first - 1]
    del families[0][: first - 1]
    longest = max(map(len, families))
    turns = [[row[i] for row in families if i < len(row)] for i in range(longest)]
    return head + [address for turn in turns for address in turn]


class Race:
    """Connections on their way; ``start(answer)`` makes a non-blocking socket and connects it.

    ``timeout`` is for each, or a `Deadline` for all; failures go into ``errors``.
    """

    def __init__(
        self, start: t.Callable[[t.Any], t.Any], timeout: t.Seconds, errors: list[OSError]
    ) -> None:
        self.start, self.timeout, self.errors = start, timeout, errors
        self.running: dict[int, tuple[t.Any, t.Optional[Deadline]]] = {}
        # On Windows there is no poll().
        self.poll = getattr(selectors, "PollSelector", selectors.SelectSelector)()

    def enter(self, answer: t.Any) -> None:
        """Starts a connection to an ``answer`` of `getaddrinfo`."""
        try:
            sock = self.start(answer)
        except OSError as error:
            self.errors.append(error)
            return
        self.running[sock.fileno()] = sock, None if self.timeout is None else Deadline(self.timeout)
        self.poll.register(sock, selectors.EVENT_WRITE)

    def leave(self, fd: int) -> t.Any:
        """Takes a socket out of the race."""
        self.poll.unregister(fd)
        return self.running.pop(fd)[0]

    def fail(self, fd: int, error: OSError) -> None:
        """Takes a socket out and closes it."""
        self.leave(fd).close()
        self.errors.append(error)

    def watch(self, seconds: t.Optional[float]) -> t.Any:
        """Waits so long for something to happen: the socket that is connected, or None."""
        limits = [deadline.left() for _, deadline in self.running.values() if deadline is not None]
        limits += [] if seconds is None else [seconds]
        # Up to the next millisecond: none ends early.
        wait = (int(min(limits) * 1000) + 1) / 1000 if limits else None
        for key, _ in self.poll.select(wait):
            error = self.running[key.fd][0].getsockopt(SOL_SOCKET, SO_ERROR)
            if not error:
                return self.leave(key.fd)
            self.fail(key.fd, system_error(error))
        for fd, (_, deadline) in list(self.running.items()):
            if deadline is not None and deadline.left() == 0:
                self.fail(fd, error_for(TIMED_OUT))
        return None

    def close(self) -> None:
        """Closes those that are still on their way."""
        for fd in list(self.running):
            self.leave(fd).close()
        self.poll.close()


def first_connected(
    answers: list[t.Any],
    start: t.Callable[[t.Any], t.Any],
    delay: float,
    timeout: t.Seconds,
    errors: list[OSError],
) -> t.Any:
    """Connects to all ``answers``, one every ``delay`` seconds, or at once when one has failed.

    Returns the first socket that is connected, None if there is none; the others are closed.
    Failures go into ``errors``.
    """
    race = Race(start, timeout, errors)
    waiting = answers[::-1]
    try:
        while waiting or race.running:
            failures, turn = len(errors), Deadline(delay)
            if waiting:
                race.enter(waiting.pop())
            if isinstance(timeout, Deadline) and timeout.left() == 0:
                waiting.clear()
            while race.running and failures == len(errors):
                winner = race.watch(turn.left() if waiting else None)
                if winner is not None:
                    return winner
                if waiting and turn.left() == 0:
                    break
        return None
    finally:
        race.close()
