"""AF_RDS: (host, port), as AF_INET; exchanges are in tests/vm."""

from __future__ import annotations

import sys
from typing import Any

import pytest

import cffisock

from .addresses import NUMBERS, ODD, assert_same, packed, there_and_back
from .support import IS_PYPY

AF_RDS = cffisock.AF_RDS

PACK = [
    (AF_RDS, 0, address)
    for address in [
        *ODD,
        *(("127.0.0.1", number) for number in NUMBERS if number != [1]),
        *((host, 5) for host in ("", "<broadcast>", b"127.0.0.1", bytearray(b"1.2.3.4"), None, 5)),
        *((host, 5) for host in ("a\0b", "é" * 64)),
    ]
]
# What the kernel gives is an address of AF_INET.
UNPACK = [(AF_RDS, 0, packed(AF_RDS, 0, ("127.0.0.1", 5)))]


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        (("127.0.0.1", 0), ("127.0.0.1", 0)),
        (("", 65535), ("0.0.0.0", 65535)),
        (("<broadcast>", 1), ("255.255.255.255", 1)),
    ],
)
def test_there_and_back(address: Any, whole: Any) -> None:
    assert there_and_back(AF_RDS, 0, address) == repr(whole)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("x", "TypeError: bind(): AF_INET address must be tuple, not str"),
        (("127.0.0.1",), "TypeError: AF_INET address must be a pair (host, port)"),
        (("127.0.0.1", 65536), "OverflowError: bind(): port must be 0-65535."),
    ],
)
def test_bad_address(address: Any, error: str) -> None:
    assert packed(AF_RDS, 0, address) == error


if not IS_PYPY:

    def test_same_as_the_standard_module() -> None:
        assert_same(sys.modules[__name__])
