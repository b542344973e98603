"""sendmsg and recvmsg, without and with descriptors; each operation is one of each."""

from __future__ import annotations

import array
import os
import socket
from contextlib import ExitStack
from typing import Any

from ..floor import floor
from ..harness import Case, Loop, Prepare
from .streams import SMALL, opened, unix_pair

SEVERAL = 4


def plain(module: Any, exits: ExitStack) -> Loop:
    one, two = opened(unix_pair, module, exits, None)
    data = [bytes(SMALL)]

    def loop(n: int) -> None:
        for _ in range(n):
            one.sendmsg(data)
            two.recvmsg(SMALL)

    return loop


def several(module: Any, exits: ExitStack) -> Loop:
    one, two = opened(unix_pair, module, exits, None)
    data = [bytes(SMALL)] * SEVERAL

    def loop(n: int) -> None:
        for _ in range(n):
            one.sendmsg(data)
            two.recv(SEVERAL * SMALL)

    return loop


def into_several(module: Any, exits: ExitStack) -> Loop:
    one, two = opened(unix_pair, module, exits, None)
    data, buffers = bytes(SEVERAL * SMALL), [bytearray(SMALL) for _ in range(SEVERAL)]

    def loop(n: int) -> None:
        for _ in range(n):
            one.send(data)
            two.recvmsg_into(buffers)

    return loop


def with_descriptor(module: Any, exits: ExitStack) -> Loop:
    """A new array each time, as a program that passes one descriptor makes it."""
    one, two = opened(unix_pair, module, exits, None)
    data, fd = [bytes(SMALL)], one.fileno()
    level, kind = module.SOL_SOCKET, module.SCM_RIGHTS
    room = module.CMSG_SPACE(4)

    def loop(n: int) -> None:
        for _ in range(n):
            one.sendmsg(data, [(level, kind, array.array("i", [fd]))])
            _, received, _, _ = two.recvmsg(SMALL, room)
            os.close(array.array("i", received[0][2])[0])

    return loop


def send_fds(module: Any, exits: ExitStack) -> Loop:
    one, two = opened(unix_pair, module, exits, None)
    data, fds = [bytes(SMALL)], [one.fileno()]

    def loop(n: int) -> None:
        for _ in range(n):
            module.send_fds(one, data, fds)
            os.close(module.recv_fds(two, SMALL, 1)[1][0])

    return loop


def bare(passes: bool) -> Prepare:
    def arguments(exits: ExitStack) -> tuple[int, ...]:
        one, two = opened(unix_pair, socket, exits, None)
        return one.fileno(), two.fileno(), one.fileno() if passes else -1, SMALL

    return floor("message", arguments)


CASES = [
    Case("64 B", plain, floor=bare(False)),
    Case("4 of 64 B, sendmsg", several),
    Case("4 of 64 B, recvmsg_into", into_several),
    Case("64 B and a descriptor", with_descriptor, floor=bare(True)),
    Case("64 B, send_fds, recv_fds", send_fds, floor=bare(True)),
]
