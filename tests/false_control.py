"""A program whose peers make any control messages, by the library of false_control.c, preloaded:
``python -m tests.false_control COUNT``.

Prints as JSON for how many inputs the two modules, and the ways to receive, told the same, and what
they told where they did not.
"""

from __future__ import annotations

import json
import random
import struct
import sys
import warnings
from typing import Any

import cffisock
from cffisock import control

from .receiving import OWN_WITH_ROOM, WITH_ROOM
from .support import IS_PYPY, descriptors, own

HEADER = "@Nii"
SIZE_MAX = 2 * sys.maxsize + 1
LENGTHS = [0, 1, 7, 8, 12, 15, 16, 17, 19, 20, 24, 28, 32, 48, 2**31 - 1, 2**31, 2**32, 2**63 - 1]
LENGTHS += [2**63, 2**64 - 1, 2**64 - 16]
KINDS = [
    (own.SOL_SOCKET, cffisock.SCM_RIGHTS),
    (own.SOL_SOCKET, cffisock.SCM_CREDENTIALS),
    (own.SOL_SOCKET, cffisock.SCM_PIDFD),
    (own.SOL_SOCKET, cffisock.SCM_TIMESTAMPNS),
    (own.IPPROTO_IP, cffisock.IP_PKTINFO),
    (own.IPPROTO_IP, cffisock.IP_RECVERR),
    (own.IPPROTO_IPV6, cffisock.IPV6_RECVERR),
    (own.IPPROTO_IP, cffisock.IP_RECVORIGDSTADDR),
    (own.IPPROTO_UDP, cffisock.UDP_GRO),
    (-1, -1),
    (0, 0),
]
# No such descriptors are there, should they be closed.
NUMBER = 1 << 20


def messages(seed: int) -> bytes:
    """Some control messages, most of them with the length that is theirs, cut somewhere."""
    chance = random.Random(seed)
    data = b""
    for _ in range(chance.randint(1, 4)):
        size = chance.choice([0, 1, 3, 4, 5, 8, 12, 16, 20, 32])
        level, kind = chance.choice(KINDS)
        length = struct.calcsize(HEADER) + size
        if chance.random() < 0.3:
            length = chance.choice(LENGTHS)
        payload = struct.pack("@i", NUMBER + seed) * (size // 4) + b"?" * (size % 4)
        data += struct.pack(HEADER, length & SIZE_MAX, level, kind) + payload
        data += bytes(-len(data) % 8)
    return data[: chance.randint(1, len(data))] if chance.random() < 0.5 else data


def told(module: Any, receive: Any, data: bytes, room: int) -> Any:
    """The control messages, or the exception; and how many warnings there were."""
    one, two = module.socketpair(own.AF_UNIX, own.SOCK_DGRAM)
    with one, two, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        one.send(data)
        try:
            _, items, flags, _ = receive(two, len(data), room)
        except Exception as error:  # noqa: BLE001
            return f"{type(error).__name__}: {error}"
        for item in control.parse(items):
            if isinstance(item, control.Rights):
                item.take()
        return repr((items, flags)), [str(each.message) for each in caught]


def main(count: int) -> None:
    before = descriptors()
    same, others = 0, []
    for seed in range(count):
        data = messages(seed)
        for room in {len(data), len(data) - 1, len(data) // 2, 16, 1} - {0}:
            outcomes = {
                name: told(cffisock, receive, data, room)
                for name, receive in WITH_ROOM.items()
                # A loop of asyncio takes long to start, and calls what is here too.
                if not name.startswith("aio") or seed % 100 == 0
            }
            if not IS_PYPY:  # whose own module trusts the lengths
                for name, receive in OWN_WITH_ROOM.items():
                    outcomes[f"own {name}"] = told(own, receive, data, room)
            if len({str(outcome) for outcome in outcomes.values()}) == 1:
                same += 1
            else:
                others.append([data.hex(), room, outcomes])
    left = set(descriptors().values()) - set(before.values())
    json.dump({"same": same, "others": others, "left open": sorted(left)}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
