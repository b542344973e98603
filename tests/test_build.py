"""The build: build_socket.py run on copies of the source tree, without a network."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from .copies import copied

IS_PYPY = sys.implementation.name == "pypy"
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def builder() -> Any:
    """The builder as a module of its own, so that no test runs in the source tree."""
    spec = importlib.util.spec_from_file_location("build_socket", ROOT / "build_socket.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the project as a fresh clone has it."""
    return copied(tmp_path / "tree")


def run(tree: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs this interpreter in the tree; what it says last comes last."""
    keep = {key: value for key, value in os.environ.items() if not key.startswith("CFFISOCK_")}
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=tree,
        env={**keep, "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=300,
    )


def extension_of(tree: Path) -> list[Path]:
    return list((tree / "cffisock").glob("_cffi.*.so"))


# --- what is generated ------------------------------------------------------------------------


def test_the_same_sources_are_generated_again(
    builder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    first = [Path(path) for path in builder.generate(tmp_path / "one", ["linux", "posix"])]
    second = [Path(path) for path in builder.generate(tmp_path / "two", ["linux", "posix"])]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert len(first) == 2
    for path in first:
        os.utime(path, (1, 1))
    assert [Path(path) for path in builder.generate(tmp_path / "one", ["linux", "posix"])] == first
    assert {path.stat().st_mtime for path in first} == {1}


PRINT = """
#include <stdio.h>
#include "internal.h"
int main(void) {
    char names[100], *rest = names;
    const int64_t *value = cs_constant_values();
    strcpy(names, cs_constant_names());
    for (char *name; (name = strtok_r(rest, " ", &rest)) != NULL; value++)
        printf("%s=%lld\\n", name, (long long)*value);
}
"""


@pytest.mark.parametrize(
    ("flag", "kernels"),
    [("-D__linux__", {"KERNELS=-7", "GENERIC=4294967295"}), ("-U__linux__", set())],
)
def test_absent_means_absent(builder: Any, tmp_path: Path, flag: str, kernels: set[str]) -> None:
    """A name no header has is left out; one with a value is there on Linux; a macro comes first."""
    table = {
        "HEADERS": ("sys/socket.h", "no/such/header.h"),
        "CONSTANTS": {"one": "AF_INET AF_NOWHERE", "two": "KERNELS=-7 AF_UNIX=99"},
        "ASM_GENERIC": "GENERIC=0xffffffff",
        "ELSEWHERE": "AF_NOWHERE_ELSE",
        "WINDOWS": "AF_HYPERV=34",
        "NOT_ON_WINDOWS": ("AF_UNIX",),
    }
    sources = [tmp_path / "constants.c", tmp_path / "print.c"]
    sources[0].write_text(builder.constants_source(table), encoding="utf-8")
    sources[1].write_text(PRINT, encoding="utf-8")
    program = tmp_path / "print"
    places = [f"-I{ROOT / place}" for place in builder.include_dirs(["posix"])]
    compiler = shutil.which("cc") or "gcc"
    compile_it = [compiler, flag, *places, "-o", str(program), *map(str, sources)]
    subprocess.run(compile_it, check=True)
    printed = subprocess.run([str(program)], check=True, capture_output=True, encoding="utf-8")
    assert set(printed.stdout.split()) == {"AF_INET=2", "AF_UNIX=1"} | kernels


def test_what_the_compiler_takes(builder: Any) -> None:
    """A function counts where a header declares it, with these arguments."""
    compiler = [shutil.which("cc") or "gcc"]
    known = ["unistd.h: close(0)", "unistd.h: close(0, 0)", "unistd.h: no_such_function(0)"]
    assert [builder.is_taken(compiler, builder.probe(each)) for each in known] == [
        True,
        False,
        False,
    ]
    assert builder.folders(compiler) == ["linux", "posix"]
    found = set(builder.features(compiler))
    assert found >= {"ACCEPT4", "EVENTFD", "MMSG", "SENDFILE", "GETHOSTBYNAME_R"}
    assert not found & {"SENDFILE_SENT", "SENDFILE_LENGTH"}


# --- what stops a build -----------------------------------------------------------------------


def test_an_unknown_platform_stops_the_build(tree: Path) -> None:
    code = "import build_socket, sys; sys.platform = 'sunos5'; build_socket.main()"
    stopped = run(tree, "-c", code)
    assert stopped.returncode == 1
    known = "linux, darwin, freebsd, netbsd, openbsd, win32"
    assert stopped.stdout == f"error: cffisock can be built on {known}, but this is sunos5\n"
    assert extension_of(tree) == []


def test_a_missing_compiler_is_named(tree: Path) -> None:
    stopped = run(tree, "build_socket.py", CC="no-such-compiler")
    assert stopped.returncode == 1
    last = stopped.stdout.splitlines()[-1]
    assert last.startswith("cffisock needs a C compiler: there is no no-such-compiler here; ")
    assert "Traceback" not in stopped.stdout


def test_a_missing_python_header_is_named(tree: Path) -> None:
    code = """
import build_socket
class Headless(build_socket.BuildShim):
    def finalize_options(self):
        super().finalize_options()
        self.include_dirs = []
build_socket.BuildShim = Headless
build_socket.main()
"""
    stopped = run(tree, "-c", code)
    assert stopped.returncode == 1
    start = f"cffisock needs the header Python.h: there is none for {sys.executable} here; "
    assert stopped.stdout.splitlines()[-1].startswith(start)
    assert "Traceback" not in stopped.stdout


def test_missing_headers_of_the_c_library_are_named(tree: Path) -> None:
    """As where there is a compiler and libc6-dev is not installed."""
    stopped = run(tree, "build_socket.py", CFLAGS="-include no-such-header.h")
    assert stopped.returncode == 1
    start = "cffisock needs the headers of the C library: "
    assert stopped.stdout.splitlines()[-1].startswith(start)
    assert "Traceback" not in stopped.stdout


@pytest.mark.parametrize("how", ["build_wheel", "build_editable"])
def test_the_last_line_that_pip_shows(how: str, tree: Path, tmp_path: Path) -> None:
    """pip calls these, and shows what they print."""
    code = f"from setuptools import build_meta; build_meta.{how}({str(tmp_path)!r})"
    stopped = run(tree, "-c", code, CC="no-such-compiler")
    assert stopped.returncode != 0
    assert "needs a C compiler" in stopped.stdout.splitlines()[-1]


def test_a_clone_that_is_not_built(tree: Path) -> None:
    """-S: in an editable install there is a finder that has another clone's compiled module."""
    for words in (["-c", "import cffisock"], ["-m", "cffisock"], ["-m", "cffisock", "run", "x"]):
        refused = run(tree, "-S", *words)
        assert refused.returncode == 1
        assert refused.stdout.splitlines()[-1] == (
            f"ImportError: cffisock is not built: run {sys.executable} -m pip install -e {tree}"
        )


# --- what is built ----------------------------------------------------------------------------


def test_a_strict_build_in_place(tree: Path) -> None:
    built = run(tree, "build_socket.py", CFFISOCK_STRICT="1")
    assert built.returncode == 0, built.stdout
    assert "warning" not in built.stdout
    assert len(extension_of(tree)) == 1
    code = "import cffisock; print(cffisock.__file__, cffisock.AF_INET.value)"
    assert run(tree, "-c", code).stdout == f"{tree / 'cffisock' / '__init__.py'} 2\n"


def test_a_warning_is_an_error_in_a_strict_build_only(tree: Path) -> None:
    with (tree / "cffisock" / "_shim" / "wait.c").open("a", encoding="utf-8") as file:
        file.write("\nstatic int never_used;\n")
    refused = run(tree, "build_socket.py", CFFISOCK_STRICT="1")
    assert refused.returncode == 1
    assert "never_used" in refused.stdout
    built = run(tree, "build_socket.py")
    assert built.returncode == 0, built.stdout


def make(tree: Path, kind: str, into: Path) -> Path:
    """Has setuptools make an sdist or a wheel of the tree, as pip does: the archive."""
    into.mkdir()
    code = f"from setuptools import build_meta; build_meta.build_{kind}({str(into)!r})"
    made = run(tree, "-c", code)
    assert made.returncode == 0, made.stdout
    (archive,) = into.iterdir()
    return archive


def files(tree: Path, *tops: str) -> set[str]:
    found = [path for top in tops for path in [tree / top, *(tree / top).rglob("*")]]
    return {path.relative_to(tree).as_posix() for path in found if path.is_file()}


def test_what_is_in_the_sdist_and_in_the_wheel_from_it(tree: Path, tmp_path: Path) -> None:
    """All that it takes to build and to test, and no more; then what it takes to run."""
    wanted = files(
        tree, "cffisock", "docs", "tests", "build_socket.py", "pyproject.toml", "README.rst",
        "CHANGES.rst", "LICENSE", "MANIFEST.in", "noxfile.py",
    )  # fmt: skip
    archive = make(tree, "sdist", tmp_path / "sdist")
    with tarfile.open(archive) as sdist:
        names = {member.name for member in sdist.getmembers() if member.isfile()}
    (top,) = {name.partition("/")[0] for name in names}
    inside = {name.partition("/")[2] for name in names}
    assert {name for name in inside if ".egg-info/" not in name} == {
        *wanted, "PKG-INFO", "setup.cfg",
    }  # fmt: skip
    subprocess.run(["tar", "-xf", str(archive), "-C", str(tmp_path)], check=True)

    wheel = make(tmp_path / top, "wheel", tmp_path / "wheel")
    with zipfile.ZipFile(wheel) as opened:
        inside = set(opened.namelist())
    modules = {
        name for name in files(tree, "cffisock") if name.endswith((".py", ".pyi", "py.typed"))
    }
    about = {
        f"{top}.dist-info/{name}"
        for name in (
            "METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "top_level.txt",
        )
    }  # fmt: skip
    assert modules | about <= inside
    (extension,) = inside - modules - about
    suffix = sysconfig.get_config_var("EXT_SUFFIX") if IS_PYPY else ".abi3.so"
    assert extension == f"cffisock/_cffi{suffix}"
    assert ("-cp39-abi3-" in wheel.name) is not IS_PYPY


TAG = """
import sys, sysconfig
for name in sys.argv[1:]:
    sysconfig.get_config_vars()[name] = 1
import build_socket
from setuptools import Distribution, Extension
extension = Extension(build_socket.MODULE, [])
distribution = Distribution({"ext_modules": [extension]})
for command in (build_socket.BuildShim, build_socket.BuildWheel):
    command = command(distribution)
    command.ensure_finalized()
print(command.get_tag()[1], extension.py_limited_api)
"""


@pytest.mark.parametrize("variables", [[], ["Py_GIL_DISABLED"], ["Py_DEBUG"]])
def test_the_stable_abi_is_asked_for_where_there_is_one(tree: Path, variables: list[str]) -> None:
    """Builds of CPython without the GIL, or for debugging, say so by such a variable."""
    tag, limited = run(tree, "-c", TAG, *variables).stdout.split()
    there = not IS_PYPY and not variables
    assert (tag == "abi3", limited) == (there, str(there))


def test_in_place_the_name_has_interpreter_and_machine(builder: Any) -> None:
    """So that one clone can have several side by side."""
    extension = builder.Extension(builder.MODULE, [])
    command = builder.BuildShim(builder.Distribution({"ext_modules": [extension]}))
    command.inplace = True
    command.ensure_finalized()
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    assert command.get_ext_filename(builder.MODULE) == f"cffisock/_cffi{suffix}"
