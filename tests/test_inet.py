"""Byte order and numeric addresses, beside the interpreter's own functions."""

from __future__ import annotations

import _socket
import socket as own
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cffisock
from cffisock import _socket as low
from cffisock._edge.tables import KNOWN_MAX
from cffisock._names import inet

from .agreement import agree, recorded, told

# Expressions, S is the low-level module.
CASES = """
S.htons(0)
S.htons(1)
S.htons(0x1234)
S.htons(65535)
S.htons(True)
S.htons(Index(5))
S.htons(65536)
S.htons(INT_MAX)
S.htons(2**31)
S.htons(2**64)
S.htons(-1)
S.htons(-2**31 - 1)
S.htons(-2**70)
S.htons(Index(-1))
S.htons(1.0)
S.htons('1')
S.htons(b'1')
S.htons(None)
S.ntohs(0x1234)
S.ntohs(65535)
S.ntohs(65536)
S.ntohs(-1)
S.ntohs(1.0)
S.ntohs(None)
S.htonl(0)
S.htonl(0x12345678)
S.htonl(2**32 - 1)
S.htonl(True)
S.htonl(Index(5))
S.htonl(2**32)
S.htonl(2**63)
S.htonl(2**64)
S.htonl(-1)
S.htonl(-2**70)
S.htonl(1.0)
S.htonl('1')
S.htonl(None)
S.ntohl(0x12345678)
S.ntohl(2**32)
S.ntohl(-1)
S.ntohl(1.0)
S.ntohl(None)
S.inet_aton('127.0.0.1')
S.inet_aton('127.1')
S.inet_aton('1')
S.inet_aton('0x7f.1')
S.inet_aton('010.1.1.1')
S.inet_aton('1.2.65535')
S.inet_aton('4294967295')
S.inet_aton('255.255.255.255')
S.inet_aton('1.2.3.4 ')
S.inet_aton('1.2.3.4 x')
S.inet_aton('1.2.3.4\\n')
S.inet_aton('1.2.3.4 ' + 'x' * 100)
S.inet_aton(Text('1.2.3.4'))
S.inet_aton('')
S.inet_aton('256.1.1.1')
S.inet_aton('1.2.65536')
S.inet_aton('4294967296')
S.inet_aton('1.2.3.4.5')
S.inet_aton('  1.2.3.4')
S.inet_aton('1.2.3.4x')
S.inet_aton('\\xe9')
S.inet_aton('1.2.3.\\u0664')
S.inet_aton('1.2.3.4\\0')
S.inet_aton('\\ud800')
S.inet_aton(b'1.2.3.4')
S.inet_aton(bytearray(b'1.2.3.4'))
S.inet_aton(1)
S.inet_aton(None)
S.inet_ntoa(b'\\x7f\\0\\0\\1')
S.inet_ntoa(bytearray(b'1234'))
S.inet_ntoa(memoryview(b'1234'))
S.inet_ntoa(array.array('I', [0]))
S.inet_ntoa(Data(b'1234'))
S.inet_ntoa(b'')
S.inet_ntoa(b'123')
S.inet_ntoa(b'12345')
S.inet_ntoa(memoryview(b'12345678')[::2])
S.inet_ntoa('1234')
S.inet_ntoa(None)
S.inet_ntoa(1)
S.inet_pton(S.AF_INET, '1.2.3.4')
S.inet_pton(Index(S.AF_INET), '1.2.3.4')
S.inet_pton(S.AF_INET, Text('1.2.3.4'))
S.inet_pton(S.AF_INET, '1.2.3')
S.inet_pton(S.AF_INET, '01.2.3.4')
S.inet_pton(S.AF_INET, '1.2.3.4 ')
S.inet_pton(S.AF_INET, '')
S.inet_pton(S.AF_INET, '::1')
S.inet_pton(S.AF_INET, '\\xe9')
S.inet_pton(S.AF_INET, '1.2.3.4\\0')
S.inet_pton(S.AF_INET, '\\ud800')
S.inet_pton(S.AF_INET, b'1.2.3.4')
S.inet_pton(S.AF_INET, None)
S.inet_pton(S.AF_INET6, '::1')
S.inet_pton(S.AF_INET6, '::')
S.inet_pton(S.AF_INET6, '::ffff:1.2.3.4')
S.inet_pton(S.AF_INET6, '2001:DB8::1')
S.inet_pton(S.AF_INET6, '1:2:3:4:5:6:7:8')
S.inet_pton(S.AF_INET6, 'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255')
S.inet_pton(S.AF_INET6, '1:2:3:4:5:6:7:8:9')
S.inet_pton(S.AF_INET6, 'fe80::1%lo')
S.inet_pton(S.AF_INET6, ':::')
S.inet_pton(S.AF_INET6, '::1/2')
S.inet_pton(S.AF_INET6, '1.2.3.4')
S.inet_pton(S.AF_INET6, '')
S.inet_pton(S.AF_INET6, '1::' + '0' * 100)
S.inet_pton(S.AF_UNIX, 'x')
S.inet_pton(0, '1.2.3.4')
S.inet_pton(-1, '1.2.3.4')
S.inet_pton(True, '1.2.3.4')
S.inet_pton(2**31, '1.2.3.4')
S.inet_pton('2', '1.2.3.4')
S.inet_pton(2.0, '1.2.3.4')
S.inet_pton(None, '1.2.3.4')
S.inet_ntop(S.AF_INET, b'1234')
S.inet_ntop(Index(S.AF_INET), b'1234')
S.inet_ntop(S.AF_INET, bytearray(b'1234'))
S.inet_ntop(S.AF_INET, memoryview(b'1234'))
S.inet_ntop(S.AF_INET, b'')
S.inet_ntop(S.AF_INET, b'123')
S.inet_ntop(S.AF_INET, b'12345')
S.inet_ntop(S.AF_INET, bytes(16))
S.inet_ntop(S.AF_INET, memoryview(b'12345678')[::2])
S.inet_ntop(S.AF_INET, '1234')
S.inet_ntop(S.AF_INET, None)
S.inet_ntop(S.AF_INET6, bytes(16))
S.inet_ntop(S.AF_INET6, bytes(range(16)))
S.inet_ntop(S.AF_INET6, bytes(10) + b'\\xff\\xff1234')
S.inet_ntop(S.AF_INET6, bytes(12) + b'1234')
S.inet_ntop(S.AF_INET6, b'\\xff' * 16)
S.inet_ntop(S.AF_INET6, bytes(15))
S.inet_ntop(S.AF_INET6, bytes(17))
S.inet_ntop(S.AF_INET6, b'1234')
S.inet_ntop(S.AF_UNIX, b'1234')
S.inet_ntop(0, b'')
S.inet_ntop(-1, b'')
S.inet_ntop(2**31, b'1234')
S.inet_ntop('2', b'1234')
S.inet_ntop(2.0, b'1234')
"""
EXPRESSIONS = CASES.strip().splitlines()

