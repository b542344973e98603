"""What callers pass: numbers, seconds, hosts, ports."""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cffisock._edge import arguments, timeouts

from .differential import Index
from .support import IS_WINDOWS

INT = 2**31
SSIZE = sys.maxsize + 1  # and of a C long


@pytest.mark.parametrize("value", [0, 1, -1, INT - 1, -INT, True, Index(7), Index(-INT)])
def test_c_int(value: Any) -> None:
    assert arguments.c_int(value) == int(value.value if isinstance(value, Index) else value)


@pytest.mark.parametrize("value", [INT, -INT - 1, 2**32, 2**64, -(2**64), Index(INT)])
def test_c_int_out_of_range(value: Any) -> None:
    with pytest.raises(OverflowError):
        arguments.c_int(value)


@pytest.mark.parametrize("value", [1.0, "1", None, b"1", [], 1j, Decimal(1)])
@pytest.mark.parametrize("convert", [arguments.c_int, arguments.c_ssize, arguments.c_fd])
def test_no_integer(convert: Any, value: Any) -> None:
    with pytest.raises(TypeError):
        convert(value)


def test_c_ssize() -> None:
    for value in (0, -1, SSIZE - 1, -SSIZE):
        assert arguments.c_ssize(value) == value
    for value in (SSIZE, -SSIZE - 1, 2**70):
        with pytest.raises(OverflowError, match="too large to convert to C ssize_t"):
            arguments.c_ssize(value)
    assert type(arguments.c_ssize(True)) is int


def test_c_fd() -> None:
    """A number that is no C int is no descriptor, and never another one, whatever its low bits."""
    assert [arguments.c_fd(value) for value in (0, 5, -1, INT - 1)] == [0, 5, -1, INT - 1]
    for value in (INT, 2**32, 2**32 + 5, -INT - 1):
        if -SSIZE <= value < SSIZE:
            assert arguments.c_fd(value) == (value if IS_WINDOWS else -1)  # as wide as they are
        else:
            with pytest.raises(OverflowError):
                arguments.c_fd(value)
    with pytest.raises(OverflowError):
        arguments.c_fd(SSIZE)


def test_seconds() -> None:
    pairs: list[Any] = [
        (None, -1),
        (0, 0),
        (0.0, 0),
        (-0.0, 0),
        (1, 10**9),
        (True, 10**9),
        (1.5, 1_500_000_000),
        (1e-9, 1),
        (1e-20, 1),
        (Index(2), 2 * 10**9),
        (Decimal("0.25"), 250_000_000),
        (Fraction(1, 4), 250_000_000),
        (9_000_000_000, 9 * 10**18),
    ]
    for value, wait in pairs:
        assert timeouts.wait_for(value) == wait


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (-1, ValueError),
        (-1e-20, ValueError),
        (math.nan, ValueError),
        (math.inf, OverflowError),
        (-math.inf, OverflowError),
        (1e10, OverflowError),
        (10**10, OverflowError),
        (2**70, OverflowError),
        (-(2**70), OverflowError),
        ("1", TypeError),
        (b"1", TypeError),
        ([], TypeError),
        (1j, TypeError),
    ],
)
def test_seconds_that_are_refused(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        timeouts.wait_for(value)


@given(st.floats(min_value=0, max_value=9e9))
def test_a_timeout_never_becomes_shorter(value: float) -> None:
    wait = timeouts.wait_for(value)
    assert wait >= Fraction(value) * 10**9 - 1e-7 * value * 10**9 / 1e8
    assert (wait == 0) == (value == 0)
    back = timeouts.seconds(wait)
    assert back is not None
    assert math.isclose(back, value, rel_tol=1e-12, abs_tol=1e-9)


def test_hosts() -> None:
    pairs: list[Any] = [
        ("", b""),
        ("localhost", b"localhost"),
        (b"x\xff", b"x\xff"),
        (bytearray(b"x"), b"x"),
        ("b\xfccher.example", b"xn--bcher-kva.example"),
    ]
    for host, name in pairs:
        assert arguments.host_bytes(host) == name
    for bad in (None, 5, memoryview(b"x"), ("x",), "a\0b", b"a\0b", "\ud800", "\xe4" * 64):
        with pytest.raises(TypeError):
            arguments.host_bytes(bad)


def test_ports() -> None:
    for port in (0, 1, 65535, True, Index(80)):
        assert arguments.port_number(port, "bind") in range(65536)  # type: ignore[arg-type]
    for bad in (-1, 65536, 2**32, 2**64 + 80):
        with pytest.raises(OverflowError, match=r"^bind\(\): port must be 0-65535\.$"):
            arguments.port_number(bad, "bind")
    for bad in ("80", 80.0, None):
        with pytest.raises(TypeError):
            arguments.port_number(bad, "bind")  # type: ignore[arg-type]
