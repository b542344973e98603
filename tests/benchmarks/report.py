"""Results as text: a table on the terminal, and one for the documentation."""

from __future__ import annotations

import math
from collections.abc import Iterator

from .results import Result, Row

HEADINGS = f"{'':42}{'ratio':>6} {'quartiles':>12}{'ours':>12}{'own':>12}{'x floor':>9}{'goal':>6}"


def heading(result: Result) -> str:
    """What the numbers are of."""
    found = result.environment
    return (
        f"{result.interpreter}, cffi {found['cffi']}, cffisock {found['cffisock']}; "
        f"{found['kernel']} {found['machine']}, {found['cpus']} CPUs; {result.rounds} rounds"
    )


def line(row: Row) -> str:
    """A row of the terminal's table."""
    spread = f"{row.low:.2f}-{row.high:.2f}"
    floor = "" if row.floor is None else f"{row.ours / row.floor:.2f}"
    return (
        f"{row.room + ': ' + row.name:42}{row.ratio:6.2f} {spread:>12}"
        f"{amount(row.ours, row.unit):>12}{amount(row.own, row.unit):>12}{floor:>9}"
        f"{verdict(row.ratio, row.goal)}"
    )


def amount(value: float, unit: str) -> str:
    """A time of nanoseconds, or a size of bytes, in a unit that suits it."""
    steps = {"ns": (1000, ["ns", "us", "ms", "s"]), "B": (1024, ["B", "KiB", "MiB"])}
    step, names = steps[unit]
    for name in names[:-1]:
        if value < 100 * step:
            return f"{value:.0f} {name}"
        value /= step
    return f"{value:.0f} {names[-1]}"


def verdict(ratio: float, goal: float) -> str:
    """The last two columns: the goal, and whether it is met."""
    if math.isinf(goal):
        return f"{'none':>6}"
    return f"{goal:6.2f} {'met' if ratio <= goal else 'MISSED'}"


def conclusion(result: Result) -> str:
    """The last lines: the geometric mean, and how many goals were met."""
    goals = [row for row in result.rows if not math.isinf(row.goal)]
    met = sum(row.met for row in goals)
    return (
        f"{'geometric mean, without batches':42}{result.mean:6.2f}{'':54}"
        f"{verdict(result.mean, result.mean_goal)}\n"
        f"{met} of {len(goals)} goals met"
    )


def rst(results: list[Result]) -> str:
    """A list-table of the ratios, with a column for each interpreter."""
    return "\n".join(_rst_lines(results)) + "\n"


def _rst_lines(results: list[Result]) -> Iterator[str]:
    yield from [".. list-table::", "   :header-rows: 1", ""]
    yield from _rst_row(["", *(result.interpreter for result in results)])
    tables = [{(row.room, row.name): row for row in result.rows} for result in results]
    for room, name in dict.fromkeys(key for table in tables for key in table):
        rows = [table.get((room, name)) for table in tables]
        ratios = ["" if row is None else f"{row.ratio:.2f}" for row in rows]
        yield from _rst_row([f"{room}: {name}", *ratios])
    yield from _rst_row(["geometric mean", *(f"{result.mean:.2f}" for result in results)])


def _rst_row(cells: list[str]) -> Iterator[str]:
    for index, cell in enumerate(cells):
        yield f"   {'*' if index == 0 else ' '} - {cell}".rstrip()
