"""AF_BLUETOOTH, in the forms of its four protocols; controllers are in tests/vm."""

from __future__ import annotations

import struct
import sys
from typing import Any

import pytest

import cffisock

from .addresses import NUMBERS, ODD, assert_same, packed, there_and_back, unpacked
from .support import own, python

AF_BLUETOOTH = cffisock.AF_BLUETOOTH
L2CAP, HCI, SCO, RFCOMM = (
    cffisock.BTPROTO_L2CAP,
    cffisock.BTPROTO_HCI,
    cffisock.BTPROTO_SCO,
    cffisock.BTPROTO_RFCOMM,
)
ISO = cffisock.BTPROTO_ISO  # a protocol without a form of its own
DEVICE = "01:23:45:67:89:AB"
OTHERS = [4, 5, 6, 7, ISO, 99]
WRONG = "OSError: bind(): wrong format"
BAD_DEVICE = "OSError: bad bluetooth address"

GOOD_DEVICES = [
    ("01:23:45:67:89:ab", DEVICE),
    ("1:2:3:4:5:6", "01:02:03:04:05:06"),
    (" 1: 2:0x3:+4:0005:6", "01:02:03:04:05:06"),
    (cffisock.BDADDR_ANY, "00:00:00:00:00:00"),
    (cffisock.BDADDR_LOCAL, "00:00:00:FF:FF:FF"),
]
BAD_DEVICES = [
    *("", "0", "01:23:45:67:89", "01:23:45:67:89:ab:cd", "01:23:45:67:89:abc", "1:2:3:4:5:100"),
    *("01:23:45:67:89:ag", "g:2:3:4:5:6", "1:2:3:4:5:6 ", "1:2:3:4:5:6\n", "-1:2:3:4:5:6"),
    *("01-23-45-67-89-ab", "1 :2:3:4:5:6", "é:2:3:4:5:6", "1:2:3:4:5:", "%d:%n:3:4:5:6"),
    *("f" * 40 + ":2:3:4:5:6", "1" * 1000),
]
DEVICES = [*BAD_DEVICES, *(device for device, _ in GOOD_DEVICES), "\udc80", DEVICE + "\0"]
DEVICES += [DEVICE.encode(), bytearray(DEVICE.encode()), None, 5]


def raw(form: str, *values: Any) -> str:
    return struct.pack("=H" + form, AF_BLUETOOTH, *values).hex()


def sizes(data: str) -> list[str]:
    return [data[:size] for size in range(4, len(data) + 2, 2)]


BYTES = bytes([1, 2, 3, 4, 5, 6])
L2CAP_BYTES = raw("H6sHBx", 4097, BYTES, 0, 0)
PACK = [
    (AF_BLUETOOTH, proto, address)
    for proto, addresses in {
        L2CAP: [
            *ODD,
            *((device, 1) for device in DEVICES),
            *((DEVICE, number) for number in NUMBERS),
            *((DEVICE, 1, number) for number in NUMBERS),
            *((DEVICE, 1, 2, number) for number in NUMBERS),
            (DEVICE, 1, 2, 1, 5),
        ],
        RFCOMM: [
            *ODD,
            *((device, 1) for device in DEVICES),
            *((DEVICE, number) for number in NUMBERS),
            (DEVICE, 1, 2),
        ],
        HCI: [
            *ODD,
            *NUMBERS,
            *((number,) for number in NUMBERS),
            *((0, number) for number in NUMBERS),
        ],
        SCO: [*ODD, *DEVICES, DEVICE.encode() + b"\0", b"x", (DEVICE,)],
        **{other: [DEVICE, (DEVICE, 1), 1] for other in OTHERS},
    }.items()
    for address in addresses
]
UNPACK = [
    (AF_BLUETOOTH, proto, data)
    for proto, cases in {
        L2CAP: [
            *sizes(L2CAP_BYTES),
            *(raw("H6sHBx", 4097, BYTES, *end) for end in ((64, 0), (64, 1), (0, 2), (0, 255))),
        ],
        RFCOMM: sizes(raw("6sBx", BYTES, 255)),
        HCI: [*sizes(raw("HH", 1, 0)), raw("HH", 65535, 1), raw("HH", 0, 65535)],
        SCO: sizes(raw("6s", BYTES)),
    }.items()
    for data in cases
]


