"""The four enums, whose members the public module has for names."""

from __future__ import annotations

import enum
from typing import Any

import pytest

import cffisock
from cffisock import _socket

from .support import own

ENUMS = {
    "AddressFamily": ("AF_", enum.IntEnum),
    "SocketKind": ("SOCK_", enum.IntEnum),
    "MsgFlag": ("MSG_", enum.IntFlag),
    "AddressInfo": ("AI_", enum.IntFlag),
}


@pytest.mark.parametrize("name", ENUMS)
def test_every_name_of_the_group_is_a_member(name: str) -> None:
    prefix, base = ENUMS[name]
    kind = getattr(cffisock, name)
    assert issubclass(kind, base)
    assert kind.__module__ == getattr(own, name).__module__.replace("socket", "cffisock")
    low = {each for each in dir(_socket) if each.startswith(prefix) and each.isupper()}
    assert set(kind.__members__) == low
    for each in low:
        assert getattr(cffisock, each) is kind[each]
        assert type(getattr(_socket, each)) is int
        assert getattr(_socket, each) == kind[each]


@pytest.mark.parametrize("name", ENUMS)
def test_the_standard_modules_members(name: str) -> None:
    ours, theirs = getattr(cffisock, name), getattr(own, name)
    for member, value in theirs.__members__.items():
        assert ours[member] == value
        assert isinstance(ours[member].value, int)


def test_one_number_is_one_member() -> None:
    assert cffisock.AddressFamily(2) is cffisock.AF_INET
    assert repr(cffisock.AF_UNIX) == "<AddressFamily.AF_UNIX: 1>"
    assert cffisock.MSG_PEEK | cffisock.MSG_OOB == 3
    assert type(cffisock.MSG_PEEK | cffisock.MSG_OOB) is cffisock.MsgFlag


def test_converter() -> None:
    convert: Any = cffisock._intenum_converter
    assert convert(2, cffisock.AddressFamily) is cffisock.AF_INET
    assert convert(250, cffisock.AddressFamily) == 250
    assert type(convert(250, cffisock.AddressFamily)) is int
