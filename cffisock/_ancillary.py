"""Control messages, the ancillary data of recvmsg(2) and sendmsg(2): cmsg(3)."""

from __future__ import annotations

from collections.abc import Sequence

from ._arguments import INT_MAX, c_int, c_ssize, kind_of
from ._buffers import allocate, readable, release
from ._cffi import ffi, lib
from ._errors import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, SupportsIndex

# The kernel's lengths are ints on some systems: what fits there fits everywhere.
CONTROL_MAX = INT_MAX


def CMSG_LEN(length: SupportsIndex, /) -> int:
    """The size of a control message with ``length`` bytes of data, without padding: cmsg(3).

    OverflowError where no control message can be so long.
    """
    return _control_size(lib.cs_cmsg_len, length, CONTROL_MAX - lib.cs_cmsg_len(0), "CMSG_LEN")


def CMSG_SPACE(length: SupportsIndex, /) -> int:
    """The room that a control message with ``length`` bytes of data takes: cmsg(3).

    OverflowError where no control message can be so long.
    """
    most = CONTROL_MAX - lib.cs_cmsg_space(1)
    return _control_size(lib.cs_cmsg_space, length, most, "CMSG_SPACE")


def _control_size(size_of: Any, length: SupportsIndex, most: int, caller: str) -> int:
    number = c_ssize(length)
    if not 0 <= number <= most:
        raise OverflowError(f"{caller}() argument out of range")
    size: int = size_of(number)
    return size


def pack_control(msg: Any, items: Iterable[Any]) -> Any:
    """Puts ``items``, each ``(level, type, data)``, into the ``cs_msg *``.

    Returns the memory that they are in, which has to outlive the message.
    """
    messages = []
    try:
        for item in items:
            messages.append(_control_item(item))
        size = sum(lib.cs_cmsg_space(len(data)) for _, _, data in messages)
        if size > CONTROL_MAX:
            raise OSError("too much ancillary data")
        control = allocate("char[]", size)
        msg.control, msg.control_len = control, size
        offset = 0
        for level, kind, data in messages:
            offset = lib.cs_cmsg_put(msg, offset, level, kind, data, len(data))
        return control
    finally:
        for _, _, data in messages:
            release(data)


def _control_item(item: Any) -> tuple[int, int, Any]:
    wanted = "[sendmsg() ancillary data items]() argument must be"
    if not isinstance(item, Sequence) or isinstance(item, (str, bytes, bytearray)):
        raise TypeError(f"{wanted} 3-item tuple, not {kind_of(item)}")
    if len(item) != 3:
        raise TypeError(f"{wanted} tuple of length 3, not {len(item)}")
    return c_int(item[0]), c_int(item[1]), readable(item[2])


def unpack_control(msg: Any) -> list[tuple[int, int, bytes]]:
    """The control messages that the kernel put into the ``cs_msg *``.

    RuntimeWarning for one that goes past the end of the buffer; its part inside counts.
    """
    items: list[tuple[int, int, bytes]] = []
    found = ffi.new("cs_cmsg *")
    offset = lib.cs_cmsg_get(msg, 0, found)
    while offset > 0:
        items.append((found.level, found.type, ffi.unpack(found.data, found.len)))
        if found.cut:
            warn(
                "received malformed or improperly-truncated ancillary data",
                RuntimeWarning,
                stacklevel=4,
            )
        offset = lib.cs_cmsg_get(msg, offset, found)
    return items
