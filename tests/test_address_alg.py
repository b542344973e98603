"""AF_ALG: (type, name[, feat[, mask]]); the kernel's algorithms are in tests/vm."""

from __future__ import annotations

import struct
import sys
from typing import Any

import pytest

import cffisock

from .addresses import NO_INTEGER, NUMBERS, ODD, assert_same, packed, there_and_back, uniform
from .support import IS_PYPY

AF_ALG = cffisock.AF_ALG
TUPLE = "AF_ALG address must be a tuple (type, name[, feat[, mask]])"
TEXTS = ["", "hash", "x" * 13, "x" * 14, "x" * 63, "x" * 64, "a\0", "é" * 6, "é" * 7, b"a", 1, None]
TEXTS += ["\udc80"]


# CPython has the numbers as C longs, which go down to less than 0 where they have 32 bits.
LARGE = min(sys.maxsize + 1, 2**32)
# On a big-endian machine it writes them, of 16 bits, into the upper half of the 32.
WRITTEN = NUMBERS if sys.byteorder == "little" else ["1", None, 1.0]


def raw(kind: bytes, name: bytes) -> bytes:
    return struct.pack("=H14sII64s", AF_ALG, kind, LARGE - 1, LARGE // 2, name)


PACK = [
    (AF_ALG, 0, address)
    for address in [
        *ODD,
        *((text, "sha1") for text in TEXTS),
        *(("hash", text) for text in TEXTS),
        *(("hash", "sha1", number) for number in WRITTEN),
        *(("hash", "sha1", 0, number) for number in WRITTEN),
    ]
]
UNPACK = [
    (AF_ALG, 0, data.hex())
    for data in [
        *(raw(kind, b"sha1") for kind in (b"hash", b"", b"x" * 14, b"hash\0x", "é".encode())),
        *(raw(b"hash", name) for name in (b"sha1", b"", b"x" * 64, b"a\0b")),
        *(raw(b"hash", b"sha1")[:size] for size in (2, 5, 16, 18, 24, 26, 88)),
    ]
]


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        (("hash", "sha1"), ("hash", "sha1", 0, 0)),
        (("skcipher", "cbc(aes)", 1), ("skcipher", "cbc(aes)", 1, 0)),
        (("x" * 13, "y" * 63, 65535, -1), ("x" * 13, "y" * 63, 65535, 65535)),
    ],
)
def test_there_and_back(address: Any, whole: Any) -> None:
    assert there_and_back(AF_ALG, 0, address) == repr(whole)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        (["hash", "sha1"], "TypeError: bind(): AF_ALG address must be tuple, not list"),
        (("hash",), f"TypeError: {TUPLE}"),
        (("hash", "sha1", 0, 0, 0), f"TypeError: {TUPLE}"),
        ((b"hash", "sha1"), f"TypeError: {TUPLE}"),
        (("hash", None), f"TypeError: {TUPLE}"),
        (("hash", "sha1\0"), "ValueError: embedded null character"),
        (("x" * 14, "sha1"), "ValueError: AF_ALG type too long."),
        (("hash", "x" * 64), "ValueError: AF_ALG name too long."),
        (("hash", "sha1", "1"), NO_INTEGER),
    ],
)
def test_bad_address(address: Any, error: str) -> None:
    assert uniform(packed(AF_ALG, 0, address)) == error


if not IS_PYPY:

    def test_same_as_the_standard_module() -> None:
        assert_same(sys.modules[__name__])
