"""Builds each mutant of mutants.txt and runs its tests.

    python -m tests.faults.mutants [NAME...]

First the tests run without a mutant, where they have to pass.  A mutant that they let pass, or
whose lines are not in the sources any more, is a failure.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple, Optional

from ...copies import copied

# Optimizing would take the most of the time.
ENVIRONMENT = {**os.environ, "CFLAGS": "-O0 -g0", "PYTHONDONTWRITEBYTECODE": "1"}
TESTERS = {
    "pytest": ["-m", "pytest", "-q", "-x", "--assert=plain", "-p", "no:cacheprovider"],
    "faults": ["-m", "tests.faults", "--quick"],
    "sanitize": ["-m", "tests.sanitize", "--quick"],
}


class Mutant(NamedTuple):
    """A change to one file of the package, and the command that has to fail of it."""

    name: str
    file: str
    old: str
    new: str
    tests: str


def mutants() -> list[Mutant]:
    """What mutants.txt has."""
    text = Path(__file__).with_name("mutants.txt").read_text(encoding="utf-8")
    found = []
    for block in re.split(r"^(?=\[)", text, flags=re.MULTILINE)[1:]:
        name, file, *lines = block.strip().splitlines()
        old = "".join(f"{line[2:]}\n" for line in lines if line.startswith("- "))
        new = "".join(f"{line[2:]}\n" for line in lines if line.startswith("+ "))
        assert old, name
        assert lines[-1].split()[0] in TESTERS, name
        found.append(Mutant(name.strip("[]"), file.split()[1], old, new, lines[-1]))
    return found


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs this interpreter in a copy of the sources."""
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )


def build(folder: Path) -> None:
    """Compiles the copy, which has to be what the tests import."""
    made = run(folder, "build_socket.py")
    assert made.returncode == 0, made.stderr
    where = run(folder, "-c", "import cffisock._cffi; print(cffisock._cffi.__file__)")
    assert Path(where.stdout.strip()).is_relative_to(folder), where


def tested(folder: Path, tests: str) -> tuple[bool, str]:
    """Whether the tests pass, and the line of their output that says what failed."""
    tester, *chosen = tests.split()
    try:
        done = run(folder, *TESTERS[tester], *chosen)
    except subprocess.TimeoutExpired:
        return False, "it never ended"
    lines = done.stdout.splitlines()
    telling = [line for line in lines if re.match(r"FAILED|ERROR|\S+ \S+ \S+ \S+: ", line)]
    return done.returncode == 0, (telling or lines[-1:] or [f"status {done.returncode}"])[0]


def mutated(folder: Path, mutant: Mutant) -> tuple[bool, str]:
    """Does as `tested`, with the mutant in the copy, which is as before then."""
    path = folder / "cffisock" / mutant.file
    before = path.read_text(encoding="utf-8")
    count = before.count(mutant.old)
    assert count == 1, f"{mutant.name}: its lines are {count} times in {mutant.file}"
    is_compiled = path.suffix != ".py"
    try:
        path.write_text(before.replace(mutant.old, mutant.new), encoding="utf-8")
        if is_compiled:
            build(folder)
        return tested(folder, mutant.tests)
    finally:
        path.write_text(before, encoding="utf-8")


def main(names: list[str]) -> Optional[str]:
    chosen = [mutant for mutant in mutants() if not names or mutant.name in names]
    survived = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = copied(Path(name).resolve() / "copy")
        build(folder)
        for tests in sorted({mutant.tests for mutant in chosen}):
            passed, line = tested(folder, tests)
            assert passed, f"without a mutant: {tests}: {line}"
        # Those that are compiled come last: what they leave built is the next one's to replace.
        for mutant in sorted(chosen, key=lambda mutant: not mutant.file.endswith(".py")):
            passed, line = mutated(folder, mutant)
            print(f"{mutant.name}: {'SURVIVED' if passed else 'caught'} by {mutant.tests}: {line}")
            sys.stdout.flush()
            if passed:
                survived.append(mutant.name)
    print(f"{len(chosen) - len(survived)} of {len(chosen)} mutants caught")
    return f"survived: {', '.join(survived)}" if survived else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
