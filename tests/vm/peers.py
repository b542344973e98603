"""Both modules side by side: exchanges between them, and the same questions to both."""

from __future__ import annotations

import os
from typing import Any

import cffisock

from ..support import IS_PYPY, LONG, own

# Who may be at the other end.  PyPy's own module has none of these families.
PEERS = [cffisock] if IS_PYPY else [cffisock, own]
NAMES = [module.__name__ for module in PEERS]


def new(module: Any, family: int, kind: int, proto: int = 0) -> Any:
    """A socket of the module that does not wait for ever."""
    sock = module.socket(family, kind, proto)
    sock.settimeout(LONG)
    return sock


def view(sock: Any) -> Any:
    """The same socket as the interpreter's own module sees it."""
    return own.socket(int(sock.family), int(sock.type), sock.proto, fileno=os.dup(sock.fileno()))


def check_names(sock: Any, peer: bool = False) -> None:
    """Compares the socket's name, and its peer's, with what the interpreter's own module says."""
    if IS_PYPY:
        return
    with view(sock) as same:
        assert sock.getsockname() == same.getsockname()
        if peer:
            assert sock.getpeername() == same.getpeername()


def receive(sock: Any, size: int) -> tuple[bytes, Any]:
    """What recvfrom gives, after a look at what the interpreter's own module gives."""
    if IS_PYPY:
        return sock.recvfrom(size)  # type: ignore[no-any-return]
    with view(sock) as same:
        same.settimeout(LONG)
        expected = same.recvfrom(size, cffisock.MSG_PEEK)
    result = sock.recvfrom(size)
    assert result == expected
    return expected


def outcome(call: Any, *args: Any) -> Any:
    """What a call returns, or the exception's type, errno and text."""
    try:
        return call(*args)
    except (OSError, TypeError, ValueError, OverflowError) as error:
        return type(error), getattr(error, "errno", None), str(error)


def check_refused(module_sockets: Any, method: str, addresses: list[Any]) -> None:
    """Compares how new sockets of both modules take addresses that the kernel may refuse.

    ``module_sockets(module)`` makes such a socket.
    """
    for address in addresses:
        results = []
        for module in PEERS:
            with module_sockets(module) as sock:
                results.append(outcome(getattr(sock, method), address))
        assert all(result == results[0] for result in results), address
        assert results[0] is not None, address
