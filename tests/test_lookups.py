"""Look-ups: what auditors hear, room for what is found, failures, files of hosts of one's own."""

from __future__ import annotations

import _socket
import errno
import json
import os
import socket as own
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

import cffisock
from cffisock import _socket as low
from cffisock._cffi import ffi, lib
from cffisock._edge.tables import KNOWN_MAX
from cffisock._names import netdb

from .agreement import told
from .support import IS_PYPY, IS_WINDOWS, by, python

AUDITED = {
    "S.getaddrinfo('127.0.0.1', '80', 0, 1, 6, 4)": [
        "socket.getaddrinfo",
        ["127.0.0.1", "80", 0, 1, 6],
    ],
    "S.getaddrinfo(None, 80, 2)": ["socket.getaddrinfo", [None, 80, 2, 0, 0]],
    "S.getaddrinfo('127.0.0.1', None, 99)": ["socket.getaddrinfo", ["127.0.0.1", None, 99, 0, 0]],
    "S.getaddrinfo(1, 80)": None,
    "S.getaddrinfo('127.0.0.1', 1.0)": None,
    "S.gethostbyname('127.0.0.1')": ["socket.gethostbyname", ["127.0.0.1"]],
    "S.gethostbyname_ex('127.0.0.1')": ["socket.gethostbyname", ["127.0.0.1"]],
    "S.gethostbyaddr('127.0.0.1')": ["socket.gethostbyaddr", ["127.0.0.1"]],
    "S.gethostbyname(1)": None,
    "S.gethostbyaddr('a\\0b')": None,
    "S.getservbyname('http')": ["socket.getservbyname", ["http", None]],
    "S.getservbyname('no-such', 'tcp')": ["socket.getservbyname", ["no-such", "tcp"]],
    "S.getservbyname('http', '')": ["socket.getservbyname", ["http", ""]],
    "S.getservbyname(1)": None,
    "S.getservbyport(80)": ["socket.getservbyport", [80, None]],
    "S.getservbyport(80, 'tcp')": ["socket.getservbyport", [80, "tcp"]],
    "S.getservbyport(65536)": None,
    "S.getnameinfo(('127.0.0.1', 80), 3)": ["socket.getnameinfo", [["127.0.0.1", 80]]],
    "S.getnameinfo(('x', 80), 3)": ["socket.getnameinfo", [["x", 80]]],
    "S.getnameinfo(('::1', 80, 2**20), 3)": None,
    "S.gethostname()": ["socket.gethostname", []],
    "S.sethostname('x' * 65)": ["socket.sethostname", ["b'" + "x" * 65 + "'"]],
    "S.sethostname(1)": None,
    "S.getprotobyname('tcp')": None,
    "S.inet_aton('127.0.0.1')": None,
}
AUDIT = """
import importlib, json, sys
S = importlib.import_module(sys.argv[1])
events = []
sys.addaudithook(lambda *event: events.append(event) if event[0].startswith("socket.") else None)
found = {}
for expression in json.loads(sys.argv[2]):
    try:
        eval(expression)
    except Exception:
        pass
    assert len(events) <= 1
    found[expression] = events.pop() if events else None
print(json.dumps(found, default=repr))
"""


# PyPy's own module has other events.
@pytest.mark.parametrize("module", ["cffisock._socket"] + ["_socket"] * (not IS_PYPY))
def test_audit_events(module: str) -> None:
    run = python("-c", AUDIT, module, json.dumps(list(AUDITED)))
    assert run.returncode == 0, run.stderr
    expected = {**AUDITED, "S.sethostname('x' * 65)": None} if IS_WINDOWS else AUDITED
    assert json.loads(run.stdout) == expected


def test_plain_ints() -> None:
    for answer in low.getaddrinfo("127.0.0.1", 80, flags=low.AI_CANONNAME):
        assert [type(item) for item in answer] == [int, int, int, str, tuple]


def test_the_list_of_answers_is_the_callers() -> None:
    first = low.getaddrinfo("127.0.0.1", 80)
    kept = list(first)
    first.clear()
    assert low.getaddrinfo("127.0.0.1", 80) == kept == _socket.getaddrinfo("127.0.0.1", 80)


