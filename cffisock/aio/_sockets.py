"""Sockets of any module, as the functions of `_socket` want them."""

from __future__ import annotations

from typing import Any

from .._edge.memory import new_socket
from .._socket import base


class Stand:
    """Stands for a socket of another module: its descriptor is asked for each time."""

    __slots__ = ("_cs_kind", "_cs_wait", "_sock")

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._cs_kind: tuple[int, int, int] = (int(sock.family), int(sock.type), sock.proto)
        self._cs_wait = 0

    @property
    def _cs_socket(self) -> Any:
        return new_socket(self._sock.fileno())


def base_of(sock: Any) -> Any:
    """Returns what the base socket's functions work on: ``sock``, or what stands for it."""
    return sock if isinstance(sock, base.socket) else Stand(sock)
