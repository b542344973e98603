"""Running the same expression on the interpreter's own socket module and on cffisock."""

from __future__ import annotations

import array
import ctypes
import enum
import gc
import os
import re
import tempfile
import warnings
from contextlib import ExitStack
from typing import Any, Callable, NamedTuple

import cffisock
from cffisock._edge.errors import TimedOut

from .support import LOCALHOST, LONG, close_found, descriptors, own, tcp_pair, udp_pair


class Outcome(NamedTuple):
    """What came of an expression: a value, or the exception's type, errno and text."""

    value: Any = None
    exception: str | None = None
    errno: int | None = None
    text: str | None = None


# CPython says any of these, as it happened that an argument was converted.
C_INT_RANGE = (
    "Python int too large to convert to C int",
    "Python int too large to convert to C long",
    "signed integer is greater than maximum",
    "signed integer is less than minimum",
)


class Index:
    """A number for those who ask with __index__."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


def normal(value: Any) -> Any:
    """A value without what differs from one run to the next, its type beside it."""
    if isinstance(value, (own.socket, cffisock.socket)):
        with value:
            kind = (int(value.family), int(value.type), value.proto, value.gettimeout())
        return ("socket", *kind)
    if isinstance(value, (tuple, list)):
        items = [normal(item) for item in value]
        if len(value) in (2, 4) and isinstance(value[0], str) and isinstance(value[1], int):
            items[1] = "a port" if value[1] > 1023 else value[1]
        return (type(value).__name__, *items)
    if isinstance(value, enum.Enum):
        return (type(value).__name__, int(value.value))
    if isinstance(value, (int, float, str, bytes, bytearray, type(None))):
        return (type(value).__name__, bytes(value) if isinstance(value, bytearray) else value)
    return type(value).__name__


def failure(error: BaseException) -> Outcome:
    """The outcome for an exception; `socket.timeout` is TimeoutError, as it is since 3.10."""
    timed_out = type(error) in (own.timeout, TimedOut)
    name = "TimeoutError" if timed_out else type(error).__name__
    text = re.sub(r"(?<=, )\d{4,5}(?=\))", "a port", str(error))
    text = text.replace("module 'cffisock'", "module 'socket'")
    if text in C_INT_RANGE:
        text = C_INT_RANGE[0]
    return Outcome(None, name, getattr(error, "errno", None), text)


# --- the sockets that expressions are about, by what they call them -------------------------------


def _pair(
    make: Callable[[Any], tuple[Any, Any]],
) -> Callable[[Any, ExitStack], dict[str, Any]]:
    def build(module: Any, stack: ExitStack) -> dict[str, Any]:
        s, p = (stack.enter_context(sock) for sock in make(module))
        p.settimeout(LONG)
        return {"s": s, "p": p}

    return build


def _single(*kind: str) -> Callable[[Any, ExitStack], dict[str, Any]]:
    def build(module: Any, stack: ExitStack) -> dict[str, Any]:
        sock = module.socket(*(getattr(module, name) for name in kind))
        return {"s": stack.enter_context(sock)}

    return build


def _listener(module: Any, stack: ExitStack) -> dict[str, Any]:
    s = stack.enter_context(module.create_server(LOCALHOST))
    c = stack.enter_context(module.socket())
    return {"s": s, "c": c}


def _closed(module: Any, stack: ExitStack) -> dict[str, Any]:
    s = module.socket()
    s.close()
    return {"s": s}


KINDS: dict[str, Callable[[Any, ExitStack], dict[str, Any]]] = {
    "tcp": _single("AF_INET", "SOCK_STREAM"),
    "udp": _single("AF_INET", "SOCK_DGRAM"),
    "tcp6": _single("AF_INET6", "SOCK_STREAM"),
    "udp6": _single("AF_INET6", "SOCK_DGRAM"),
    "unix": _single("AF_UNIX", "SOCK_STREAM"),
    "unix dgram": _single("AF_UNIX", "SOCK_DGRAM"),
    "listener": _listener,
    "closed": _closed,
    "tcp pair": _pair(tcp_pair),
    "udp pair": _pair(udp_pair),
    "unix pair": _pair(lambda module: module.socketpair()),
    "unix dgram pair": _pair(lambda module: module.socketpair(type=module.SOCK_DGRAM)),
    "function": lambda module, stack: {},
}

NAMES: dict[str, Any] = {
    "Index": Index,
    "array": array.array,
    "ctypes": ctypes,
    "os": os,
    "INT_MAX": 2**31 - 1,
    "INT_MIN": -(2**31),
    "SO_PASSCRED": 16,
    "SSIZE_MAX": 2**63 - 1,
    "SSIZE_MIN": -(2**63),
    "UINT_MAX": 2**32 - 1,
}


class Run(NamedTuple):
    """The outcome, and whether the socket was as good as before afterwards."""

    outcome: Outcome
    usable: bool


def run(module: Any, kind: str, expression: str) -> Run:
    """Evaluates the expression for a new socket ``s`` of that kind; ``S`` is the module."""
    with ExitStack() as stack:
        names = {**NAMES, "S": module, **KINDS[kind](module, stack)}
        names["null"] = lambda mode: stack.enter_context(open("/dev/null", mode))
        folder = ""
        if "folder" in expression:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cs-", dir="/tmp"))
            names["folder"] = folder
        stack.callback(module.setdefaulttimeout, None)
        evaluate = attempt_and_tidy if module is own else attempt
        outcome = evaluate(expression, names)
        if folder and outcome.text is not None:
            outcome = outcome._replace(text=outcome.text.replace(folder, "FOLDER"))
        s = names.get("s")
        usable = True
        if s is not None and s.fileno() >= 0:
            usable = s.getsockopt(module.SOL_SOCKET, module.SO_TYPE) == s.type
        return Run(outcome, usable)


def attempt(expression: str, names: dict[str, Any]) -> Outcome:
    with warnings.catch_warnings():
        # CPython 3.15 has new ones, and cffisock on any interpreter.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return Outcome(normal(eval(expression, names)))
        except Exception as error:  # noqa: BLE001
            return failure(error)


def attempt_and_tidy(expression: str, names: dict[str, Any]) -> Outcome:
    """For the standard module, which leaves some descriptors open where it fails."""
    before = descriptors()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        outcome = attempt(expression, names)
        if descriptors() != before:
            gc.collect()
    for fd, target in descriptors().items():
        if fd not in before and target != "/dev/null":
            close_found(fd)
    return outcome
