"""``python -m tests.benchmarks.picture RESULT.json... -o FILE.svg``: the ratios, as bars.

Bars begin at 1, where both modules take the same time, on a logarithmic scale: to the left is
faster, and half the time is as far from 1 as twice the time.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from .report import rst
from .results import Result

# Both can be read on white and on black; the picture has no background.
INK = "#808080"
COLOURS = ["#3b82c4", "#d9822b", "#3fa06a", "#a96bc4"]

TITLE = "Time with cffisock as a ratio to the time with the interpreter's own socket"

LABELS = 310
SCALE = 500
RIGHT = 60
TOP = 50
BAR = 10
GAP = 8
ROUND_VALUES = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]

Bars = dict[str, list[float]]


def draw(results: list[Result]) -> str:
    """An SVG picture of the results, a bar in each interpreter's colour for each case."""
    labels = dict.fromkeys(f"{row.room}: {row.name}" for result in results for row in result.rows)
    tables = [{f"{row.room}: {row.name}": row.ratio for row in result.rows} for result in results]
    for table, result in zip(tables, results):
        table["geometric mean"] = result.mean
    labels["geometric mean"] = None
    group = BAR * len(results) + GAP
    height = TOP + group * len(labels) + 10
    width = LABELS + SCALE + RIGHT
    across = Across([ratio for table in tables for ratio in table.values()])
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"',
        f'    width="{width}" height="{height}" font-family="sans-serif" font-size="12"',
        f'    fill="{INK}">',
        f"<title>{TITLE}</title>",
        *legend(results),
        *grid(across, height),
    ]
    for index, label in enumerate(labels):
        top = TOP + group * index
        middle = top + BAR * len(results) / 2 + 4
        lines.append(
            f'<text x="{LABELS - 10}" y="{middle:.1f}" text-anchor="end">{escape(label)}</text>'
        )
        for number, table in enumerate(tables):
            if label in table:
                lines += bar(
                    across, table[label], top + BAR * number, COLOURS[number % len(COLOURS)]
                )
    return "\n".join([*lines, "</svg>", ""])


class Across:
    """The horizontal position of a ratio."""

    def __init__(self, ratios: list[float]) -> None:
        # Some room beyond the shortest and the longest bar, and always some on both sides of 1.
        self.low = min(*ratios, 0.9) / 1.15
        self.high = max(*ratios, 1.1) * 1.15

    def __call__(self, ratio: float) -> float:
        part = math.log(ratio / self.low) / math.log(self.high / self.low)
        return LABELS + SCALE * part


def legend(results: list[Result]) -> Iterator[str]:
    """Which colour is which interpreter."""
    for index, result in enumerate(results):
        x = LABELS + 150 * index
        colour = COLOURS[index % len(COLOURS)]
        yield f'<rect x="{x}" y="6" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{x + 18}" y="16">{escape(result.interpreter)}</text>'


def grid(across: Across, height: float) -> Iterator[str]:
    """Lines at round values, the one at 1 stronger than the others."""
    for value in ROUND_VALUES:
        if across.low <= value <= across.high:
            x = across(value)
            opacity = 1 if value == 1 else 0.35
            yield (
                f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{height - 5}" '
                f'stroke="{INK}" stroke-opacity="{opacity}"/>'
            )
            yield f'<text x="{x:.1f}" y="{TOP - 13}" text-anchor="middle">{value:g}</text>'


def bar(across: Across, ratio: float, top: float, colour: str) -> Iterator[str]:
    """A bar from 1 to the ratio, and the ratio as a number at its end."""
    start, end = sorted((across(1), across(ratio)))
    yield (
        f'<rect class="bar" x="{start:.1f}" y="{top:.1f}" width="{end - start:.1f}" '
        f'height="{BAR - 1}" fill="{colour}"/>'
    )
    x, anchor = (start - 4, "end") if ratio < 1 else (end + 4, "start")
    yield (
        f'<text x="{x:.1f}" y="{top + BAR - 1.5:.1f}" font-size="9" '
        f'text-anchor="{anchor}">{ratio:.2f}</text>'
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.picture", description=__doc__)
    parser.add_argument("results", nargs="+", type=Path, metavar="RESULT.json")
    parser.add_argument("-o", dest="picture", type=Path, metavar="FILE.svg")
    parser.add_argument("--rst", action="store_true", help="print a table for the documentation")
    options = parser.parse_args()
    results = [Result.load(path) for path in options.results]
    if options.picture is not None:
        options.picture.write_text(draw(results), encoding="utf-8")
    if options.rst:
        print(rst(results), end="")


if __name__ == "__main__":
    main()
