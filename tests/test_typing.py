"""The types that ship: _cffi.pyi is held against the compiled module, both ways.

What type checkers and editors say, `python -m tests.types` asks.
"""

from __future__ import annotations

import ast
import inspect
import typing
from pathlib import Path
from typing import Any

import pytest

import cffisock
from cffisock import _annotations, _constants, _types
from cffisock._cffi import ffi, lib
from cffisock._edge.platform import TEXTS

from . import typed_constants
from .support import isolated, own, python

PACKAGE = Path(cffisock.__file__).parent


def declared(name: str) -> dict[str, str]:
    """The members of a class in _cffi.pyi, each with its kind: that of a constant, or of a
    function's arguments and result."""
    stub = ast.parse((PACKAGE / "_cffi.pyi").read_text(encoding="utf-8"))
    (found,) = (node for node in stub.body if isinstance(node, ast.ClassDef) and node.name == name)
    members = {}
    for node in found.body:
        if isinstance(node, ast.FunctionDef):
            arguments = [ast.unparse(arg.annotation) for arg in node.args.posonlyargs[1:]]
            members[node.name] = f"({', '.join(arguments)}) -> {ast.unparse(node.returns)}"
        else:
            members[node.target.id] = ast.unparse(node.annotation)
    return members


def compiled(name: str) -> str:
    """The kind of a member of ``lib``, by cffi, in the words of _cffi.pyi."""
    member = getattr(lib, name)
    if isinstance(member, int):
        return "int"
    kind = ffi.typeof(member)
    arguments = ", ".join("Int" if arg.kind == "primitive" else "Pointer" for arg in kind.args)
    result = {"primitive": "int", "void": "None"}.get(kind.result.kind, "Pointer")
    return f"({arguments}) -> {result}"


def test_the_functions_of_the_shim_are_declared_as_they_are() -> None:
    names = dir(lib)
    assert len(names) > 50
    assert declared("_Lib") == {name: compiled(name) for name in names}


def test_what_is_declared_of_cffi_is_there() -> None:
    assert [name for name in declared("_FFI") if not hasattr(ffi, name)] == []


@pytest.mark.parametrize("name", ["py.typed", "_cffi.pyi", "_public_constants.pyi"])
def test_the_types_are_in_the_package(name: str) -> None:
    """That they are in the wheel too, test_build.py finds out."""
    assert (PACKAGE / name).is_file()


def test_the_constants_are_declared_as_the_table_has_them() -> None:
    """If not: python -m tests.typed_constants."""
    assert typed_constants.STUB.read_text(encoding="utf-8") == typed_constants.text()
    missing = {*cffisock._socket.CONSTANT_NAMES} - {*typed_constants.names(), *TEXTS}
    assert missing <= {*_constants.ELSEWHERE.split()}


def is_ours(value: Any) -> bool:
    """Whether it is a function of cffisock's, and none that was inherited; PyPy's are functions."""
    return inspect.isfunction(value) and str(value.__module__).startswith("cffisock")


def annotated() -> list[Any]:
    """The public functions, and the public methods and properties of the classes."""
    found = [
        pytest.param(value, id=f"{module.__name__}.{name}")
        for module in (cffisock, cffisock._socket)
        for name, value in vars(module).items()
        if is_ours(value) and not name.startswith("_")
    ]
    for kind in (cffisock.socket, cffisock.SocketIO):
        for name, value in inspect.getmembers(kind):
            if name.startswith("_") and not name.endswith("__"):
                continue
            if isinstance(value, property) and is_ours(value.fget):
                found.append(pytest.param(value.fget, id=f"{kind.__name__}.{name}"))
            elif is_ours(value):
                found.append(pytest.param(value, id=f"{kind.__name__}.{name}"))
    return found


@pytest.mark.parametrize("function", annotated())
def test_annotations_can_be_evaluated(function: Any) -> None:
    hints = typing.get_type_hints(function)
    assert set(hints) == set(function.__annotations__)
    assert "return" in hints


@pytest.mark.parametrize("kind", [cffisock.socket, cffisock.SocketIO, cffisock._socket.socket])
def test_annotations_of_classes_can_be_evaluated(kind: type) -> None:
    typing.get_type_hints(kind)


def test_names_of_types() -> None:
    assert _types.Socket is _annotations.Socket
    assert [name for name in _annotations.__all__ if not hasattr(_types, name)] == []
    with pytest.raises(AttributeError, match="has no attribute 'os'"):
        _ = _types.os  # which _annotations imports for itself


def test_nobody_pays_for_types_who_does_not_ask() -> None:
    code = "import cffisock; print({'typing', 'cffisock._annotations'} & set(sys.modules))"
    assert isolated(code).stdout == "set()\n"


def test_the_signature_of_the_class() -> None:
    def plain(kind: Any) -> list[Any]:
        parameters = inspect.signature(kind).parameters.values()
        return [(each.name, each.kind, each.default) for each in parameters]

    assert plain(cffisock.socket) == plain(own.socket)


PROGRAMS = Path(__file__).with_name("types") / "programs"


OUTPUT = {
    "beyond": """\
typed
True None True True True 00:00:00:00:00:00
True True
1
[] None 16 True [] int
""",
    "standard": """\
standard b'' 0
['TextIOWrapper', 'TextIOWrapper', 'BufferedWriter', 'BufferedRWPair', 'SocketIO', 'BufferedReader']
True 1
SOCK_DGRAM ConnectionRefusedError
""",
    "borders": """\
b'hello' b'hellohello'
True
b'answer' b'hello'
""",
}


@pytest.mark.parametrize("name", [path.stem for path in sorted(PROGRAMS.glob("*.py"))])
def test_the_annotated_programs_run(name: str) -> None:
    program: Any = python(str(PROGRAMS / f"{name}.py"))
    assert (program.stdout, program.stderr) == (OUTPUT[name], "")


def test_the_program_for_the_standard_module_runs_with_that() -> None:
    text = (PROGRAMS / "standard.py").read_text(encoding="utf-8")
    ours = python("-c", text)
    theirs = python("-c", text.replace("import cffisock as socket", "import socket"))
    assert ours.stdout == theirs.stdout
