"""What threads and signal handlers may do in the midst of a call: close the socket, empty a table.

Between any two lines of the package another thread may run, here by a trace function.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from typing import Any, Callable

import pytest

import cffisock
from cffisock import _address
from cffisock._address import _codec
from cffisock._address import inet as inet_codec
from cffisock._names import inet, netdb
from cffisock._socket import descriptors

from .support import NOT_OPEN, is_socket, own, python

PACKAGE = str(Path(cffisock.__file__).parent)


def interrupted(call: Callable[[], Any], at: int, interrupt: Callable[[], Any]) -> tuple[Any, bool]:
    """Calls ``call``, and ``interrupt`` before its line number ``at`` in the package is run.

    Returns what ``call`` did, and whether it came as far as that line.
    """
    count = 0

    def trace(frame: Any, event: str, _argument: Any) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            if count == at:
                interrupt()
            count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        result = call()
    finally:
        sys.settrace(before)
    return result, count > at


# --- descriptors --------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["close", "detach"])
@pytest.mark.parametrize("name", ["close", "detach"])
def test_a_descriptor_has_one_taker(name: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two that close or detach at once one alone gets it: neither lost nor closed twice."""
    real_close = descriptors.cs_close
    taken: list[int] = []
    detached: list[int] = []

    def close(memory: Any) -> int:
        fd = memory[0]
        result: int = real_close(memory)
        if fd >= 0:
            taken.append(fd)
        return result

    monkeypatch.setattr(descriptors, "cs_close", close)
    at, reached = 0, True
    while reached:
        taken.clear()
        detached.clear()
        sock = cffisock.socket()
        fd = sock.fileno()

        def take(method: str, sock: Any = sock) -> None:
            number = getattr(sock, method)()
            if number not in (None, -1):
                taken.append(number)
                detached.append(number)

        _, reached = interrupted(lambda: take(name), at, lambda: take(other))
        assert taken == [fd]
        assert sock.fileno() == -1
        if detached:
            own.close(fd)
        assert not is_socket(fd)
        at += 1
    assert at > 3


def test_a_socket_made_anew_has_a_descriptor_to_close() -> None:
    sock = cffisock.socket()
    sock.close()
    sock.__init__()
    fd = sock.detach()
    own.close(fd)
    with pytest.raises(OSError, match=NOT_OPEN):
        sock.__init__(fileno=fd)
    sock.close()
    assert sock.detach() == -1


# --- tables -------------------------------------------------------------------------------------

TABLES: list[dict[Any, Any]] = [
    _address.UNPACKED,
    _codec.KNOWN,
    descriptors._kinds,
    inet._loose,
    inet._packed,
    inet._packed6,
    inet._texts,
    inet._texts6,
    inet_codec._packed,
    inet_codec._packed6,
    inet_codec._texts,
    netdb._numeric,
]


def bind(family: int, address: tuple[Any, ...]) -> Any:
    """Binds to an address that is equal to the last one, and not the same object."""
    with cffisock.socket(family, cffisock.SOCK_DGRAM) as sock:
        sock.bind((*address,))
        return sock.getsockname()[0]


CALLS: dict[str, Callable[[], Any]] = {
    "bind": lambda: bind(cffisock.AF_INET, ("127.0.0.1", 0)),
    "getaddrinfo": lambda: cffisock.getaddrinfo("127.0.0.1", 80),
    "inet_aton": lambda: cffisock.inet_aton("127.1"),
    "inet_ntoa": lambda: cffisock.inet_ntoa(b"\x7f\0\0\1"),
    "inet_ntop": lambda: cffisock.inet_ntop(cffisock.AF_INET6, bytes(16)),
    "inet_pton": lambda: cffisock.inet_pton(cffisock.AF_INET6, "::"),
}


def check_with_emptied_tables(call: Callable[[], Any]) -> None:
    """Whichever line of ``call`` they are emptied before, its result is the same."""

    def empty() -> None:
        for table in TABLES:
            table.clear()

    wanted = call()
    at, reached = 0, True
    while reached:
        assert call() == wanted  # and fills them
        result, reached = interrupted(call, at, empty)
        assert result == wanted
        at += 1
    assert at > 3


@pytest.mark.parametrize("name", CALLS)
def test_a_table_that_is_emptied_in_between(name: str) -> None:
    check_with_emptied_tables(CALLS[name])


@pytest.mark.ipv6
def test_a_table_that_is_emptied_in_between_ipv6() -> None:
    check_with_emptied_tables(lambda: bind(cffisock.AF_INET6, ("::1", 0, 0, 0)))


# --- the interpreter without a GIL --------------------------------------------------------------

IMPORT = "import sys, cffisock; cffisock.socket().close(); print(sys._is_gil_enabled())"

if sysconfig.get_config_var("Py_GIL_DISABLED"):

    def test_importing_leaves_the_gil_off() -> None:
        run = python("-X", "gil=0", "-Werror", "-c", IMPORT)
        assert (run.stdout, run.stderr) == ("False\n", "")
        run = python("-Werror", "-c", IMPORT)
        assert (run.stdout, run.stderr) == ("False\n", "")
