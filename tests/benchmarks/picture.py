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

CAPTION = (
    "Time with cffisock as a ratio to the time with",
    "← faster · the interpreter's own socket · slower →",
)

# Pixels.  The whole is as wide as a telephone, so that the text is not made smaller there.
SCALE = 310
MARGIN = 35  # for the number at the end of the longest bar
TOP = 75
BOTTOM = 44
LABEL = 17
BAR = 10
GAP = 10


def draw(results: list[Result]) -> str:
    """An SVG picture of the results, a bar in each interpreter's colour for each case."""
    labels = dict.fromkeys(f"{row.room}: {row.name}" for result in results for row in result.rows)
    tables = [{f"{row.room}: {row.name}": row.ratio for row in result.rows} for result in results]
    for table, result in zip(tables, results):
        table["geometric mean"] = result.mean
    labels["geometric mean"] = None
    group = LABEL + BAR * len(results) + GAP
    height = TOP + group * len(labels) + BOTTOM
    width = SCALE + 2 * MARGIN
    across = Across([ratio for table in tables for ratio in table.values()])
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"',
        f'    width="{width}" height="{height}" font-family="sans-serif" font-size="12"',
        f'    fill="{INK}">',
        *legend(results),
        *grid(across, height),
    ]
    for index, label in enumerate(labels):
        top = TOP + group * index
        lines.append(f'<text x="2" y="{top + LABEL - 5}">{escape(label)}</text>')
        for number, table in enumerate(tables):
            if label in table:
                place = top + LABEL + BAR * number
                lines += bar(across, table[label], place, COLOURS[number % len(COLOURS)])
    for index, line in enumerate(CAPTION):
        y = height - 22 + 16 * index
        lines.append(f'<text x="{width / 2:.1f}" y="{y}" text-anchor="middle">{line}</text>')
    return "\n".join([*lines, "</svg>", ""])


class Across:
    """The horizontal position of a ratio."""

    def __init__(self, ratios: list[float]) -> None:
        # Always some on both sides of 1.
        self.low = min(*ratios, 0.9)
        self.high = max(*ratios, 1.1)

    def __call__(self, ratio: float) -> float:
        part = math.log(ratio / self.low) / math.log(self.high / self.low)
        return MARGIN + SCALE * part


def legend(results: list[Result]) -> Iterator[str]:
    """Which colour is which interpreter."""
    for index, result in enumerate(results):
        x, y = MARGIN + 170 * (index % 2), 6 + 20 * (index // 2)
        colour = COLOURS[index % len(COLOURS)]
        yield f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{x + 18}" y="{y + 10}">{escape(result.interpreter)}</text>'


def grid(across: Across, height: float) -> Iterator[str]:
    """Lines at round values, the one at 1 stronger than the others."""
    for value in (part * 10.0**power for power in range(-3, 4) for part in (1, 2, 5)):
        if across.low <= value <= across.high:
            x = across(value)
            opacity = 1 if value == 1 else 0.35
            yield (
                f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{height - BOTTOM}" '
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
