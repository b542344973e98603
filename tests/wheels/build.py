"""Builds the sdist, and of it the wheels that this interpreter can make.

``python -m tests.wheels.build``: CPython makes one wheel of the stable ABI for each machine and C
library, PyPy one for itself.  pip makes them, as for anybody, but compiles with zig, of the package
``ziglang``, which has the headers and the C libraries of all of them.  They are in ``build/wheels``
then, for ``tests.wheels.check``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import ziglang

ROOT = Path(__file__).resolve().parents[2]
IS_PYPY = sys.implementation.name == "pypy"
ZIG = Path(ziglang.__file__).parent / "zig"

DIST = ROOT / "dist"
# A folder for each target, since setuptools names wheels by the machine alone.
WHEELS = ROOT / "build" / "wheels"

# zig's words for a machine and a C library, of the oldest version that has what is used of it.
TARGETS = [
    "x86_64-linux-gnu.2.17",
    "aarch64-linux-gnu.2.17",
    "x86_64-linux-musl",
    "aarch64-linux-musl",
]
# PyPy's own headers and the names of its modules are for one machine alone.
if IS_PYPY:
    TARGETS = TARGETS[:1]


def run(*command: str | Path, **environment: str) -> None:
    """Runs a command; its failure ends this program."""
    print("$", *command, flush=True)
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **environment})


def musl(target: str, folder: Path) -> str:
    """How to link with musl by the name that it has where it is installed; zig has it as libc.so.

    A library of that name is enough to link with: which functions there are the headers say.
    """
    name = f"libc.musl-{target.partition('-')[0]}.so.1"
    empty = folder / "empty.c"
    empty.touch()
    made = [f"-Wl,-soname,{name}", "-o", str(folder / name), str(empty)]
    run(ZIG, "cc", "-target", target, "-shared", "-nostdlib", *made)
    return f"-nostdlib -Wl,--no-as-needed {folder / name}"


def headers(machine: str, folder: Path) -> str:
    """Debian's pyconfig.h includes that of the machine: this one's is right for all of 64 bits."""
    include = Path(sysconfig.get_path("include"))
    config = include.parent / str(sysconfig.get_config_var("MULTIARCH")) / include.name
    if config.exists():
        (folder / f"{machine}-linux-gnu").symlink_to(config.parent)
    return f"-I{folder}"


def build(target: str, sdist: Path, into: Path, folder: Path) -> None:
    """Has pip make the wheel of the sdist; the folder is for what that needs."""
    machine = target.partition("-")[0]
    compiler = f"{ZIG} cc -target {target}"
    run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", into, sdist,
        f"--config-settings=--build-option=--plat-name=linux_{machine}",
        # Not in CFLAGS, which the linker gets too.
        CC=f"{compiler} -fstack-protector-strong {headers(machine, folder)}",
        CFLAGS="-O2 -fwrapv",
        LDSHARED=f"{compiler} -shared {musl(target, folder) if 'musl' in target else ''}",
        LDFLAGS="-s",
        CFFISOCK_STRICT="1",
    )  # fmt: skip


def main() -> None:
    """Builds all."""
    for old in DIST.glob("*.tar.gz"):
        old.unlink()
    run(sys.executable, "-m", "build", "--sdist", "--outdir", DIST)
    (sdist,) = DIST.glob("*.tar.gz")
    for target in TARGETS:
        with tempfile.TemporaryDirectory() as name:
            build(target, sdist, WHEELS / target, Path(name))


if __name__ == "__main__":
    main()
