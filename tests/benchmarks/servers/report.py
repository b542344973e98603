"""Tables and pictures of what the servers took."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from .kinds import is_meant
from .load import Run


class Result(NamedTuple):
    """The runs on one interpreter."""

    interpreter: str
    runs: list[Run]

    def save(self, file: Path) -> None:
        value = {"interpreter": self.interpreter, "runs": [run._asdict() for run in self.runs]}
        file.write_text(json.dumps(value, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> Result:
        value = json.loads(file.read_text(encoding="utf-8"))
        return cls(value["interpreter"], [Run(**run) for run in value["runs"]])

    def of(self, words: Sequence[str]) -> Result:
        """The runs of the servers that are meant, alone."""
        return self._replace(runs=[run for run in self.runs if is_meant(run.kind, words)])


def medians(runs: Sequence[Run]) -> list[Run]:
    """One run for each server, way and number of connections, of the medians; in order."""
    groups: dict[tuple[str, str, int], list[Run]] = {}
    for run in runs:
        groups.setdefault(run[:3], []).append(run)
    return [
        Run(*key, *(statistics.median(column) for column in zip(*(run[3:] for run in group))))
        for key, group in groups.items()
    ]


def table(runs: Sequence[Run]) -> list[str]:
    """The medians, a line each, with the ratio to the own module's time."""
    columns = "".join(f"{name:>8}" for name in ("user", "system", "CPU us", "ratio"))
    lines = [f"{'':38}{'connections':>12}{columns}{'messages/s':>12}"]
    own: dict[tuple[str, int], float] = {}
    for run in medians(runs):
        if run.way == "own":
            own[run.kind, run.connections] = run.total()
        reference = own.get((run.kind, run.connections))
        ratio = f"{run.total() / reference:8.2f}" if reference else f"{'':8}"
        lines.append(
            f"{run.kind:28}{run.way:10}{run.connections:12,}{run.user:8.2f}{run.system:8.2f}"
            f"{run.total():8.2f}{ratio}{run.rate:12,.0f}"
        )
    return lines


def rst(results: Sequence[Result]) -> list[str]:
    """A table for the documentation: the medians, a row for each server, whatever the ways are."""
    columns = {
        (result.interpreter, run.way): None
        for result in results
        for run in result.runs
        if run.way != "C"
    }
    heading = ["", "C", *(f"{interpreter}, {way}" for interpreter, way in columns)]
    rows: dict[tuple[str, int], dict[tuple[str, str], float]] = {}
    for result in results:
        for run in medians(result.runs):
            row = rows.setdefault((run.kind, run.connections), {})
            row[result.interpreter if run.way != "C" else "", run.way] = run.total()
    lines = [".. list-table::", "   :header-rows: 1", ""]
    lines += cells(heading)
    for (kind, connections), row in rows.items():
        name = f"{kind}, {connections:,}" if len({each for _, each in rows}) > 1 else kind
        lines += cells([name, *(figure(row.get(key)) for key in [("", "C"), *columns])])
    return lines


def figure(value: float | None) -> str:
    """A number of microseconds as the table has it, nothing for none."""
    return "" if value is None else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def cells(texts: Sequence[str]) -> list[str]:
    """One row of a table."""
    return [f"   {'*' if i == 0 else ' '} - {text}".rstrip() for i, text in enumerate(texts)]


# --- the picture ----------------------------------------------------------------------------------

# Both can be read on white and on black; the picture has no background.
INK = "#808080"
COLOURS = {"own": "#d9822b", "cffisock": "#3b82c4", "uvloop": "#a96bc4", "C": "#808080"}
# Pixels; as wide as a telephone, so that the text is not made smaller there.
WIDTH, LABEL, NUMBER = 380, 100, 40
BAR, HEADING, TOP = 13, 22, 50


def draw(results: Sequence[Result]) -> str:
    """An SVG picture: for each server a bar for each way on each interpreter, from 0."""
    medians_of = [(result.interpreter, medians(result.runs)) for result in results]
    most = max(run.total() for _, runs in medians_of for run in runs)
    y = TOP
    parts: list[str] = []
    for kind in dict.fromkeys(run.kind for _, runs in medians_of for run in runs):
        y += HEADING
        parts.append(f'<text x="2" y="{y - 6}" font-weight="bold">{escape(kind)}</text>')
        for interpreter, runs in medians_of:
            for run in runs:
                if run.kind == kind:
                    parts += bar(interpreter, run, y, (WIDTH - LABEL - NUMBER) / most)
                    y += BAR
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 10}"',
            f'    width="{WIDTH}" height="{y + 10}" font-family="sans-serif" font-size="12"',
            f'    fill="{INK}">',
            *legend(),
            *parts,
            "</svg>",
            "",
        ]
    )


def legend() -> Iterator[str]:
    """Which colour is which way."""
    yield '<text x="2" y="14">Microseconds of processor time for a message; less is better</text>'
    for index, (way, colour) in enumerate(COLOURS.items()):
        x = 2 + 95 * index
        yield f'<rect x="{x}" y="24" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{x + 17}" y="34">{way}</text>'


def bar(interpreter: str, run: Run, y: float, scale: float) -> Iterator[str]:
    """A bar as long as the time, the part in the kernel paler, and the time at its end."""
    label = "" if run.way == "C" else interpreter
    yield f'<text x="2" y="{y + 9}" font-size="10">{escape(label)}</text>'
    x = float(LABEL)
    for value, opacity in ((run.user, 1), (run.system, 0.5)):
        yield (
            f'<rect class="bar" x="{x:.1f}" y="{y}" width="{value * scale:.1f}" '
            f'height="{BAR - 2}" fill="{COLOURS[run.way]}" fill-opacity="{opacity}"/>'
        )
        x += value * scale
    yield f'<text x="{x + 4:.1f}" y="{y + 9.5}" font-size="10">{run.total():.1f}</text>'
