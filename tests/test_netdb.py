"""Names of hosts, services and protocols, beside the interpreter's own functions."""

from __future__ import annotations

import _socket
import inspect
from typing import Any, Callable

import pytest

import cffisock
from cffisock import _socket as low

from .agreement import PORTS_ARE_CUT, agree, recorded, told, without_text
from .netdb_cases import CASES, DIFFERS, HOSTS, LOOKUPS, RECORD

EXPRESSIONS = [
    *CASES.strip().splitlines(),
    *(f"S.{look_up}({host})" for look_up in LOOKUPS for host in HOSTS.strip().splitlines()),
]
# For this one CPython reports the code of an earlier look-up.
EXPRESSIONS.remove("S.gethostbyname_ex('<broadcast>')")

SAYS = recorded(RECORD)
if _socket.getaddrinfo("127.0.0.1", 80)[0][3]:
    # Some C libraries give a canonical name also where none is asked for.
    SAYS = {
        line: says.replace("''", "'127.0.0.1'")
        for line, says in SAYS.items()
        if not says.startswith("[(10")
    }

OTHERWISE = {line: says for each in DIFFERS.values() for line, says in recorded(each).items()}
EXPRESSIONS += [line for line in OTHERWISE if line not in EXPRESSIONS]
if not PORTS_ARE_CUT:
    OTHERWISE = {
        line: says
        for line, says in OTHERWISE.items()
        if without_text(says) != without_text(told(_socket, line))
    }
if told(_socket, "S.gethostbyname_ex('')").startswith("herror 0"):
    # musl says why in an argument, and the interpreter's own module looks elsewhere.
    EXPRESSIONS.remove("S.gethostbyname_ex('')")


def test_every_record_is_of_a_case() -> None:
    assert len(set(EXPRESSIONS)) == len(EXPRESSIONS)
    assert set(SAYS) <= set(EXPRESSIONS)


@pytest.mark.differs("newest-python")
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_same(expression: str) -> None:
    agree(expression, SAYS, OTHERWISE)


class Stranger(str):
    """A text that says of itself, to whoever asks it, that it is another."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("127.0.0.2")

    def __len__(self) -> int:
        return 9

    def __str__(self) -> str:
        return "127.0.0.2"

    def __contains__(self, part: object) -> bool:
        return False

    def encode(self, *args: Any) -> bytes:
        return b"127.0.0.2"

    def isascii(self) -> bool:
        return True


class StrangeBytes(bytes):
    """As Stranger, of bytes."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(b"127.0.0.2")

    def __len__(self) -> int:
        return 9

    def __bytes__(self) -> bytes:
        return b"127.0.0.2"

    def __contains__(self, part: object) -> bool:
        return False

    def __buffer__(self, flags: int) -> memoryview:
        return memoryview(b"127.0.0.2")


class StrangePair(tuple):  # type: ignore[type-arg]
    """As Stranger, of a tuple."""

    __slots__ = ()

    def __len__(self) -> int:
        return 7

    def __getitem__(self, key: Any) -> Any:
        return "127.0.0.2"


STRANGE: list[Callable[[str], Any]] = [Stranger, lambda host: StrangeBytes(host.encode())]


@pytest.mark.parametrize("make", STRANGE, ids=["str", "bytes"])
def test_no_class_of_the_callers_decides_which_host_it_is(make: Callable[[str], Any]) -> None:
    low.getaddrinfo("127.0.0.2", 80)  # so that it is known
    host = make("127.0.0.3")
    assert {answer[4][0] for answer in low.getaddrinfo(host, 80)} == {"127.0.0.3"}
    assert low.gethostbyname(host) == "127.0.0.3"
    assert low.gethostbyname_ex(host)[2] == ["127.0.0.3"]
    assert low.gethostbyaddr(make("127.0.0.1")) == low.gethostbyaddr("127.0.0.1")
    with cffisock.socket(cffisock.AF_INET, cffisock.SOCK_DGRAM) as sock:
        sock.bind((host, 0))
        assert sock.getsockname()[0] == "127.0.0.3"
    for look_up in (low.gethostbyname, low.gethostbyaddr, lambda host: low.getaddrinfo(host, 80)):
        with pytest.raises((TypeError, ValueError), match="null"):
            look_up(make("127.0.0.3\0x"))


@pytest.mark.netbase
def test_no_class_of_the_callers_decides_which_service_it_is() -> None:
    for port in (Stranger("80"), StrangeBytes(b"80")):
        assert {answer[4][1] for answer in low.getaddrinfo("127.0.0.1", port)} == {80}
    assert low.getservbyname(Stranger("http"), Stranger("tcp")) == 80
    assert low.getservbyport(80, Stranger("tcp")) == "http"
    assert low.getprotobyname(Stranger("tcp")) == 6
    assert low.getnameinfo(StrangePair((Stranger("127.0.0.3"), 80)), 3) == ("127.0.0.3", "80")


@pytest.mark.differs("null-in-host")
def test_no_host_gets_a_name_with_a_null() -> None:
    """As the interpreter's own module has it for a str; it takes any bytes."""
    for name in ("a\0b", b"a\0b", StrangeBytes(b"a\0b")):
        with pytest.raises(ValueError, match="embedded null byte"):
            low.sethostname(name)


FUNCTIONS = {
    "htons": 1,
    "ntohs": 1,
    "htonl": 1,
    "ntohl": 1,
    "inet_aton": 1,
    "inet_ntoa": 1,
    "inet_pton": 2,
    "inet_ntop": 2,
    "getnameinfo": 2,
    "gethostbyname": 1,
    "gethostbyname_ex": 1,
    "gethostbyaddr": 1,
    "gethostname": 0,
    "sethostname": 1,
    "getservbyname": 2,
    "getservbyport": 2,
    "getprotobyname": 1,
}


@pytest.mark.parametrize(("name", "most"), FUNCTIONS.items())
def test_arguments_are_positional_and_counted(name: str, most: int) -> None:
    function = getattr(low, name)
    parameters = inspect.signature(function).parameters.values()
    assert [parameter.kind for parameter in parameters] == [
        inspect.Parameter.POSITIONAL_ONLY
    ] * most
    assert function.__name__ == function.__qualname__ == name
    assert function.__doc__
    with pytest.raises(TypeError):
        function(*["1"] * (most + 1))


def test_the_public_functions_are_the_same() -> None:
    for name in FUNCTIONS:
        assert getattr(cffisock, name) is getattr(low, name)
