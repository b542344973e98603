"""Hostile peers: control messages of any lengths, as no kernel makes them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cffisock import control

from .false_control import KINDS, messages
from .support import INT, python

COUNT = 600


def test_lengths_that_are_wrong(tmp_path: Path) -> None:
    """The same of all ways to receive, and of the interpreter's own module, and nothing behind."""
    library = tmp_path / "false_control.so"
    source = Path(__file__).with_name("false_control.c")
    command = ["cc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", str(library)]
    subprocess.run([*command, str(source), "-ldl"], check=True)
    words = ["-m", "tests.false_control", str(COUNT)]
    done = python(*words, env={"LD_PRELOAD": str(library)})
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["others"] == []
    assert found["same"] > 4 * COUNT
    assert found["left open"] == []


def test_the_inputs_are_of_all_kinds() -> None:
    """There are good ones among them, and some that end in the middle of a header."""
    sizes = {len(messages(seed)) for seed in range(COUNT)}
    assert min(sizes) < 10
    assert max(sizes) > 100


@given(st.sampled_from(KINDS), st.binary(max_size=64))
def test_records_of_any_bytes(kind: tuple[int, int], data: bytes) -> None:
    """Those that have no meaning stay as they are."""
    [record] = control.parse([(*kind, data)])
    if isinstance(record, control.Rights):
        assert all(fd >= 0 for fd in record.take())
    elif not isinstance(record, control.ExtendedError):
        assert type(record) is not tuple or record == (*kind, data)


@pytest.mark.parametrize("data", [b"", b"\xff" * INT, b"\xe8\xff\xff\xff", b"abc"])
def test_descriptors_that_are_none(data: bytes) -> None:
    for kind in KINDS[0], KINDS[2]:
        [record] = control.parse([(*kind, data)])
        assert isinstance(record, control.Rights)
        assert record.fds == ()
        record.close()
