"""mypy's stubtest for stubs that describe another module than the one of their name.

``python -m tests.types.stubtest MODULE [OPTION-OF-STUBTEST...]``; the last line says how many
names were compared.
"""

from __future__ import annotations

import sys
from types import ModuleType

from mypy import nodes, stubtest

import cffisock
from cffisock import _socket
from cffisock._command.info import missing_names

CONSTANTS = "cffisock._public_constants"
# Names that a stub lacks are the business of tests/test_surface.py and of names.py.  Layouts of C,
# which a disjoint base is about, a class of Python has none.
OPTIONS = ["--concise", "--ignore-missing-stub", "--ignore-disjoint-bases"]


def stand_in(name: str) -> ModuleType:
    """A module with what the package has, for a stub that has no module of its name."""
    module = ModuleType(name)
    names = [each for each in dir(cffisock) if not each.startswith("__")]
    vars(module).update({each: getattr(cffisock, each) for each in names})
    vars(module)["__all__"] = [*_socket.CONSTANT_NAMES, *missing_names()]
    return module


def compared(module: str) -> int:
    """How many public names the stub has, with those of its classes."""
    stub = stubtest.get_stub(module)
    assert stub is not None, module
    count = 0
    for name, symbol in stub.names.items():
        if symbol.module_hidden or name.startswith("_") or isinstance(symbol.node, nodes.MypyFile):
            continue
        count += 1
        if isinstance(symbol.node, nodes.TypeInfo) and symbol.node.module_name == module:
            count += len(symbol.node.names)
    return count


def main(arguments: list[str]) -> int:
    """Compares the stubs of a module, and of those below it; the exit status."""
    sys.modules[CONSTANTS] = stand_in(CONSTANTS)
    status = stubtest.test_stubs(stubtest.parse_options([*OPTIONS, *arguments]))
    modules = [name for name in stubtest._all_stubs if f"{name}.".startswith(f"{arguments[0]}.")]
    print(sum(map(compared, modules)), "names compared")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
