"""The list of deliberate differences, docs/differences.rst, and those that no other file tests.

A test refers to a difference by its key: with the marker ``differs``, in the comment of an
expression of differential_cases, in the tables of netdb_cases, at the start of a reason in
conformance/deviations.txt, or above the rows for CPython in fuzz/differences.txt.  Each of these
expects what the standard module does not do.
"""

from __future__ import annotations

import ast
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Optional

import pytest

import cffisock

from . import netdb_cases, test_differential
from .support import LONG, later, own, python

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "differences.rst"
DEVIATIONS = TESTS / "conformance" / "deviations.txt"
PROGRAMS = TESTS / "fuzz" / "differences.txt"

Places = dict[str, list[str]]


def listed() -> dict[str, list[str]]:
    """The keys of the page, each with the names of its fields."""
    found: dict[str, list[str]] = {}
    key = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        term, field = re.fullmatch(r"``([a-z0-9-]+)``", line), re.match(r"    :(\w+): \S", line)
        if term:
            key = term[1]
            assert key not in found
            found[key] = []
        elif field:
            found[key].append(field[1])
    return found


def marked(path: Path) -> list[str]:
    """The keys in the markers of a file of tests."""
    return [
        ast.literal_eval(argument)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.differs"
        for argument in node.args
    ]


