"""The base socket's method for requests to the kernel's cryptography, AF_ALG: linux/if_alg.h."""

from __future__ import annotations

import sys

from .. import _types as t
from .._edge.arguments import c_int
from .._edge.platform import CONSTANTS
from .messages import sendmsg

_ABSENT: t.Any = object()


def _u32(number: int) -> bytes:
    return number.to_bytes(4, sys.byteorder)


def sendmsg_afalg(
    self: t.Socket,
    msg: t.Iterable[t.Buffer] = (),
    *,
    op: t.SupportsIndex = -1,
    iv: t.Optional[t.Buffer] = None,
    assoclen: t.SupportsIndex = _ABSENT,
    flags: t.SupportsIndex = 0,
) -> int:
    """Sends ``msg``, a series of buffers, to an operation ``op``, an ``ALG_OP_`` constant.

    ``iv`` is the initialization vector; ``assoclen`` how many of the bytes are associated
    data.  OSError on a socket of another family, or as in sendmsg(2).
    """
    if self._cs_kind[0] != CONSTANTS["AF_ALG"]:
        raise OSError("algset is only supported for AF_ALG")
    operation = c_int(op)
    if operation < 0:
        raise TypeError("Invalid or missing argument 'op'")
    level = CONSTANTS["SOL_ALG"]
    control = [(level, CONSTANTS["ALG_SET_OP"], _u32(operation))]
    if iv is not None:
        vector = bytes(memoryview(iv))
        control.append((level, CONSTANTS["ALG_SET_IV"], _u32(len(vector)) + vector))
    if assoclen is not _ABSENT:
        length = c_int(assoclen)
        if length < 0:
            raise TypeError("assoclen must be positive")
        control.append((level, CONSTANTS["ALG_SET_AEAD_ASSOCLEN"], _u32(length)))
    return sendmsg(self, msg, control, flags)
