"""Isolation: what is open here is closed in every program that this process starts."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from .open_things import CHILDREN
from .support import ROOT, python
from .watched import watched

RUN = ("-m", "cffisock", "run")
# These start an interpreter with descriptors of its own.
OF_THEIR_OWN = ("spawn", "forkserver")


@pytest.mark.parametrize("words", [(), RUN, (*RUN, "--only-here")], ids=["plain", "run", "here"])
@pytest.mark.parametrize("how", CHILDREN)
def test_a_child_inherits_what_it_was_meant_to(
    how: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "child"
    done = python(*words, "-m", "tests.open_things", how, str(path), cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    parent, child = json.loads(done.stdout), json.loads(path.read_text())
    asked = str(parent["asked"])
    mine = parent["mine"]
    assert len(mine) > 35
    if how in OF_THEIR_OWN:
        # multiprocessing closes what it has not been told of, also where that is inheritable.
        assert set(mine.values()) & set(child.values()) == set()
    else:
        # What the child has opened itself is no matter.
        inherited = {fd: target for fd, target in child.items() if target in mine.values()}
        assert inherited == {asked: mine[asked]}


def test_each_is_made_so(tmp_path: Path) -> None:
    """In the very call of the kernel that makes it: another thread may fork at any time."""
    words = ["-m", "tests.open_things", "subprocess", str(tmp_path / "child")]
    _, notes = watched(tmp_path, *words, cwd=ROOT)
    made = {note[1] for note in notes if note[0] == "made"}
    assert made >= {"socket", "socketpair", "fcntl"}
    assert [note for note in notes if note[0] == "made" and note[2] != "close-on-exec"] == []


SHOW = """
import json, os
found = {}
for fd in os.listdir("/proc/self/fd"):
    try:
        found[fd] = os.readlink("/proc/self/fd/" + fd)
    except FileNotFoundError:
        pass
print(json.dumps(found))
"""


@pytest.mark.parametrize("words", [RUN, (*RUN, "--only-here")], ids=["run", "here"])
def test_run_leaves_nothing_open(words: tuple[str, ...]) -> None:
    """The program has what plain Python would have, with what was passed on purpose."""
    read, write = os.pipe()
    try:
        plain, ran = (python(*before, "-c", SHOW, pass_fds=[read]) for before in ((), words))
    finally:
        os.close(read)
        os.close(write)
    assert (ran.returncode, ran.stderr) == (0, "")
    there, expected = json.loads(ran.stdout), json.loads(plain.stdout)
    assert set(there) == set(expected)
    assert there[str(read)] == expected[str(read)]


# --- files and addresses of the command -----------------------------------------------------------

COMMANDS = {
    "demo": ("-m", "cffisock", "demo"),
    "info": ("-m", "cffisock", "info"),
    "info for programs": ("-m", "cffisock", "info", "--json"),
    "help": ("-m", "cffisock", "--help"),
    "run": (*RUN, "-c", "import socket"),
    "run, and children": (*RUN, "-c", "import os, sys; os.system(sys.executable + ' -c 0')"),
    "install": ("-c", "import cffisock; cffisock.install(); import ssl, asyncio"),
    "all modules": ("-c", "from cffisock import aio, control, multicast, options, sockaddr"),
}
LOOPBACK = ("127.0.0.1", "::1")


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nothing_but_loopback(command: tuple[str, ...], tmp_path: Path) -> None:
    _, notes = watched(tmp_path, *command)
    used = [note for note in notes if note[0] in ("connect", "bind", "sendto", "sendmsg")]
    assert {note[2] for note in used if note[1].startswith("family")} <= set(LOOPBACK)
    # Names would be asked of a server.
    assert {note[1] for note in notes if note[0] == "look-up"} <= set(LOOPBACK)
    assert len(used) > 10 or "demo" not in command


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_what_is_created_is_the_users_alone(command: tuple[str, ...], tmp_path: Path) -> None:
    """In a new folder that nobody else may enter, so that no link can be laid there before."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    previous = os.umask(0)
    try:
        _, notes = watched(tmp_path, *command, env={"TMPDIR": str(temporary)})
    finally:
        os.umask(previous)
    folders = {note[2] for note in notes if note[0] == "mkdir" and note[1] == "700"}
    assert len([note for note in notes if note[0] == "mkdir"]) == len(folders)
    files = [note[2] for note in notes if note[0] == "create"]
    sockets = [note[2] for note in notes if note[:2] == ["bind", "path"]]
    # tempfile tries whether it can write there.
    files = [path for path in files if os.path.dirname(path) != str(temporary)]
    assert {os.path.dirname(path) for path in files + sockets} <= folders
    assert bool(files and sockets) == ("demo" in command)
    assert list(temporary.iterdir()) == []


@pytest.mark.netns
def test_demo_where_there_is_only_loopback() -> None:
    shell = 'ip link set lo up && exec "$@"'
    starter = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"
    command = ["unshare", "--net", "sh", "-ec", shell, "sh"]
    done = python("-c", starter, *command, sys.executable, "-m", "cffisock", "demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("all bytes came back right\n")
