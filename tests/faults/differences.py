"""The list of differences between cffisock and the interpreter's own module, differences.txt."""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from typing import NamedTuple

from .cases import Case, lines

INTERPRETER = sys.implementation.name


class Difference(NamedTuple):
    """A row of the list: which cases differ, and how."""

    key: str
    operations: str
    modes: str
    faults: str
    words: tuple[str, ...]
    line: str

    def holds(self, case: Case, found: list[str]) -> bool:
        """Whether a case may differ by what was found."""
        operation = case.operation
        name = f"{operation.kind}/{operation.name}"
        mode = operation.mode + "+" * operation.waits
        return (
            any(fnmatchcase(name, pattern) for pattern in self.operations.split(","))
            and any(fnmatchcase(mode, pattern) for pattern in self.modes.split(","))
            and any(fnmatchcase(case.fault, pattern) for pattern in self.faults.split(","))
            and all(any(fnmatchcase(each, word) for word in self.words) for each in found)
        )


def rows() -> list[Difference]:
    """The rows for this interpreter."""
    found = []
    key = ""
    for line in lines("differences.txt"):
        if line.startswith("["):
            key = line.strip("[]")
        elif line.startswith("    "):
            interpreters, operations, modes, faults, *words = line.split()
            if interpreters in (INTERPRETER, "both"):
                found.append(Difference(key, operations, modes, faults, tuple(words), line.strip()))
    return found
