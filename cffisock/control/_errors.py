"""The error queue: errors of the network, what was sent without copying, when messages went."""

from __future__ import annotations

import os
import select
from typing import Any, NamedTuple, Optional, Union

from .._edge.platform import CONSTANTS as C
from ._received import ExtendedError, Message, Origin, Timestamps, receive

MSG_DONTWAIT = C["MSG_DONTWAIT"]
ZEROCOPY_COPIED = C.get("SO_EE_CODE_ZEROCOPY_COPIED")
# The largest packet that an error can be about.
PACKET_MAX = 65535


class NetworkError(NamedTuple):
    """An error that came back for something that was sent: IP_RECVERR in ip(7).

    ``errno`` is what it means to the socket; ``origin`` who found it, ``type`` and ``code`` are
    ICMP's if that was another host, the ``offender``, None where it is not known.  ``info`` is the
    greatest size of a packet where that was exceeded.  ``peer`` is where the datagram was going,
    and ``payload`` what came back of it.
    """

    errno: int
    origin: Union[Origin, int]
    type: int
    code: int
    info: int
    offender: Any
    peer: Any
    payload: bytes

    def exception(self) -> OSError:
        """Returns the OSError that a call on the socket would have raised."""
        return OSError(self.errno, os.strerror(self.errno))


class ZeroCopied(NamedTuple):
    """Calls with MSG_ZEROCOPY that are done with their memory, by number: ``first`` to ``last``.

    The first call on a socket is number 0.  ``copied`` if the kernel had to copy all the same.
    """

    first: int
    last: int
    copied: bool


class Sent(NamedTuple):
    """When a message went: SO_TIMESTAMPING with its flags for sending.

    ``kind`` is SCM_TSTAMP_SCHED, _SND or _ACK; ``key`` the number of the message, or of the byte
    in a stream, with SOF_TIMESTAMPING_OPT_ID, else 0.
    """

    times: Timestamps
    kind: int
    key: int
    payload: bytes


def enable_errors(sock: Any, on: bool = True) -> None:
    """Has the kernel keep errors of the network for `errors`; or no more: IP_RECVERR, IPV6_RECVERR.

    Calls on the socket raise them too, also where it is not connected.
    """
    if sock.family == C["AF_INET6"]:
        sock.setsockopt(C["IPPROTO_IPV6"], C["IPV6_RECVERR"], int(on))
    sock.setsockopt(C["IPPROTO_IP"], C["IP_RECVERR"], int(on))


def errors(sock: Any, limit: int = 64) -> list[Union[NetworkError, ZeroCopied, Sent, Message]]:
    """Takes up to ``limit`` entries from the error queue of ``sock``, without waiting: recvmsg(2).

    What is none of the three kinds is a `Message` as it came.  A socket that has entries is one
    for which poll(2) says POLLERR.
    """
    found: list[Any] = []
    flags = C["MSG_ERRQUEUE"] | MSG_DONTWAIT
    poll = select.poll()
    poll.register(sock, 0)
    # Not by the call itself, which on a socket with a timeout would wait.
    while len(found) < limit and poll.poll(0):
        try:
            message = receive(sock, PACKET_MAX, flags)
        except BlockingIOError:
            break
        found.append(_entry(message))
    return found


def _entry(message: Message) -> Any:
    """Makes what it is of one entry of the queue."""
    error: Optional[ExtendedError] = message.get(ExtendedError)
    if error is None:
        return message
    if error.origin == Origin.ZEROCOPY:
        return ZeroCopied(error.info, error.data, error.code == ZEROCOPY_COPIED)
    if error.origin == Origin.TIMESTAMPING:
        times = message.get(Timestamps) or Timestamps(None, None)
        return Sent(times, error.info, error.data, message.data)
    return NetworkError(*error[:5], error.offender, message.address, message.data)
