"""What the interpreter's own module has, cffisock has, and calls for it work here too."""

from __future__ import annotations

import enum
import functools
import importlib
import inspect
import types
from typing import Any

import pytest

import cffisock
from cffisock import _socket
from cffisock._command.surface import MODULE, SOCKET
from tests.support import CPYTHON, IS_PYPY, isolated

OWN_SOCKET, OWN_BASE, _ssl = map(importlib.import_module, ("socket", "_socket", "_ssl"))
LAYERS = [(OWN_SOCKET, cffisock), (OWN_BASE, _socket)]
# What socket.py happens to import.
IMPORTED = (enum.IntEnum, enum.IntFlag, functools.partial)


def public(module: Any) -> dict[str, Any]:
    """The names that a program may use of ``module``, with what they mean."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not isinstance(value, types.ModuleType)
        and value not in IMPORTED
        # PyPy's ssl puts its own names here.
        and not (IS_PYPY and (hasattr(_ssl, name) or name == "sslerror"))
    }


@pytest.mark.parametrize(("own", "ours"), LAYERS, ids=["socket", "_socket"])
def test_names(own: Any, ours: Any) -> None:
    absent = [name for name in public(own) if not hasattr(ours, name)]
    # The capsule for C modules is on the low level, where they look for it.
    assert [name for name in absent if name != "CAPI"] == []


@pytest.mark.parametrize(("own", "ours"), LAYERS, ids=["socket", "_socket"])
def test_members_of_the_type(own: Any, ours: Any) -> None:
    members = [name for name in dir(own.socket) if not name.startswith("_")]
    assert [name for name in members if not hasattr(ours.socket, name)] == []


def test_what_3_15_has() -> None:
    assert [name for name in MODULE if not hasattr(cffisock, name)] == []
    assert [name for name in SOCKET if not hasattr(cffisock.socket, name)] == []


# socket.py of some version has these, and programs use them.
MODULES = ["_socket", "array", "errno", "io", "os", "selectors", "sys"]


def test_what_socket_py_imports() -> None:
    for name in MODULES:
        expected = _socket if name == "_socket" else importlib.import_module(name)
        assert getattr(cffisock, name) is expected
        assert name in dir(cffisock)
        assert getattr(OWN_SOCKET, name, expected).__name__ == name
    assert (cffisock.IntEnum, cffisock.IntFlag) == (enum.IntEnum, enum.IntFlag)
    with pytest.raises(AttributeError, match="module 'cffisock' has no attribute 'no_such_name'"):
        _ = cffisock.no_such_name


def test_modules_that_are_imported_when_they_are_asked_for() -> None:
    code = (
        "import cffisock, sys\n"
        "assert 'selectors' not in sys.modules\n"
        "from cffisock import selectors\n"
        "assert selectors is cffisock.selectors is sys.modules['selectors']\n"
        "assert 'selectors' in vars(cffisock)\n"
    )
    assert isolated(code).stderr == ""


def imported(module: str) -> set[str]:
    """What ``from module import *`` brings."""
    names: dict[str, Any] = {}
    exec(f"from {module} import *", names)
    return set(names) - {"__builtins__"}


# Attributes of the module that its `__all__` leaves out.
NOT_ALL = {"AddressInfo", "EAGAIN", "EBADF", "EWOULDBLOCK", "MsgFlag", "SocketIO"}


def test_import_of_all_names() -> None:
    """Those of 3.15, and more constants."""
    names = imported("cffisock")
    expected = set(MODULE) - NOT_ALL
    assert expected <= names
    assert names - expected <= set(_socket.CONSTANT_NAMES)
    if CPYTHON >= (3, 15):
        # The capsule is for C modules, which get it on the low level.
        assert imported("socket") - {"CAPI"} == expected


@pytest.mark.differs("own-names")
def test_additional_names() -> None:
    more = {name for name in vars(cffisock) if not name.startswith("_")} - set(MODULE)
    more -= {*_socket.CONSTANT_NAMES, *MODULES, "IntEnum", "IntFlag"}
    later = {"aio", "control", "multicast", "options", "sockaddr"}
    later |= {"getifaddrs", "install", "installed", "listen_fds"}
    assert later <= set(dir(cffisock))
    more -= later  # there or not, as somebody has asked for them
    assert more == {"Deadline", "annotations"}
    more = {name for name in dir(cffisock.socket) if not name.startswith("_")} - set(SOCKET)
    assert more == {"recvmmsg", "recvmmsg_into", "sendmmsg"}
    assert not hasattr(cffisock, "CAPI")


def calls(signature: inspect.Signature) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Ways to call a function that has this signature: all by position, and all by name."""
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    fixed = [p for p in signature.parameters.values() if p.kind in positional]
    named = [
        p
        for p in signature.parameters.values()
        if p.kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    ]
    unnamed = [p for p in fixed if p.kind is inspect.Parameter.POSITIONAL_ONLY]
    required = [p for p in fixed if p.default is inspect.Parameter.empty]
    return [
        ((None,) * len(fixed), {}),
        ((None,) * len(required), {}),
        ((None,) * len(unnamed), {p.name: None for p in named}),
    ]


def functions() -> list[Any]:
    """Pairs of functions, the interpreter's own and ours, whose signatures can be read."""
    pairs = []
    for own, ours in LAYERS:
        places = [(own.__name__, public(own), vars(ours))]
        for kind in ("socket", "SocketIO"):
            if hasattr(own, kind):
                found = [members(getattr(module, kind)) for module in (own, ours)]
                places.append((f"{own.__name__}.{kind}", *found))
        for place, own_place, our_place in places:
            for name, value in own_place.items():
                if not callable(value) or isinstance(value, type):
                    continue
                try:
                    signature = inspect.signature(value)
                except ValueError:
                    continue  # written in C, without a signature that can be read
                if written_in_c(value):
                    if inspect.Parameter.VAR_POSITIONAL in kinds(signature):
                        continue  # PyPy's says nothing of what it takes
                    # PyPy shows names of its own, which are no part of the function.
                    signature = without_names(signature)
                pairs.append(pytest.param(signature, our_place[name], id=f"{place}.{name}"))
    return pairs


def kinds(signature: inspect.Signature) -> set[Any]:
    """The kinds of parameters that there are."""
    return {parameter.kind for parameter in signature.parameters.values()}


def written_in_c(function: Any) -> bool:
    """Whether the function has no Python code."""
    return not isinstance(getattr(function, "__code__", None), types.CodeType)


def without_names(signature: inspect.Signature) -> inspect.Signature:
    """The same parameters, by position only."""
    parameters = [
        p.replace(kind=p.POSITIONAL_ONLY) if p.kind is p.POSITIONAL_OR_KEYWORD else p
        for p in signature.parameters.values()
    ]
    return signature.replace(parameters=parameters)


def members(kind: type) -> dict[str, Any]:
    """The public members of a class."""
    return {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_")}


@pytest.mark.parametrize(("own", "function"), functions())
def test_signatures(own: inspect.Signature, function: Any) -> None:
    ours = inspect.signature(function)
    for args, kwargs in calls(own):
        ours.bind(*args, **kwargs)  # TypeError where such a call would not work
