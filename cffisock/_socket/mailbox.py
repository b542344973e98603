"""Where datagrams and names arrive: memory for data, and for an address."""

from __future__ import annotations

from collections import deque

from .. import _types as t
from .._address import is_stable, new_slot, unpack
from .._edge.memory import new_scratch


class Mailbox:
    """Scratch memory with its view, and the last sender's address, packed and unpacked.

    A peer sends again and again: the shim tells whether the packed one has changed, so that the
    other is mostly there already.  That saves 200 ns a datagram on CPython.
    """

    __slots__ = ("addr", "address", "memory", "slot", "view")

    def __init__(self) -> None:
        self.memory, self.view = new_scratch()
        self.slot = new_slot()
        self.addr = self.slot[0]
        self.address: t.Any = None

    def new_address(self, sock: t.Any) -> t.Any:
        """The address that the shim has put into ``addr`` for ``sock``."""
        self.address = address = unpack(self.slot, sock)
        if not is_stable(self.addr.family):
            self.addr.len = NO_LENGTH  # so that it is a new one each time
        return address


# Of no address.
NO_LENGTH = 2**32 - 1

# Lent out as the scratch buffers of _buffers are, but only a call that went well gives one back:
# after an exception from a signal handler the two addresses might not be the same.
_mailboxes: deque[Mailbox] = deque(maxlen=16)
take_mailbox = _mailboxes.pop  # IndexError: there is none, make one
give_mailbox = _mailboxes.append
