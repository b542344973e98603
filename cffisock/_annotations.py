"""The names that annotations use: typing's, and our own for what has a name here.

Files refer to them by `_types`, which imports this file when they are asked for.  They can be
evaluated on Python 3.9: a union is `Optional` or `Union`.
"""

from __future__ import annotations

import collections.abc
import os
import typing
from collections.abc import Callable, Iterable
from typing import (
    TYPE_CHECKING,
    Any,
    NoReturn,
    Optional,
    Protocol,
    SupportsFloat,
    SupportsIndex,
    TypeVar,
    Union,
)

if TYPE_CHECKING:
    from typing_extensions import Buffer, Self
else:  # What this version lacks may be anything, where annotations are evaluated.
    Buffer = getattr(collections.abc, "Buffer", Any)
    Self = getattr(typing, "Self", Any)

__all__ = [
    "Address",
    "Ancillary",
    "Answer",
    "Any",
    "Buffer",
    "Callable",
    "ControlItem",
    "ControlMessage",
    "Envelope",
    "Form",
    "Host",
    "HostEntry",
    "Item",
    "Iterable",
    "K",
    "Message",
    "NoReturn",
    "Optional",
    "PathLike",
    "PublicSocket",
    "Question",
    "Seconds",
    "Self",
    "Slot",
    "Socket",
    "SupportsFloat",
    "SupportsIndex",
    "TypeVar",
    "Union",
    "V",
]

# --- what callers pass ----------------------------------------------------------------------

Seconds = Union[SupportsFloat, SupportsIndex, None]
PathLike = Union[str, bytes, os.PathLike[str], os.PathLike[bytes]]
Host = Union[str, bytes, bytearray]
# What `bind` takes; each family says which of these.
Address = Union[tuple[Any, ...], int, PathLike, Buffer]
# Level, type, data.
ControlItem = tuple[int, int, Buffer]
# Bare data; or data, address, control messages and segment, of which the last may be left out.
Message = Union[Buffer, tuple[Any, ...]]

# --- what they get --------------------------------------------------------------------------

# Name, aliases, addresses.
HostEntry = tuple[str, list[str], list[str]]
# Family, type, protocol, canonical name, address.
Answer = tuple[int, int, int, str, Any]
# Level, type, data.
ControlMessage = tuple[int, int, bytes]
Ancillary = list[ControlMessage]
# A message of a batch: data, or its length; control messages; flags; the sender's address.
Item = tuple[Any, Ancillary, int, Any]

# --- what methods in files of their own are given ------------------------------------------


class Socket(Protocol):
    """The base socket."""

    _cs_kind: tuple[int, int, int]
    _cs_socket: Any
    _cs_wait: int


class PublicSocket(Socket, Protocol):
    """The public socket."""

    _cs_fd: int
    _io_refs: int

    def fileno(self) -> int: ...
    def gettimeout(self) -> Optional[float]: ...
    def recv_into(self, buffer: Any, /) -> int: ...
    def send(self, data: Any, /) -> int: ...
    def _check_sendfile_params(self, file: Any, offset: int, count: Optional[int], /) -> None: ...
    def _decref_socketios(self) -> None: ...
    def _sendfile_use_send(self, file: Any, offset: int, count: Optional[int], /) -> int: ...
    def _sendfile_use_sendfile(self, file: Any, offset: int, count: Optional[int], /) -> int: ...
    @property
    def type(self) -> Any: ...


# --- what goes between files ----------------------------------------------------------------

# Where the kernel writes an address, and the view that its bytes are cut from.
Slot = tuple[Any, Any]
# What a message is received into, so that it is wired together only once: a `cs_msg *`; views of
# its extras and of its control buffer; the slot for its address; a scratch buffer for the data,
# and its view.  Unpacking a NamedTuple instead would take three times as long.
Envelope = tuple[Any, Any, Any, Slot, Any, Any]
# Host, service, family, type, protocol and flags, as the shim's look-ups take them.
Question = tuple[Any, Any, int, int, int, int]
# What a protocol has in place of a codec's `pack` and `unpack`.
Form = tuple[Callable[[Any, str], Any], Callable[[Any], Any]]

# The keys and the values of a table.
K = TypeVar("K")
V = TypeVar("V")
