"""libFuzzer on the targets in the folder fuzz: `run`."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Optional

from . import seeds
from .compiling import HERE, MEMORY, compile_with_shim

# So many calls of each target, with each of the sanitizers; which, one sequence of random numbers
# decides, the same each time.
RUNS = 5_000_000
QUICK_RUNS = 100_000
LARGEST = 2048  # bytes of input
SANITIZERS = (MEMORY, "memory")
# What stands for the kernel and the C library: kernel.c has these calls, and library.c those.
KERNEL = "recvmsg syscall poll close ioctl"
LIBRARY = (
    "getaddrinfo freeaddrinfo getservbyport_r getifaddrs freeifaddrs if_nameindex "
    "if_freenameindex if_nametoindex"
)
TARGETS = {
    "control": KERNEL,
    "batches": KERNEL,
    "addresses": KERNEL,
    "names": f"{KERNEL} {LIBRARY}",
}


def build(folder: Path, target: str, sanitizers: str) -> str:
    """Compiles a target; the path of the program."""
    files = ["kernel.c", f"{target}.c", *(["library.c"] if LIBRARY in TARGETS[target] else [])]
    wraps = [f"-Wl,--wrap={call}" for call in TARGETS[target].split()]
    sources = [HERE / "fuzz" / name for name in files]
    return compile_with_shim(
        folder, f"{target}-{sanitizers}", f"fuzzer,{sanitizers}", sources, *wraps
    )


def found_by(folder: Path, target: str, sanitizers: str, runs: int) -> Optional[str]:
    """Runs a target that often: None, or what it found, whose input is kept."""
    corpus = folder / f"corpus-{target}-{sanitizers}"
    seeds.write(target, corpus)
    program = build(folder, target, sanitizers)
    options = [f"-runs={runs}", "-seed=1", f"-max_len={LARGEST}", "-timeout=10", "-detect_leaks=1"]
    done = subprocess.run(
        [program, *options, f"-artifact_prefix={folder}/", str(corpus)],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    last = re.search(r"^#(\d+)\s+DONE\s+cov: (\d+).*corp: (\d+)", done.stderr, flags=re.MULTILINE)
    if done.returncode == 0 and last is not None:
        count, edges, kept = map(int, last.groups())
        print(f"fuzz {target}, {sanitizers}: {count:,} inputs, {edges} edges, {kept} kept")
        return None
    print(done.stderr)
    for artifact in folder.glob("*-*[0-9a-f]"):
        if artifact.is_file() and artifact.name.split("-")[0] in ("crash", "leak", "timeout"):
            print(f"{artifact.name}: {artifact.read_bytes().hex()}")
    return f"{target} with {sanitizers}"


def run(folder: Path, words: list[str], quick: bool) -> Optional[str]:
    """Runs the targets that are named, or all: what failed, or None."""
    failed = []
    for target in words or TARGETS:
        for sanitizers in SANITIZERS:
            found = found_by(folder, target, sanitizers, QUICK_RUNS if quick else RUNS)
            failed += [found] if found else []
    return ", ".join(failed) or None
