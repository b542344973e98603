"""AF_TIPC: (addr_type, v1, v2, v3[, scope]); exchanges are in tests/vm."""

from __future__ import annotations

import struct
import sys
from typing import Any

import pytest

import cffisock

from .addresses import NO_INTEGER, NUMBERS, ODD, assert_same, packed, there_and_back, uniform
from .support import IS_PYPY

AF_TIPC = cffisock.AF_TIPC
NAMESEQ, NAME, ID = (
    cffisock.TIPC_ADDR_NAMESEQ,
    cffisock.TIPC_ADDR_NAME,
    cffisock.TIPC_ADDR_ID,
)
TUPLE = "AF_TIPC address must be a tuple (addr_type, v1, v2, v3[, scope])"
INVALID = "Invalid address type"


def raw(kind: int, scope: int) -> bytes:
    return struct.pack("=HBbIII", AF_TIPC, kind, scope, 2**32 - 1, 2**31, 5)


PACK = [
    (AF_TIPC, 0, address)
    for address in [
        *ODD,
        *((kind, 11, 12, 13) for kind in range(5)),
        *((kind, 11, 12, 13, scope) for kind in range(5) for scope in range(4)),
        *((number, 1, 2, 3) for number in NUMBERS),
        *((NAME, number, 2, 3) for number in NUMBERS),
        *((NAMESEQ, 1, number, 3) for number in NUMBERS),
        *((NAMESEQ, 1, 2, number) for number in NUMBERS),
        *((ID, 1, 2, 3, number) for number in NUMBERS),
    ]
]
UNPACK = [
    *((AF_TIPC, 0, raw(kind, scope).hex()) for kind in range(6) for scope in (0, 3, 127, -1)),
    *((AF_TIPC, 0, (raw(NAMESEQ, 2) + b"more")[:size].hex()) for size in range(2, 21)),
]


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ((NAMESEQ, 1, 2, 3), (NAMESEQ, 1, 2, 3, cffisock.TIPC_CLUSTER_SCOPE)),
        ((NAMESEQ, 1, 2, 2**32 - 1, 3), (NAMESEQ, 1, 2, 2**32 - 1, 3)),
        # The third value of the other two has no meaning.
        ((NAME, 1, 2, 0, 1), (NAME, 1, 2, 2, 1)),
        ((ID, 1, 2, 7, 0), (ID, 1, 2, 0, 0)),
    ],
)
def test_there_and_back(address: Any, whole: Any) -> None:
    assert there_and_back(AF_TIPC, 0, address) == repr(whole)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ([NAME, 1, 2, 3], "TypeError: bind(): AF_TIPC address must be tuple, not list"),
        ((NAME, 1, 2), f"TypeError: {TUPLE}"),
        ((NAME, 1, 2, 3, 4, 5), f"TypeError: {TUPLE}"),
        ((0, 1, 2, 3), f"TypeError: {INVALID}"),
        ((4, 1, 2, 3), f"TypeError: {INVALID}"),
        ((NAME, 1, None, 3), NO_INTEGER),
    ],
)
def test_bad_address(address: Any, error: str) -> None:
    assert uniform(packed(AF_TIPC, 0, address)) == error


if not IS_PYPY:

    def test_same_as_the_standard_module() -> None:
        assert_same(sys.modules[__name__])
