"""Many threads in the shim, under ThreadSanitizer: `run`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Optional

from .compiling import HERE, compile_with_shim

# The scenes of threads.c, and how often each of 16 threads does its part.
SCENES = {"look-ups": 300, "letters": 5000, "closings": 5000, "names": 500}
OPTIONS = f"suppressions={HERE / 'tsan.txt'} halt_on_error=1"


def found_by(program: str, scene: str) -> bool:
    """Whether a scene fails, which it says why."""
    environment = {**os.environ, "TSAN_OPTIONS": OPTIONS}
    command = [program, scene, str(SCENES[scene])]
    done = subprocess.run(
        command, check=False, env=environment, stdin=subprocess.DEVNULL, timeout=300
    )
    return done.returncode != 0


def run(folder: Path, words: list[str], quick: bool) -> Optional[str]:
    """Plays the scenes that are named, or all, also without what few systems have."""
    failed = []
    for kind in ("full", "plain"):
        program = compile_with_shim(
            folder, kind, "thread", [HERE / "threads.c"], plain=kind == "plain"
        )
        for scene in words or SCENES:
            failed += [f"{scene}, {kind}"] if found_by(program, scene) else []
        print(f"threads, {kind}: {', '.join(words or SCENES)}", flush=True)
    return "; ".join(failed) or None
