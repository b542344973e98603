"""Timeouts: seconds as programs give them, and the shim's ``wait``."""

from __future__ import annotations

from operator import index

from .. import _types as t
from .._cffi import lib

NS_PER_S = 10**9
TIME_MAX = 2**63 - 1  # nanoseconds


class Deadline(float):
    """An instant by which everything has to be done, ``seconds`` from now.

    It goes wherever a timeout does, and holds for all that follows together, where a number is
    the time for each call: ``sock.settimeout(Deadline(5))``.  Once it has passed, each call that
    might wait raises TimeoutError, also where it would not have to wait.

    As a float it is the seconds that were left when this object was made, and never 0, which would
    mean not to wait at all; a socket's ``gettimeout()`` makes a new one each time.
    """

    __module__ = "cffisock"
    __slots__ = ("_wait",)

    _wait: int

    def __new__(cls, seconds: t.Seconds, /) -> Deadline:
        """Makes one of a number, which may be 0, or a copy of another one."""
        wait = wait_for(seconds)
        if wait == -1:
            raise TypeError("must be real number, not NoneType")
        if wait < 0:
            return cls._at(wait, lib.cs_left(wait))
        return cls._at(lib.cs_deadline(max(wait, 1)), wait)

    @classmethod
    def _at(cls, wait: int, left: int) -> Deadline:
        self = float.__new__(cls, max(left, 1) / NS_PER_S)
        self._wait = wait
        return self

    def left(self) -> float:
        """Returns the seconds that are left, 0.0 once it has passed."""
        return max(lib.cs_left(self._wait), 0) / NS_PER_S

    def __repr__(self) -> str:
        return f"<Deadline, {self.left():.3f} seconds left>"

    __str__ = __repr__

    def __copy__(self) -> Deadline:
        return self

    def __deepcopy__(self, memo: object) -> Deadline:
        return self

    def __reduce__(self) -> t.NoReturn:
        # The clock is another one on another machine, or after a start.
        raise TypeError("cannot pickle 'Deadline' object")


def wait_for(value: t.Any) -> int:
    """Returns a timeout in seconds as the shim's ``wait``: -1 for None, else whole nanoseconds.

    A `Deadline` is its instant.
    """
    if value is None:
        return -1
    number: float
    if hasattr(value, "__index__"):
        number = index(value)
    elif isinstance(value, Deadline):
        return value._wait
    elif hasattr(value, "__float__"):
        number = float(value)
    else:
        raise TypeError(f"must be real number, not {type(value).__name__}")
    if not abs(number) < TIME_MAX / NS_PER_S:
        if number != number:  # noqa: PLR0124  (math.isnan() is all that math would be imported for)
            raise ValueError("Invalid value NaN (not a number)")
        raise OverflowError("timestamp out of range for C PyTime_t")
    if number < 0:
        raise ValueError("Timeout value out of range")
    return -int(-number * NS_PER_S // 1)  # up


def seconds(wait: int) -> t.Optional[float]:
    """Returns the inverse of `wait_for`."""
    if wait >= 0:
        return wait / NS_PER_S
    return None if wait == -1 else Deadline._at(wait, lib.cs_left(wait))
