"""Builds the sdist and the wheels, and checks them: ``python -m tests.wheels [FOLDER]``.

CPython makes one wheel of the stable ABI for each machine and C library, PyPy one for itself.  pip
makes each from the sdist, as for anybody, but compiles with zig, of the package ``ziglang``, which
has the headers and the C libraries of all of them; then auditwheel gives it the name of the oldest
systems that it is for.  ``tests/wheels/try.sh`` installs them.  FOLDER is ``dist``, if it is not
given, and wheels of other interpreters stay in it.
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

# zig's words for a machine and a C library, and the oldest systems that have what is used of it.
TARGETS = {
    "x86_64-linux-gnu.2.17": "manylinux_2_17_x86_64",
    "aarch64-linux-gnu.2.17": "manylinux_2_17_aarch64",
    "x86_64-linux-musl": "musllinux_1_2_x86_64",
    "aarch64-linux-musl": "musllinux_1_2_aarch64",
}
# PyPy's own headers and the names of its modules are for this machine alone.
if IS_PYPY:
    TARGETS = {target: tag for target, tag in TARGETS.items() if tag == "manylinux_2_17_x86_64"}


def run(*command: str | Path, **environment: str) -> None:
    """Runs a command, with the programs of this environment; its failure ends this one."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    print("$", *command, flush=True)
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PATH": path, **environment})


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


def build(target: str, sdist: Path, folder: Path) -> Path:
    """Has pip make the wheel of the sdist in an empty folder: its path."""
    machine = target.partition("-")[0]
    compiler = f"{ZIG} cc -target {target}"
    run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, sdist,
        f"--config-settings=--build-option=--plat-name=linux_{machine}",
        # Not in CFLAGS, which the linker gets too.
        CC=f"{compiler} -fstack-protector-strong {headers(machine, folder)}",
        CFLAGS="-O2 -fwrapv",
        LDSHARED=f"{compiler} -shared {musl(target, folder) if 'musl' in target else ''}",
        LDFLAGS="-s",
        CFFISOCK_STRICT="1",
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    return wheel


def main(dist: Path) -> None:
    """Builds all into the folder, and prints what is in it."""
    dist.mkdir(exist_ok=True)
    run(sys.executable, "-m", "build", "--sdist", "--outdir", dist)
    (sdist,) = dist.glob("*.tar.gz")
    for target, tag in TARGETS.items():
        with tempfile.TemporaryDirectory() as name:
            wheel = build(target, sdist, Path(name))
            run("auditwheel", "repair", "--wheel-dir", dist, wheel)
        if not list(dist.glob(f"*{tag}*.whl")):
            sys.exit(f"The wheel for {target} asks for newer systems than {tag}.")
    for wheel in sorted(dist.glob("*.whl")):
        run("auditwheel", "show", wheel)
        if not IS_PYPY and "-abi3-" in wheel.name:
            run("abi3audit", "--strict", "--verbose", wheel)
    for path in sorted(dist.iterdir()):
        print(f"{path.stat().st_size:10,}  {path.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist").resolve())
