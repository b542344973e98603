"""tests.benchmarks.servers: that it counts and adds up rightly, whatever the times are."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from .benchmarks.servers.kinds import KINDS, chosen
from .benchmarks.servers.load import Run
from .benchmarks.servers.report import Result, draw, medians, rst, table
from .support import python

WORDS = ("epoll", "TCP, threads", "UDP, in C", "UDP, a loop", "UDP, recvmmsg", "UDP in,", "UDP out")


def test_a_quick_run(tmp_path: Path) -> None:
    """Each server echoes all that the clients send, who would complain; the files say the same."""
    json, svg = tmp_path / "servers.json", tmp_path / "servers.svg"
    done = python(
        "-m", "tests.benchmarks.servers", *WORDS, "--quick", "--json", str(json), "--svg", str(svg)
    )
    assert (done.returncode, done.stderr) == (0, "")
    result = Result.load(json)
    expected = [(kind.name, way) for kind in chosen(WORDS) for way in kind.ways]
    assert [(run.kind, run.way) for run in result.runs] == expected
    assert all(run.connections == 100 and run.rate > 0 for run in result.runs)
    assert done.stdout.splitlines() == [result.interpreter, *table(result.runs)]
    assert svg.read_text(encoding="utf-8") == draw([result])
    again = python("-m", "tests.benchmarks.servers", "--from", str(json))
    assert again.stdout == done.stdout
    some = python("-m", "tests.benchmarks.servers", "UDP out", "--from", str(json))
    out = result.of(["UDP out"])
    assert 0 < len(out.runs) < len(result.runs)
    assert some.stdout.splitlines() == [result.interpreter, *table(out.runs)]


def test_every_program_is_measured() -> None:
    programs = {path.name for path in Path(__file__).parent.glob("benchmarks/servers/programs/*")}
    measured = {kind.program.split()[0] for kind in KINDS if "C" not in kind.ways}
    assert programs - {"__pycache__", "serving.py"} == measured


RUNS = [
    Run("TCP", "own", 100, 1.0, 3.0, 50_000.0),
    Run("TCP", "cffisock", 100, 0.5, 1.0, 70_000.0),
    Run("TCP", "own", 100, 3.0, 5.0, 10_000.0),
    Run("TCP", "cffisock", 100, 0.5, 2.0, 30_000.0),
    Run("TCP", "own", 100, 2.0, 4.0, 20_000.0),
    Run("TCP", "cffisock", 100, 0.5, 3.0, 20_000.0),
]


def test_medians_and_ratios() -> None:
    own, ours = medians(RUNS)
    assert own == Run("TCP", "own", 100, 2.0, 4.0, 20_000.0)
    assert ours == Run("TCP", "cffisock", 100, 0.5, 2.0, 30_000.0)
    _, first, second = table(RUNS)
    assert first.split() == ["TCP", "own", "100", "2.00", "4.00", "6.00", "1.00", "20,000"]
    assert second.split() == ["TCP", "cffisock", "100", "0.50", "2.00", "2.50", "0.42", "30,000"]


def test_the_table_of_the_documentation() -> None:
    floor = Run("TCP, in C", "C", 100, 0.25, 0.5, 90_000.0)
    lines = rst([Result("CPython", [floor, *RUNS]), Result("PyPy", RUNS[:2])])
    rows = "\n".join(lines).split("   * -")[1:]
    assert [[cell.strip() for cell in row.split("     -")] for row in rows] == [
        ["", "C", "CPython, own", "CPython, cffisock", "PyPy, own", "PyPy, cffisock"],
        ["TCP, in C", "0.75", "", "", "", ""],
        ["TCP", "", "6.0", "2.5", "4.0", "1.5"],
    ]


def test_the_picture() -> None:
    """A bar in two parts for each, whose lengths have the ratio of the times."""
    tree = ElementTree.fromstring(draw([Result("CPython <3>", RUNS)]))
    bars = [float(each.get("width", "")) for each in tree.iter() if each.get("class") == "bar"]
    assert len(bars) == 4
    assert abs(sum(bars[:2]) / sum(bars[2:]) - 6.0 / 2.5) < 0.01
    assert "CPython <3>" in "".join(tree.itertext())
