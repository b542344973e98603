"""The tests under AddressSanitizer and UndefinedBehaviorSanitizer: `run`.

A preloaded runtime would be lost in children with an environment of their own.  So there is an
interpreter that is linked with it, as the one of a prefix in which all else is the current
interpreter's, and a virtual environment of that one.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

from ..copies import copied
from .compiling import CLANG, FLAGS, HERE, MEMORY, WARNINGS

PYTEST = ["-m", "pytest", "-q", "-p", "no:cacheprovider"]
VERSION = f"python{sys.version_info[0]}.{sys.version_info[1]}"
# What .ci/run leaves out: the package as a whole, and what is not the shim's, which takes long.
ELSEWHERE = """
    benchmarks build children conftest constants docs import install isolation load main
    programs run running scale servers structure surface systems tutorial typing
"""


def config(name: str) -> str:
    return str(sysconfig.get_config_var(name) or "")


def link_flags() -> list[str]:
    """How the current interpreter's library is linked, shared or not."""
    library, folder = re.sub(r"^lib|\.(so|a)$", "", config("LDLIBRARY")), config("LIBDIR")
    flags = [f"-L{folder}", f"-L{config('LIBPL')}", f"-Wl,-rpath,{folder}", f"-l{library}"]
    rest = " ".join(map(config, ("LIBS", "SYSLIBS", "LINKFORSHARED")))
    return [*flags, *shlex.split(rest)]


def interpreter(folder: Path, log: Path) -> Path:
    """Makes a prefix with the sanitized interpreter and a virtual environment of it: its path."""
    prefix, environment = folder / "prefix", folder / "environment"
    for name in ("bin", "lib"):
        (prefix / name).mkdir(parents=True)
    (prefix / "include").symlink_to(Path(config("INCLUDEPY")).parent)
    (prefix / "lib" / VERSION).symlink_to(sysconfig.get_path("stdlib"))
    program = prefix / "bin" / VERSION
    command = [*CLANG, *FLAGS, *WARNINGS, f"-fsanitize={MEMORY}", f'-DLOG="{log}"']
    command += [f"-I{config('INCLUDEPY')}", str(HERE / "interpreter.c"), "-o", str(program)]
    subprocess.run([*command, *link_flags()], check=True)
    for name in ("python", "python3"):
        (prefix / "bin" / name).symlink_to(VERSION)
    subprocess.run([program, "-m", "venv", "--without-pip", str(environment)], check=True)
    packages = environment / "lib" / VERSION / "site-packages"
    places = f"{sysconfig.get_path('purelib')}\n{folder / 'sources'}\n"
    (packages / "packages.pth").write_text(places, encoding="utf-8")
    script = Path(sysconfig.get_path("scripts"), "cffisock")
    made = Path(shutil.copy(script, environment / "bin"))
    made.write_text(script.read_text().replace(str(script.parent), str(made.parent)))
    return environment / "bin" / "python"


def build(sources: Path, python: Path) -> Path:
    """Copies the project, and compiles it with the sanitizers: the path of what it made."""
    copied(sources)
    flags = {
        "CC": shlex.join(CLANG),
        "LDSHARED": f"{shlex.join(CLANG)} -shared",
        "CFLAGS": " ".join([*FLAGS, f"-fsanitize={MEMORY}"]),
    }
    subprocess.run(
        [python, "build_socket.py"], check=True, cwd=sources, env={**os.environ, **flags}
    )
    (module,) = (sources / "cffisock").glob("_cffi.*.so")
    return module


def named(report: str, module: Path) -> str:
    """A report with functions and lines in the place of the module's numbers."""

    def name(frame: re.Match[str]) -> str:
        command = ["addr2line", "-f", "-s", "-p", "-e", str(module), frame[1]]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    return re.sub(rf"\({re.escape(str(module))}\+(0x[0-9a-f]+)\)", name, report)


def findings(log: Path, module: Path) -> Iterator[str]:
    """What the sanitizers have written: of leaks those that begin in the shim."""
    text = log.read_text(encoding="utf-8", errors="replace")
    for report in re.split(r"\n(?=\S+ leak of |==\d+==|\S+:\d+:\d+: runtime error)", text):
        if re.match(r"\S+ leak of ", report):
            # What the C library allocates for the shim is below the shim's function.
            stack = named("\n".join(report.splitlines()[:8]), module)
            if re.search(r"\b(cs|shim)_\w+ at ", stack):
                yield stack
        elif re.match(r"==\d+==ERROR: (?!LeakSanitizer)|\S+: runtime error", report):
            yield named(report, module)


def run(folder: Path, words: list[str], quick: bool) -> Optional[str]:
    """Runs the tests, or those of the words: what failed or was found, or None."""
    if quick:
        words = [*words, *(f"--ignore=tests/test_{name}.py" for name in ELSEWHERE.split())]
    log = folder / "log"
    log.touch()
    python = interpreter(folder, log)
    module = build(folder / "sources", python)
    done = subprocess.run([python, *PYTEST, *words], check=False, cwd=folder / "sources")
    found = list(findings(log, module))
    print("\n".join(found), flush=True)
    if found:
        return f"{len(found)} findings"
    return None if done.returncode == 0 else "tests fail"
