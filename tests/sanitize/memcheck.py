"""A good part of the tests under valgrind: `run`.

CPython 3.11 asks memory that it has not written, and harmlessly: int.from_bytes() of nothing but
zeros looks at a digit that is not there, and makes a pointer to the small number 0 of it.  So what
counts are reports in which the shim, or what cffi allocates for it, is where the memory was used or
where it comes from.  A size that is too large for memory, which valgrind calls fishy, does not
count: tests ask for such, and malloc(3) says that there is none.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Optional

from ..support import ROOT

# The tests of what the kernel fills in.
FILES = """
    address_alg address_inet address_netlink address_packet address_raw address_unix base batches
    batches_failures connections control control_errors data inet lookups lookups_in_time messages
    netdb netif option_words options sendfile trains transfer
"""
VALGRIND = ["valgrind", "--track-origins=yes", "--num-callers=20"]
# It is slow: nothing is late here.
PYTEST = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "timeout=0"]
OURS = re.compile(r"_cffi[._]|_cffi_backend|\b(cs|shim)_\w+ \(")
REFUSED = "has a fishy (possibly negative) value"
# The frames that tell: further down Python calls everything.
TOP = 4


def blamed(report: str) -> bool:
    """Whether the shim, or memory made for it, is near the top of one of the stacks of a report."""
    stacks = re.split(r"^==\d+==  (?! )", report, flags=re.MULTILINE)
    return any(OURS.search(line) for stack in stacks for line in stack.splitlines()[: TOP + 1])


def run(folder: Path, words: list[str], quick: bool) -> Optional[str]:
    """Runs those tests, or those of the words: what failed or was found, or None."""
    log = folder / "log"
    chosen = words or [f"tests/test_{name}.py" for name in FILES.split()]
    command = [*VALGRIND, f"--log-file={log}", sys.executable, *PYTEST, *chosen]
    environment = {**os.environ, "PYTHONMALLOC": "malloc"}
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment)
    text = log.read_text(encoding="utf-8", errors="replace")
    reports = re.split(r"^==\d+== \n", text, flags=re.MULTILINE)
    found = [report for report in reports if blamed(report) and REFUSED not in report]
    print("\n".join(found), flush=True)
    print(f"memcheck: {len(reports)} reports in all")
    if found:
        return f"{len(found)} findings"
    return None if done.returncode == 0 else "tests fail"
