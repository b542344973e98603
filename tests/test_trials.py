"""A quick look at each of the trials of tests.threads."""

from __future__ import annotations

from typing import Any

import pytest

import cffisock

from .support import python
from .threads.__main__ import TRIALS
from .threads.crew import Crew, Failure
from .threads.reuse import Receive, Send

# In a network namespace, with a name server.
ISOLATED = [pytest.mark.root, pytest.mark.netns]
CASES = [
    pytest.param(name, marks=ISOLATED if name in ("resolver", "ends") else [], id=name)
    for name in TRIALS
    if name not in ("overtake", "dropped")  # which measure
]


@pytest.mark.parametrize("name", CASES)
def test_a_trial(name: str) -> None:
    trial = TRIALS[name]
    assert trial.run(trial.quick)


def test_the_command() -> None:
    """In a process of its own, whose memory and descriptors nobody else changes."""
    done = python("-m", "tests.threads", "--quick", "dropped", "datagrams")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split(":")[0] for line in done.stdout.splitlines()[1:]] == [
        "datagrams",
        "dropped",
    ]


@pytest.mark.parametrize("kind", [Receive, Send])
def test_bytes_of_another_name_are_noticed(kind: Any) -> None:
    scene = kind(cffisock, 4711, waits=False)
    with scene.sock, scene.theirs:
        scene.check(scene.name * 2)
        scene.check(scene.name[5:] + scene.name[:3], whole=False)
        for data in (b"000000000004712 ", scene.name + b"0000000", scene.name[1:]):
            with pytest.raises(Failure):
                scene.check(data + scene.name)


def test_what_a_thread_raises_counts() -> None:
    crew = Crew()
    crew.start(int, "x")
    with pytest.raises(ValueError, match="invalid literal"):
        crew.join()
