"""Control messages that were received, as records."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from enum import IntEnum
from struct import Struct
from struct import error as StructError
from typing import Any, Callable, NamedTuple, Optional, Union

from .._address import unpack_bytes
from .._edge.platform import CONSTANTS as C
from .._names.inet import inet_ntop

AF_INET, AF_INET6 = C["AF_INET"], C["AF_INET6"]
SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6 = C["SOL_SOCKET"], C["IPPROTO_IP"], C["IPPROTO_IPV6"]
IPPROTO_UDP = C["IPPROTO_UDP"]
MSG_CMSG_CLOEXEC = C.get("MSG_CMSG_CLOEXEC", 0)

# Bytes of control messages that are enough for all records of a message together.
SPACE = 2048

# --- descriptors ------------------------------------------------------------------------------


class Rights:
    """Descriptors that came with a message: SCM_RIGHTS in unix(7).

    They are this object's until `take` hands them over; what is not taken is closed by `close`,
    at the end of a ``with`` block, or with a ResourceWarning once the object is gone.
    """

    __slots__ = ("_fds",)

    def __init__(self, fds: Iterable[int]) -> None:
        self._fds = list(fds)

    @property
    def fds(self) -> tuple[int, ...]:
        """The descriptors that have not been taken."""
        return tuple(self._fds)

    def take(self) -> list[int]:
        """Returns the descriptors, which are the caller's from now on."""
        fds, self._fds = self._fds, []
        return fds

    def close(self) -> None:
        """Closes the descriptors that have not been taken."""
        for fd in self.take():
            os.close(fd)

    def __len__(self) -> int:
        return len(self._fds)

    def __enter__(self) -> Rights:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._fds})"

    def __del__(self) -> None:
        if getattr(self, "_fds", None):
            try:
                warnings.warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2, source=self)
            finally:
                self.close()


class PidFD(Rights):
    """A descriptor of the process that sent a message: SO_PASSPIDFD, pidfd_open(2)."""

    __slots__ = ()


# --- other records ----------------------------------------------------------------------------


class Credentials(NamedTuple):
    """The process that sent a message, its user and group: SCM_CREDENTIALS in unix(7)."""

    pid: int
    uid: int
    gid: int


class PacketInfo(NamedTuple):
    """Where a datagram went: IP_PKTINFO in ip(7), IPV6_PKTINFO in ipv6(7).

    ``address`` is what it was sent to, ``interface`` the index of the one that it came by, and
    ``local`` the address to answer from, which is another one after a broadcast.
    """

    address: str
    interface: int
    local: str


class HopLimit(NamedTuple):
    """How many hops a datagram had left: IP_TTL, IPV6_HOPLIMIT."""

    value: int
    family: int


class TrafficClass(NamedTuple):
    """The traffic class of a datagram, once the type of service: IP_TOS, IPV6_TCLASS."""

    value: int
    family: int

    @property
    def dscp(self) -> int:
        """The class of service: RFC 2474."""
        return self.value >> 2

    @property
    def ecn(self) -> int:
        """What routers say of congestion, 3 if there is: RFC 3168."""
        return self.value & 3


class Timestamp(NamedTuple):
    """When the kernel got a message, in nanoseconds since 1970: SO_TIMESTAMP, SO_TIMESTAMPNS."""

    ns: int


class Timestamps(NamedTuple):
    """When a message came or went, in nanoseconds, None where it is not known: SO_TIMESTAMPING.

    ``hardware`` is by the clock of the network card.
    """

    software: Optional[int]
    hardware: Optional[int]


class Dropped(NamedTuple):
    """How many messages a socket has lost for want of memory, since it was made: SO_RXQ_OVFL."""

    messages: int


class SegmentSize(NamedTuple):
    """The size of the datagrams that a message is made of: UDP_GRO in udp(7)."""

    size: int


class OriginalDestination(NamedTuple):
    """Where a datagram was going before it came here: IP_RECVORIGDSTADDR in ip(7)."""

    address: Any


class Origin(IntEnum):
    """Who has put an entry into the error queue: IP_RECVERR in ip(7)."""

    NONE = 0
    LOCAL = 1
    ICMP = 2
    ICMP6 = 3
    TIMESTAMPING = 4
    ZEROCOPY = 5
    TXTIME = 6


class ExtendedError(NamedTuple):
    """An entry of the error queue, of which `errors` makes more: IP_RECVERR, IPV6_RECVERR."""

    errno: int
    origin: Union[Origin, int]
    type: int
    code: int
    info: int
    data: int
    offender: Any


Record = Union[
    Rights,
    PidFD,
    Credentials,
    PacketInfo,
    HopLimit,
    TrafficClass,
    Timestamp,
    Timestamps,
    Dropped,
    SegmentSize,
    OriginalDestination,
    ExtendedError,
]

# --- from bytes -------------------------------------------------------------------------------