NUMERIC = [
    "S.getaddrinfo('127.0.0.1', 1, 0, 1)",
    "S.getaddrinfo('127.0.0.1', True, False, True)",
    "S.getaddrinfo('127.0.0.1', Index(1), Index(0), Index(1))",
    "S.getaddrinfo(b'127.0.0.1', b'1', 0, 1)",
    "S.getaddrinfo(Data(b'127.0.0.1'), Text('01'), 0, 1)",
    "S.getaddrinfo('127.0.0.1', 1, 0, 0)",
    "S.getaddrinfo('127.0.0.1', 1, 0, 1, 17)",
    "S.getaddrinfo('127.0.0.1', 1, S.AF_INET6, 1)",
    "S.getaddrinfo('::1', 1, S.AF_INET6, 1)",
    "S.getaddrinfo('127.0.0.1', 1.0, 0, 1)",
    "S.getaddrinfo('127.0.0.1', 1, 0.0, 1)",
    "S.getaddrinfo('127.0.0.1', 65537, 0, 1)",
    "S.getaddrinfo('127.0.0.1', -1, 0, 1)",
]


def test_numbers_that_were_looked_up_before() -> None:
    """By equal or almost equal arguments, too; test_netdb has the first look-ups."""
    first = []
    for expression in NUMERIC:
        netdb._numeric.clear()
        first.append(told(low, expression))
    for _ in range(2):
        assert [told(low, expression) for expression in NUMERIC] == first
    assert first[0] == told(_socket, NUMERIC[0])


def test_what_a_number_means_is_all_that_is_remembered() -> None:
    netdb._numeric.clear()
    for host, port, flags in (
        ("localhost", 80, 0),
        ("127.1", 80, 0),
        ("127.0.0.1", 80, low.AI_CANONNAME),
        ("127.0.0.1", "0" * 100 + "80", 0),
        ("127.0.0.1", None, 0),
        (None, 80, 0),
    ):
        assert low.getaddrinfo(host, port, 2, 1, 0, flags)
    assert not netdb._numeric
    for port in range(3 * KNOWN_MAX):
        assert low.getaddrinfo("127.0.0.1", port, 2, 1)[0][4] == ("127.0.0.1", port)
    assert 0 < len(netdb._numeric) <= KNOWN_MAX


@pytest.mark.netbase
def test_what_a_services_name_means_is_not_remembered() -> None:
    netdb._numeric.clear()
    assert low.getaddrinfo("127.0.0.1", "http", 2, 1)[0][4] == ("127.0.0.1", 80)
    assert not netdb._numeric


@pytest.mark.parametrize("name", ["gethostbyname", "gethostbyname_ex", "gethostbyaddr"])
def test_a_host_may_be_bytes(name: str) -> None:
    function = getattr(low, name)
    assert function(b"localhost") == function(bytearray(b"localhost")) == function("localhost")


def hstrerror(code: int) -> str:
    """The C library's words for an h_errno."""
    return ffi.string(lib.cs_hstrerror(code)).decode()


def test_herror() -> None:
    with pytest.raises(cffisock.herror) as caught:
        low.gethostbyname_ex("<broadcast>")
    assert caught.value.args == (1, hstrerror(1))
    with pytest.raises(cffisock.herror) as caught:
        low.gethostbyname_ex("")
    assert caught.value.args in [(3, hstrerror(3)), (1, hstrerror(1))]  # musl's is the second


LOOK_UPS = [
    "S.getaddrinfo('localhost', 80, 0, 0, 0, S.AI_CANONNAME)",
    "S.gethostbyname_ex('localhost')",
    "S.gethostbyaddr('127.0.0.1')",
]
SERVICES = [
    "S.getservbyname('http', 'tcp')",
    "S.getservbyport(80)",
    "S.getprotobyname('tcp')",
]


