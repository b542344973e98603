"""AF_ALG ``(type, name[, feat[, mask]])``: an algorithm of the kernel's cryptography.

Only bind(2) takes one; the kernel gives none.  Its Documentation/crypto/userspace-if.rst.
"""

from __future__ import annotations

import errno

from .. import _types as t
from .._cffi import ffi, lib
from ._codec import Codec, completed, require_tuple, take, text, utf8, wrapped

COMPLAINT = "AF_ALG address must be a tuple (type, name[, feat[, mask]])"


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


CODEC = Codec(pack, unpack, stable=True)
