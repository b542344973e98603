"""Compiles and links the shim for other systems: ``python -m tests.foreign [TARGET...]``.

TARGET is one of zig's, such as x86_64-linux-musl; without any it is all of TARGETS.  The compiler
is that of the package ``ziglang``, which has the systems' headers and libraries; a warning is an
error.  Nothing is run.  The binding is left out: it needs the headers of an interpreter there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import build_socket

from .support import ROOT

SYSTEMS = ("linux-gnu", "linux-musl", "macos", "freebsd", "netbsd", "openbsd")
TARGETS = [f"{machine}-{system}" for machine in ("x86_64", "aarch64") for system in SYSTEMS]
# The linker tells of functions that are nowhere.
SHARED = ["-shared", "-Wl,-z,defs"]


def compiler(target: str) -> list[str]:
    return [sys.executable, "-m", "ziglang", "cc", "-target", target, "-fPIC"]


def compiled(command: list[str], source: str, into: Path) -> bool:
    done = subprocess.run([*command, "-c", source, "-o", str(into)], check=False)
    return done.returncode == 0


def failures(target: str, folder: Path) -> list[str]:
    """Compiles all files for a target and links them; returns what failed."""
    zig = compiler(target)
    parts, found = build_socket.folders(zig), build_socket.features(zig)
    _, constants = build_socket.generate(folder, parts)
    macros = [f"-DHAVE_{name}=1" for name in found]
    command = [*zig, *build_socket.STRICT_FLAGS, *macros, f"-I{ROOT / build_socket.SHIM}"]
    sources = [*build_socket.sources(parts), constants]
    objects = {source: folder / f"{number}.o" for number, source in enumerate(sources)}
    failed = [source for source in sources if not compiled(command, source, objects[source])]
    if not failed:
        shared = [*zig, *SHARED, *map(str, objects.values()), "-o", str(folder / "shim.so")]
        if subprocess.run(shared, check=False).returncode != 0:
            failed.append("linking")
    return failed


def main(targets: list[str]) -> int:
    """Compiles for each target; the exit status."""
    os.chdir(ROOT)
    status = 0
    for target in targets or TARGETS:
        with tempfile.TemporaryDirectory() as name:
            failed = failures(target, Path(name))
        print(f"{target:28} {'failed: ' + ', '.join(failed) if failed else 'compiles, links'}")
        status |= bool(failed)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
