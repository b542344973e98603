"""Interfaces by index and name, beside the interpreter's own module."""

from __future__ import annotations

import json
import os
import re
import socket as own
import sys
from typing import Any

import pytest

import cffisock
from cffisock import _socket as low
from cffisock._names import netif

from .differential import Index
from .support import CPYTHON, IS_PYPY, by

# PyPy's own module has none of these functions before 8.0.
HAS_OWN = hasattr(own, "if_nameindex")
NEGATIVE = "ValueError" if sys.version_info >= (3, 14) else "OverflowError"

# Expressions, each with what CPython 3.15 makes of it.
CASES = {
    "if_nametoindex('lo')": "1",
    "if_nametoindex(b'lo')": "1",
    "if_nametoindex(Path('lo'))": "1",
    "if_nametoindex('no-such-if')": "OSError 19: [Errno 19] No such device",
    "if_nametoindex('')": "OSError 19: [Errno 19] No such device",
    "if_nametoindex('x' * 15)": "OSError 19: [Errno 19] No such device",
    "if_nametoindex('x' * 16)": "OSError 19: [Errno 19] No such device",
    "if_nametoindex('x' * 1000)": "OSError 19: [Errno 19] No such device",
    "if_nametoindex('\\xe9')": "OSError 19: [Errno 19] No such device",
    "if_nametoindex('\\udcff')": "OSError 19: [Errno 19] No such device",
    "if_nametoindex('l\\0o')": "ValueError: embedded null byte",
    "if_nametoindex(b'lo\\0')": "ValueError: embedded null byte",
    "if_nametoindex(1)": "TypeError: expected str, bytes or os.PathLike object, not int",
    "if_nametoindex(None)": "TypeError: expected str, bytes or os.PathLike object, not NoneType",
    "if_nametoindex(bytearray(b'lo'))": (
        "TypeError: expected str, bytes or os.PathLike object, not bytearray"
    ),
    "if_indextoname(1)": "'lo'",
    "if_indextoname(True)": "'lo'",
    "if_indextoname(Index(1))": "'lo'",
    "if_indextoname(0)": "OSError 6: [Errno 6] No such device or address",
    "if_indextoname(999999)": "OSError 6: [Errno 6] No such device or address",
    "if_indextoname(2**31)": "OSError 6: [Errno 6] No such device or address",
    "if_indextoname(2**32 - 1)": "OSError 6: [Errno 6] No such device or address",
    "if_indextoname(2**32)": "OverflowError: Python int too large for C unsigned int",
    "if_indextoname(2**32 + 1)": "OverflowError: Python int too large for C unsigned int",
    "if_indextoname(2**64)": "OverflowError: Python int too large for C unsigned int",
    "if_indextoname(-1)": f"{NEGATIVE}: Cannot convert negative int",
    "if_indextoname(-2**31)": f"{NEGATIVE}: Cannot convert negative int",
    "if_indextoname(-2**70)": f"{NEGATIVE}: Cannot convert negative int",
    "if_indextoname('1')": "TypeError: 'str' object cannot be interpreted as an integer",
    "if_indextoname(1.0)": "TypeError: 'float' object cannot be interpreted as an integer",
    "if_indextoname(None)": "TypeError: 'NoneType' object cannot be interpreted as an integer",
}
# Where CPython before 3.14 differs from it in more than the wording.
CHANGED = (
    *(case for case, told in CASES.items() if told.startswith("OSError 19")),
    "if_indextoname(Index(1))",
    "if_indextoname(2**32)",
    "if_indextoname(2**32 + 1)",
    # Its largest C long of 32 bits is its mark for an error, and a SystemError.
    *(["if_indextoname(2**32 - 1)"] if sys.maxsize < 2**32 else []),
)


def told(module: Any, expression: str) -> str:
    """The repr of what the expression is, or its exception with errno and text."""
    from pathlib import Path

    try:
        return repr(eval(f"S.{expression}", {"S": module, "Index": Index, "Path": Path}))
    except Exception as error:  # noqa: BLE001
        number = f" {error.errno}" if isinstance(error, OSError) else ""
        return f"{type(error).__name__}{number}: {error}"


@pytest.mark.parametrize(("expression", "expected"), CASES.items())
def test_same(expression: str, expected: str) -> None:
    assert told(low, expression) == expected
    if CPYTHON >= (3, 15):
        assert told(own, expression) == expected
    elif HAS_OWN and IS_PYPY:
        # It takes no bytes and no paths, and its exceptions have no errno.
        theirs = told(own, expression)
        assert theirs == expected or re.match(r"\w+Error ?\w*: ", theirs)
    elif HAS_OWN and expression not in CHANGED:
        assert told(own, expression).partition(": ")[0] == expected.partition(": ")[0]


def test_all_interfaces() -> None:
    found = low.if_nameindex()
    assert dict(found) == {low.if_nametoindex(name): name for name in os.listdir("/sys/class/net")}
    assert [type(item) for item in found[0]] == [int, str]
    if HAS_OWN:
        assert found == own.if_nameindex()
    for index, name in found:
        assert low.if_indextoname(index) == name
        assert low.if_nametoindex(name) == index


@pytest.mark.parametrize("name", ["if_nameindex", "if_nametoindex", "if_indextoname"])
def test_arguments_are_counted(name: str) -> None:
    function = getattr(cffisock, name)
    assert function is getattr(low, name)
    assert function.__doc__
    with pytest.raises(TypeError):
        function(1, 2)
    with pytest.raises(TypeError):
        function(oname="lo")


def test_as_much_room_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = low.if_nameindex()
    monkeypatch.setattr(netif, "_USUAL_COUNT", 1)
    assert low.if_nameindex() == expected


IN_A_NAMESPACE = """
import json, socket, subprocess, cffisock
def ip(*arguments):
    subprocess.run(["ip", "link", *arguments], check=True)
def add(name, peer):
    ip("add", name, "type", "veth", "peer", "name", peer)
add("first", "second")
add("x" * 15, "third")
found = [dict(cffisock.if_nameindex())]
index = cffisock.if_nametoindex("second")
ip("set", "second", "name", "renamed")
found.append([cffisock.if_indextoname(index), cffisock.if_nametoindex("x" * 15)])
ip("del", "renamed")
found.append(cffisock.if_nameindex())
for number in range(35):
    add(f"a{number}", f"b{number}")
found.append(cffisock.if_nameindex())
if hasattr(socket, "if_nameindex"):
    assert cffisock.if_nameindex() == socket.if_nameindex()
print(json.dumps(found))
"""


@pytest.mark.native("it knows nothing of veth")
@pytest.mark.netns
def test_interfaces_of_a_network_namespace() -> None:
    run = by(["unshare", "--net"], IN_A_NAMESPACE)
    assert run.returncode == 0, run.stderr
    pair, renamed, left, many = json.loads(run.stdout)
    indexes = {name: int(index) for index, name in pair.items()}
    assert {"lo", "first", "second", "x" * 15} <= set(indexes)
    assert indexes["lo"] == 1
    assert renamed == ["renamed", indexes["x" * 15]]
    assert "first" not in [name for _, name in left]
    assert len(many) == len(left) + 70
    names = {name for _, name in many}
    assert {f"{side}{number}" for side in "ab" for number in range(35)} <= names
