"""AF_HYPERV: Windows has the family; the codec is asked everywhere."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from cffisock import _address
from cffisock._address import hyperv
from cffisock._edge.platform import CONSTANTS, TEXTS

from .addresses import ODD, assert_same, packed, there_and_back, unpacked

AF_HYPERV, HV_PROTOCOL_RAW = 34, 1

VM = "12345678-9abc-def0-1234-56789abcdef0"
SERVICE = "00000ac9-facb-11e6-bd58-64006a7986d3"
ZERO = "00000000-0000-0000-0000-000000000000"
VM_BYTES = bytes.fromhex("78563412bc9af0de123456789abcdef0")
SERVICE_BYTES = bytes.fromhex("c90a0000cbfae611bd5864006a7986d3")

GOOD_GUIDS = [(VM, VM), (VM.upper(), VM), (ZERO, ZERO), ("f" * 8 + VM[8:], "f" * 8 + VM[8:])]
GUID_LIKE = [
    *("", "x", VM[:-1], VM + "0", VM + "\0", VM + "\n", f"{{{VM}}}", f" {VM}", f"{VM} "),
    *(VM.replace("-", ""), VM.replace("-", ":"), VM[:-1] + "g", VM[:-1] + "٣", "\udc80" + VM[1:]),
    *(VM.replace("-", "", 1), "1234567-89abc" + VM[13:], VM[:-2] + "  ", VM[:6] + "  " + VM[8:]),
    *("+" + VM[1:], "0x" + VM[2:], VM.replace("5", "_"), "-" * 36, "1" * 1000),
]
NO_STRINGS = [None, 5, VM.encode(), bytearray(VM.encode()), [VM], (VM,)]


class DerivedStr(str):
    __slots__ = ()

    def split(self, *_: Any) -> Any:
        return ["this is not what it is"]


DERIVED = DerivedStr(VM)
GUIDS = [*GUID_LIKE, *(guid for guid, _ in GOOD_GUIDS), *NO_STRINGS, DERIVED]


def raw(*values: Any) -> str:
    return struct.pack("=HH16s16s", AF_HYPERV, *values).hex()


WHOLE = raw(0, VM_BYTES, SERVICE_BYTES)
PACK = [
    (AF_HYPERV, proto, address)
    for proto, addresses in {
        HV_PROTOCOL_RAW: [
            *ODD,
            *((guid, SERVICE) for guid in GUIDS),
            *((VM, guid) for guid in GUIDS),
            *([VM, SERVICE], (VM, SERVICE, 1), ("x", "y"), ("x", 1), (VM, SERVICE)),
        ],
        **{other: [(VM, SERVICE), None, ("x", "y")] for other in (0, 2, 255, -1)},
    }.items()
    for address in addresses
]
UNPACK = [
    *((AF_HYPERV, HV_PROTOCOL_RAW, WHOLE[:size]) for size in range(4, len(WHOLE) + 2, 2)),
    (AF_HYPERV, HV_PROTOCOL_RAW, raw(0xFFFF, VM_BYTES[::-1], bytes(16))),
    (AF_HYPERV, HV_PROTOCOL_RAW, WHOLE + "ff" * 40),
    (AF_HYPERV, 2, WHOLE),
]


@pytest.fixture(autouse=True)
def _as_on_windows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The family's number is Windows', and is another's or nobody's elsewhere."""
    monkeypatch.setitem(CONSTANTS, "HV_PROTOCOL_RAW", HV_PROTOCOL_RAW)
    monkeypatch.setitem(_address.CODECS, AF_HYPERV, hyperv.CODEC)
    _address.UNPACKED.clear()
    yield
    _address.UNPACKED.clear()


def test_the_layout() -> None:
    assert packed(AF_HYPERV, HV_PROTOCOL_RAW, (VM, SERVICE)) == WHOLE
    assert len(WHOLE) == 2 * 36
    assert unpacked(AF_HYPERV, HV_PROTOCOL_RAW, WHOLE) == repr((VM, SERVICE))


@pytest.mark.parametrize(("guid", "shown"), GOOD_GUIDS)
def test_there_and_back(guid: str, shown: str) -> None:
    for address, whole in (((guid, SERVICE), (shown, SERVICE)), ((VM, guid), (VM, shown))):
        assert there_and_back(AF_HYPERV, HV_PROTOCOL_RAW, address) == repr(whole)


def test_the_texts_of_the_module() -> None:
    for name, guid in TEXTS.items():
        if name.startswith("HV_GUID_"):
            shown = repr((guid.lower(), guid.lower()))
            assert there_and_back(AF_HYPERV, HV_PROTOCOL_RAW, (guid, guid)) == shown


@pytest.mark.parametrize("guid", GUID_LIKE)
def test_bad_guids(guid: str) -> None:
    invalid = "ValueError: bind(): AF_HYPERV address {} is not a valid UUID string".format
    assert packed(AF_HYPERV, HV_PROTOCOL_RAW, (guid, SERVICE)) == invalid("vm_id")
    assert packed(AF_HYPERV, HV_PROTOCOL_RAW, (guid, guid)) == invalid("vm_id")
    assert packed(AF_HYPERV, HV_PROTOCOL_RAW, (VM, guid)) == invalid("service_id")


@pytest.mark.parametrize("guid", NO_STRINGS)
def test_what_is_no_text(guid: Any) -> None:
    wanted = "TypeError: AF_HYPERV address must be a str tuple (vm_id, service_id)"
    for address in ((guid, SERVICE), (VM, guid), ("x", guid), (), (VM,), (VM, SERVICE, SERVICE)):
        assert packed(AF_HYPERV, HV_PROTOCOL_RAW, address) == wanted


def test_no_class_of_the_callers_decides() -> None:
    assert packed(AF_HYPERV, HV_PROTOCOL_RAW, (DERIVED, SERVICE)) == WHOLE


@pytest.mark.parametrize("address", [None, "ab", [VM, SERVICE], {}, 5])
def test_what_is_no_tuple(address: Any) -> None:
    given = type(address).__name__
    wanted = f"TypeError: bind(): AF_HYPERV address must be tuple, not {given}"
    assert packed(AF_HYPERV, HV_PROTOCOL_RAW, address) == wanted


@pytest.mark.parametrize("proto", [0, 2, -1])
def test_another_protocol(proto: int) -> None:
    for address in (None, (VM, SERVICE)):
        wanted = f"OSError: bind(): unsupported AF_HYPERV protocol: {proto}"
        assert packed(AF_HYPERV, proto, address) == wanted


if sys.platform == "win32":

    def test_same_as_the_standard_module() -> None:
        assert_same(sys.modules[__name__])
