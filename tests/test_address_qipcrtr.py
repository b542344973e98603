"""AF_QIPCRTR: two numbers; exchanges are in tests/vm."""

from __future__ import annotations

import struct
import sys
from typing import Any

import pytest

import cffisock

from .addresses import (
    NO_INTEGER,
    NUMBERS,
    ODD,
    assert_same,
    packed,
    there_and_back,
    uniform,
    unpacked,
)
from .support import IS_PYPY

AF_QIPCRTR = cffisock.AF_QIPCRTR
WHOLE = struct.pack("=HHII", AF_QIPCRTR, 0, 1, 2)

PACK = [
    *((AF_QIPCRTR, 0, address) for address in ODD),
    *((AF_QIPCRTR, 0, (number, 1)) for number in NUMBERS),
    *((AF_QIPCRTR, 0, (1, number)) for number in NUMBERS),
]
UNPACK = [(AF_QIPCRTR, 0, (WHOLE + b"more")[:size].hex()) for size in range(2, 21)]


@pytest.mark.parametrize("address", [(0, 0), (1, 2), (2**32 - 1, 2**31)])
def test_there_and_back(address: Any) -> None:
    assert there_and_back(AF_QIPCRTR, 0, address) == repr(address)


def test_the_kernels_layout() -> None:
    assert packed(AF_QIPCRTR, 0, (1, 2)) == WHOLE.hex()
    assert unpacked(AF_QIPCRTR, 0, WHOLE.hex()) == "(1, 2)"


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ([1, 2], "TypeError: getsockaddrarg: AF_QIPCRTR address must be tuple, not list"),
        ((1,), "TypeError: getsockaddrarg() takes exactly 2 arguments (1 given)"),
        ((1, 2, 3), "TypeError: getsockaddrarg() takes exactly 2 arguments (3 given)"),
        (("1", 2), NO_INTEGER),
    ],
)
def test_bad_address(address: Any, error: str) -> None:
    assert uniform(packed(AF_QIPCRTR, 0, address)) == error


if not IS_PYPY:

    def test_same_as_the_standard_module() -> None:
        assert_same(sys.modules[__name__])
