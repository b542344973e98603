"""Classic BPF programs, which choose what a socket receives, or which socket does: bpf(4)."""

from __future__ import annotations

from collections.abc import Iterable
from operator import index
from struct import Struct
from struct import error as StructError
from typing import Any, NamedTuple

from .._cffi import lib
from .._edge.errors import check
from .._edge.platform import CONSTANTS as C

SOL_SOCKET = C["SOL_SOCKET"]
_INSTRUCTION = Struct("@HBBI")
PROGRAM_MAX = 4096


class Instruction(NamedTuple):
    """One instruction: its code, how far to jump if it is true or false, and its number.

    A tuple of four ints does as well.  See "Linux Socket Filtering" in the kernel's documents.
    """

    code: int
    jt: int
    jf: int
    k: int


def _attach(sock: Any, option: int, program: Iterable[tuple[int, int, int, int]]) -> None:
    try:
        packed = b"".join(_INSTRUCTION.pack(*map(index, each)) for each in program)
    except (StructError, ValueError) as error:
        raise OverflowError(str(error)) from None
    count = len(packed) // _INSTRUCTION.size
    if not 1 <= count <= PROGRAM_MAX:
        raise ValueError(f"a program has 1 to {PROGRAM_MAX} instructions")
    check(lib.cs_attach_filter(sock.fileno(), option, packed, count))


def attach_filter(sock: Any, program: Iterable[tuple[int, int, int, int]]) -> None:
    """Lets a socket receive what the ``program`` lets pass alone: SO_ATTACH_FILTER in socket(7).

    The program's result is how many bytes of a packet are kept, 0 for none of it.
    """
    _attach(sock, C["SO_ATTACH_FILTER"], program)


def detach_filter(sock: Any) -> None:
    """Takes the program of `attach_filter` away: SO_DETACH_FILTER."""
    sock.setsockopt(SOL_SOCKET, C["SO_DETACH_FILTER"], 0)


def attach_reuseport_filter(sock: Any, program: Iterable[tuple[int, int, int, int]]) -> None:
    """Lets the ``program`` choose among sockets that share a port: SO_ATTACH_REUSEPORT_CBPF.

    Its result is the number of a socket, in the order in which they were bound.  It is for all of
    them, whichever it is attached to.
    """
    _attach(sock, C["SO_ATTACH_REUSEPORT_CBPF"], program)


def detach_reuseport_filter(sock: Any) -> None:
    """Takes the program of `attach_reuseport_filter` away: SO_DETACH_REUSEPORT_BPF, Linux 5.3."""
    sock.setsockopt(SOL_SOCKET, C["SO_DETACH_REUSEPORT_BPF"], 0)
