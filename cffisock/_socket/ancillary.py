"""Control messages, the ancillary data of recvmsg(2) and sendmsg(2): cmsg(3)."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

from .. import _address
from .. import _types as t
from .._cffi import ffi, lib
from .._edge.arguments import INT_MAX, c_int, c_ssize, type_name
from .._edge.errors import warn
from .._edge.memory import allocate, new_socket, readable, release
from .._edge.platform import CONSTANTS
from .mailbox import Mailbox

AF_UNIX = CONSTANTS["AF_UNIX"]
SOL_SOCKET, SCM_RIGHTS = CONSTANTS["SOL_SOCKET"], CONSTANTS["SCM_RIGHTS"]
# The descriptor of the sender, which comes where SO_PASSPIDFD is set; -1 where there is no such.
SCM_PIDFD = CONSTANTS.get("SCM_PIDFD", -1)
INT_SIZE: int = ffi.sizeof("int")
MSG_CMSG_CLOEXEC = CONSTANTS.get("MSG_CMSG_CLOEXEC", 0)  # without it the shim does as much
# The kernel's lengths are ints on some systems: what fits there fits everywhere.
CONTROL_MAX = INT_MAX
cs_cmsg_len, cs_cmsg_space = lib.cs_cmsg_len, lib.cs_cmsg_space
# The most that a control message takes beside its data.
HEADER_MAX: int = cs_cmsg_space(1)
# How long the data of one can be, without and with padding.
LENGTH_MAX, PADDED_MAX = CONTROL_MAX - cs_cmsg_len(0), CONTROL_MAX - HEADER_MAX
# All of a message's extras, which are int64_t.  Each field of a structure would cost half of it,
# and ffi.unpack() twice as much.
read_extras = Struct(f"{ffi.sizeof('cs_extras') // 8}q").unpack_from


def CMSG_LEN(length: t.SupportsIndex, /) -> int:
    """Returns the size of a control message of ``length`` bytes of data, without padding: cmsg(3).

    OverflowError where no control message can be so long.
    """
    if type(length) is not int or not 0 <= length <= LENGTH_MAX:
        length = _control_length(length, LENGTH_MAX, "CMSG_LEN")
    size: int = cs_cmsg_len(length)
    return size


def CMSG_SPACE(length: t.SupportsIndex, /) -> int:
    """Returns the size of a control message of ``length`` bytes of data, with padding: cmsg(3).

    OverflowError where no control message can be so long.
    """
    if type(length) is not int or not 0 <= length <= PADDED_MAX:
        length = _control_length(length, PADDED_MAX, "CMSG_SPACE")
    size: int = cs_cmsg_space(length)
    return size


def _control_length(length: t.SupportsIndex, most: int, caller: str) -> int:
    number = c_ssize(length)
    if not 0 <= number <= most:
        raise OverflowError(f"{caller}() argument out of range")
    return number


def pack_control(items: t.Iterable[t.Any]) -> tuple[t.Any, int]:
    """Returns memory with the control messages ``items``, of ``(level, type, data)``; its size."""
    messages = []
    try:
        most = 0
        for item in items:
            level, type_, data = control_item(item)
            messages.append((level, type_, data))
            most += len(data) + HEADER_MAX
        if not messages:
            return ffi.NULL, 0
        if most > CONTROL_MAX:
            raise OSError("too much ancillary data")
        control = allocate("char[]", most)
        size = 0
        for level, type_, data in messages:
            size = lib.cs_put_control(control, size, level, type_, data, len(data))
        return control, size
    finally:
        for _, _, data in messages:
            if type(data) is not bytes:
                release(data)


def control_item(item: t.Any) -> tuple[int, int, t.Any]:
    """Checks one ``(level, type, data)``; its data is as `readable` gives it."""
    if type(item) is not tuple or len(item) != 3:
        _require_triple(item)
    level, type_, data = item
    if type(level) is not int or not 0 <= level <= INT_MAX:
        level = c_int(level)
    if type(type_) is not int or not 0 <= type_ <= INT_MAX:
        type_ = c_int(type_)
    return level, type_, data if type(data) is bytes else readable(data)


def _require_triple(item: t.Any) -> None:
    wanted = "[sendmsg() ancillary data items]() argument must be"
    if not isinstance(item, Sequence) or isinstance(item, (str, bytes, bytearray)):
        raise TypeError(f"{wanted} 3-item tuple, not {type_name(item)}")
    if len(item) != 3:
        raise TypeError(f"{wanted} tuple of length 3, not {len(item)}")


def descriptors_in(items: list[t.ControlMessage], wanted: int) -> list[int]:
    """Returns the descriptors in control messages of the type ``wanted``."""
    fds: list[int] = []
    for level, kind, payload in items:
        if kind == wanted and level == SOL_SOCKET:
            whole = payload[: len(payload) - len(payload) % INT_SIZE]
            fds += memoryview(whole).cast("i").tolist()
    return fds


def close_descriptors(fds: list[int]) -> None:
    for fd in fds:
        if fd >= 0:  # else the kernel had none left
            lib.cs_close(new_socket(fd))


def drop_items(items: list[t.ControlMessage]) -> None:
    """Closes all descriptors in control messages that nobody will get."""
    if items:
        close_descriptors(descriptors_in(items, SCM_RIGHTS) + descriptors_in(items, SCM_PIDFD))


def drop_messages(messages: list[t.Item]) -> None:
    """Closes all descriptors in messages that nobody will get."""
    for message in messages:
        drop_items(message[1])


def not_inherited(sock: t.Socket, flags: int) -> int:
    """Returns the flag that makes descriptors which come close-on-exec, unless ``flags`` has it.

    It comes back with the message.  Families that have no descriptors may refuse it; if a socket of
    AF_UNIX was told to be of another, the shim makes them so when they are there.
    """
    return MSG_CMSG_CLOEXEC & ~flags if sock._cs_kind[0] == AF_UNIX else 0


def unpack_extras(box: Mailbox, sock: t.Any) -> tuple[int, list[t.ControlMessage], int, t.Any]:
    """Gives the length of a message's data, its control messages, flags and address."""
    n, flags, addr_len, level, type_, start, end, cut, more = extras = read_extras(box.extras)
    if cut or more:
        items = unpack_control(box.msg, box.extras, box.control, extras)
    else:
        # Mostly there is one, if any.
        items = [(level, type_, box.control[start:end])] if start else []
    return n, items, flags, _address.unpack(box.peer, sock) if addr_len else None


def unpack_control(
    msg: t.Any, view: t.Any, control: t.Any, extras: tuple[int, ...]
) -> list[t.ControlMessage]:
    """Returns the control messages of the ``cs_msg *``, from the one on that is in its ``extras``.

    ``view`` is of the extras, ``control`` of the control buffer.  RuntimeWarning for one that
    goes past the end of the buffer, whose part inside counts, or is shorter than its header.
    """
    items = []
    _, _, _, level, type_, start, end, cut, more = extras
    while start:
        items.append((level, type_, control[start:end]))
        if not more:
            break
        lib.cs_next_control(msg)
        _, _, _, level, type_, start, end, cut, more = read_extras(view)
    if cut:
        warn(
            "received malformed or improperly-truncated ancillary data",
            RuntimeWarning,
            stacklevel=4,
        )
    return items
