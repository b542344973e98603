"""The benchmark counts right and draws what it found; how fast anything is, it only reports."""

from __future__ import annotations

import dataclasses
import statistics
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import cffisock

from .benchmarks import floor, harness, picture, report
from .benchmarks.cases import chosen
from .benchmarks.harness import QUICK, Case, Goal, ProcessCase
from .benchmarks.results import Result, Row
from .support import IS_PYPY, python

ROW = Row("room", "case <1>", "ns", 0.5, 0.25, 0.75, 1000.0, 2000.0, 800.0, 0.6)
OTHER = replace(ROW, name="other", ratio=2.0, floor=None, unit="B")


def result(*rows: Row) -> Result:
    return Result(rounds=3, mean_goal=0.85, rows=list(rows))


# --- measuring ------------------------------------------------------------------------------------


def test_ratios_are_taken_within_rounds() -> None:
    samples = {"ours": [2.0, 40.0, 9.0], "own": [1.0, 10.0, 3.0], "floor": [1.0, 5.0, 2.0]}
    row = harness.summary("room", Case("a case", lambda *_: id, Goal(2.0, 4.0)), samples)
    assert (row.low, row.ratio, row.high) == (2.5, 3.0, 3.5)
    assert (row.ours, row.own, row.floor) == (9.0, 3.0, 2.0)
    assert row.met == IS_PYPY


def test_quartiles() -> None:
    assert harness.quartiles([7.0]) == (7.0, 7.0, 7.0)
    assert harness.quartiles([5.0, 1.0, 2.0, 4.0, 3.0]) == (2.0, 3.0, 4.0)


def test_a_goal_is_met_up_to_its_value() -> None:
    assert replace(ROW, ratio=0.6).met
    assert not replace(ROW, ratio=0.61).met


def test_who_is_first_changes_from_round_to_round() -> None:
    order = []

    def measured(module: str, _plan: Any) -> float:
        order.append(module)
        return 1.0

    plan = replace(QUICK, rounds=3, process_rounds=3)
    harness.measure("room", ProcessCase("a case", measured), None, plan)
    assert order == ["cffisock", "socket", "socket", "cffisock", "cffisock", "socket"]


class Pretended:
    """Operations that take as long as they say, on a clock that nothing else moves."""

    def __init__(self, **nanoseconds: int) -> None:
        self.now = 0
        self.nanoseconds = nanoseconds

    def clock(self) -> int:
        return self.now

    def prepare(self, module: Any, _exits: ExitStack) -> harness.Loop:
        taken = self.nanoseconds[getattr(module, "__name__", "floor")]

        def loop(n: int) -> None:
            self.now += taken * n

        return loop


def test_calibration_counts_what_fills_the_time(stack: ExitStack) -> None:
    pretended = Pretended(cffisock=50)
    loop = pretended.prepare(cffisock, stack)
    assert harness.calibrate(loop, 1e-3, pretended.clock) == 20_000


def test_the_sides_are_cffisock_the_own_socket_and_the_floor() -> None:
    pretended = Pretended(cffisock=300, socket=200, floor=150)
    prepare = pretended.prepare
    case = Case("a case", prepare, floor=prepare, clock=pretended.clock)
    row = harness.measure("room", case, object(), QUICK)
    assert (row.ours, row.own, row.floor, row.ratio) == (300.0, 200.0, 150.0, 1.5)


def test_the_own_side_may_be_another_loop_and_a_turn_several_operations() -> None:
    pretended, other = Pretended(cffisock=3200), Pretended(socket=6400)

    def clock() -> int:
        return pretended.now + other.now

    case = Case("a case", pretended.prepare, own=other.prepare, per=32, clock=clock)
    row = harness.measure("room", case, None, QUICK)
    assert (row.ours, row.own, row.floor, row.ratio) == (100.0, 200.0, None, 0.5)


def test_a_loop_has_code_of_its_own() -> None:
    seen = []

    def loop(n: int, more: int = 1) -> None:
        seen.append(n + more)

    copy = harness.with_own_code(loop)
    copy(2)
    assert seen == [3]
    assert copy.__code__ is not loop.__code__


# --- the cases ------------------------------------------------------------------------------------