# What a negative number is where an unsigned one is asked for.
NEGATIVE = "ValueError" if sys.version_info >= (3, 14) else "OverflowError"
# What more than 16 bits, of those that an int has, are; warnings are errors in these tests.
TOO_MUCH = "OverflowError" if sys.version_info >= (3, 10) else "DeprecationWarning"

# What CPython 3.15 does, by its outcome, where another interpreter does something else.
RECORD: dict[str, str] = {
    "BufferError: memoryview: underlying buffer is not C-contiguous": """
        S.inet_ntoa(memoryview(b'12345678')[::2])
        S.inet_ntop(S.AF_INET, memoryview(b'12345678')[::2])
    """,
    "OverflowError: Python int too large for C uint16_t": """
        S.htons(2**31)
        S.htons(2**64)
    """,
    str(own.htonl(5)): """
        S.htonl(Index(5))
    """,
    "OverflowError: Python int too large for C uint32_t": """
        S.htonl(2**32)
        S.htonl(2**63)
        S.htonl(2**64)
        S.ntohl(2**32)
    """,
    "TypeError: 'float' object cannot be interpreted as an integer": """
        S.htonl(1.0)
        S.ntohl(1.0)
    """,
    "TypeError: 'str' object cannot be interpreted as an integer": """
        S.htonl('1')
    """,
    "TypeError: 'NoneType' object cannot be interpreted as an integer": """
        S.htonl(None)
        S.ntohl(None)
    """,
    "ValueError: embedded null character": """
        S.inet_aton('1.2.3.4\\0')
        S.inet_pton(S.AF_INET, '1.2.3.4\\0')
    """,
    "UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position"
    " 0: surrogates not allowed": """
        S.inet_aton('\\ud800')
        S.inet_pton(S.AF_INET, '\\ud800')
    """,
    "OSError 97: [Errno 97] Address family not supported by protocol": """
        S.inet_pton(S.AF_UNIX, 'x')
        S.inet_pton(0, '1.2.3.4')
        S.inet_pton(-1, '1.2.3.4')
        S.inet_pton(True, '1.2.3.4')
    """,
    "OverflowError: signed integer is greater than maximum": """
        S.inet_pton(2**31, '1.2.3.4')
        S.inet_ntop(2**31, b'1234')
    """,
    "ValueError: unknown address family 1": """
        S.inet_ntop(S.AF_UNIX, b'1234')
    """,
    "ValueError: unknown address family 0": """
        S.inet_ntop(0, b'')
    """,
    "ValueError: unknown address family -1": """
        S.inet_ntop(-1, b'')
    """,
    f"{NEGATIVE}: Cannot convert negative int": """
        S.htons(-1)
        S.htons(-2**31 - 1)
        S.htons(-2**70)
        S.htons(Index(-1))
        S.ntohs(-1)
        S.htonl(-1)
        S.htonl(-2**70)
        S.ntohl(-1)
    """,
}
SAYS = recorded(RECORD)
for case in ("S.htons(65536)", "S.htons(INT_MAX)", "S.ntohs(65536)"):
    SAYS[case] = f"{TOO_MUCH}: Python int too large for C uint16_t"


