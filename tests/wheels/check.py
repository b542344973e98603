"""Checks the wheels that were built, and puts them into ``dist``: ``python -m tests.wheels.check``.

auditwheel gives each the name of the oldest systems that it is for, and abi3audit looks whether
what it asks of CPython is in the stable ABI of 3.9.  This runs on CPython: PyPy 7.3.11 has too
little of zlib for auditwheel.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"

# What the wheel for a target of zig's is called: it may ask for nothing newer.
TAGS = {
    "x86_64-linux-gnu.2.17": "manylinux_2_17_x86_64",
    "aarch64-linux-gnu.2.17": "manylinux_2_17_aarch64",
    "x86_64-linux-musl": "musllinux_1_2_x86_64",
    "aarch64-linux-musl": "musllinux_1_2_aarch64",
}


def run(*command: str | Path) -> None:
    """Runs a command, with the programs of this environment; its failure ends this one."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    print("$", *command, flush=True)
    subprocess.run(command, check=True, env={**os.environ, "PATH": path})


def check(wheel: Path) -> None:
    """Gives a wheel its name, in dist, and has it looked at."""
    tag = TAGS[wheel.parent.name]
    run("auditwheel", "repair", "--wheel-dir", DIST, wheel)
    start = wheel.name[: wheel.name.index("linux_")]
    named = [path for path in DIST.glob(f"{start}*.whl") if tag in path.name]
    if len(named) != 1:
        sys.exit(f"The wheel of {wheel.parent.name} asks for newer systems than {tag}.")
    run("auditwheel", "show", named[0])
    if "-abi3-" in wheel.name:
        run("abi3audit", "--strict", "--verbose", named[0])


def main() -> None:
    """Checks all, and prints what is in dist."""
    for old in DIST.glob("*.whl"):
        old.unlink()
    wheels = sorted((ROOT / "build" / "wheels").glob("*/*.whl"))
    if not wheels:
        sys.exit("There are no wheels: python -m tests.wheels.build")
    for wheel in wheels:
        check(wheel)
    run("twine", "check", "--strict", *DIST.iterdir())
    for path in sorted(DIST.iterdir()):
        print(f"{path.stat().st_size:10,}  {path.name}")


if __name__ == "__main__":
    main()