# Layouts of the kernel; `l` where it has a long, also on machines of 32 bits.
_INT, _BYTE = Struct("@i"), Struct("@B")
_PAIR_OF_LONGS, _PAIR_OF_INT64 = Struct("@ll"), Struct("@qq")


def _pairs(pair: Struct, data: bytes, unit: int) -> list[int]:
    """Reads times as nanoseconds, each ``pair`` being seconds and parts of ``unit`` nanoseconds."""
    return [seconds * 10**9 + rest * unit for seconds, rest in pair.iter_unpack(data)]


def _timestamp(pair: Struct, unit: int) -> Callable[[bytes], Timestamp]:
    def read(data: bytes) -> Timestamp:
        (ns,) = _pairs(pair, data, unit)
        return Timestamp(ns)

    return read


def _timestamps(pair: Struct) -> Callable[[bytes], Timestamps]:
    def read(data: bytes) -> Timestamps:
        software, _, hardware = _pairs(pair, data, 1)
        return Timestamps(software or None, hardware or None)

    return read


def _packet_info(data: bytes) -> PacketInfo:
    interface, local, address = Struct("@i4s4s").unpack(data)
    return PacketInfo(inet_ntop(AF_INET, address), interface, inet_ntop(AF_INET, local))


def _packet_info6(data: bytes) -> PacketInfo:
    address, interface = Struct("@16si").unpack(data)
    text = inet_ntop(AF_INET6, address)
    return PacketInfo(text, interface, text)


_EXTENDED = Struct("@I4B2I")


def _extended_error(data: bytes) -> ExtendedError:
    errno, origin, kind, code, _, info, more = _EXTENDED.unpack_from(data)
    known = Origin(origin) if origin in Origin._value2member_map_ else origin
    address = data[_EXTENDED.size :]
    # Of the family 0 if nobody is to blame.
    offender = unpack_bytes(address) if any(address[:2]) else None
    return ExtendedError(errno, known, kind, code, info, more, offender)


def _number(layout: Struct, make: Callable[[int], Any]) -> Callable[[bytes], Any]:
    return lambda data: make(*layout.unpack(data))


def _keyed(
    *rows: tuple[int, str, Callable[[bytes], Any]],
) -> dict[tuple[int, int], Callable[[bytes], Any]]:
    """Makes a dict by level and type of those rows whose constant this system has."""
    return {(level, C[name]): value for level, name, value in rows if name in C}


_READERS = _keyed(
    (SOL_SOCKET, "SCM_CREDENTIALS", lambda data: Credentials(*Struct("@iII").unpack(data))),
    (SOL_SOCKET, "SCM_TIMESTAMP", _timestamp(_PAIR_OF_LONGS, 1000)),
    (SOL_SOCKET, "SCM_TIMESTAMPNS", _timestamp(_PAIR_OF_LONGS, 1)),
    (SOL_SOCKET, "SCM_TIMESTAMPING", _timestamps(_PAIR_OF_LONGS)),
    (SOL_SOCKET, "SO_TIMESTAMP_NEW", _timestamp(_PAIR_OF_INT64, 1000)),
    (SOL_SOCKET, "SO_TIMESTAMPNS_NEW", _timestamp(_PAIR_OF_INT64, 1)),
    (SOL_SOCKET, "SO_TIMESTAMPING_NEW", _timestamps(_PAIR_OF_INT64)),
    (SOL_SOCKET, "SO_RXQ_OVFL", _number(Struct("@I"), Dropped)),
    (IPPROTO_IP, "IP_PKTINFO", _packet_info),
    (IPPROTO_IP, "IP_TTL", _number(_INT, lambda value: HopLimit(value, AF_INET))),
    (IPPROTO_IP, "IP_TOS", _number(_BYTE, lambda value: TrafficClass(value, AF_INET))),
    (IPPROTO_IP, "IP_RECVORIGDSTADDR", lambda data: OriginalDestination(unpack_bytes(data))),
    (IPPROTO_IPV6, "IPV6_PKTINFO", _packet_info6),
    (IPPROTO_IPV6, "IPV6_HOPLIMIT", _number(_INT, lambda value: HopLimit(value, AF_INET6))),
    (IPPROTO_IPV6, "IPV6_TCLASS", _number(_INT, lambda value: TrafficClass(value, AF_INET6))),
    (IPPROTO_IPV6, "IPV6_RECVORIGDSTADDR", lambda data: OriginalDestination(unpack_bytes(data))),
    (IPPROTO_UDP, "UDP_GRO", _number(_INT, SegmentSize)),
    (IPPROTO_IP, "IP_RECVERR", _extended_error),
    (IPPROTO_IPV6, "IPV6_RECVERR", _extended_error),
)
_DESCRIPTORS = _keyed(
    (SOL_SOCKET, "SCM_RIGHTS", lambda data: Rights(_descriptors(data))),
    (SOL_SOCKET, "SCM_PIDFD", lambda data: PidFD(_descriptors(data))),
)


