"""AF_CAN, in the forms of its four protocols; exchanges are in tests/vm."""

from __future__ import annotations

import struct
import sys
from pathlib import PurePath
from typing import Any

import pytest

import cffisock

from .addresses import NUMBERS, ODD, assert_same, packed, there_and_back, unpacked
from .support import IS_PYPY

AF_CAN = cffisock.AF_CAN
RAW, BCM, ISOTP, J1939 = (
    cffisock.CAN_RAW,
    cffisock.CAN_BCM,
    cffisock.CAN_ISOTP,
    cffisock.CAN_J1939,
)
NAMES = ["", "lo", b"lo", "x" * 15, "x" * 16, "nope", "a\0b", b"a\0b", bytearray(b"lo"), None]
NAMES += ["\udc80", "\ud800", PurePath("lo"), 5]
NO_DEVICE = "OSError: [Errno 19] No such device"


def raw(index: int) -> bytes:
    return struct.pack("=HHi", AF_CAN, 0, index) + bytes(range(200, 216))


PACK = [
    # The standard module raises SystemError where these are no tuples.
    *((AF_CAN, proto, odd) for proto in (ISOTP, J1939) for odd in ODD if isinstance(odd, tuple)),
    *((AF_CAN, proto, odd) for proto in (0, RAW, BCM, 3, 99) for odd in ODD),
    *((AF_CAN, proto, (name,)) for proto in (0, RAW, BCM, 99) for name in NAMES),
    *((AF_CAN, ISOTP, (name, 1, 2)) for name in NAMES),
    *((AF_CAN, J1939, (name, 1, 2, 3)) for name in NAMES),
    *((AF_CAN, ISOTP, ("", number, 1)) for number in NUMBERS),
    *((AF_CAN, ISOTP, ("lo", 1, number)) for number in NUMBERS),
    *((AF_CAN, J1939, ("", number, 1, 1)) for number in NUMBERS),
    *((AF_CAN, J1939, ("lo", 1, number, 1)) for number in NUMBERS),
    *((AF_CAN, J1939, ("", 1, 1, number)) for number in NUMBERS),
    # Which of two faults is found first.
    *((AF_CAN, ISOTP, address) for address in [("nope", "1", 2), ("x" * 16, 1, "2"), (5, "1", 2)]),
]
UNPACK = [
    (AF_CAN, proto, data.hex())
    for proto in (0, RAW, BCM, ISOTP, J1939, 99)
    for data in [
        *(raw(index) for index in (0, 1, -1, 2**31 - 1)),
        *((raw(1) + b"more")[:size] for size in range(2, 29)),
    ]
]


@pytest.mark.parametrize(
    ("proto", "address", "whole"),
    [
        (RAW, ("",), ("",)),
        (RAW, ("lo",), ("lo",)),
        (BCM, (b"lo",), ("lo",)),
        (BCM, (PurePath("lo"),), ("lo",)),
        (ISOTP, ("lo", 0x123, 0x1FFFFFFF | 1 << 31), ("lo", 0x123, 0x1FFFFFFF | 1 << 31)),
        (ISOTP, ("", -1, 2**40 + 3), ("", 2**32 - 1, 3)),
        (J1939, ("lo", 2**64 - 1, 0x3FFFF, 0xFE), ("lo", 2**64 - 1, 0x3FFFF, 0xFE)),
        (J1939, ("", 1 << 63, 0, 0), ("", 1 << 63, 0, 0)),
    ],
)
def test_there_and_back(proto: int, address: Any, whole: Any) -> None:
    assert there_and_back(AF_CAN, proto, address) == repr(whole)


@pytest.mark.parametrize(
    ("proto", "address", "error"),
    [
        (RAW, ["lo"], "TypeError: bind(): AF_CAN address must be tuple, not list"),
        (RAW, ("lo", 1), "TypeError: AF_CAN address must be a tuple (interface, )"),
        (BCM, (5,), "TypeError: expected str, bytes or os.PathLike object, not int"),
        (RAW, ("nope",), NO_DEVICE),
        (RAW, ("x" * 16,), "OSError: AF_CAN interface name too long"),
        (RAW, ("a\0b",), "ValueError: embedded null byte"),
        (99, ("lo",), "OSError: bind(): unsupported CAN protocol"),
        (ISOTP, ("lo",), "TypeError: function takes exactly 3 arguments (1 given)"),
        (ISOTP, ("lo", 1, "2"), "TypeError: argument 3 must be int, not str"),
        (ISOTP, ("nope", 1, 2), NO_DEVICE),
        (ISOTP, ["lo", 1, 2], "TypeError: bind(): AF_CAN address must be tuple, not list"),
        (J1939, ("lo", 1, 2), "TypeError: function takes exactly 4 arguments (3 given)"),
        (J1939, ("lo", None, 2, 3), "TypeError: argument 2 must be int, not None"),
        (J1939, "lo", "TypeError: bind(): AF_CAN address must be tuple, not str"),
    ],
)
def test_bad_address(proto: int, address: Any, error: str) -> None:
    assert packed(AF_CAN, proto, address) == error


def test_same_bytes_in_each_protocols_form() -> None:
    data = raw(1).hex()
    assert unpacked(AF_CAN, RAW, data) == "('lo',)"
    assert unpacked(AF_CAN, ISOTP, data).startswith("('lo', ")
    assert len(eval(unpacked(AF_CAN, J1939, data))) == 4
    assert unpacked(AF_CAN, RAW, raw(2**31 - 1).hex()) == "('',)"


if not IS_PYPY:

    def test_same_as_the_standard_module() -> None:
        assert_same(sys.modules[__name__])
