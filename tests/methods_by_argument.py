"""Methods by what they take: `bad` goes in the place of that."""

from __future__ import annotations

from typing import Any, Callable

import cffisock

from .support import IS_WINDOWS, own, with_methods

Method = Callable[[Any, Any], Any]

# The family that socketpair() is of, and where such a socket could send to.
FAMILY, NOWHERE = (own.AF_INET, ("127.0.0.1", 9)) if IS_WINDOWS else (own.AF_UNIX, "x")

FLAGS: dict[str, Method] = with_methods(
    {
        "recv": lambda s, bad: s.recv(1, bad),
        "recv much": lambda s, bad: s.recv(1_000_000, bad),
        "recv_into": lambda s, bad: s.recv_into(bytearray(1), 0, bad),
        "recvfrom": lambda s, bad: s.recvfrom(1, bad),
        "recvfrom much": lambda s, bad: s.recvfrom(1_000_000, bad),
        "recvfrom_into": lambda s, bad: s.recvfrom_into(bytearray(1), 0, bad),
        "recvmsg": lambda s, bad: s.recvmsg(1, 0, bad),
        "recvmsg_into": lambda s, bad: s.recvmsg_into([bytearray(1)], 0, bad),
        "recvmmsg": lambda s, bad: s.recvmmsg(1, 1, 0, bad),
        "recvmmsg_into": lambda s, bad: s.recvmmsg_into([bytearray(1)], 0, bad),
        "send": lambda s, bad: s.send(b"x", bad),
        "sendall": lambda s, bad: s.sendall(b"x", bad),
        "sendto": lambda s, bad: s.sendto(b"x", bad, NOWHERE),
        "sendmsg": lambda s, bad: s.sendmsg([b"x"], [], bad),
    }
)
SIZES: dict[str, Method] = with_methods(
    {
        "recv": lambda s, bad: s.recv(bad),
        "recv_into": lambda s, bad: s.recv_into(bytearray(1), bad),
        "recvfrom": lambda s, bad: s.recvfrom(bad),
        "recvfrom_into": lambda s, bad: s.recvfrom_into(bytearray(1), bad),
        "recvmsg": lambda s, bad: s.recvmsg(bad),
        "recvmsg ancillary": lambda s, bad: s.recvmsg(1, bad),
        "recvmsg_into ancillary": lambda s, bad: s.recvmsg_into([bytearray(1)], bad),
        "recvmmsg count": lambda s, bad: s.recvmmsg(bad, 1),
        "recvmmsg": lambda s, bad: s.recvmmsg(1, bad),
        "recvmmsg ancillary": lambda s, bad: s.recvmmsg(1, 1, bad),
        "recvmmsg_into ancillary": lambda s, bad: s.recvmmsg_into([bytearray(1)], bad),
    }
)
NUMBERS: dict[str, Method] = with_methods(
    {
        "listen": lambda s, bad: s.listen(bad),
        "shutdown": lambda s, bad: s.shutdown(bad),
        "getsockopt level": lambda s, bad: s.getsockopt(bad, 1),
        "getsockopt name": lambda s, bad: s.getsockopt(1, bad),
        "getsockopt length": lambda s, bad: s.getsockopt(1, 3, bad),
        "setsockopt level": lambda s, bad: s.setsockopt(bad, 1, 1),
        "setsockopt name": lambda s, bad: s.setsockopt(1, bad, 1),
    }
)
DATA: dict[str, Method] = with_methods(
    {
        "send": lambda s, bad: s.send(bad),
        "sendall": lambda s, bad: s.sendall(bad),
        "sendto": lambda s, bad: s.sendto(bad, NOWHERE),
        "sendmsg": lambda s, bad: s.sendmsg([bad]),
        "sendmsg second": lambda s, bad: s.sendmsg([b"x", bad]),
        "sendmsg ancillary": lambda s, bad: s.sendmsg([b"x"], [(1, 1, bad)]),
    }
)
ROOM: dict[str, Method] = with_methods(
    {
        "recv_into": lambda s, bad: s.recv_into(bad),
        "recvfrom_into": lambda s, bad: s.recvfrom_into(bad),
        "recvmsg_into": lambda s, bad: s.recvmsg_into([bad]),
        "recvmsg_into second": lambda s, bad: s.recvmsg_into([bytearray(1), bad]),
        "recvmmsg_into": lambda s, bad: s.recvmmsg_into([bad]),
        "recvmmsg_into second": lambda s, bad: s.recvmmsg_into(
            [bytearray(1), bad], 0, cffisock.MSG_WAITFORONE
        ),
    }
)
