"""The documentation: its examples run, its commands are there, its lists are complete."""

from __future__ import annotations

import ast
import doctest
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import cffisock
from cffisock._command import surface
from cffisock._constants import ASM_GENERIC, CONSTANTS

from .support import IS_PYPY, own, python

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
README = (ROOT / "README.rst").read_text(encoding="utf-8")

# What the examples of these sections need.
NEEDS = {
    "IPv6": pytest.mark.ipv6,
    "Packet": pytest.mark.root,
    "Vsock": pytest.mark.vm,
    "CAN on PyPy": pytest.mark.vm,
    "CAN: raw and broadcast manager": pytest.mark.vm,
    "CAN: ISO-TP": pytest.mark.vm,
    "CAN: J1939": pytest.mark.vm,
    "TIPC": pytest.mark.vm,
    "RDS": pytest.mark.vm,
    "Bluetooth": pytest.mark.vm,
    "Kernel cryptography": pytest.mark.vm,
    "Qualcomm's IPC router": pytest.mark.vm,
}


def sections(page: str) -> dict[str, str]:
    """The sections of a page of the documentation, by their titles."""
    text = (DOCS / f"{page}.rst").read_text(encoding="utf-8")
    parts = re.split(r"^(\S.*)\n[=-]{3,}\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def examples() -> list[Any]:
    """The sections that have examples, as parameters with their markers."""
    found = []
    for page in sorted(path.stem for path in DOCS.glob("*.rst")):
        for title, text in sections(page).items():
            if ">>>" in text:
                marks = [NEEDS[title]] if title in NEEDS else []
                found.append(pytest.param(page, title, id=f"{page}: {title}", marks=marks))
    return found


def programs(text: str) -> list[str]:
    """The blocks of a page that are Python without a prompt."""
    found = re.findall(r"^\.\. code-block:: python\n\n((?: {4}.*\n|\n)+)", text, flags=re.MULTILINE)
    return [textwrap.dedent(block) for block in found]


def test_what_sections_need_is_about_sections_that_exist() -> None:
    assert set(NEEDS) <= {*sections("addresses"), *sections("coming_from")}


@pytest.mark.parametrize(("page", "title"), examples())
def test_the_examples(page: str, title: str) -> None:
    """Each section by itself, as after the import that a page begins with."""
    parser = doctest.DocTestParser()
    names = {"socket": cffisock}
    test = parser.get_doctest(sections(page)[title], names, title, f"docs/{page}.rst", 0)
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert result.attempted > 0
    assert result.failed == 0, "".join(said)


def test_install_as_it_is_shown() -> None:
    shown = [code for code in programs(README) if "install()" in code]
    shown += programs((DOCS / "layers.rst").read_text(encoding="utf-8"))
    assert len(shown) == 2
    for code in shown:
        run = python("-c", f"{code}\nprint(http.client.socket.__name__)")
        assert (run.stdout, run.stderr) == ("cffisock\n", "")


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("demo", "-m cffisock demo"),
        ("test", "-m pytest"),
        ("demo-pypy", "-m cffisock demo"),
        ("test-pypy", "-m pytest --assert=plain"),
    ],
)
def test_the_readme_has_each_command_once_and_on_one_line(name: str, ending: str) -> None:
    """.ci/run finds them by these names."""
    block = r"^\.\. code-block:: sh\n    :name: " + name + r"\n\n    (\S.*)\n\n"
    (command,) = re.findall(block, README, flags=re.MULTILINE)
    python = "pypy3" if "pypy" in name else "python3"
    assert command.startswith(f"{python} -m venv ")
    assert command.endswith(ending)


def test_what_the_readme_names_is_there() -> None:
    """It is read in a repository and on a package index, where a relative link leads nowhere."""
    assert re.findall(r"<(?!https:)\S+>`_", README) == []
    files = re.findall(r"``((?:docs|CHANGES|LICENSE)[\w/.]*)``", README)
    assert {"docs", "docs/index.rst", "CHANGES.rst", "LICENSE"} <= set(files)
    pictures = re.findall(r"^\.\. image:: (\S+)$", README, flags=re.MULTILINE)
    assert pictures == ["docs/headline.svg"]
    assert [name for name in (*files, *pictures) if not (ROOT / name).exists()] == []