def _descriptors(data: bytes) -> Iterator[int]:
    """The whole descriptors in a control message: what is cut off is none.

    A negative number says that the kernel had none left.
    """
    whole = len(data) - len(data) % _INT.size
    return (fd for (fd,) in _INT.iter_unpack(data[:whole]) if fd >= 0)


def parse(ancdata: Iterable[tuple[int, int, bytes]]) -> list[Union[Record, tuple[int, int, bytes]]]:
    """Makes records of control messages, each ``(level, type, data)`` as ``recvmsg`` has them.

    Those that have no record, or another length than theirs, stay as they are.
    """
    parsed: list[Any] = []
    for item in ancdata:
        level, kind, data = item
        if (level, kind) in _DESCRIPTORS:
            parsed.append(_DESCRIPTORS[level, kind](data))
            continue
        try:
            parsed.append(_READERS[level, kind](data))
        except (KeyError, ValueError, OSError, StructError):
            parsed.append(item)
    return parsed


# --- asking for them, and receiving -----------------------------------------------------------

# What has the kernel send each record along: for a socket of any family, of IPv4, of IPv6.
_OPTIONS: dict[Any, dict[Optional[int], tuple[int, str]]] = {
    Credentials: {None: (SOL_SOCKET, "SO_PASSCRED")},
    PidFD: {None: (SOL_SOCKET, "SO_PASSPIDFD")},
    Timestamp: {None: (SOL_SOCKET, "SO_TIMESTAMPNS" if "SO_TIMESTAMPNS" in C else "SO_TIMESTAMP")},
    Dropped: {None: (SOL_SOCKET, "SO_RXQ_OVFL")},
    SegmentSize: {None: (IPPROTO_UDP, "UDP_GRO")},
    PacketInfo: {
        AF_INET: (IPPROTO_IP, "IP_PKTINFO"),
        AF_INET6: (IPPROTO_IPV6, "IPV6_RECVPKTINFO"),
    },
    HopLimit: {
        AF_INET: (IPPROTO_IP, "IP_RECVTTL"),
        AF_INET6: (IPPROTO_IPV6, "IPV6_RECVHOPLIMIT"),
    },
    TrafficClass: {
        AF_INET: (IPPROTO_IP, "IP_RECVTOS"),
        AF_INET6: (IPPROTO_IPV6, "IPV6_RECVTCLASS"),
    },
    OriginalDestination: {
        AF_INET: (IPPROTO_IP, "IP_RECVORIGDSTADDR"),
        AF_INET6: (IPPROTO_IPV6, "IPV6_RECVORIGDSTADDR"),
    },
}


def enable(sock: Any, *records: Any, on: bool = True) -> None:
    """Has the kernel send these records along with what ``sock`` receives; or no more.

    ``records`` are classes of this module.  Rights come without being asked for, and Timestamps
    take flags of their own, by the option SO_TIMESTAMPING.  OSError where the kernel lacks one,
    ValueError for what is no such class or not for the socket's family.
    """
    for record in records:
        by_family = _OPTIONS.get(record, {})
        option = by_family.get(None) or by_family.get(sock.family)
        if option is None:
            raise ValueError(f"{record!r} cannot be asked for on a socket of {sock.family!r}")
        level, name = option
        sock.setsockopt(level, C[name], int(on))
        if sock.family == AF_INET6 and AF_INET in by_family:
            level, name = by_family[AF_INET]
            try:  # for those of IPv4 that it receives too
                sock.setsockopt(level, C[name], int(on))
            except OSError:
                continue


class Message(NamedTuple):
    """A message as ``recvmsg`` gives it, with its control messages as `parse` makes them."""

    data: bytes
    control: list[Union[Record, tuple[int, int, bytes]]]
    flags: int
    address: Any

    def get(self, record: type) -> Any:
        """Returns the first of the control messages that is a ``record``, or None."""
        return next((item for item in self.control if isinstance(item, record)), None)


def _message(data: bytes, ancdata: Any, flags: int, address: Any) -> Message:
    # The kernel gives back the flag that it was asked with.
    return Message(data, parse(ancdata), flags & ~MSG_CMSG_CLOEXEC, address)


def receive(sock: Any, bufsize: int, flags: int = 0) -> Message:
    """Receives a message of up to ``bufsize`` bytes with its control messages: recvmsg(2).

    Descriptors are not inherited by programs that this one executes, where the system has
    MSG_CMSG_CLOEXEC.
    """
    return _message(*sock.recvmsg(bufsize, SPACE, flags | MSG_CMSG_CLOEXEC))


def receive_many(sock: Any, count: int, bufsize: int, flags: int = 0) -> list[Message]:
    """Does as `receive` for up to ``count`` messages, on a socket of cffisock: recvmmsg(2)."""
    messages = sock.recvmmsg(count, bufsize, SPACE, flags | MSG_CMSG_CLOEXEC)
    return [_message(*each) for each in messages]
