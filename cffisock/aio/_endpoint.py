"""Endpoints of datagrams: addresses, sockets, and a transport on one."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from typing import Any, Callable, Optional, TypeVar

from .._edge.platform import CONSTANTS as C
from ._transport import DatagramTransport

# Programs replace ``cffisock.socket`` with a class of their own.
public: Any = sys.modules[__name__.partition(".")[0]]

P = TypeVar("P", bound=asyncio.BaseProtocol)
SOCK_DGRAM = C["SOCK_DGRAM"]
NUMERIC = C["AI_NUMERICHOST"] | C["AI_NUMERICSERV"]
BATCH = 64
# Family and protocol; the local and the remote address.
Choice = tuple[tuple[int, int], tuple[Any, Any]]


async def create_datagram_endpoint(
    protocol_factory: Callable[[], P],
    local_addr: Any = None,
    remote_addr: Any = None,
    *,
    family: int = 0,
    proto: int = 0,
    flags: int = 0,
    reuse_port: Optional[bool] = None,
    allow_broadcast: Optional[bool] = None,
    sock: Any = None,
    batch: int = BATCH,
    gro: bool = False,
    trains: bool = True,
) -> tuple[DatagramTransport, P]:
    """Does as the running loop's ``create_datagram_endpoint``, by recvmmsg(2) and sendmmsg(2).

    The arguments, the protocol's methods and the errors are those of asyncio's.  Up to ``batch``
    datagrams are received in one call, and what the protocol sends in one iteration of the loop
    goes in one.  With ``gro`` the kernel hands over trains of datagrams (UDP_GRO, udp(7)); with
    ``trains`` those that go to one address, one after the other, go as one (UDP_SEGMENT).
    """
    return await create(
        asyncio.get_running_loop(),
        protocol_factory,
        local_addr,
        remote_addr,
        family=family,
        proto=proto,
        flags=flags,
        reuse_port=reuse_port,
        allow_broadcast=allow_broadcast,
        sock=sock,
        batch=batch,
        gro=gro,
        trains=trains,
    )


async def create(
    loop: asyncio.AbstractEventLoop,
    protocol_factory: Callable[[], P],
    local_addr: Any,
    remote_addr: Any,
    *,
    sock: Any,
    batch: int,
    gro: bool,
    trains: bool,
    **modifiers: Any,
) -> tuple[DatagramTransport, P]:
    """Makes an endpoint in ``loop``; ``modifiers`` are what only a new socket can have."""
    if batch < 1:
        raise ValueError("batch must be at least 1")
    address = None
    if sock is not None:
        _check(sock, local_addr=local_addr, remote_addr=remote_addr, **modifiers)
        sock.setblocking(False)
    else:
        sock, address = await _open(loop, local_addr, remote_addr, **modifiers)
    try:
        trains = _prepare(sock, gro) and trains
        protocol = protocol_factory()
        waiter: asyncio.Future[None] = loop.create_future()
        transport = DatagramTransport(
            loop, sock, protocol, address, waiter, batch=batch, trains=trains
        )
    except BaseException:
        sock.close()
        raise
    try:
        await waiter
    except BaseException:
        transport.close()
        raise
    return transport, protocol


def _check(sock: Any, **modifiers: Any) -> None:
    """Refuses a socket without messages, and whatever would have to be done to it before."""
    if sock.type == C["SOCK_STREAM"]:
        raise ValueError(f"A datagram socket was expected, got {sock!r}")
    given = ", ".join(f"{name}={value}" for name, value in modifiers.items() if value)
    if given:
        raise ValueError(
            f"socket modifier keyword arguments can not be used when sock is specified. ({given})"
        )


def _prepare(sock: Any, gro: bool) -> bool:
    """Turns UDP_GRO on if asked for; returns whether UDP can divide what it sends."""
    if gro:
        sock.setsockopt(C["IPPROTO_UDP"], C["UDP_GRO"], 1)
    try:
        sock.getsockopt(C["IPPROTO_UDP"], C["UDP_SEGMENT"])
    except OSError:
        return False
    return True


# --- sockets ------------------------------------------------------------------------------


async def _open(
    loop: asyncio.AbstractEventLoop,
    local_addr: Any,
    remote_addr: Any,
    *,
    family: int,
    proto: int,
    flags: int,
    reuse_port: Optional[bool],
    allow_broadcast: Optional[bool],
) -> tuple[Any, Any]:
    """Opens a socket with the first addresses that can be had; the remote one comes with it."""
    errors = []
    wanted = local_addr, remote_addr
    for kind, (local, remote) in await _choices(loop, wanted, family, proto, flags):
        sock = public.socket(kind[0], SOCK_DGRAM, kind[1])
        try:
            if reuse_port:
                sock.setsockopt(C["SOL_SOCKET"], C["SO_REUSEPORT"], 1)
            if allow_broadcast:
                sock.setsockopt(C["SOL_SOCKET"], C["SO_BROADCAST"], 1)
            sock.setblocking(False)
            if local_addr:
                sock.bind(local)
            if remote_addr and not allow_broadcast:
                sock.connect(remote)
        except OSError as error:
            sock.close()
            errors.append(error)
            continue
        except BaseException:
            sock.close()
            raise
        return sock, remote if remote_addr else None
    raise errors[0]


async def _choices(
    loop: asyncio.AbstractEventLoop, wanted: tuple[Any, Any], family: int, proto: int, flags: int
) -> list[Choice]:
    """Returns what the ``wanted`` local and remote addresses may mean; ValueError for nothing."""
    if not any(wanted):
        if family == 0:
            raise ValueError("unexpected address family")
        return [((family, proto), (None, None))]
    if family == C["AF_UNIX"]:
        if not all(address is None or isinstance(address, str) for address in wanted):
            raise TypeError("string is expected")
        if wanted[0]:
            _remove_stale(wanted[0])
        return [((family, proto), wanted)]
    found: dict[tuple[int, int], list[Any]] = {}
    for i, address in enumerate(wanted):
        if address is not None:
            for kind, answer in await _look_up(loop, address, family, proto, flags):
                found.setdefault(kind, [None, None])[i] = answer
    choices = [
        (kind, (local, remote))
        for kind, (local, remote) in found.items()
        if not (wanted[0] and local is None) and not (wanted[1] and remote is None)
    ]
    if not choices:
        raise ValueError("can not get address information")
    return choices


async def _look_up(
    loop: asyncio.AbstractEventLoop, address: Any, family: int, proto: int, flags: int
) -> list[tuple[tuple[int, int], Any]]:
    """Returns family, protocol and address of what ``address`` means; numbers need no thread."""
    if not (isinstance(address, tuple) and len(address) == 2):
        raise TypeError("2-tuple is expected")
    host, port = address
    try:
        answers = public.getaddrinfo(host, port, family, SOCK_DGRAM, proto, flags | NUMERIC)
    except OSError:
        answers = await loop.getaddrinfo(
            host, port, family=family, type=SOCK_DGRAM, proto=proto, flags=flags
        )
    if not answers:
        raise OSError("getaddrinfo() returned empty list")
    return [((found, protocol), answer) for found, _, protocol, _, answer in answers]


def _remove_stale(path: str) -> None:
    """Removes a socket that a process before has left at ``path``; an abstract name has none."""
    if path[0] == "\0":
        return
    try:
        if stat.S_ISSOCK(os.stat(path).st_mode):
            os.remove(path)
    except OSError:
        pass  # what is in the way, bind() tells