def deviating() -> list[str]:
    """The keys of the tests that deviate, a line each; "" where a line has none."""
    reasons = [
        line.split(None, 2)[2]
        for line in DEVIATIONS.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    return [(re.match(r"([a-z0-9-]+): ", reason) or ["", ""])[1] for reason in reasons]


def in_random_programs() -> set[str]:
    """The keys of the rows that are about CPython, and not PyPy alone."""
    text = PROGRAMS.read_text(encoding="utf-8")
    sections = re.findall(r"^\[(.+)\]\n((?:.+\n)+)", text, re.MULTILINE)
    return {key for key, rows in sections if re.search(r"^    (both|cpython)", rows, re.MULTILINE)}


def used() -> Places:
    """The keys that tests refer to, each with the places."""
    found: Places = {}
    for path in sorted(TESTS.rglob("*.py")):
        for key in marked(path):
            found.setdefault(key, []).append(path.name)
    for case in test_differential.cases():
        _, expression, key, _ = case.values
        if key:
            found.setdefault(key, []).append(expression)
    for key, outcomes in netdb_cases.DIFFERS.items():
        found.setdefault(key, []).extend(outcomes)
    for key in deviating():
        found.setdefault(key, []).append(DEVIATIONS.name)
    for key in in_random_programs():
        found.setdefault(key, []).append(PROGRAMS.name)
    return found


def test_the_list_is_complete() -> None:
    in_tests, in_page = used(), listed()
    assert {key: places for key, places in in_tests.items() if key not in in_page} == {}
    assert sorted(set(in_page) - set(in_tests)) == []


def test_each_says_what_both_do_and_why() -> None:
    wanted = ["socket", "cffisock", "why"]
    assert {key: fields for key, fields in listed().items() if fields != wanted} == {}


# --- differences that no other file tests ---------------------------------------------------------

# Preloaded, it lets nobody poll.
NO_POLL = """
#include <errno.h>
#include <poll.h>
int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    (void)fds, (void)count, (void)timeout;
    errno = ENOTSUP;
    return -1;
}
"""
RECEIVE = """
import importlib, sys
S = importlib.import_module(sys.argv[1])
one, two = S.socketpair()
with one, two:
    one.send(b"data")
    two.settimeout(20)
    try:
        print(two.recv(9))
    except OSError as error:
        print(error.errno)
"""


@pytest.mark.differs("tried-first")
def test_data_that_is_there_is_not_waited_for(tmp_path: Path) -> None:
    source, library = tmp_path / "no_poll.c", tmp_path / "no_poll.so"
    source.write_text(NO_POLL)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    ours, theirs = (
        python("-c", RECEIVE, module, env={"LD_PRELOAD": str(library)})
        for module in ("cffisock", "socket")
    )
    assert (ours.stdout, ours.stderr) == ("b'data'\n", "")
    assert (theirs.stdout, theirs.stderr) == ("95\n", "")


def accept_and_close(listener: Any) -> None:
    listener.accept()[0].close()


@pytest.mark.differs("unix-connect-waits")
def test_a_connection_waits_until_there_is_room_in_the_queue(unix_path: str) -> None:
    listener = cffisock.create_server(unix_path, family=cffisock.AF_UNIX, backlog=0)
    first, second = cffisock.socket(cffisock.AF_UNIX), cffisock.socket(cffisock.AF_UNIX)
    with listener, first, second:
        first.connect(unix_path)
        with own.socket(own.AF_UNIX) as theirs:
            theirs.settimeout(LONG)
            with pytest.raises(BlockingIOError):
                theirs.connect(unix_path)
        second.settimeout(LONG)
        with later(0.05, accept_and_close, listener):
            second.connect(unix_path)
        assert second.getpeername() == unix_path


def sent(module: Any, file: Any) -> bytes:
    """What the other end of a pair receives of a file."""
    one, two = module.socketpair()
    with one, two:
        count = one.sendfile(file)
        one.close()
        data = b"".join(iter(lambda: two.recv(65536), b""))
        assert len(data) == count
        return data


@pytest.mark.differs("sendfile-without-size")
def test_files_of_proc_and_pipes_are_sent() -> None:
    with open("/proc/version", "rb") as file:
        assert sent(own, file) == b""
        assert sent(cffisock, file) == Path("/proc/version").read_bytes()
    read, write = os.pipe()
    with open(read, "rb") as file, open(write, "wb") as other:
        other.write(b"through a pipe")
        other.close()
        assert sent(cffisock, file) == b"through a pipe"


@pytest.mark.differs("larger-parts")
def test_files_that_are_read_are_sent_in_larger_parts() -> None:
    class Asked(io.BytesIO):
        def read(self, size: Optional[int] = -1) -> bytes:
            sizes.append(size)
            return super().read(size)

    sizes: list[Optional[int]] = []
    for module in (own, cffisock):
        assert sent(module, Asked(bytes(100))) == bytes(100)
    assert sizes == [8192, 8192, 65536, 65536]


@pytest.mark.differs("which-argument")
def test_numbers_are_converted_before_memory_is_borrowed() -> None:
    with own.socket() as theirs, cffisock.socket() as ours:
        with pytest.raises(TypeError):
            theirs.send("text", 2**40)
        with pytest.raises(OverflowError):
            ours.send("text", 2**40)


@pytest.mark.differs("exception-of-an-argument")
def test_what_iterating_raises_is_let_through() -> None:
    class Raises:
        def __iter__(self) -> Any:
            raise KeyError("me")

    with cffisock.socket() as sock:
        for method in (sock.sendmsg, sock.recvmsg_into):
            with pytest.raises(KeyError, match="me"):
                method(Raises())


@pytest.mark.differs("no-such-memory")
def test_the_largest_room_is_too_large_for_memory() -> None:
    # Half of it, 1 GiB, may be there with 32 bits.
    half = [sys.maxsize // 2] if sys.maxsize > 2**32 else []
    with cffisock.socket() as sock:
        for size in (sys.maxsize, *half):
            for method in (sock.recv, sock.recvfrom, sock.recvmsg):
                with pytest.raises(MemoryError):
                    method(size)


@pytest.mark.differs("mutable-type")
def test_the_base_type_is_a_class_like_any_other() -> None:
    for module in (cffisock, cffisock._socket):
        assert type(module.socket) is type
    cffisock._socket.socket.additional = 1
    try:
        assert cffisock.socket.additional == 1
    finally:
        del cffisock._socket.socket.additional
    with pytest.raises(TypeError):
        own.SocketType.additional = 1
