"""Hostile names, and a name server that answers nonsense: both modules make the same of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cffisock

from .hostile_resolver import GOOD, PARTS
from .name_server import in_a_namespace
from .support import IS_PYPY

NULS = ("getaddrinfo", "create_connection", "service of getaddrinfo")
# What is said of a name before its NULs are looked at.
REFUSALS = ("UnicodeError", "UnicodeEncodeError", "TypeError")
# What may be said of a name or an address, whatever it is.
FAILURES = {
    "gaierror", "herror", "OSError", "ConnectionRefusedError", "PermissionError",
    "TypeError", "ValueError", "OverflowError", "UnicodeError", "UnicodeEncodeError",
}  # fmt: skip


def run(folder: Path, program: str, argument: str) -> Any:
    code = f"import sys; from tests.{program} import main; main(sys.argv[1])"
    done = in_a_namespace(folder, code, argument, patience=1, attempts=1)
    assert (done.returncode, done.stderr) == (0, ""), (done.returncode, done.stderr)
    return json.loads(done.stdout)


def says(theirs: list[Any]) -> list[Any]:
    """What cffisock says where the interpreter's own module says this."""
    what, *told = theirs
    if what.startswith(NULS) and "\\x00" in what and told[0] not in REFUSALS:
        return ["ValueError", None]  # null-in-host, null-in-service
    if what.startswith("service of getaddrinfo") and "65536" in what:
        return ["gaierror", cffisock.EAI_SERVICE]  # port-out-of-range
    return told


@pytest.mark.differs("null-in-host")
@pytest.mark.differs("port-out-of-range")
@pytest.mark.root
@pytest.mark.netns
def test_names_of_all_kinds(tmp_path: Path) -> None:
    """Long, empty, with NULs, with what is no text: exceptions, and sockets that go on."""
    ours = run(tmp_path, "hostile_names", "cffisock")
    assert len(ours) > 1500
    assert {told[1] for told in ours} <= {*FAILURES, "returned"}
    if IS_PYPY:  # whose own module converts arguments in other ways: newest-python
        return
    theirs = run(tmp_path, "hostile_names", "socket")
    assert [told[0] for told in ours] == [told[0] for told in theirs]
    for mine, own in zip(ours, theirs):
        expected = says(own)
        # Some have no number in older versions: newest-python.
        if expected == ["OSError", None]:
            assert mine[1] == "OSError", mine
        else:
            assert mine[1:] == expected, mine


def alike(told: list[Any], what: str) -> list[Any]:
    """What came of a look-up, without what depends on the moment."""
    if " cut-" in what and told[0] == "gaierror":
        return ["gaierror"]  # which one is by the answer that came first
    return told


@pytest.mark.differs("long-host-entries")
@pytest.mark.root
@pytest.mark.netns
@pytest.mark.parametrize("part", PARTS)
def test_a_name_server_that_answers_nonsense(part: str, tmp_path: Path) -> None:
    found = run(tmp_path, "hostile_resolver", part)
    assert len(found) > 200
    after, left = found.pop("usable afterwards"), found.pop("left open")
    assert after == [GOOD] * 2, after
    assert left == [[], []], left
    # There is more than the interpreter's own module has room for.
    for many in ("gethostbyname_ex tcp-many.example.", "gethostbyname_ex tcp-chain.example."):
        theirs, _ = found.get(many, [None, None])
        if theirs == ["herror", None]:
            del found[many]
    unlike = {
        what: pair for what, pair in found.items() if alike(pair[0], what) != alike(pair[1], what)
    }
    assert unlike == {}, unlike
