"""The same calls, good and bad, on the interpreter's own socket module and on cffisock.

The interpreter's own module is the referee: what it returns, or the exception's type, errno and,
on CPython from 3.13 on, text.  Where interpreters differ from each other, the newest CPython is
what cffisock follows: the expression, in tests/differential_cases.py, has a comment that records
what that does.  On CPython 3.15 the record itself is checked, elsewhere it takes the referee's
place.  A record with a key, of docs/differences.rst, is what cffisock does where it differs on
purpose.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest

import cffisock

from .agreement import PORTS_ARE_CUT, words_here
from .differential import Outcome, normal, run
from .differential_cases import CASES
from .support import CPYTHON, own

SIX = {"tcp6", "udp6"}


def cases() -> list[Any]:
    """The kind of socket, the expression, the key and the record beside it, for each line."""
    found = []
    for kind, lines in CASES.items():
        for line in lines.strip().splitlines():
            expression, _, comment = line.strip().partition("  # ")
            key, _, record = comment.partition("-> ")
            name = f"{kind}: {expression}".encode("unicode_escape").decode()
            marks = [pytest.mark.ipv6] if kind in SIX else []
            found.append(pytest.param(kind, expression, key.strip(), record, id=name, marks=marks))
    assert len({case.id for case in found}) == len(found)
    return found


# The records of these are for a C long of 64 bits.
BEYOND_LONG = {"s.recvmsg(1, 2**31)", "S.socket(fileno=2**31)"} if sys.maxsize < 2**32 else set()


def recorded(record: str) -> Outcome:
    """What the record says: an exception's name, errno and text, or a value."""
    exception = re.fullmatch(r"(\w+or)(?: (-?\d+))?(?:: (.+))?", words_here(record))
    if exception is None:
        return Outcome(normal(eval(record)))
    name, errno, text = exception.groups()
    return Outcome(None, name, int(errno) if errno else None, text)


@pytest.mark.differs("newest-python")
@pytest.mark.parametrize(("kind", "expression", "key", "record"), cases())
def test_same(kind: str, expression: str, key: str, record: str) -> None:
    theirs, _ = run(own, kind, expression)
    ours, usable = run(cffisock, kind, expression)
    assert usable
    record = "" if expression in BEYOND_LONG else record
    if key == "port-out-of-range" and not PORTS_ARE_CUT:
        key = record = ""
    if record and sys.platform == "win32":  # whose C long has 32 bits, and which has no records
        key = record = ""
        theirs = theirs._replace(text=None)
    expected = recorded(record) if record else theirs
    if key:
        assert ours == expected
        assert theirs._replace(text=None) != ours._replace(text=None), "no difference any more"
        return
    if CPYTHON < (3, 13) and not record:
        expected = expected._replace(text=None)
    if expected.text is None:
        ours, theirs = ours._replace(text=None), theirs._replace(text=None)
    assert ours == expected
    if CPYTHON >= (3, 15):
        assert theirs == expected, "the record is wrong"
