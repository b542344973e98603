"""What an expression comes to on a low-level module, and whether cffisock's agrees with others."""

from __future__ import annotations

import _socket
import array
import re
from typing import Any

from cffisock import _socket as low

from .differential import Index
from .support import CPYTHON

__all__ = ["PORTS_ARE_CUT", "agree", "recorded", "told", "without_text", "words_here"]


def _failure(*arguments: Any) -> OSError | None:
    """How the interpreter's own look-up of that fails, None where it does not."""
    try:
        _socket.getaddrinfo(*arguments)
    except OSError as error:
        return error
    return None


# Whether the C library takes the lowest 16 bits of a number that no port has; if not, cffisock's
# difference is none.
PORTS_ARE_CUT = _failure("127.0.0.1", 65536) is None
# What records have in the words and numbers of the GNU C library.
_SERVICE, _FAMILY = (
    _failure("127.0.0.1", "no-such-service"),
    _failure("127.0.0.1", 80, _socket.AF_INET6),
)
WORDS = {
    "[Errno -8] Servname not supported for ai_socktype": str(_SERVICE),
    "gaierror -9": f"gaierror {_FAMILY.errno if _FAMILY else None}",
}


def words_here(record: str) -> str:
    """A record in the words and numbers of this C library."""
    for words, here in WORDS.items():
        record = record.replace(words, here)
    return record


# A name server that does not answer every time must not make a difference.
UNANSWERED = {
    "gaierror -3: [Errno -3] Temporary failure in name resolution": (
        "gaierror -2: [Errno -2] Name or service not known"
    ),
    "herror 2: [Errno 2] Host name lookup failure": "herror 1: [Errno 1] Unknown host",
}


class Text(str):
    __slots__ = ()


class Data(bytes):
    __slots__ = ()


class Pair(tuple):  # type: ignore[type-arg]
    __slots__ = ()


NAMES = {
    "Data": Data,
    "INT_MAX": 2**31 - 1,
    "Index": Index,
    "Pair": Pair,
    "Text": Text,
    "array": array,
}


def told(module: Any, expression: str) -> str:
    """The repr of what the expression is with ``S`` as the module, or its exception."""
    try:
        return repr(eval(expression, {"S": module, **NAMES}))
    except Exception as error:  # noqa: BLE001
        number = f" {error.errno}" if isinstance(error, OSError) else ""
        outcome = f"{type(error).__name__}{number}: {error}"
        return UNANSWERED.get(outcome, outcome)


def without_text(outcome: str) -> str:
    """Of an exception no more than its type and errno; PyPy's herror has no code."""
    exception = re.match(r"(herror|\w+( -?\w+)?)[: ]", outcome)
    return exception[1] if exception else outcome


def recorded(record: dict[str, str]) -> dict[str, str]:
    """The outcome by expression, of a table that has it the other way round."""
    return {
        line.strip(): words_here(outcome)
        for outcome, lines in record.items()
        for line in lines.strip().splitlines()
    }


def agree(expression: str, says: dict[str, str], differs: dict[str, str] | None = None) -> None:
    """cffisock does as the interpreter's own module, or as CPython 3.15 where ``says`` has that.

    The wording is compared where the interpreter is CPython from 3.13 on.  Where cffisock is
    another on purpose, ``differs`` has what it does, and no module does the same.
    """
    ours, referee = told(low, expression), told(_socket, expression)
    if differs and expression in differs:
        assert ours == differs[expression]
        assert without_text(referee) != without_text(ours), "this is no difference any more"
        return
    expected = says.get(expression, referee)
    if CPYTHON >= (3, 15):
        assert referee == expected, "the record is wrong"
    if CPYTHON >= (3, 13):
        assert ours == expected
    else:
        assert without_text(ours) == without_text(expected)
