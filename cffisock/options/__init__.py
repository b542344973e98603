"""Options in words, on sockets of any module: socket(7), tcp(7), unix(7), ip(7).

Each function is one subject, and takes and gives what a program would say.  An option that the
kernel lacks is an OSError, as it is with ``setsockopt``.
"""

from __future__ import annotations

from ._filters import (
    Instruction,
    attach_filter,
    attach_reuseport_filter,
    detach_filter,
    detach_reuseport_filter,
)
from ._peers import peer_credentials, peer_groups, peer_pidfd
from ._settings import (
    bind_to_device,
    bound_device,
    get_keepalive,
    get_linger,
    get_local_port_range,
    set_keepalive,
    set_linger,
    set_local_port_range,
)
from ._tcp_info import TcpInfo, TcpState, tcp_info

__all__ = [
    "Instruction",
    "TcpInfo",
    "TcpState",
    "attach_filter",
    "attach_reuseport_filter",
    "bind_to_device",
    "bound_device",
    "detach_filter",
    "detach_reuseport_filter",
    "get_keepalive",
    "get_linger",
    "get_local_port_range",
    "peer_credentials",
    "peer_groups",
    "peer_pidfd",
    "set_keepalive",
    "set_linger",
    "set_local_port_range",
    "tcp_info",
]
