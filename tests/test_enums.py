"""The four enums, whose members the public module has for names."""

from __future__ import annotations

import copy
import enum
import pickle
from typing import Any

import pytest

import cffisock
from cffisock import _socket
from cffisock._edge import enums

from .support import isolated, own

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


def seen(member: Any, protocol: int) -> list[Any]:
    """What a program sees of a member, with the names of its class and its module left out."""
    reduced = member.__reduce_ex__(protocol)
    if isinstance(reduced, tuple):
        assert reduced[0] is type(member)
        reduced = reduced[1:]
    kind = type(member)
    return [
        *(reduced, repr(member), str(member), f"{member}", f"{member:>6}", f"{member:x}"),
        *(member.name, member.value, hash(member), "__reduce_ex__" in vars(kind)),
        *(kind.__name__, kind.__qualname__, kind.__doc__, repr(kind), kind.__mro__[1:]),
    ]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("name", ENUMS)
def test_members_look_and_reduce_as_the_standard_modules(name: str, protocol: int) -> None:
    ours, theirs = getattr(cffisock, name), getattr(own, name)
    for each, member in theirs.__members__.items():
        # A name that has joined since may come first in the alphabet for the same number.
        if ours[each].name == member.name:
            assert seen(ours[each], protocol) == seen(member, protocol)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickled_and_copied_it_is_the_same_member(protocol: int) -> None:
    combined = [
        cffisock.MSG_PEEK | cffisock.MSG_OOB,
        cffisock.MsgFlag(0),
        cffisock.AI_PASSIVE | cffisock.AI_CANONNAME,
    ]
    for member in [*(each for name in ENUMS for each in getattr(cffisock, name)), *combined]:
        assert pickle.loads(pickle.dumps(member, protocol)) is member
        assert copy.copy(member) is member
        assert copy.deepcopy(member) is member


@pytest.mark.parametrize("name", ["MsgFlag", "AddressInfo"])
def test_numbers_that_are_no_flag(name: str) -> None:
    ours, theirs = getattr(cffisock, name), getattr(own, name)
    for number in (0, 1 << 28, -1, -2, 3):
        one, other = ours(number), theirs(number)
        assert (int(one), int(~one)) == (int(other), int(~other))


def test_converter() -> None:
    convert: Any = cffisock._intenum_converter
    assert convert(2, cffisock.AddressFamily) is cffisock.AF_INET
    assert convert(250, cffisock.AddressFamily) == 250
    assert type(convert(250, cffisock.AddressFamily)) is int


# --- flags, whose enums are made when they are asked for ----------------------------------------

UNUSED = "import cffisock; assert 'MSG_PEEK' not in vars(cffisock)\n"


def test_flags_are_named_before_they_are_made() -> None:
    code = (
        f"{UNUSED}"
        "assert {'MsgFlag', 'MSG_PEEK', 'AddressInfo', 'AI_PASSIVE'} <= set(dir(cffisock))\n"
        "names = {}\n"
        "exec('from cffisock import *', names)\n"
        "assert names['MSG_PEEK'] is cffisock.MSG_PEEK is cffisock.MsgFlag.MSG_PEEK\n"
        "assert 'MSG_PEEK' in vars(cffisock)\n"
    )
    assert isolated(code).stderr == ""


def test_flags_can_be_made_when_nothing_can_be_imported() -> None:
    code = (
        f"{UNUSED}import os, resource, sys\n"
        "_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))\n"
        "sys.path.clear()\n"
        "sys.meta_path.clear()\n"
        "print(repr(cffisock.MSG_PEEK | cffisock.MSG_OOB), repr(cffisock.AI_PASSIVE))\n"
    )
    process = isolated(code)
    assert process.stderr == ""
    assert "MSG_PEEK" in process.stdout
    assert "AI_PASSIVE" in process.stdout


def test_what_a_program_put_in_the_place_of_a_flag_stays() -> None:
    code = (
        f"{UNUSED}cffisock.MSG_PEEK = 17\n"
        "assert cffisock.MSG_OOB == 1\n"
        "assert cffisock.MSG_PEEK == 17\n"
        "del cffisock.MSG_PEEK\n"
        "assert cffisock.MSG_PEEK is cffisock.MsgFlag.MSG_PEEK\n"
    )
    assert isolated(code).stderr == ""


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_flags_are_unpickled_before_they_are_made(protocol: int) -> None:
    data = pickle.dumps([cffisock.MSG_PEEK, cffisock.AI_PASSIVE], protocol)
    code = (
        f"{UNUSED}import pickle\n"
        f"assert pickle.loads({data!r}) == [cffisock.MSG_PEEK, cffisock.AI_PASSIVE]\n"
    )
    assert isolated(code).stderr == ""


def test_threads_that_ask_at_once_get_one_enum(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread is done when this one has made the enum, and has not put it anywhere."""
    monkeypatch.setattr(enums, "_made", {})
    made, found = enums._make, []

    def make(*arguments: Any) -> Any:
        monkeypatch.setattr(enums, "_make", made)
        found.append(enums.flags_with("MSG_PEEK")["MsgFlag"])
        return made(*arguments)

    monkeypatch.setattr(enums, "_make", make)
    assert enums.flags_with("MSG_PEEK")["MsgFlag"] is found[0]
