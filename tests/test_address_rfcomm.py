"""AF_BLUETOOTH as it is on Windows; the codec is asked everywhere."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from cffisock import _address
from cffisock._address import rfcomm
from cffisock._edge.platform import CONSTANTS

from .addresses import NUMBERS, ODD, assert_same, packed, there_and_back, unpacked

AF_BLUETOOTH, RFCOMM = 32, 3

DEVICE = "01:23:45:67:89:AB"
WRONG = "OSError: bind(): wrong format"

GOOD_DEVICES = [
    ("01:23:45:67:89:ab", DEVICE),
    ("1:2:3:4:5:6", "01:02:03:04:05:06"),
    (" 1: 2:0x3:+4:0005:6", "01:02:03:04:05:06"),
    ("\t\n\v\f\r1:-0:0X3:+0x4:0005:6", "01:00:03:04:05:06"),
    ("100000001:-fffffffe:3:4:5:6", "01:02:03:04:05:06"),
    ("ff:FF:fF:ff:ff:ff", "FF:FF:FF:FF:FF:FF"),
]
BAD_DEVICES = [
    *("", "0", "01:23:45:67:89", "01:23:45:67:89:ab:cd", "01:23:45:67:89:abc", "1:2:3:4:5:100"),
    *("01:23:45:67:89:ag", "g:2:3:4:5:6", "1:2:3:4:5:6 ", "1:2:3:4:5:6\n", "-1:2:3:4:5:6"),
    *("01-23-45-67-89-ab", "1 :2:3:4:5:6", "é:2:3:4:5:6", "1:2:3:4:5:", "%d:%n:3:4:5:6"),
    *("f" * 40 + ":2:3:4:5:6", "1" * 1000, "0x:2:3:4:5:6", "0x0x1:2:3:4:5:6", "1_0:2:3:4:5:6"),
    *("+-1:2:3:4:5:6", "+ 1:2:3:4:5:6", "٣:2:3:4:5:6", "\xa01:2:3:4:5:6", "\x1c1:2:3:4:5:6"),
    *(":::::", "1:2:3:4:5:6:", ":1:2:3:4:5:6"),
]
NO_DEVICES = ["\udc80", DEVICE + "\0", DEVICE.encode(), bytearray(DEVICE.encode()), None, 5]
DEVICES = [*BAD_DEVICES, *NO_DEVICES, *(device for device, _ in GOOD_DEVICES)]


def raw(*values: Any) -> str:
    """The bytes of a SOCKADDR_BTH: they are little-endian but for the family."""
    return (struct.pack("=H", AF_BLUETOOTH) + struct.pack("<Q16sI", *values)).hex()


WHOLE = raw(0x0123456789AB, bytes(16), 7)
PACK = [
    (AF_BLUETOOTH, proto, address)
    for proto, addresses in {
        RFCOMM: [
            *ODD,
            *((device, 1) for device in DEVICES),
            *((DEVICE, number) for number in NUMBERS),
            *((DEVICE, 1, 2), ("x", None), [DEVICE, 1], (DEVICE,)),
        ],
        **{other: [(DEVICE, 1), None, (AF_BLUETOOTH, b"x")] for other in (0, 1, 2, 4, 256)},
    }.items()
    for address in addresses
]
UNPACK = [
    *((AF_BLUETOOTH, RFCOMM, WHOLE[:size]) for size in range(4, len(WHOLE) + 2, 2)),
    (AF_BLUETOOTH, RFCOMM, raw(2**64 - 1, b"\xff" * 16, 2**32 - 1)),
    (AF_BLUETOOTH, RFCOMM, raw(0, bytes(16), 2**31)),
    (AF_BLUETOOTH, RFCOMM, WHOLE + "ff" * 40),
]


@pytest.fixture(autouse=True)
def _as_on_windows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The family's number is Windows', and is another's elsewhere."""
    monkeypatch.setitem(CONSTANTS, "BTPROTO_RFCOMM", RFCOMM)
    monkeypatch.setitem(_address.CODECS, AF_BLUETOOTH, rfcomm.CODEC)
    _address.UNPACKED.clear()
    yield
    _address.UNPACKED.clear()


def test_the_layout() -> None:
    assert packed(AF_BLUETOOTH, RFCOMM, (DEVICE, 7)) == WHOLE
    assert len(WHOLE) == 2 * 30
    assert unpacked(AF_BLUETOOTH, RFCOMM, WHOLE) == repr((DEVICE, 7))


@pytest.mark.parametrize("channel", [0, 30, 256, 2**31 - 1, -1, -(2**31), True])
def test_there_and_back(channel: int) -> None:
    assert there_and_back(AF_BLUETOOTH, RFCOMM, (DEVICE, channel)) == repr((DEVICE, int(channel)))


@pytest.mark.parametrize(("device", "shown"), GOOD_DEVICES)
def test_devices(device: str, shown: str) -> None:
    assert there_and_back(AF_BLUETOOTH, RFCOMM, (device, 1)) == repr((shown, 1))


@pytest.mark.parametrize("device", BAD_DEVICES)
def test_bad_devices(device: str) -> None:
    assert packed(AF_BLUETOOTH, RFCOMM, (device, 1)) == "OSError: bad bluetooth address"


@pytest.mark.parametrize(
    "address",
    [
        *ODD,
        *((device, 1) for device in NO_DEVICES),
        *((DEVICE, number) for number in (2**31, -(2**31) - 1, 2**64, 1.0, "1", None)),
        *((DEVICE,), (DEVICE, 1, 2), [DEVICE, 1]),
    ],
)
def test_what_is_no_address(address: Any) -> None:
    assert packed(AF_BLUETOOTH, RFCOMM, address) == WRONG


@pytest.mark.parametrize("proto", [0, 1, 2, 256])
def test_another_protocol(proto: int) -> None:
    for address in (None, (DEVICE, 1), (AF_BLUETOOTH, b"x")):
        wanted = "OSError: bind(): unknown Bluetooth protocol"
        assert packed(AF_BLUETOOTH, proto, address) == wanted


if sys.platform == "win32":

    def test_same_as_the_standard_module() -> None:
        assert_same(sys.modules[__name__])
