"""A program on one of the modules: what comes of each step, and what is left at the end."""

from __future__ import annotations

import enum
import gc
import os
import re
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import cffisock
from cffisock._edge.errors import TimedOut

from ..support import IS_PYPY, own, tcp_pair, udp_pair
from .objects import ACTED, NAMES, begin
from .programs import Program

__all__ = ["Seen", "run", "undisturbed"]

# Seconds, after which a program has gone on for ever; where each step collects, that takes long.
PATIENCE = 10
PATIENCE_COLLECTING = 120
# What no socket's timeout may be between two steps.
TOO_LONG = 0.01
# So many descriptors may be left by programs before the collector has to look.
MOST_LEFT = 30


class NeverEnded(BaseException):
    """The program took too long; nothing that is under test catches this."""


class Seen(NamedTuple):
    """What is compared of a step: the outcome as text, how many descriptors are new since the
    program began, and which arguments acted.
    """

    outcome: str
    descriptors: int = 0
    acted: tuple[int, ...] = ()


# --- the sockets that a program begins with -----------------------------------------------------


def _single(family: str, kind: str) -> Any:
    return lambda S: [S.socket(getattr(S, family), getattr(S, kind)) for _ in range(2)]


def _listener(S: Any) -> Any:
    listener = S.create_server(("127.0.0.1", 0))
    return listener, S.create_connection(listener.getsockname())


def _closed(S: Any) -> Any:
    one, two = S.socketpair()
    one.close()
    return one, two


def _tcp(S: Any) -> Any:
    """Nothing that was sent waits for more, or for an acknowledgement: all is there at the end."""
    pair = tcp_pair(S)
    for sock in pair:
        sock.setsockopt(S.IPPROTO_TCP, S.TCP_NODELAY, 1)
    return pair


MAKE = {
    "tcp": _tcp,
    "udp": udp_pair,
    "unix": lambda S: S.socketpair(),
    "unix dgram": lambda S: S.socketpair(type=S.SOCK_DGRAM),
    "single tcp": _single("AF_INET", "SOCK_STREAM"),
    "single udp": _single("AF_INET", "SOCK_DGRAM"),
    "single unix": _single("AF_UNIX", "SOCK_STREAM"),
    "listener": _listener,
    "closed": _closed,
}

# --- what is compared ---------------------------------------------------------------------------

# What differs from one run to the next: ports, an address that the kernel made up.
PORT = re.compile(r"(?<=, )'?\d{4,5}'?(?=[,)])")
MADE_UP = re.compile(rb"\0[0-9a-f]{5}")
# CPython says any of these, as it happened that an argument was converted.
C_INT_RANGE = re.compile(r"signed integer is (greater|less) than (max|min)imum")
NUMBER = re.compile(r"(?<=fd=)-?\d+|0x[0-9a-f]{6,}")
# Control messages, by level and type: descriptors; and the time, by a name that the modules lack.
UNLIKE = [((own.SOL_SOCKET, own.SCM_RIGHTS), "descriptors"), ((own.SOL_SOCKET, 29), "a time")]
# What is the same again and again is told by how often.
REPEATED = re.compile(r"(.)\1{15,}", re.DOTALL)


def text_of(error: BaseException) -> str:
    """An exception's type, errno and text; `socket.timeout` is TimeoutError, as since 3.10."""
    name = "TimeoutError" if type(error) in (own.timeout, TimedOut) else type(error).__name__
    text = PORT.sub("a port", str(error)).replace("cffisock", "socket")
    text = C_INT_RANGE.sub("Python int too large to convert to C int", NUMBER.sub("#", text))
    number = error.errno if isinstance(error, OSError) else None
    return f"{name}{'' if number is None else f' {number}'}: {text}"


def value_of(value: Any) -> str:
    """A value as text, without what differs from one run to the next."""
    if isinstance(value, (own.socket, cffisock.socket)):
        return f"<socket {int(value.family)} {int(value.type)} {value.proto} {value.gettimeout()}>"
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{int(value.value)}"
    if isinstance(value, (tuple, list)):
        for head, what in UNLIKE:
            if value[:2] == head and isinstance(value[-1], bytes):
                return f"<{len(value[-1])} bytes of {what}>"
        return f"{type(value).__name__}({', '.join(map(value_of, value))},)"
    if isinstance(value, (int, float, str, bytes, bytearray, type(None))):
        made_up = isinstance(value, bytes) and MADE_UP.fullmatch(value)
        return "<made up>" if made_up else repr(value)
    return f"<{type(value).__name__}>"


def _short(text: str) -> str:
    return REPEATED.sub(lambda found: f"{found[1]}*{len(found[0])}", text)


def count() -> int:
    """How many descriptors are open, and the one that lists them."""
    return len(os.listdir("/proc/self/fd"))


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def _open() -> set[int]:
    """The descriptors that are open, without the one that lists them."""
    return set(filter(_is_open, map(int, os.listdir("/proc/self/fd"))))


