"""The memory of servers under load, as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from .harness import MIB, Result, Run

# Both can be read on white and on black; the picture has no background.
INK = "#808080"
COLOURS = ["#3b82c4", "#d9822b", "#3fa06a", "#a96bc4"]
# Pixels; as wide as a telephone, so that the text is not made smaller there.
WIDTH, LEFT, RIGHT = 380, 40, 8
TOP, HEADING, HEIGHT, FOOT = 46, 22, 90, 22


def draw(results: Sequence[Result]) -> str:
    """An SVG picture: for each kind of server its resident memory over time, from 0, a line in
    each interpreter's colour."""
    kinds = [*dict.fromkeys(run.kind for result in results for run in result.runs)]
    parts: list[str] = []
    y = TOP
    for kind in kinds:
        runs = [
            (run, COLOURS[number % len(COLOURS)])
            for number, result in enumerate(results)
            for run in result.runs
            if run.kind == kind
        ]
        parts += panel(kind, runs, y)
        y += HEADING + HEIGHT + FOOT
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}"',
            f'    width="{WIDTH}" height="{y}" font-family="sans-serif" font-size="12"',
            f'    fill="{INK}">',
            *legend(results),
            *parts,
            "</svg>",
            "",
        ]
    )


def legend(results: Sequence[Result]) -> Iterator[str]:
    """What it shows, and which colour is which interpreter."""
    yield '<text x="2" y="14">Resident memory of a server, in MiB, over seconds of load</text>'
    for index, result in enumerate(results):
        x, colour = 2 + 150 * index, COLOURS[index % len(COLOURS)]
        yield f'<rect x="{x}" y="24" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{x + 17}" y="34">{escape(result.interpreter)}</text>'


def step(most: float) -> float:
    """A round number of which 2 to 5 are up to the most."""
    return max(
        part * 10.0**power
        for power in range(-3, 6)
        for part in (1, 2, 5)
        if part * 10.0**power <= max(most / 2, 0.001)
    )


def panel(kind: str, runs: Sequence[tuple[Run, str]], top: float) -> Iterator[str]:
    """One server: a heading, two axes, and the lines."""
    seconds = max(run.seconds for run, _ in runs)
    most = 1.1 * max(sample.memory / MIB for run, _ in runs for sample in run.samples)
    bottom = top + HEADING + HEIGHT

    def across(second: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * second / seconds

    def up(memory: float) -> float:
        return bottom - HEIGHT * memory / most

    connections = " and ".join(dict.fromkeys(f"{run.connections:,}" for run, _ in runs))
    yield f'<text x="2" y="{top + 14}" font-weight="bold">{kind}, {connections} connections</text>'
    for index in range(int(most / step(most)) + 1):
        value = index * step(most)
        yield line(LEFT, up(value), WIDTH - RIGHT, up(value))
        yield label(LEFT - 4, up(value) + 4, "end", value)
    for index in range(int(seconds / step(seconds)) + 1):
        value = index * step(seconds)
        yield label(across(value), bottom + 13, "middle", value)
    for run, colour in runs:
        points = " ".join(
            f"{across(each.second):.1f},{up(each.memory / MIB):.1f}" for each in run.samples
        )
        yield (
            f'<polyline class="run" points="{points}" fill="none" stroke="{colour}" '
            f'stroke-width="1.5"/>'
        )


def line(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{INK}" stroke-opacity="0.35"/>'
    )


def label(x: float, y: float, anchor: str, value: float) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="10" text-anchor="{anchor}">{value:g}</text>'
