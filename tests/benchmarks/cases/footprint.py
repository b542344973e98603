"""What the module itself takes: time to import it, and memory for each socket."""

from __future__ import annotations

import resource
import statistics

from ...support import isolated, python
from ..harness import NO_GOAL, Goal, Plan, ProcessCase
from .programs import done

# Run with the module's name and the number of sockets.
IDLE_SOCKETS = """
import gc, importlib, os, resource, sys

def used():
    for _ in range(3):
        gc.collect()
    if sys.implementation.name == "pypy":
        # What the collector counts: much of it fits into pages that the process has already.
        return gc.get_stats()._s.total_gc_memory
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

module, count = importlib.import_module(sys.argv[1]), int(sys.argv[2])
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
module.socket().close()
before = used()
socks = [module.socket() for _ in range(count)]
print((used() - before) / count)
for sock in socks:
    sock.close()
"""


def processor_time(code: str) -> float:
    """Nanoseconds of user and system time that a process needs to run the code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done(isolated(code))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1e9 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def import_time(module: str, plan: Plan) -> float:
    """The median of processes that import, less that of processes that do nothing.

    Neither has what .pth files import, as those of virtual environments and editable installs
    do: it is with an interpreter as it comes, and the package installed, that the two compare.
    """
    processor_time(f"import {module}")  # which compiles it, the first time
    empty, importing = [], []
    for _ in range(plan.imports):
        empty.append(processor_time("pass"))
        importing.append(processor_time(f"import {module}"))
    # Of few processes the noise may be more than that.
    return max(statistics.median(importing) - statistics.median(empty), 1.0)


def memory(module: str, plan: Plan) -> float:
    """Bytes of memory for each socket of many."""
    return float(done(python("-c", IDLE_SOCKETS, module, str(plan.sockets))))


CASES = [
    ProcessCase("import", import_time, Goal(1.3, 1.3)),
    ProcessCase("memory of a socket", memory, NO_GOAL, unit="B"),
]