def test_links_between_the_pages_are_those_that_sphinx_checks() -> None:
    """A relative URL is taken as it is, whether it leads anywhere or not."""
    text = "".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.rst"))
    assert re.findall(r"<(?!https?:)[^<>\s]+>`__?", text) == []


def test_the_reference_has_every_public_name_that_is_no_constant() -> None:
    text = (DOCS / "reference.rst").read_text(encoding="utf-8")
    documented = re.findall(r"^\.\. (?:auto)?\w+:: (\w+)$", text, flags=re.MULTILINE)
    documented.remove("cffisock")  # the module that they are in
    public = set(cffisock.__all__) - set(cffisock._socket.CONSTANT_NAMES)
    # What `from socket import *` leaves out, and what installs it.
    public |= {"AddressInfo", "Deadline", "MsgFlag", "install", "installed"}
    public |= {"getifaddrs", "listen_fds"}
    assert sorted(documented) == sorted(public)


def test_what_the_tables_say_of_this_interpreter() -> None:
    """It has no name that the pages say it lacks; some have fewer, for want of a header."""
    text = (DOCS / "interpreters.txt").read_text(encoding="utf-8")
    parts = re.split(r"^\[(\w+) ([\d.]+)\]$", text, flags=re.MULTILINE)
    listed = [
        (kind, tuple(map(int, version.split("."))), set(names.split()))
        for kind, version, names in zip(parts[1::3], parts[2::3], parts[3::3])
    ]
    words = " ".join([*CONSTANTS.values(), ASM_GENERIC]).split()
    constants = {word.partition("=")[0] for word in words}
    known = constants.union(*(names for *_, names in listed))
    assert known - constants <= {*surface.MODULE, *(f"socket.{name}" for name in surface.SOCKET)}
    kind = "PyPy" if IS_PYPY else "CPython"
    version = sys.implementation.version[: 3 if IS_PYPY else 2]
    has = {
        name
        for ours, since, names in listed
        if (ours, since <= version) == (kind, True)
        for name in names
    }
    theirs = {*dir(own), *(f"socket.{name}" for name in dir(own.socket))}
    assert known & theirs <= has


def test_the_changelogs_fragments_are_named_so_that_they_are_found() -> None:
    pattern = re.compile(r"\+[\w-]+\.(feature|bugfix|doc|removal|misc)\.rst")
    names = [path.name for path in (DOCS / "changes").iterdir() if path.name != ".gitignore"]
    assert [name for name in names if not pattern.fullmatch(name)] == []


def test_the_files_that_these_pages_name_are_there() -> None:
    pages = ("design", "contributing", "reliability")
    text = "".join((DOCS / f"{page}.rst").read_text() for page in pages)
    named = re.findall(r"``([\w/.]+\.(?:py|pyi|c|h|txt|rst|sh)|[\w/]+/)``", text)
    folders = [ROOT, *(path for path in (ROOT / "cffisock").rglob("") if path.is_dir())]
    assert len(named) > 50
    assert [name for name in named if not any((folder / name).exists() for folder in folders)] == []


def test_the_table_of_commands_is_noxs() -> None:
    text = sections("contributing")["One command for each"]
    rows = re.findall(r"^``nox -s (\w+)`` ", text, flags=re.MULTILINE)
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    # They are decorated, and nothing else is.
    sessions = [function.name for function in functions if function.decorator_list]
    assert len(rows) > 10
    assert sorted(rows) == sorted(sessions)


def test_the_walks_of_the_design_find_their_way() -> None:
    """What a walk says a file has, the file has."""
    text = " ".join(sections("design")["Three walks"].split())
    steps = re.findall(r"``(\w+)`` in ``([\w/.]+)``", text)
    steps += [(name, file) for file, name in re.findall(r"``([\w/.]+)`` has ``(\w+)``", text)]
    assert len(steps) >= 10
    for name, file in steps:
        source = (ROOT / "cffisock" / file).read_text(encoding="utf-8")
        assert re.search(rf"^ *(?:def|int64_t|int) {name}\(", source, flags=re.MULTILINE), name