def test_names_are_unique() -> None:
    names = [(room, case.name) for room, case in chosen([])]
    assert len(set(names)) == len(names)


def test_cases_are_chosen_by_words() -> None:
    assert {room for room, _ in chosen(["datagrams", "footprint"])} == {"datagrams", "footprint"}
    assert [case.name for _, case in chosen(["GETSOCKOPT"])] == ["getsockopt"]


@pytest.fixture(scope="module")
def bare() -> Any:
    """The loops in C."""
    return floor.build()


@pytest.mark.parametrize("word", ["tcp 64 b, timed", "and a descriptor", "connect, accept"])
def test_a_case_runs_on_all_sides(word: str, bare: Any) -> None:
    [(room, case)] = chosen([word])
    row = harness.measure(room, case, bare, QUICK)
    assert row.floor is not None
    assert min(row.ours, row.own, row.floor) > 0


# --- results --------------------------------------------------------------------------------------


def test_results_are_kept(tmp_path: Path) -> None:
    written = result(ROW, OTHER)
    written.save(tmp_path / "result.json")
    assert Result.load(tmp_path / "result.json") == written


def test_geometric_mean() -> None:
    assert result(ROW, OTHER).mean == statistics.geometric_mean([0.5, 2.0]) == 1.0
    batch = dataclasses.replace(ROW, room="batches", ratio=0.01)
    assert result(ROW, OTHER, batch).mean == 1.0


def test_table() -> None:
    assert report.line(ROW).split("case <1>")[1].split() == (
        ["0.50", "0.25-0.75", "1000", "ns", "2000", "ns", "1.25", "0.60", "met"]
    )
    assert report.line(OTHER).split()[-1] == "MISSED"
    assert report.conclusion(result(ROW, OTHER)).splitlines()[-1] == "1 of 2 goals met"


def test_amounts() -> None:
    amounts = [(99_999, "ns"), (100_000, "ns"), (250_000_000, "ns"), (1024 * 1024, "B")]
    assert [report.amount(*each) for each in amounts] == [
        "99999 ns",
        "100 us",
        "250 ms",
        "1024 KiB",
    ]


def test_table_for_the_documentation() -> None:
    lines = report.rst([result(ROW, OTHER), result(ROW)]).splitlines()
    at = lines.index("   * - room: other")
    assert lines[at : at + 3] == ["   * - room: other", "     - 2.00", "     -"]


def test_picture_is_well_formed_and_has_a_bar_for_each_ratio() -> None:
    root = ElementTree.fromstring(picture.draw([result(ROW, OTHER), result(ROW)]))
    texts = ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("text")]
    assert {"room: case <1>", "room: other", "geometric mean", "2.00"} <= set(texts)
    bars = [element for element in root.iter() if element.get("class") == "bar"]
    assert len(bars) == 5  # three ratios, two means
    widths = [float(bar.attrib["width"]) for bar in bars]
    assert widths[0] == pytest.approx(widths[2], abs=0.1)  # half the time, and twice the time


# --- the command ----------------------------------------------------------------------------------


def test_command(tmp_path: Path) -> None:
    kept, drawn = tmp_path / "result.json", tmp_path / "picture.svg"
    files = ("--json", str(kept), "--svg", str(drawn))
    done = python("-m", "tests.benchmarks", "--quick", *files, "getsockopt", "inet_aton")
    assert (done.returncode, done.stderr) == (0, "")
    assert "getsockopt" in done.stdout
    assert "inet_aton" in done.stdout
    assert [row.name for row in Result.load(kept).rows] == ["getsockopt", "inet_aton"]
    ElementTree.parse(drawn)


def test_command_without_a_case() -> None:
    done = python("-m", "tests.benchmarks", "no such case")
    assert done.returncode == 2
    assert "no case has one of these words: no such case" in done.stderr


def test_command_of_the_picture(tmp_path: Path) -> None:
    kept, drawn = tmp_path / "result.json", tmp_path / "picture.svg"
    result(ROW).save(kept)
    done = python("-m", "tests.benchmarks.picture", str(kept), "-o", str(drawn), "--rst")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == report.rst([Result.load(kept)])
    ElementTree.parse(drawn)
