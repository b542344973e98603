"""Compiles the shim for other C libraries and machines: ``python -m tests.foreign TARGET...``.

TARGET is one of zig's, such as x86_64-linux-musl.  The compiler is that of the package ``ziglang``,
which has the headers; a warning is an error.  Nothing is run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import build_socket

from .support import ROOT

# Those functions that a C library lacks; zig links against each, but not from this machine.
LACKING = {"musl": {"getprotobyname_r"}}


def compiled_for(target: str, folder: Path) -> list[str]:
    """Compiles all files, and returns the names of those that failed."""
    library = target.rpartition("-")[2]
    functions = set(build_socket.FUNCTIONS) - LACKING.get(library, set())
    macros = [f"-DHAVE_{name.upper()}=1" for name in sorted(functions)]
    sources = [*sorted((ROOT / build_socket.SHIM).glob("*.c")), folder / "constants.c"]
    include = f"-I{ROOT / build_socket.SHIM}"
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", target]
    failed = []
    for source in sources:
        command = [*zig, *build_socket.STRICT_FLAGS, *macros, include, "-c", str(source)]
        done = subprocess.run([*command, "-o", str(folder / "object.o")], check=False)
        if done.returncode != 0:
            failed.append(source.name)
    return failed


def main(targets: list[str]) -> int:
    """Compiles for each target; the exit status."""
    os.chdir(ROOT)
    status = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build_socket.generate(folder)
        for target in targets:
            failed = compiled_for(target, folder)
            print(f"{target:28} {'failed: ' + ', '.join(failed) if failed else 'compiles'}")
            status |= bool(failed)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
