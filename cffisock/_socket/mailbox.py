"""Memory for what arrives: data, addresses, control messages.  It is lent to one call at a time."""

from __future__ import annotations

from collections import deque

from .. import _types as t
from .._address import UNPACKED, is_stable, new_slot, unpack
from .._cffi import ffi
from .._edge.memory import allocate, new_memory
from .._edge.platform import IS_WINDOWS

# The largest read that asyncio asks for.  Memory that is never touched costs nothing.
DATA_SIZE = 256 * 1024
# More than all the descriptors that one message can carry.
CONTROL_SIZE = 4096
# More than any read asks a mailbox for.
NEVER = DATA_SIZE + 1
# The length of no address.
NO_LENGTH = 2**32 - 1


class Mailbox:
    """Memory for one call, wired together once.

    ``memory`` is for data, ``view`` cuts bytes from it.  ``msg`` is a ``cs_msg *`` for recvmsg(2),
    ``extras`` and ``control`` are views of its extras and control buffer, ``peer`` is the slot for
    its address, and for names.  ``sender``, which is ``addr`` and ``packed``, is the slot for the
    address of a datagram; ``address`` is that address as it was unpacked last.  A peer sends again
    and again: the shim tells when the packed one changes, so that the unpacked one is mostly there
    already.  ``batch`` is the memory for `recvmmsg`, if there was such a call.  ``filled`` is the
    size from which on reads of a stream may be expected to be filled.
    """

    __slots__ = (
        "addr",
        "address",
        "batch",
        "control",
        "extras",
        "filled",
        "memory",
        "msg",
        "packed",
        "peer",
        "sender",
        "view",
    )

    def __init__(self, control_size: int = CONTROL_SIZE) -> None:
        self.memory, self.view = new_memory(DATA_SIZE)
        self.sender, self.peer = new_slot(), new_slot()
        self.addr, self.packed = self.sender
        self.address: t.Any = None
        self.batch: t.Any = None
        self.filled = NEVER
        if IS_WINDOWS:  # which has no messages
            return
        self.msg = ffi.new("cs_msg *", {"addr": self.peer[0]})
        self.extras = ffi.buffer(ffi.addressof(self.msg, "extras"))
        control = allocate("char[]", control_size)
        self.control = ffi.buffer(control)  # which keeps it
        self.msg.control = control

    def new_address(self, sock: t.Any) -> t.Any:
        """Unpacks the address that the shim has put into ``addr`` for ``sock``."""
        addr = self.addr
        try:
            address = UNPACKED[self.packed[: addr.len]]
        except KeyError:
            address = unpack(self.sender, sock)
            if not is_stable(addr.family):
                addr.len = NO_LENGTH  # so that it is a new one each time
        self.address = address
        return address


# A call takes one out and puts it back.  Both steps are atomic, and a signal handler that receives
# in between takes another one, which it could not with one for each thread.  An error between
# asking for an address and unpacking it gives none back: the two might not be the same.
_mailboxes: deque[Mailbox] = deque(maxlen=16)
take_mailbox = _mailboxes.pop  # IndexError: there is none, make one
give_mailbox = _mailboxes.append


def borrow() -> Mailbox:
    """Takes out a mailbox, or makes one.  The methods that are called most do so themselves."""
    try:
        return take_mailbox()
    except IndexError:
        return Mailbox()