# --- a run --------------------------------------------------------------------------------------


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise NeverEnded

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@cache
def _folder() -> TemporaryDirectory[str]:
    """A directory of this process, for the paths of AF_UNIX that are bound."""
    return TemporaryDirectory(prefix="cs-", dir="/tmp")


@contextmanager
def _elsewhere() -> Iterator[None]:
    """In that directory, which is empty then."""
    before = os.getcwd()
    os.chdir(_folder().name)
    try:
        yield
    finally:
        for name in os.listdir():
            os.unlink(name)
        os.chdir(before)


@cache
def _compiled(expression: str) -> Any:
    return compile(expression, "<step>", "eval")


class Machine:
    """A program's names, and all that was made for it."""

    def __init__(self, module: Any, program: Program) -> None:
        self.module, self.program = module, program
        self.names: dict[str, Any] = {**NAMES, "S": module, "f": None}
        s, p = MAKE[program.kind](module)
        self.names.update(s=s, p=p, t=p)
        self.kept: list[Any] = [s, p]
        self.in_time()

    def in_time(self) -> None:
        """Lets no socket block, nor wait for long."""
        timeout = self.program.timeout
        self.module.setdefaulttimeout(timeout)
        for sock in self.sockets():
            has = sock.gettimeout()
            if has is None or has > TOO_LONG:
                with suppress(OSError):
                    sock.settimeout(timeout)

    def sockets(self) -> list[Any]:
        return [each for each in self.kept if isinstance(each, self.module.socket)]

    def keep(self, value: Any) -> None:
        """Sockets and files in a value are kept, so that none is closed by being collected."""
        if isinstance(value, (tuple, list)):
            for item in value:
                self.keep(item)
        elif hasattr(value, "close") and not any(value is each for each in self.kept):
            self.kept.append(value)

    def step(self, target: str, expression: str) -> str:
        """What comes of one step."""
        try:
            value = eval(_compiled(expression), self.names)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is compared)
            return text_of(error)
        self.keep(value)
        if target:
            self.names[target] = value
        return _short(PORT.sub("a port", value_of(value)))

    def left(self) -> str:
        """What the sockets are at the end, and what they still have to give."""
        found = []
        for sock in self.sockets():
            found.append(sock.fileno() >= 0)
            for ask in (sock.gettimeout, lambda sock=sock: _received(sock)):
                try:
                    found.append(ask())
                except Exception as error:  # noqa: BLE001
                    found.append(text_of(error))
        return _short(repr(found))

    def close(self, before: set[int]) -> None:
        """Closes all that the program left, by whatever name."""
        self.module.setdefaulttimeout(None)
        for each in reversed(self.kept):
            with suppress(OSError, ValueError):
                each.close()
            if isinstance(each, self.module.socket):
                with suppress(OSError):  # files of makefile() keep it open
                    each.detach()
        _left.update(_open() - before)
        if len(_left) > MOST_LEFT:
            self.names.clear()
            self.kept.clear()
            clean()


def _received(sock: Any) -> bytes:
    sock.settimeout(0)
    data: bytes = sock.recv(100_000)
    return data


# Descriptors that programs have left open.  Some are of objects that wait for the collector, which
# would close a number that somebody else has by then; so they stay until it has been there.
_left: set[int] = set()


def _collect() -> None:
    for _ in range(3 if IS_PYPY else 1):
        gc.collect()


def clean() -> None:
    """Closes what programs have left."""
    _collect()
    for fd in _left & _open():
        os.close(fd)
    _left.clear()


@contextmanager
def undisturbed() -> Iterator[None]:
    """No collection while programs run, but those that they ask for; clean at the end."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        clean()


def run(module: Any, program: Program, collecting: bool = False) -> list[Seen]:
    """What is seen after each step, and at the end; shorter if it never ended.

    If it is ``collecting``, what merely waits for the collector is no descriptor that is left.
    """
    if collecting:
        clean()
    with _elsewhere():
        return _run(module, program, collecting)


def _run(module: Any, program: Program, collecting: bool) -> list[Seen]:
    before = _open()
    seen: list[Seen] = []
    patience = PATIENCE_COLLECTING if collecting else PATIENCE
    machine = Machine(module, program)
    at_first = count()
    try:
        with warnings.catch_warnings(), _patience(patience):
            warnings.simplefilter("ignore")
            for target, expression in program.steps:
                begin()
                outcome = machine.step(target, expression)
                if collecting and count() > at_first:
                    _collect()
                seen.append(Seen(outcome, count() - at_first, tuple(ACTED)))
                machine.in_time()
            seen.append(Seen(machine.left()))
    except NeverEnded:
        seen.append(Seen("it never ended"))
    finally:
        machine.close(before)
    return seen
