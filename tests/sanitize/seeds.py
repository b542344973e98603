"""What the fuzzer begins with: input as real kernels, peers and libraries would give it.

The targets read an input from its beginning: numbers of one byte, or of two, the low one first,
where more than 255 is possible, and then what they ask for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import cffisock as socket
from cffisock._cffi import lib

MAX_ROOM = 600
FD = struct.pack("i", 3)
UDP_GRO = 104


def two(number: int) -> bytes:
    return struct.pack("<H", number)


def control(level: int, kind: int, data: bytes, cut: int = 0) -> bytes:
    """A control message with its padding; one that says it were `cut` bytes longer."""
    start = socket.CMSG_LEN(0)
    header = struct.pack("@Nii", start + len(data) + cut, level, kind)
    padded = socket.CMSG_SPACE(len(data))
    return (header.ljust(start, b"\0") + data).ljust(padded, b"\0")


RIGHTS = control(socket.SOL_SOCKET, socket.SCM_RIGHTS, FD * 3)
CREDENTIALS = control(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, bytes(12))
TTL = control(socket.IPPROTO_IP, socket.IP_TTL, FD)
TRAIN = control(socket.IPPROTO_UDP, UDP_GRO, struct.pack("i", 1200))
CONTROLS = [
    b"",
    RIGHTS,
    RIGHTS[:-4],
    RIGHTS + CREDENTIALS,
    TTL + TRAIN,
    TRAIN + TTL + RIGHTS,
    control(socket.SOL_SOCKET, socket.SCM_RIGHTS, FD * 2, cut=9),
    control(socket.SOL_SOCKET, socket.SCM_RIGHTS, b""),
    RIGHTS[:8],
]
INET = struct.pack("!4s8x", struct.pack("!HI", 80, 0x7F000001))
ADDRESSES = [
    struct.pack("=H14s", socket.AF_INET, INET),
    struct.pack("=H26s", socket.AF_INET6, bytes(range(26))),
    struct.pack("=H5s", socket.AF_UNIX, b"/a/b\0"),
    struct.pack("=H5s", socket.AF_UNIX, b"\0name"),
    struct.pack("=H108s", socket.AF_UNIX, b"p" * 108),
    struct.pack("=HHiHBB8s24s", socket.AF_PACKET, 8, 2, 1, 0, 32, b"12345678", b"9" * 24),
    struct.pack("=HBb3I", socket.AF_TIPC, 3, 1, 1, 2, 3),
    struct.pack("=H14sII64s", socket.AF_ALG, b"hash" * 4, 0, 0, b"sha256" * 11),
    struct.pack("=HH6sHBB", socket.AF_BLUETOOTH, 1, b"device", 2, 1, 0),
    struct.pack("=HxxiQIB7x", socket.AF_CAN, 1, 2**64 - 1, 3, 4),
    struct.pack("=HHIII", socket.AF_VSOCK, 0, 1, 2, 3),
    struct.pack("=H", socket.AF_INET),
    b"",
]


def message(items: bytes, room: int, sizes: list[int]) -> bytes:
    """What the target's kernel makes a message of; its address is the first one."""
    data = b"".join(bytes([size]) + b"d" * size for size in sizes)
    used = bytes([len(items)]) if room <= 255 else two(len(items))
    return used + b"\0" + bytes([len(ADDRESSES[0])]) + ADDRESSES[0] + items + data


def control_seeds() -> Iterator[bytes]:
    for items in CONTROLS:
        yield two(MAX_ROOM) + b"\x20" + message(items, MAX_ROOM, [9])


def batches_seeds() -> Iterator[bytes]:
    for trains in (0, 1):
        room = 100 + trains * lib.cs_train_control()
        for items in CONTROLS:
            yield bytes([40, 100, trains]) + message(items, room, [9]) * 4
    # A train's own control message first, and another that takes the rest of the room.
    room = lib.cs_train_control()
    rest = control(socket.SOL_SOCKET, 0, bytes(room - len(TRAIN) - socket.CMSG_LEN(0)))
    yield bytes([40, 0, 1]) + message(TRAIN + rest, room, [9]) * 4


def addresses_seeds() -> Iterator[bytes]:
    """Each address for each family of the target."""
    for i in range(16):
        for address in ADDRESSES:
            yield bytes([i, len(address)]) + address + b"eth0".ljust(16, b"\0")
            yield bytes([i, 128]) + address.ljust(128, b"\1") + b"i" * 16


def names_seeds() -> Iterator[bytes]:
    """Some numbers for each question of the target, and texts for the last two."""
    for i in range(7):
        for byte in range(0, 256, 17):
            yield bytes([i]) + bytes([byte, 1, 3, 60, 4]) * 60
    for text in (b"127.0.0.1", b"::ffff:1.2.3.4", b"fe80::1%lo", b"00:11:22:33:44:55", b"1:2"):
        for before in (b"\5\0", b"\5\1", b"\6"):
            yield before + bytes([len(text)]) + text


SEEDS = {
    "control": control_seeds,
    "batches": batches_seeds,
    "addresses": addresses_seeds,
    "names": names_seeds,
}


def write(target: str, folder: Path) -> None:
    """Writes the seeds of a target into a new folder."""
    folder.mkdir()
    made = SEEDS[target]()
    for i, seed in enumerate(made):
        (folder / f"seed-{i}").write_bytes(seed)
