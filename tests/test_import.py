"""What importing cffisock imports, besides what an empty interpreter has."""

from __future__ import annotations

import pkgutil

import cffisock

from .support import isolated

# For the command, `install`, ssl, the builder, for whoever asks for annotations, and the families
# and features that few programs use: each is imported at its first use.
LATER = {
    "__main__",
    "_activation",
    "_address.alg",
    "_address.bluetooth",
    "_address.can",
    "_address.hyperv",
    "_address.netlink",
    "_address.packet",
    "_address.qipcrtr",
    "_address.raw",
    "_address.rds",
    "_address.rfcomm",
    "_address.tipc",
    "_address.vsock",
    "_annotations",
    "_command",
    "_command.demo",
    "_command.info",
    "_command.run",
    "_command.surface",
    "_constants",
    "_edge.interpreter",
    "_happy_eyeballs",
    "_install",
    "_install.children",
    "_install.tls",
    "_names.ifaddrs",
    "_socket.datagrams",
    "_socket.windows",
    "aio",
    "aio._endpoint",
    "aio._loop",
    "aio._messages",
    "aio._sending",
    "aio._sockets",
    "aio._transport",
    "control",
    "control._errors",
    "control._received",
    "control._sent",
    "multicast",
    "options",
    "options._filters",
    "options._peers",
    "options._settings",
    "options._tcp_info",
    "sockaddr",
}


# For annotations, for cffi, and to read several numbers at once.
EXTRA = {"__future__", "_cffi_backend", "cpyext", "_struct", "struct"}
# What the interpreter's own module imports, CPython 3.14's only some of it, or later.
OWN = "socket, collections, operator, array"


def imported_by(modules: str) -> set[str]:
    """The modules that importing these adds."""
    code = f"before = set(sys.modules); import {modules}; print(*set(sys.modules) - before)"
    process = isolated(code)
    assert process.returncode == 0, process.stderr
    return set(process.stdout.split())


def test_of_the_package() -> None:
    package = {each.name for each in pkgutil.walk_packages(cffisock.__path__, "cffisock.")}
    assert package - imported_by("cffisock") == {f"cffisock.{name}" for name in LATER}


def test_of_others() -> None:
    """Those that the interpreter's own module imports too, and the few that are needed."""
    others = {name for name in imported_by("cffisock") if name.partition(".")[0] != "cffisock"}
    assert others - imported_by(OWN) <= EXTRA
