"""The names that annotations use: typing's, and our own for what has a name here.

Files refer to them by `_types`, which imports this file when they are asked for.  They can be
evaluated on Python 3.9: a union is `Optional` or `Union`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, Optional, SupportsFloat, SupportsIndex, TypeVar, Union

from ._address._codec import Codec
from ._object import socket as PublicSocket
from ._socket.base import socket as Socket

__all__ = [
    "Ancillary",
    "Answer",
    "Any",
    "Callable",
    "Codec",
    "ControlMessage",
    "Envelope",
    "Form",
    "Host",
    "HostEntry",
    "Item",
    "Iterable",
    "K",
    "NoReturn",
    "Optional",
    "PathLike",
    "PublicSocket",
    "Seconds",
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

# --- what goes between files ----------------------------------------------------------------

# Where the kernel writes an address, and the view that its bytes are cut from.
Slot = tuple[Any, Any]
# What a message is received into, so that it is wired together only once: a `cs_msg *`; views of
# its extras and of its control buffer; the slot for its address; a scratch buffer for the data,
# and its view.  Unpacking a NamedTuple instead would take three times as long.
Envelope = tuple[Any, Any, Any, Slot, Any, Any]
# What a protocol has in place of a codec's `pack` and `unpack`.
Form = tuple[Callable[[Any, str], Any], Callable[[Any], Any]]

# The keys and the values of a table.
K = TypeVar("K")
V = TypeVar("V")