@pytest.mark.parametrize(
    ("proto", "address", "whole"),
    [
        (L2CAP, (DEVICE, 0x1001), (DEVICE, 0x1001)),
        (L2CAP, (DEVICE, 1, 0, 0), (DEVICE, 1)),
        (L2CAP, (DEVICE, 1, 64), (DEVICE, 1, 64)),
        (L2CAP, (DEVICE, 0, 4, 1), (DEVICE, 0, 4, 1)),
        (L2CAP, (DEVICE, 1, 0, cffisock.BDADDR_LE_RANDOM), (DEVICE, 1, 0, 2)),
        (RFCOMM, (DEVICE, 30), (DEVICE, 30)),
        (SCO, DEVICE, DEVICE),
        (SCO, DEVICE.encode(), DEVICE),
        (HCI, 1, 1),
        (HCI, (1,), 1),
        (HCI, (1, cffisock.HCI_CHANNEL_RAW), 1),
        (HCI, (1, cffisock.HCI_CHANNEL_USER), (1, 1)),
        (HCI, (cffisock.HCI_DEV_NONE, cffisock.HCI_CHANNEL_CONTROL), (65535, 3)),
        (ISO, (AF_BLUETOOTH, b"anything"), (31, b"anything")),
    ],
)
def test_there_and_back(proto: int, address: Any, whole: Any) -> None:
    assert there_and_back(AF_BLUETOOTH, proto, address) == repr(whole)


@pytest.mark.parametrize(("device", "shown"), GOOD_DEVICES)
def test_devices(device: str, shown: str) -> None:
    assert there_and_back(AF_BLUETOOTH, L2CAP, (device, 1)) == repr((shown, 1))
    assert there_and_back(AF_BLUETOOTH, RFCOMM, (device, 1)) == repr((shown, 1))
    assert there_and_back(AF_BLUETOOTH, SCO, device) == repr(shown)


@pytest.mark.parametrize("device", BAD_DEVICES)
def test_bad_devices(device: str) -> None:
    assert packed(AF_BLUETOOTH, L2CAP, (device, 1)) == BAD_DEVICE
    assert packed(AF_BLUETOOTH, RFCOMM, (device, 1)) == BAD_DEVICE
    assert packed(AF_BLUETOOTH, SCO, device) == BAD_DEVICE


@pytest.mark.parametrize(
    ("proto", "address", "error"),
    [
        *((L2CAP, address, WRONG) for address in ODD),
        *((RFCOMM, address, WRONG) for address in ODD),
        (L2CAP, (DEVICE,), WRONG),
        (L2CAP, (DEVICE, 1, 2, 3, 4), WRONG),
        (L2CAP, (DEVICE.encode(), 1), WRONG),
        (L2CAP, (DEVICE, "1"), WRONG),
        (L2CAP, (DEVICE + "\0", 1), WRONG),
        (RFCOMM, (DEVICE, 1, 2), WRONG),
        (HCI, (), WRONG),
        (HCI, (1, 2, 3), WRONG),
        (HCI, "0", WRONG),
        (HCI, (None,), WRONG),
        (SCO, (DEVICE,), WRONG),
        (SCO, bytearray(DEVICE.encode()), WRONG),
        (SCO, DEVICE + "\0", "ValueError: embedded null character"),
        (SCO, DEVICE.encode() + b"\0", "ValueError: embedded null byte"),
        (ISO, DEVICE, "OSError: bind(): unknown Bluetooth protocol"),
        (ISO, (30, b"x"), "OSError: bind(): unknown Bluetooth protocol"),
    ],
)
def test_bad_address(proto: int, address: Any, error: str) -> None:
    assert packed(AF_BLUETOOTH, proto, address) == error


def test_the_kernels_layouts() -> None:
    device = DEVICE
    backwards = bytes.fromhex("AB8967452301")
    assert packed(AF_BLUETOOTH, RFCOMM, (device, 7)) == raw("6sBx", backwards, 7)
    assert packed(AF_BLUETOOTH, SCO, device) == raw("6s", backwards)
    assert packed(AF_BLUETOOTH, HCI, (1, 3)) == raw("HH", 1, 3)
    # A psm and a cid are little endian on every machine.
    psm, cid = (0x1001).to_bytes(2, "little"), (0x40).to_bytes(2, "little")
    expected = raw("2s6s2sBx", psm, backwards, cid, 2)
    assert packed(AF_BLUETOOTH, L2CAP, (device, 0x1001, 0x40, 2)) == expected


def test_a_protocol_without_a_form() -> None:
    assert unpacked(AF_BLUETOOTH, ISO, raw("6s", BYTES)) == repr((31, BYTES))


if hasattr(own, "BDADDR_BREDR"):  # the 3.14 and 3.15 that were built with Bluetooth

    def test_same_as_the_standard_module() -> None:
        assert_same(sys.modules[__name__])


FILLED = "glibc.malloc.tcache_count=0:glibc.malloc.perturb=221"


def test_nothing_is_read_once_it_is_freed() -> None:
    """With the GNU C library this has freed memory filled; elsewhere it is ignored."""
    code = """
from cffisock import sockaddr
from cffisock import AF_BLUETOOTH, BTPROTO_HCI, HCI_CHANNEL_CONTROL
for address in (7, (7, HCI_CHANNEL_CONTROL)):
    packed = sockaddr.pack(address, AF_BLUETOOTH, BTPROTO_HCI)
    print(sockaddr.unpack(packed, BTPROTO_HCI))
"""
    run = python("-c", code, env={"GLIBC_TUNABLES": FILLED})
    assert run.stdout.split("\n") == ["7", "(7, 3)", ""], run.stderr
