"""AF_ALG ``(type, name[, feat[, mask]])``: an algorithm of the kernel's cryptography.

Only bind(2) takes one; the kernel gives none.  Its Documentation/crypto/userspace-if.rst.  What a
request to an algorithm takes is control messages, linux/if_alg.h.
"""

from __future__ import annotations

import errno
import sys

from .. import _types as t
from .._cffi import ffi, lib
from .._edge.arguments import c_int
from .._edge.platform import CONSTANTS
from ._codec import Codec, completed, require_tuple, take, text, utf8, wrapped

COMPLAINT = "AF_ALG address must be a tuple (type, name[, feat[, mask]])"
SOL_ALG = CONSTANTS["SOL_ALG"]


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(type, name[, feat[, mask]])`` as a ``cs_addr *``."""
    parts = require_tuple(address, "AF_ALG", caller)
    if not 2 <= len(parts) <= 4:
        raise TypeError(COMPLAINT)
    type_, name, feat, mask = completed(parts, 4, 0, 0)
    addr = ffi.new("cs_addr *")
    result = lib.cs_put_alg(
        addr, utf8(type_, COMPLAINT), utf8(name, COMPLAINT), wrapped(feat, 16), wrapped(mask, 16)
    )
    if result < 0:
        what = "name" if result == -errno.ENAMETOOLONG else "type"
        raise ValueError(f"AF_ALG {what} too long.")
    return addr


def unpack(addr: t.Any, sock: t.Any) -> tuple[str, str, int, int]:
    """Returns ``(type, name, feat, mask)`` of a ``cs_addr *``."""
    fields = take(lib.cs_take_alg, addr)
    feat, mask, type_len, *_ = fields.number
    both = text(fields)
    return both[:type_len].decode(), both[type_len:].decode(), feat, mask


def request(op: t.SupportsIndex, iv: t.Optional[t.Buffer]) -> list[t.ControlMessage]:
    """Returns the control messages for an operation; ``iv`` may be None."""
    operation = c_int(op)
    if operation < 0:
        raise TypeError("Invalid or missing argument 'op'")
    control = [(SOL_ALG, CONSTANTS["ALG_SET_OP"], _u32(operation))]
    if iv is not None:
        vector = bytes(memoryview(iv))
        control.append((SOL_ALG, CONSTANTS["ALG_SET_IV"], _u32(len(vector)) + vector))
    return control


def associated(assoclen: t.SupportsIndex) -> t.ControlMessage:
    """Returns the control message that says how many of the bytes are associated data."""
    length = c_int(assoclen)
    if length < 0:
        raise TypeError("assoclen must be positive")
    return SOL_ALG, CONSTANTS["ALG_SET_AEAD_ASSOCLEN"], _u32(length)


def _u32(number: int) -> bytes:
    return number.to_bytes(4, sys.byteorder)


CODEC = Codec(pack, unpack, stable=True)
