"""The part of `install` for multiprocessing, which is there before it in some processes."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

from .. import _types as t
from .._edge.platform import IS_WINDOWS

PACKAGE = "multiprocessing"


def is_told(name: str) -> bool:
    """Returns whether `tell` makes the module of this name use the new sockets."""
    return name.partition(".")[0] == PACKAGE


def tell(own: ModuleType, public: ModuleType) -> None:
    """Makes multiprocessing, as far as it is imported, use ``public`` in the place of ``own``.

    An interpreter that it starts imports it before anything of the program, so that calling
    `install` first is not possible there.  Its modules refer to the socket module and look up
    the rest at each call.
    """
    for name, module in list(sys.modules.items()):
        if is_told(name) and getattr(module, "socket", None) is own:
            vars(module)["socket"] = public
    reduction: t.Any = sys.modules.get(f"{PACKAGE}.reduction")
    if reduction is not None:
        reduction.register(public.socket, _reduce)


def _reduce(sock: t.Any) -> t.Any:
    """Returns a socket on its way to another process, as pickle wants it."""
    if IS_WINDOWS:
        sharer: t.Any = import_module(f"{PACKAGE}.resource_sharer")
        return _received, (sharer.DupSocket(sock),)
    reduction: t.Any = sys.modules[f"{PACKAGE}.reduction"]
    return _rebuild, (reduction.DupFd(sock.fileno()), sock.family, sock.type, sock.proto)


def _received(description: t.Any) -> t.Any:
    """Does as `_rebuild` on Windows, with what its modules made of the socket."""
    return description.detach()


def _rebuild(descriptor: t.Any, family: int, type: int, proto: int) -> t.Any:
    """Makes the socket that `_reduce` sent, of whichever module is in use in this process."""
    import socket  # noqa: PLC0415  (what that gives depends on what this process installed)

    return socket.socket(family, type, proto, descriptor.detach())
