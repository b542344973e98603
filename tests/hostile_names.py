"""A program that passes hosts, services and interfaces of all kinds to every function that takes
them: ``main(MODULE)``, in a namespace of its own where no name server is.

What came of each, without its words, is printed as JSON.
"""

from __future__ import annotations

import importlib
import json
from typing import Any, Callable

from .waiting import outcome

# What is in them names no host, or one that resolvers should not be asked for.
HOSTS: list[Any] = [
    "", " ", ".", "..", "a..b", ".a", "a.", "-", "_", "%", "%lo", "::1%", "::1%" + "x" * 4096,
    "::1%\ud800", "::1%lo\0", "[::1]", "1.2.3.4.5", "1.2.3.256", "0x7f.1", "127.1", "0177.0.0.1",
    "9" * 20, "9" * 4096, "::" + ":1" * 40, ":" * 4096, "a" * 63, "a" * 64, "a" * 255, "a" * 256,
    "a" * 4096, "a" * 100_000, ".".join("a" * 63 for _ in range(4)), "a." * 127, "a." * 4096,
    "\ud800", "a\udcffb", "\ud800" * 4096, "é", "ü" * 64, "ü" * 4096, "☃", "a。b", "ß.example",
    "xn--", "xn--" + "a" * 4096, "xn--\ud800", "\u202eabc", "a\nb", "a\tb", "a b", "a/b", "a\\b",
    "\x7f", "\x01", "\0", "a\0b", "127.0.0.1\0", "\0127.0.0.1", "a\0" * 2048, "*", "<broadcast>",
    "<any>", "<broadcast>\0",
    b"", b".", b"\0", b"a\0b", b"\xff", b"\xff\xfe" * 2048, b"a" * 64, b"a" * 4096, b"127.0.0.1\0",
    b"\x80.example", bytearray(b"a\0b"), bytearray(b"\xff"),
]  # fmt: skip
SERVICES: list[Any] = [
    "", " ", "http\0", "\0", "a" * 63, "a" * 4096, "a" * 100_000, "\ud800", "é", "-1", "65536",
    "9" * 4096, " 80", "80 ", "0x50", "http/tcp", "\n", "%s" * 100, b"", b"\0", b"\xff",
    b"a" * 4096, b"80\0",
]  # fmt: skip
INTERFACES: list[Any] = [
    "", "lo\0", "\0", "a" * 15, "a" * 16, "a" * 17, "a" * 4096, "\ud800", "é", "../lo", "%s", "lo ",
    b"lo\0", b"\xff", b"a" * 4096,
]  # fmt: skip


def on(module: Any, kind: str, call: Callable[[Any], Any]) -> Any:
    """What a call with a new socket returns."""
    family, type_ = kind.split()
    with module.socket(getattr(module, family), getattr(module, type_)) as sock:
        sock.settimeout(5)
        result = call(sock)
        assert sock.getsockopt(module.SOL_SOCKET, module.SO_TYPE) == sock.type, "not usable"
        return result


def calls(S: Any) -> Any:
    """The functions, by name, and the arguments that each is called with."""
    for name, function in {
        "getaddrinfo": lambda host: S.getaddrinfo(host, 80),
        "getaddrinfo, numeric": lambda host: S.getaddrinfo(host, 80, 0, 0, 0, S.AI_NUMERICHOST),
        "getaddrinfo, canonical": lambda host: S.getaddrinfo(host, 80, 0, 1, 0, S.AI_CANONNAME),
        "gethostbyname": S.gethostbyname,
        "gethostbyname_ex": S.gethostbyname_ex,
        "gethostbyaddr": S.gethostbyaddr,
        "getnameinfo": lambda host: S.getnameinfo((host, 80), 0),
        "getnameinfo, numbers": lambda host: S.getnameinfo((host, 80, 0, 0), 3),
        "inet_aton": S.inet_aton,
        "inet_pton": lambda host: S.inet_pton(S.AF_INET6, host),
        "create_connection": lambda host: S.create_connection((host, 1), 5),
        "create_server": lambda host: S.create_server((host, 0)),
        "connect": lambda host: on(S, "AF_INET SOCK_STREAM", lambda s: s.connect((host, 1))),
        "connect6": lambda host: on(S, "AF_INET6 SOCK_STREAM", lambda s: s.connect((host, 1))),
        "bind": lambda host: on(S, "AF_INET SOCK_STREAM", lambda s: s.bind((host, 0))),
        "sendto": lambda host: on(S, "AF_INET SOCK_DGRAM", lambda s: s.sendto(b"", (host, 9))),
        "sendmsg": lambda host: on(
            S, "AF_INET SOCK_DGRAM", lambda s: s.sendmsg([b""], [], 0, (host, 9))
        ),
    }.items():
        yield from ((name, function, host) for host in HOSTS)
    # No name that a host may get: 64 bytes are the most.
    yield from (("sethostname", S.sethostname, host) for host in HOSTS if len(host) > 64)
    # What is none may be asked for as this host's own name.
    yield from (("getfqdn", S.getfqdn, host) for host in HOSTS if isinstance(host, str) and host)
    for name, function in {
        "getaddrinfo": lambda service: S.getaddrinfo("127.0.0.1", service),
        "getaddrinfo, numeric": lambda service: S.getaddrinfo(None, service, 0, 1, 0, 1024),
        "getservbyname": S.getservbyname,
        "getservbyname, protocol": lambda service: S.getservbyname("http", service),
        "getservbyport, protocol": lambda service: S.getservbyport(80, service),
        "getprotobyname": S.getprotobyname,
    }.items():
        yield from ((f"service of {name}", function, service) for service in SERVICES)
    for name, function in {
        "if_nametoindex": S.if_nametoindex,
        "bind to it": lambda word: on(
            S, "AF_INET SOCK_DGRAM", lambda s: s.setsockopt(S.SOL_SOCKET, 25, name_of(word))
        ),
        "packets": lambda word: on(S, "AF_PACKET SOCK_RAW", lambda s: s.bind((word, 3))),
    }.items():
        yield from ((f"interface of {name}", function, word) for word in INTERFACES)


def name_of(word: Any) -> bytes:
    return word.encode("utf-8", "replace") if isinstance(word, str) else bytes(word)


def without_socket(value: Any) -> Any:
    if hasattr(value, "close"):
        value.close()
        return "a socket"
    return value


def main(name: str) -> None:
    module = importlib.import_module(name)
    found = []
    for what, function, argument in calls(module):
        try:
            told = ["returned", repr(without_socket(function(argument)))]
        except Exception as error:  # noqa: BLE001
            told = [type(error).__name__, getattr(error, "errno", None)]
        found.append([f"{what}: {argument!r:.60} ({len(argument)})", *told])
    assert outcome(module.gethostbyname, "127.0.0.1") == "127.0.0.1"
    print(json.dumps(found))
