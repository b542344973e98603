"""asyncio's datagrams in batches, and what asyncio has no function for: recvmsg(2) and its kin.

Everything here works with any event loop that has ``add_reader`` and ``add_writer``: asyncio's own
on Unix, and uvloop's.  asyncio is imported with this module, and not before.
"""

from __future__ import annotations

from ._endpoint import create_datagram_endpoint
from ._loop import EventLoop
from ._messages import (
    accept,
    close,
    recv_fds,
    recvmmsg,
    recvmsg,
    recvmsg_into,
    send_fds,
    sendmmsg,
    sendmsg,
)
from ._transport import DatagramTransport

__all__ = [
    "DatagramTransport",
    "EventLoop",
    "accept",
    "close",
    "create_datagram_endpoint",
    "recv_fds",
    "recvmmsg",
    "recvmsg",
    "recvmsg_into",
    "send_fds",
    "sendmmsg",
    "sendmsg",
]
