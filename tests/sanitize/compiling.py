"""clang, and the shim's sources for it."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path

import build_socket

from ..support import ROOT

HERE = Path(__file__).parent
CLANG = shlex.split(os.environ.get("CLANG", "clang"))
# A finding ends the program, after it has said where it is.
FLAGS = ["-g", "-O1", "-fno-omit-frame-pointer", "-fno-sanitize-recover=all"]
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wmissing-prototypes", "-Wstrict-prototypes"]
MEMORY = "address,undefined"


def compile_with_shim(
    folder: Path,
    program: str,
    sanitizers: str,
    sources: Iterable[Path],
    *more: str,
    plain: bool = False,
) -> str:
    """Compiles C with all of the shim into a folder: the path of the program.

    ``more`` are flags; a ``plain`` shim does with POSIX's functions.
    """
    parts = build_socket.folders(CLANG)
    shim = [str(ROOT / source) for source in build_socket.sources(parts)]
    found = [] if plain else build_socket.features(CLANG)
    macros = [f"-DHAVE_{name}=1" for name in found]
    places = [ROOT / place for place in build_socket.include_dirs(parts)]
    made = str(folder / program)
    command = [*CLANG, *FLAGS, *WARNINGS, f"-fsanitize={sanitizers}", *macros, *more]
    command += [*(f"-I{place}" for place in places), *shim, *map(str, sources), "-pthread"]
    subprocess.run([*command, "-o", made], check=True, stdin=subprocess.DEVNULL, cwd=ROOT)
    return made
