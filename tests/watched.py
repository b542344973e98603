"""Programs with watch.c preloaded, and what it noted of them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from .support import python

SOURCE = Path(__file__).with_name("watch.c")


def watched(folder: Path, *arguments: str, **options: Any) -> tuple[str, list[list[str]]]:
    """Runs this interpreter, to a good end: what it prints, and the words of each note."""
    library, log = folder / "watch.so", folder / "log"
    if not library.exists():
        command = ["cc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", str(library)]
        subprocess.run([*command, str(SOURCE), "-ldl"], check=True)
    log.write_bytes(b"")
    environment = {
        "LD_PRELOAD": str(library),
        "WATCH_LOG": str(log),
        "PYTHONDONTWRITEBYTECODE": "1",
        **options.pop("env", {}),
    }
    done = python(*arguments, env=environment, **options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout, [line.split() for line in log.read_text().splitlines()]
