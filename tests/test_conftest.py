"""What conftest.py promises: leaks fail, and what is left out is said, or fails the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import python

HERE = Path(__file__).parent

TESTS = """
import os, pytest, cffisock

def test_fine(): pass

@pytest.mark.vm
def test_vm(): pass

@pytest.mark.root
def test_root(): assert os.geteuid() == 0
"""
LEAK = """
import cffisock, os

def test_leak():
    globals()["kept"] = cffisock.socket()

def test_closed():
    os.close(0)

def test_fine(): pass
"""
INI = """
[pytest]
markers =
    root
    netns
    vm
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with this one's conftest.py."""
    package = tmp_path / "tests"
    package.mkdir()
    for name in ("__init__.py", "conftest.py", "support.py"):
        (package / name).write_bytes((HERE / name).read_bytes())
    (tmp_path / "pytest.ini").write_text(INI)
    return tmp_path


def run(project: Path, tests: str, *options: str, **environment: str) -> tuple[int, str]:
    """Runs pytest on those tests: its exit status, and what it said."""
    (project / "tests" / "test_it.py").write_text(tests)
    environment = {"CI": "", "CFFISOCK_VM": "", "PYTEST_ADDOPTS": "", **environment}
    # Without rewritten assertions: PyPy before 7.3.16 may crash as pytest rewrites them.
    command = ("-m", "pytest", "-p", "no:cacheprovider", "--assert=plain", *options)
    done = python(*command, cwd=project, env=environment)
    return done.returncode, done.stdout + done.stderr


def test_leaks_fail(project: Path) -> None:
    status, said = run(project, LEAK)
    assert status == 1
    assert "3 passed, 2 errors" in said
    assert said.count("descriptors left open, and closed that were not the test's") >= 2


def test_what_is_left_out_is_said(project: Path) -> None:
    (project / "tests" / "conftest.py").write_text(
        (HERE / "conftest.py")
        .read_text()
        .replace("os.geteuid() == 0", "False")
        .replace("own.socket(29,", "own.socket(250,")
    )
    status, said = run(project, TESTS)
    assert status == 0
    lines = [line for line in said.splitlines() if line][-3:]
    assert lines[0] == "left out: 1 tests, root: not root"
    assert lines[1].startswith("left out: 1 tests, vm: this kernel has no CAN")
    assert "1 passed, 2 deselected" in lines[2]
    status, said = run(project, TESTS, CI="true")
    assert status == 1
    assert "FAILED: these may not be left out: root\n" in said
    status, said = run(project, TESTS, "-m", "vm")
    assert status == 1
    assert "FAILED: these may not be left out: vm\n" in said
    assert run(project, TESTS, "-m", "not vm and not root")[0] == 0
    assert run(project, TESTS, "-m", "vm", CFFISOCK_VM="1", CI="true")[0] == 0


def test_skipping_is_leaving_out(project: Path) -> None:
    tests = "import pytest\ndef test_it(): pytest.skip('no reason')\n"
    status, said = run(project, tests)
    assert status == 0
    assert "left out: 1 tests, skipped: Skipped: no reason\n" in said
    assert run(project, tests, CI="true")[0] == 1
