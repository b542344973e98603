"""Tables of what has been converted before.  They are emptied when full."""

from __future__ import annotations

from .. import _types as t

KNOWN_MAX = 1024


def remember(known: dict[t.K, t.V], key: t.K, value: t.V) -> t.V:
    """Puts ``value`` into the table ``known`` and returns it."""
    if len(known) >= KNOWN_MAX:
        known.clear()
    known[key] = value
    return value
