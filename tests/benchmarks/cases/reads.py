"""Downloads in new processes: a stream that is always full, read in blocks of one size.

In a new process what an allocation costs shows: glibc maps and unmaps large blocks until the
program first frees one of that size, and a program that has done so by chance hides it.
"""

from __future__ import annotations

from ..harness import Goal, ProcessCase
from .programs import program

KIB = 1024
MIB = 1024 * KIB
SIZES = {
    "1 B": 1,
    "64 B": 64,
    "4 KiB": 4 * KIB,
    "64 KiB": 64 * KIB,
    "256 KiB": 256 * KIB,
    "256 KiB + 1": 256 * KIB + 1,
    "1 MiB": MIB,
    "4 MiB": 4 * MIB,
    "16 MiB": 16 * MIB,
}
FAMILIES = {"TCP": "AF_INET", "UNIX": "AF_UNIX"}
GOAL = Goal(1.1, 1.1)


def download(kind: str, method: str, name: str) -> ProcessCase:
    measure = program("download.py", FAMILIES[kind], method, str(SIZES[name]))
    return ProcessCase(f"{kind} {method}({name})", measure, GOAL)


CASES = [
    download(kind, method, name)
    for kind in FAMILIES
    for method in ("recv", "recvfrom", "recvmsg")
    for name in SIZES
]
