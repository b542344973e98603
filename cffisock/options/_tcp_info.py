"""What the kernel knows of a connection of TCP: TCP_INFO in tcp(7)."""

from __future__ import annotations

import sys
from enum import IntEnum
from struct import Struct
from typing import Any, NamedTuple, Optional, Union

from .._edge.platform import CONSTANTS as C
from .._edge.platform import IS_LINUX


class TcpState(IntEnum):
    """The state of a connection: RFC 9293."""

    ESTABLISHED = 1
    SYN_SENT = 2
    SYN_RECV = 3
    FIN_WAIT1 = 4
    FIN_WAIT2 = 5
    TIME_WAIT = 6
    CLOSE = 7
    CLOSE_WAIT = 8
    LAST_ACK = 9
    LISTEN = 10
    CLOSING = 11
    NEW_SYN_RECV = 12


class TcpInfo(NamedTuple):
    """What the kernel knows of a connection; None is what it is too old for.

    The names are those of ``struct tcp_info`` in linux/tcp.h, without their prefix.  Times are in
    microseconds, but for those that end or begin with ``last`` and ``total_rto_time``, which are in
    milliseconds.  Rates are in bytes a second.  ``rest`` is what a newer kernel has besides.
    """

    state: Union[TcpState, int]
    ca_state: int
    retransmits: int
    probes: int
    backoff: int
    options: int
    snd_wscale: int
    rcv_wscale: int
    delivery_rate_app_limited: bool
    fastopen_client_fail: int
    rto: Optional[int] = None
    ato: Optional[int] = None
    snd_mss: Optional[int] = None
    rcv_mss: Optional[int] = None
    unacked: Optional[int] = None
    sacked: Optional[int] = None
    lost: Optional[int] = None
    retrans: Optional[int] = None
    fackets: Optional[int] = None
    last_data_sent: Optional[int] = None
    last_ack_sent: Optional[int] = None
    last_data_recv: Optional[int] = None
    last_ack_recv: Optional[int] = None
    pmtu: Optional[int] = None
    rcv_ssthresh: Optional[int] = None
    rtt: Optional[int] = None
    rttvar: Optional[int] = None
    snd_ssthresh: Optional[int] = None
    snd_cwnd: Optional[int] = None
    advmss: Optional[int] = None
    reordering: Optional[int] = None
    rcv_rtt: Optional[int] = None
    rcv_space: Optional[int] = None
    total_retrans: Optional[int] = None
    pacing_rate: Optional[int] = None
    max_pacing_rate: Optional[int] = None
    bytes_acked: Optional[int] = None
    bytes_received: Optional[int] = None
    segs_out: Optional[int] = None
    segs_in: Optional[int] = None
    notsent_bytes: Optional[int] = None
    min_rtt: Optional[int] = None
    data_segs_in: Optional[int] = None
    data_segs_out: Optional[int] = None
    delivery_rate: Optional[int] = None
    busy_time: Optional[int] = None
    rwnd_limited: Optional[int] = None
    sndbuf_limited: Optional[int] = None
    delivered: Optional[int] = None
    delivered_ce: Optional[int] = None
    bytes_sent: Optional[int] = None
    bytes_retrans: Optional[int] = None
    dsack_dups: Optional[int] = None
    reord_seen: Optional[int] = None
    rcv_ooopack: Optional[int] = None
    snd_wnd: Optional[int] = None
    rcv_wnd: Optional[int] = None
    rehash: Optional[int] = None
    total_rto: Optional[int] = None
    total_rto_recoveries: Optional[int] = None
    total_rto_time: Optional[int] = None
    received_ce: Optional[int] = None
    delivered_e1_bytes: Optional[int] = None
    delivered_e0_bytes: Optional[int] = None
    delivered_ce_bytes: Optional[int] = None
    received_e1_bytes: Optional[int] = None
    received_e0_bytes: Optional[int] = None
    received_ce_bytes: Optional[int] = None
    rest: bytes = b""


_BYTES = Struct("=8B")
# The fields behind these, up to `rest`: u32, u64, u16 as struct has them.
_KINDS = "I" * 24 + "Q" * 4 + "I" * 6 + "Q" * 4 + "I" * 2 + "Q" * 2 + "I" * 6 + "HHI" + "I" * 7
_SIZES = {"H": 2, "I": 4, "Q": 8}
# More than any kernel has.
_ROOM = 1024


def tcp_info(sock: Any) -> TcpInfo:
    """Returns what the kernel knows of the connection of ``sock``: TCP_INFO in tcp(7)."""
    # Others have an option of that name, with a layout of its own.
    option = C["TCP_INFO" if IS_LINUX else "Linux's TCP_INFO"]
    return _read(sock.getsockopt(C["IPPROTO_TCP"], option, _ROOM))


def _read(data: bytes) -> TcpInfo:
    """Reads ``struct tcp_info``, as much of it as there is."""
    state, *others, scales, bits = _BYTES.unpack_from(data)
    # The two bit fields lie where the compiler puts them.
    little = sys.byteorder == "little"
    low, high = scales & 15, scales >> 4
    kinds, used = "", _BYTES.size
    for kind in _KINDS:
        if used + _SIZES[kind] > len(data):
            break
        kinds += kind
        used += _SIZES[kind]
    fields: list[Any] = [
        TcpState(state) if state in TcpState._value2member_map_ else state,
        *others,
        *((low, high) if little else (high, low)),
        bool(bits & 1 if little else bits >> 7),
        bits >> 1 & 3 if little else bits >> 5 & 3,
        *Struct(f"={kinds}").unpack_from(data, _BYTES.size),
    ]
    return TcpInfo(*fields)._replace(rest=data[used:])