@pytest.mark.parametrize(
    "expression",
    [*LOOK_UPS, *(pytest.param(each, marks=pytest.mark.netbase) for each in SERVICES)],
)
def test_as_much_room_as_it_takes(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netdb, "_SIZES", (1, 8, 64, 256, 512, 4096))
    assert told(low, expression) == told(_socket, expression)
    monkeypatch.setattr(netdb, "_SIZES", (1, 8))
    # Where the C library keeps it, a number takes no room.
    without_room = told(low, expression)
    assert without_room.startswith(f"OSError {errno.ERANGE}: ") or without_room.isdigit()


# Preloaded, these make each look-up fail in the system, and each name take too long.
FAILING = """
#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                struct addrinfo **found)
{
    (void)port, (void)hints, (void)found;
    errno = EPROTO;
    return host != 0 && host[0] == 'a' ? EAI_AGAIN : EAI_SYSTEM;
}
int gethostbyaddr_r(const void *addr, socklen_t len, int type, struct hostent *entry, char *buf,
                    size_t size, struct hostent **found, int *error)
{
    (void)addr, (void)len, (void)type, (void)entry, (void)buf, (void)size;
    *found = 0;
    *error = h_errno = TRY_AGAIN;
    return 0;
}
"""


def test_failures_of_the_system(tmp_path: Path) -> None:
    source, library = tmp_path / "failing.c", tmp_path / "failing.so"
    source.write_text(f"#define _GNU_SOURCE\n{FAILING}")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    code = (
        "import importlib, sys\n"
        "S = importlib.import_module(sys.argv[1])\n"
        "for call in sys.argv[2:]:\n"
        "    try:\n"
        "        eval(call)\n"
        "    except OSError as error:\n"
        "        print(type(error).__name__, error.args)\n"
    )
    calls = (
        "S.getaddrinfo('x', 80)",
        "S.getaddrinfo('a', 80)",
        "S.getnameinfo(('127.0.0.1', 80), 0)",
        "S.gethostbyname('x')",
        "S.gethostbyname('a')",
        "S.gethostbyaddr('127.0.0.1')",
    )
    ours, referee = (
        python("-c", code, module, *calls, env={"LD_PRELOAD": str(library)})
        for module in ("cffisock._socket", "_socket")
    )
    assert (ours.stderr, referee.stderr) == ("", "")
    failed = f"OSError ({errno.EPROTO}, '{os.strerror(errno.EPROTO)}')"
    words = ffi.string(lib.cs_gai_strerror(low.EAI_AGAIN)).decode()
    again = f"gaierror ({low.EAI_AGAIN}, {words!r})"
    host = f"herror (2, {hstrerror(2)!r})"
    assert ours.stdout.splitlines() == [failed, again, failed, failed, again, host]
    if not IS_PYPY:
        assert referee.stdout == ours.stdout


