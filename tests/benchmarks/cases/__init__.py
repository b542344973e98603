"""The cases, by room; a new room is a module with a list CASES, named here."""

from __future__ import annotations

from ..harness import AnyCase
from . import (
    batches,
    connections,
    datagrams,
    files,
    footprint,
    inet,
    messages,
    options,
    programs,
    reads,
    streams,
    threads,
)

ROOMS = [
    streams,
    reads,
    datagrams,
    messages,
    batches,
    connections,
    options,
    inet,
    files,
    threads,
    footprint,
    programs,
]


def chosen(words: list[str]) -> list[tuple[str, AnyCase]]:
    """The cases with one of the ``words`` in their name or room, all without words; in order."""
    found = []
    for module in ROOMS:
        room = module.__name__.rpartition(".")[2]
        for case in module.CASES:
            text = f"{room}: {case.name}".lower()
            if not words or any(word.lower() in text for word in words):
                found.append((room, case))
    return found
