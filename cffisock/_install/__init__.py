"""cffisock in place of the interpreter's own socket module.

What changes modules that are not ours belongs here, and nowhere else.  `install` and `installed`
are for everybody; `tls.adapt` is called when ``ssl`` derives its class.
"""

from __future__ import annotations

import sys

from .. import _socket
from .. import _types as t
from .._edge.interpreter import set_aside
from . import children

PACKAGE = __name__.partition(".")[0]


def installed() -> bool:
    """Returns whether ``import socket`` gives cffisock in this process."""
    return sys.modules.get("socket") is sys.modules[PACKAGE]


def install() -> None:
    """Makes ``import socket`` and ``import _socket`` give cffisock from now on.

    Call it before anything imports them.  RuntimeError where some module already holds the
    interpreter's own socket module or classes, which would go on using them; only those of
    multiprocessing may.  Further calls do nothing.
    """
    if installed():
        return
    holders = _holders()
    if holders:
        raise RuntimeError(
            "cffisock.install() came too late: the interpreter's own socket module is already "
            f"in use by {', '.join(holders)}; call it before they are imported"
        )
    set_aside("_socket")
    public = sys.modules[PACKAGE]
    public_own = sys.modules.get("socket")
    sys.modules["_socket"] = _socket
    sys.modules["socket"] = public
    if public_own is not None:
        children.tell(public_own, public)


def _holders() -> list[str]:
    """Returns the names of the modules that refer to the interpreter's own socket module."""
    own = [module for name in ("socket", "_socket") if (module := sys.modules.get(name))]
    if not own:
        return []
    held = {id(module) for module in own}
    for module in own:
        held.update(id(value) for value in vars(module).values() if _belongs(value))
    held.discard(id(_socket.timeout))  # the same before and after, where it is not TimeoutError
    ours = f"{PACKAGE}."
    return sorted(
        name
        for name, module in list(sys.modules.items())
        if module not in own
        and not name.startswith(ours)
        and not children.is_told(name)
        and any(id(value) in held for value in _namespace(module))
    )


def _belongs(value: t.Any) -> bool:
    """Returns whether ``value`` is one of the socket module's own classes or functions."""
    return getattr(value, "__module__", None) in ("socket", "_socket") and callable(value)


def _namespace(module: t.Any) -> list[t.Any]:
    return list(getattr(module, "__dict__", {}).values())
