"""Compiles and links the shim for other systems: ``python -m tests.foreign [TARGET...]``.

``--write`` keeps, in tests/systems, the names of the constants that each system other than Linux
has, which tests/test_systems.py reads; without it, it is an error if they are others.

TARGET is one of zig's, such as x86_64-linux-musl; without any it is all of TARGETS.  The compiler
is that of the package ``ziglang``, which has the systems' headers and libraries; a warning is an
error.  Nothing is run.  The binding needs the headers of an interpreter there, so another file
stands for it, which asks the linker for each function that is declared.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import build_socket

from .support import ROOT

SYSTEMS = ("linux-gnu", "linux-musl", "macos", "freebsd", "netbsd", "openbsd")
WINDOWS = "x86_64-windows-gnu"
TARGETS = [f"{machine}-{system}" for machine in ("x86_64", "aarch64") for system in SYSTEMS]
TARGETS.append(WINDOWS)
# The linker tells of functions that are nowhere.
SHARED = ["-shared", "-Wl,-z,defs"]
SHARED_ON_WINDOWS = ["-shared", *(f"-l{name}" for name in build_socket.WINDOWS_LIBRARIES)]


def compiler(target: str) -> list[str]:
    return [sys.executable, "-m", "ziglang", "cc", "-target", target, "-fPIC"]


def callers(folder: Path, parts: list[str]) -> str:
    """Writes C that refers to each function which is declared, as the binding does: its path."""
    headers = build_socket.declarations(parts)
    text = "".join(
        (ROOT / build_socket.SHIM / name).read_text(encoding="utf-8") for name in headers
    )
    names = sorted(set(re.findall(r"^\w[^;{}()]*?\b(cs_\w+)\(", text, flags=re.MULTILINE)))
    lines = ['#include "internal.h"', *(f'#include "{name}"' for name in headers[2:])]
    lines += ["extern void (*const callers[])(void);", "void (*const callers[])(void) = {"]
    lines += [*(f"    (void (*)(void)){name}," for name in names), "};", ""]
    source = folder / "callers.c"
    source.write_text("\n".join(lines), encoding="utf-8")
    return str(source)


def kept(target: str) -> Path:
    """The file of the names of constants that the target's system has."""
    return ROOT / "tests" / "systems" / f"{target.partition('-')[2]}.txt"


def constants_of(command: list[str], source: str) -> str:
    """The names of the constants in the generated source, as the file has them."""
    run = subprocess.run([*command, "-E", source], check=True, stdout=subprocess.PIPE, text=True)
    _, _, names = run.stdout.partition("static const char names[] =")
    return textwrap.fill(" ".join(re.findall(r'"(\w+) "', names)), 100) + "\n"


def failures(target: str, folder: Path, write: bool) -> list[str]:
    """Compiles all files for a target and links them; returns what failed."""
    zig = compiler(target)
    parts, found = build_socket.folders(zig), build_socket.features(zig)
    _, constants = build_socket.generate(folder, parts)
    macros = [f"-DHAVE_{name}=1" for name in found]
    command = [*zig, *build_socket.STRICT_FLAGS, *macros]
    command += [f"-I{ROOT / place}" for place in build_socket.include_dirs(parts)]
    sources = [*build_socket.sources(parts), constants, callers(folder, parts)]
    # In one go: to start the compiler takes longer than a file.
    linking = SHARED_ON_WINDOWS if target == WINDOWS else SHARED
    shared = [*command, *sources, *linking, "-o", str(folder / "shim.so")]
    if subprocess.run(shared, check=False).returncode != 0:
        return ["see above"]
    if "linux" in parts:
        return []
    names = constants_of(command, constants)
    if write:
        kept(target).write_text(names, encoding="utf-8")
    elif names != kept(target).read_text(encoding="utf-8"):
        return [f"names of constants: --write keeps them in {kept(target)}"]
    return []


def main(words: list[str]) -> int:
    """Compiles for each target; the exit status."""
    os.chdir(ROOT)
    status = 0
    write = "--write" in words
    for target in [word for word in words if word != "--write"] or TARGETS:
        with tempfile.TemporaryDirectory() as name:
            failed = failures(target, Path(name), write)
        print(f"{target:24} {'failed: ' + ', '.join(failed) if failed else 'compiles, links'}")
        status |= bool(failed)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
