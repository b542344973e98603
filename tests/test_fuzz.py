"""The random programs of tests/fuzz: always the same ones, compared, and shortened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .fuzz.comparison import Known, compare, shrunk, steady
from .fuzz.machine import undisturbed
from .fuzz.programs import Program, Step, program

# A host with a NUL, which cffisock refuses; the own module is asked for less of it.
DIFFERS = Step("", "S.getaddrinfo('127.0.0.1\\0', 80, flags=4)")
SAME = [
    Step("", "s.send(b'data')"),
    Step("", "p.recv(2)"),
    Step("t", "s.dup()"),
    Step("", "t.send(Index(1, fail))"),
]
PROGRAM = Program("unix", 0.002, (SAME[0], SAME[1], DIFFERS, SAME[2], SAME[3]))


@pytest.fixture(autouse=True)
def clean_at_the_end() -> Iterator[None]:
    with undisturbed():
        yield


def nothing_known() -> Known:
    known = Known()
    known.rows = []
    return known


def test_a_seed_makes_the_same_programs() -> None:
    first = [program("seed", number) for number in range(20)]
    assert first == [program("seed", number) for number in range(20)]
    assert first != [program("another", number) for number in range(20)]


def test_what_is_the_same_is_no_difference() -> None:
    assert compare(PROGRAM._replace(steps=tuple(SAME[:3])), nothing_known()).difference is None


def test_a_difference_is_found_and_the_rest_dropped() -> None:
    known = nothing_known()
    found = steady(PROGRAM, known)
    assert found is not None
    assert found.step == 2
    least, difference = shrunk(PROGRAM, known, found)
    assert least.steps == (DIFFERS,)
    assert difference.text.startswith(f"{DIFFERS} => ")


def test_a_row_is_about_something() -> None:
    known = Known()
    assert compare(PROGRAM, known).difference is None
    assert len(known.idle()) == len(known.rows) - 1
