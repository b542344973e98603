"""Runs the parts: ``python -m tests.sanitize [PART [WORD...]]``."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from . import __doc__ as description
from . import fuzzing, memcheck, suite, threads

PARTS = {"threads": threads.run, "fuzz": fuzzing.run, "suite": suite.run, "memcheck": memcheck.run}
BY_DEFAULT = ("threads", "fuzz", "suite")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.sanitize",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("part", nargs="?", choices=PARTS)
    parser.add_argument("--quick", action="store_true", help="what .ci/run has")
    chosen, words = parser.parse_known_args()
    failed = []
    for part in [chosen.part] if chosen.part else BY_DEFAULT:
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="sanitize-") as folder:
            found = PARTS[part](Path(folder).resolve(), words, chosen.quick)
        print(f"{part}: {found or 'nothing found'}, {time.monotonic() - start:.0f} s", flush=True)
        failed += [part] if found else []
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
