"""Control messages in words, both ways, and the error queue: cmsg(3), ip(7), ipv6(7), unix(7).

`parse` makes typed records of what ``recvmsg`` and its kin return as bytes, on a socket of any
module; `enable` asks the kernel for them.  `rights`, `source` and others make control messages for
``sendmsg`` and its kin.  `errors` reads the error queue.
"""

from __future__ import annotations

from ._errors import NetworkError, Sent, ZeroCopied, enable_errors, errors
from ._received import (
    SPACE,
    Credentials,
    Dropped,
    ExtendedError,
    HopLimit,
    Message,
    Origin,
    OriginalDestination,
    PacketInfo,
    PidFD,
    Record,
    Rights,
    SegmentSize,
    Timestamp,
    Timestamps,
    TrafficClass,
    enable,
    parse,
    receive,
    receive_many,
)
from ._sent import (
    credentials,
    ecn,
    hop_limit,
    rights,
    segment_size,
    source,
    timestamping,
    traffic_class,
    transmit_time,
)

__all__ = [
    "SPACE",
    "Credentials",
    "Dropped",
    "ExtendedError",
    "HopLimit",
    "Message",
    "NetworkError",
    "Origin",
    "OriginalDestination",
    "PacketInfo",
    "PidFD",
    "Record",
    "Rights",
    "SegmentSize",
    "Sent",
    "Timestamp",
    "Timestamps",
    "TrafficClass",
    "ZeroCopied",
    "credentials",
    "ecn",
    "enable",
    "enable_errors",
    "errors",
    "hop_limit",
    "parse",
    "receive",
    "receive_many",
    "rights",
    "segment_size",
    "source",
    "timestamping",
    "traffic_class",
    "transmit_time",
]