def test_in_many_threads() -> None:
    expressions = [*LOOK_UPS, *SERVICES, "S.getnameinfo(('127.0.0.1', 80), 0)"]
    expressions.append("S.inet_ntoa(bytes(4))")
    expected = [told(_socket, expression) for expression in expressions]
    wrong: list[list[str]] = []

    def look_up() -> None:
        for _ in range(20):
            found = [told(low, expression) for expression in expressions]
            if found != expected:
                wrong.append(found)

    threads = [threading.Thread(target=look_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- with files of hosts and services of one's own ---------------------------------------------

TELL = """
import importlib, json, sys
S = importlib.import_module(sys.argv[1])
print(json.dumps([repr(eval(expression)) for expression in sys.argv[2:]]))
"""


def evaluated(etc: Path, module: str, *expressions: str) -> list[Any]:
    """The values of the expressions in a process in which the files of /etc are those in etc.

    In a chroot / may be no mount, which unshare would want for keeping what is mounted here: it is
    enough that nothing here is shared.
    """
    binds = " && ".join(f"mount --bind {file} /etc/{file.name}" for file in etc.iterdir())
    alone = "mount --make-rprivate / 2>/dev/null || ! grep -q ' shared:' /proc/self/mountinfo"
    script = f'{{ {alone}; }} && {binds} && exec "$@"'
    command = [
        "unshare",
        "--mount",
        "--propagation",
        "unchanged",
        "sh",
        "-ec",
        script,
        "sh",
    ]
    run = by(command, TELL, module, *expressions)
    assert run.returncode == 0, run.stderr
    return [eval(told) for told in json.loads(run.stdout)]


@pytest.mark.differs("long-host-entries")
@pytest.mark.root
def test_hosts_with_several_addresses_and_names(tmp_path: Path) -> None:
    (tmp_path / "nsswitch.conf").write_text("hosts: files\nservices: files\n")
    (tmp_path / "hosts").write_text(
        "127.0.0.1 localhost local one two\n"
        "::1 localhost six\n"
        + "".join(f"10.1.{n // 250}.{n % 250 + 1} many alias{n}\n" for n in range(300))
        + "10.2.0.1 named "
        + " ".join(f"name-{n}" for n in range(1000))
        + "\n"
    )
    (tmp_path / "services").write_text("http 80/tcp\nsecret 81/udp hidden\n")
    expressions = [
        "S.gethostbyaddr('127.0.0.1')",
        "S.gethostbyaddr('::1')",
        "S.gethostbyaddr('10.1.0.7')",
        "S.gethostbyname('many')",
        "S.gethostbyname_ex('localhost')",
        "S.gethostbyname_ex('two')",
        "S.getaddrinfo('localhost', 'secret')",
        "S.getaddrinfo('localhost', 80, 0, 1, 0, S.AI_CANONNAME)",
        "S.getaddrinfo('two', 80, 0, 1, 0, S.AI_CANONNAME)",
        "S.getaddrinfo('many', 80)",
        "S.getaddrinfo('six', 80)",
        "S.getnameinfo(('::1', 81, 0, 0), S.NI_DGRAM)",
        "S.getservbyname('hidden')",
        "S.getservbyport(81)",
    ]
    ours = evaluated(tmp_path, "cffisock._socket", *expressions)
    referee = evaluated(tmp_path, "_socket", *expressions)
    assert dict(zip(expressions, ours)) == dict(zip(expressions, referee))
    assert len(ours[9]) in (900, 96)  # musl has room for 48 addresses
    # More than the interpreter's own module has room for.
    [named, many] = evaluated(
        tmp_path, "cffisock._socket", "S.gethostbyaddr('10.2.0.1')", "S.gethostbyname_ex('many')"
    )
    names = [f"name-{n}" for n in range(1000)]
    # musl gives one other name, and as many addresses as above.
    assert named in [("named", names, ["10.2.0.1"]), ("named", ["named"], ["10.2.0.1"])]
    assert len(many[2]) in (300, 48)


@pytest.mark.root
def test_a_host_gets_a_name() -> None:
    code = (
        "import sys, cffisock, socket\n"
        "for name in ('cffisock-1', b'cffisock-2'):\n"
        "    cffisock.sethostname(name)\n"
        "    assert cffisock.gethostname() == socket.gethostname()\n"
        "    print(cffisock.gethostname())\n"
    )
    before = own.gethostname()
    run = by(["unshare", "--uts"], code)
    assert (run.stdout, run.stderr) == ("cffisock-1\ncffisock-2\n", "")
    assert low.gethostname() == own.gethostname() == before


def test_gethostname_is_the_kernels() -> None:
    assert low.gethostname() == os.uname().nodename


@pytest.mark.netbase
def test_each_thread_gets_its_own_answer() -> None:
    """The C library keeps one answer for all threads, unless it is given memory."""
    asked = [
        (cffisock.getservbyname, ("http", "tcp"), 80),
        (cffisock.getservbyname, ("domain", "udp"), 53),
        (cffisock.getservbyport, (22, "tcp"), "ssh"),
        (cffisock.getprotobyname, ("udp",), 17),
    ]
    wrong: list[Any] = []

    def ask(call: Any, arguments: tuple[Any, ...], expected: Any) -> None:
        answers = {call(*arguments) for _ in range(300)}
        wrong.extend(answers - {expected})

    threads = [threading.Thread(target=ask, args=each) for each in asked * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
