"""Copies of the project, to build and to change."""

from __future__ import annotations

import shutil
from pathlib import Path

from .support import ROOT

IGNORED = shutil.ignore_patterns(
    ".*", "build", "_build", "*.egg-info", "*.pyd", "*.so", "*.pyc", "__pycache__", "dist"
)


def copied(folder: Path) -> Path:
    """Copies the project into a new folder, as a fresh clone has it: the folder."""
    return Path(shutil.copytree(ROOT, folder, ignore=IGNORED))
