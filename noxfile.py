"""The whole matrix as one command: `nox`; `nox -l` lists what there is.

Interpreters that nox does not find are left out, unless it runs with
--error-on-missing-interpreters.
"""

from __future__ import annotations

from pathlib import Path

import nox

INTERPRETERS = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15", "pypy3"]

nox.options.sessions = ["tests", "lint", "types", "docs"]


@nox.session(python=INTERPRETERS)
def tests(session: nox.Session) -> None:
    """The tests, compiled without a warning; arguments are pytest's."""
    session.install("-e", ".[test]", env={"CFFISOCK_STRICT": "1"})
    session.run("pytest", *session.posargs)


@nox.session(python=INTERPRETERS)
def parallel(session: nox.Session) -> None:
    """The tests, each by four threads at once; arguments are pytest's."""
    session.install("-e", ".[parallel]")
    session.run("python", "-m", "tests.parallel", *session.posargs)


@nox.session(python=INTERPRETERS)
def conformance(session: nox.Session) -> None:
    """The interpreter's own tests of socket, on cffisock; arguments as for tests.conformance."""
    session.install("-e", ".")
    session.run("python", "-m", "tests.conformance", *session.posargs)


@nox.session(python=["3", "pypy3"])
def conformance_vm(session: nox.Session) -> None:
    """The same in a virtual machine, where no address family is missing; as root."""
    session.install("-e", ".")
    command = ["tests/vm/run.sh", "python", "-m", "tests.conformance", *session.posargs]
    session.run(*command, external=True)


@nox.session(python=["3", "pypy3"])
def vm(session: nox.Session) -> None:
    """The tests of the address families that few kernels have, in a virtual machine; as root."""
    session.install("-e", ".[test]")
    command = ["tests/vm/run.sh", "python", "-m", "pytest", "-m", "vm", *session.posargs]
    session.run(*command, external=True)


@nox.session(venv_backend="none")
@nox.parametrize(
    ("root", "interpreter"),
    [("newer", "python3.14"), ("newer", "python3.15"), ("newer", "pypy3"), ("i386", "python3")],
)
def roots(session: nox.Session, root: str, interpreter: str) -> None:
    """The tests in a root directory of another Debian, which the first run makes; as root."""
    venv = f".venv-{root}-{interpreter}"
    for command in (
        [interpreter, "-m", "venv", venv],
        [f"{venv}/bin/pip", "install", "-e", ".[test]"],
        [f"{venv}/bin/python", "-m", "pytest", *session.posargs],
    ):
        session.run("tests/roots/run.sh", root, *command, external=True)


@nox.session(venv_backend="none")
def wheels(session: nox.Session) -> None:
    """The sdist and the wheels, in dist, tried where there is no compiler; as root."""
    session.run("tests/wheels/all.sh", external=True)


@nox.session(venv_backend="none")
def wine(session: nox.Session) -> None:
    """CPython for Windows, by Wine; arguments are pytest's; as root."""
    session.run("tests/wine/run.sh", "-m", "pytest", *session.posargs, external=True)


@nox.session(python=["3", "pypy3"])
def realworld(session: nox.Session) -> None:
    """Real servers and clients; tests/realworld/install.sh, as root, installs what they need."""
    session.install("-e", ".[realworld]")
    session.run("pytest", "-m", "realworld", "tests/realworld", *session.posargs)


@nox.session(python=INTERPRETERS)
def benchmarks(session: nox.Session) -> None:
    """cffisock beside the interpreter's own socket; arguments as for tests.benchmarks."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "tests.benchmarks", *session.posargs)


@nox.session(python=["3", "pypy3"])
def servers(session: nox.Session) -> None:
    """What a message costs whole servers; arguments as for tests.benchmarks.servers."""
    session.install("-e", ".[realworld]")
    session.run("python", "-m", "tests.benchmarks.servers", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """The hooks of pre-commit over all files; arguments are pre-commit's, such as a hook's name."""
    session.install("pre-commit")
    session.run("pre-commit", "run", "--all-files", *session.posargs)


@nox.session
def analyze(session: nox.Session) -> None:
    """The clang analyzer over the shim, as a hook of pre-commit."""
    session.install("pre-commit")
    session.run("pre-commit", "run", "--all-files", "--hook-stage", "manual", "clang-tidy")


@nox.session
def sanitize(session: nox.Session) -> None:
    """The shim under sanitizers and fuzzed, by clang; arguments as for tests.sanitize."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "tests.sanitize", *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """mypy, pyright, stubtest and jedi; arguments are words of the names of checks."""
    session.install("-e", ".[types]")
    session.run("python", "-m", "tests.types", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, and the changelog that the next release would have."""
    session.install("-e", ".[dev]")
    session.run("sphinx-build", "-W", "--keep-going", "docs", "docs/_build/html")
    session.run("towncrier", "build", "--draft")


@nox.session
def links(session: nox.Session) -> None:
    """Whether the pages of others are there that the documentation links to; on the network."""
    session.install("-e", ".[docs]")
    session.run("sphinx-build", "-b", "linkcheck", "docs", "docs/_build/linkcheck")


@nox.session
def changelog(session: nox.Session) -> None:
    """The fragments of docs/changes into CHANGES.rst, for the version that is the argument."""
    session.install("towncrier")
    session.run("towncrier", "build", "--yes", "--version", *session.posargs)


@nox.session
def dist(session: nox.Session) -> None:
    """The sdist and the wheel of this machine in dist/, and whether an index would take them."""
    session.install("build", "twine")
    session.run("python", "-m", "build")
    session.run("twine", "check", "--strict", *map(str, Path("dist").iterdir()))
