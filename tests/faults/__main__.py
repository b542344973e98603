"""Runs the cases on this interpreter: ``python -m tests.faults [--quick] [WORD...]``."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile

from . import __doc__ as description
from .library import build


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=description)
    parser.add_argument("--quick", action="store_true", help="without deadlines, fewer storms")
    parser.add_argument("word", nargs="*", help="of an operation's title: kind, name, mode")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        library = build(folder)
        command = [sys.executable, "-X", "faulthandler", "-m", "tests.faults.harness", library]
        how_much = "quick" if chosen.quick else "all"
        command += [how_much, *chosen.word]
        preloaded = {**os.environ, "LD_PRELOAD": library}
        return subprocess.run(command, check=False, env=preloaded).returncode


if __name__ == "__main__":
    sys.exit(main())
