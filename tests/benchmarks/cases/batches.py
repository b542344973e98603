"""Datagrams by the batch, beside the loop of single ones that the standard module has for it.

An operation is one datagram, sent or received: what the other side does is not in the time.  The
trains are those of UDP's segmentation offload.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, suppress
from typing import Any, Callable

import cffisock

from ..harness import PROCESSOR, Case, Goal, Loop, Prepare
from .datagrams import HOSTS, PEERS, SIZE, opened

BATCH = 256
DATA = bytes(SIZE)
# The kernel takes up to 64 datagrams as one train.
TRAINS = 4
TRAIN = DATA * (BATCH // TRAINS)
SEGMENT = (cffisock.IPPROTO_UDP, cffisock.UDP_SEGMENT, SIZE.to_bytes(2, sys.byteorder))

# Moves one batch from one socket to the other.
Batch = Callable[[Any, Any], object]


def sending(send: Batch, *, trains: bool = False) -> Prepare:
    """A loop of ``send``, whose receiver, which may take ``trains``, is emptied afterwards."""

    def prepare(module: Any, exits: ExitStack) -> Loop:
        one, two = opened("UDP", module, exits, 0)
        one.settimeout(None)
        prepare_receiver(two, trains)
        address = two.getsockname()

        def loop(n: int) -> int:
            taken = 0
            for _ in range(n):
                start = PROCESSOR()
                send(one, address)
                taken += PROCESSOR() - start
                with suppress(BlockingIOError):
                    while True:
                        two.recv(len(TRAIN))
            return taken

        return loop

    return prepare


def receiving(receive: Batch, *, trains: bool = False) -> Prepare:
    """A loop of ``receive``, for which a batch, or a train, has been sent before."""

    def prepare(module: Any, exits: ExitStack) -> Loop:
        one, two = opened("UDP", module, exits, None)
        prepare_receiver(two, trains)
        address = two.getsockname()

        def loop(n: int) -> int:
            taken = 0
            for _ in range(n):
                if trains:
                    for _ in range(TRAINS):
                        one.sendmsg([TRAIN], [SEGMENT], 0, address)
                else:
                    send_singly(one, address)
                start = PROCESSOR()
                receive(two, address)
                taken += PROCESSOR() - start
            return taken

        return loop

    return prepare


def from_many(kind: str, receive: Batch) -> Prepare:
    """A loop of ``receive``, for batches in which each datagram is another peer's."""

    def prepare(module: Any, exits: ExitStack) -> Loop:
        pairs = [opened(kind, module, exits, None) for _ in range(PEERS // 2)]
        socks = [sock for pair in pairs for sock in pair]
        server, _ = opened(kind, module, exits, None)
        prepare_receiver(server, trains=False)
        address = server.getsockname()

        def loop(n: int) -> int:
            taken = 0
            for _ in range(n):
                for i in range(BATCH):
                    socks[i % PEERS].sendto(DATA, address)
                start = PROCESSOR()
                receive(server, address)
                taken += PROCESSOR() - start
            return taken

        return loop

    return prepare


def prepare_receiver(sock: Any, trains: bool) -> None:
    sock.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_RCVBUF, 2**20)  # or as much as it may have
    sock.setsockopt(cffisock.IPPROTO_UDP, cffisock.UDP_GRO, trains)


def send_singly(sock: Any, address: Any) -> None:
    for _ in range(BATCH):
        sock.sendto(DATA, address)


def send_batch(sock: Any, address: Any) -> None:
    assert sock.sendmmsg([(DATA, address)] * BATCH) == BATCH


def send_segments(sock: Any, address: Any) -> None:
    assert sock.sendmmsg([(DATA * BATCH, address)], segment=SIZE) == BATCH


def receive_singly(sock: Any, _: Any) -> None:
    for _ in range(BATCH):
        sock.recvfrom(SIZE)


def receive_batch(sock: Any, _: Any) -> None:
    assert len(sock.recvmmsg(BATCH, SIZE)) == BATCH


def receive_trains(sock: Any, _: Any) -> None:
    assert len(sock.recvmmsg(TRAINS, 65535)) == BATCH


def beside(name: str, ours: Prepare, own: Prepare, goal: float) -> Case:
    return Case(name, ours, Goal(goal, goal), own=own, per=BATCH)


CASES = [
    beside("sendmmsg", sending(send_batch), sending(send_singly), 1.0),
    beside("sendmmsg, segments", sending(send_segments), sending(send_singly), 1 / 5),
    beside(
        "sendmmsg, segments to UDP_GRO",
        sending(send_segments, trains=True),
        sending(send_singly),
        1 / 5,
    ),
    beside("recvmmsg", receiving(receive_batch), receiving(receive_singly), 1.0),
    *(
        beside(
            f"recvmmsg, {kind} of {PEERS} peers in turn",
            from_many(kind, receive_batch),
            from_many(kind, receive_singly),
            1.0,
        )
        for kind in HOSTS
    ),
    beside(
        "recvmmsg, UDP_GRO",
        receiving(receive_trains, trains=True),
        receiving(receive_singly),
        1 / 3,
    ),
]
