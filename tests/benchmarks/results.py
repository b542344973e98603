"""What a run found, and where: kept as JSON."""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
import sys
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Row:
    """What was found for one case.

    ``ours``, ``own`` and ``floor`` are medians, of one operation, in ``unit``; ``ratio``,
    ``low`` and ``high`` the median and the quartiles of ours to own.
    """

    room: str
    name: str
    unit: str
    ratio: float
    low: float
    high: float
    ours: float
    own: float
    floor: float | None
    goal: float

    @property
    def met(self) -> bool:
        return self.ratio <= self.goal


def here() -> dict[str, Any]:
    """What the numbers depend on."""
    return {
        "interpreter": f"{platform.python_implementation()} {interpreter_version()}",
        "python": platform.python_version(),
        "cffisock": version("cffisock"),
        "cffi": cffi_version(),
        "kernel": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


def interpreter_version() -> str:
    """The implementation's own version, which is not Python's on PyPy."""
    found = sys.implementation.version
    return f"{found[0]}.{found[1]}.{found[2]}"


def cffi_version() -> str:
    # Not by importlib.metadata, where PyPy's own is missing.
    import _cffi_backend

    return str(_cffi_backend.__version__)


@dataclass
class Result:
    """A run on one interpreter."""

    rounds: int
    mean_goal: float
    rows: list[Row] = field(default_factory=list)
    environment: dict[str, Any] = field(default_factory=here)

    @property
    def interpreter(self) -> str:
        return str(self.environment["interpreter"])

    @property
    def mean(self) -> float:
        """The geometric mean of the ratios that have a goal.

        Batches are not among them, since the other module can do those in a loop only.
        """
        ratios = [row.ratio for row in self.rows if row.room != "batches" and row.goal < math.inf]
        return statistics.geometric_mean(ratios or [1.0])

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Result:
        kept = json.loads(path.read_text(encoding="utf-8"))
        kept["rows"] = [Row(**row) for row in kept["rows"]]
        return cls(**kept)