@pytest.mark.differs("newest-python")
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_same(expression: str) -> None:
    agree(expression, SAYS)


@given(st.integers(0, 2**16 - 1))
def test_16_bits(number: int) -> None:
    assert low.htons(number) == own.htons(number)
    assert low.ntohs(low.htons(number)) == number
    assert low.htons(number).to_bytes(2, sys.byteorder) == number.to_bytes(2, "big")


@given(st.integers(0, 2**32 - 1))
def test_32_bits(number: int) -> None:
    assert low.htonl(number) == own.htonl(number)
    assert low.ntohl(low.htonl(number)) == number
    assert low.htonl(number).to_bytes(4, sys.byteorder) == number.to_bytes(4, "big")


@given(st.text("0123456789abcdefxX.: %g\n", max_size=20))
def test_texts_that_may_be_addresses(text: str) -> None:
    for call in (
        "S.inet_aton({!r})",
        "S.inet_pton(S.AF_INET, {!r})",
        "S.inet_pton(S.AF_INET6, {!r})",
    ):
        expression = call.format(text)
        for _ in range(2):  # the second time from memory
            assert told(low, expression) == told(_socket, expression)


@given(st.binary(max_size=5) | st.binary(min_size=14, max_size=18))
def test_bytes_that_may_be_addresses(packed: bytes) -> None:
    for call in (
        "S.inet_ntoa({!r})",
        "S.inet_ntop(S.AF_INET, {!r})",
        "S.inet_ntop(S.AF_INET6, {!r})",
    ):
        expression = call.format(packed)
        for _ in range(2):
            assert told(low, expression) == told(_socket, expression)


@given(st.binary(min_size=16, max_size=16))
def test_there_and_back(packed: bytes) -> None:
    assert low.inet_pton(own.AF_INET6, low.inet_ntop(own.AF_INET6, packed)) == packed
    assert low.inet_aton(low.inet_ntoa(packed[:4])) == packed[:4]


def test_what_is_remembered_is_not_taken_for_an_equal_value_of_another_type() -> None:
    assert low.htons(1) == low.htons(True) == own.htons(1)
    for function in (low.htons, low.ntohs, low.htonl, low.ntohl):
        assert type(function(cffisock.AF_UNIX)) is type(function(True)) is int
        assert function(cffisock.AF_UNIX) == function(True) == function(1)
    assert low.inet_pton(2, "1.2.3.4") == b"\1\2\3\4"
    assert low.inet_ntoa(b"1234") == low.inet_ntop(2, b"1234") == "49.50.51.52"
    for expression in (
        "S.htons(1.0)",
        "S.ntohl(1.0)",
        "S.inet_pton(2.0, '1.2.3.4')",
        "S.inet_pton(2, b'1.2.3.4')",
        "S.inet_ntop(2.0, b'1234')",
    ):
        assert told(low, expression).startswith("TypeError")
    for function in (low.inet_ntoa, lambda packed: low.inet_ntop(2, packed)):
        with pytest.raises(BufferError):
            function(memoryview(b"1.2.3.4.")[::2])
        data = bytearray(b"1234")
        with memoryview(data) as view:
            assert function(data) == function(view) == "49.50.51.52"
        data.append(0)  # not locked any more


def test_what_is_remembered_is_bounded() -> None:
    tables: list[dict[Any, Any]] = [inet._loose, inet._packed, inet._texts]
    for number in range(3 * KNOWN_MAX):
        packed = number.to_bytes(4, "big")
        text = low.inet_ntoa(packed)
        assert low.inet_aton(text) == low.inet_pton(own.AF_INET, text) == packed
    assert all(0 < len(table) <= KNOWN_MAX for table in tables)
    try:  # musl's takes nothing after a space
        assert low.inet_aton("9.9.9.9 " + "x" * 1000) == b"\t\t\t\t"
    except OSError:
        with pytest.raises(OSError):
            own.inet_aton("9.9.9.9 x")
    assert max(map(len, inet._loose)) <= 45


def test_families_as_enums() -> None:
    packed = low.inet_pton(cffisock.AF_INET6, "::1")
    assert low.inet_ntop(own.AF_INET6, packed) == "::1"
    assert low.inet_pton(cffisock.AF_INET, "1.2.3.4") == low.inet_pton(own.AF_INET, "1.2.3.4")
