"""The house: who may use whom, how large files are, and what each family has to have."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import cffisock
from cffisock import _address
from cffisock._command import info
from cffisock._edge.platform import CONSTANTS

PACKAGE = Path(cffisock.__file__).parent
ROOT = PACKAGE.parent

# From the ground up: a file uses others of its own floor and of those below.
FLOORS = [
    {"_cffi", "_constants", "_annotations", "_types", "_public_constants", "_methods"},
    {"_edge"},
    {"_address"},
    {"_names"},
    {"_socket"},
    {"_files", "_sendfile", "_object"},
    {"_convenience", "_happy_eyeballs", "_activation", "_rights"},
    {"control"},
    {"aio", "options", "multicast", "sockaddr"},
    {"_install"},
    {""},  # the package itself
    {"_command", "__main__"},
]
# Tables and the texts that are one: they are as long as what they list.
TABLES = {"_constants.py", "_public_constants.pyi", "_cffi.pyi", "_command/surface.py"}
TABLES_OF_TESTS = {"differential_cases.py"}
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60


def python_files() -> list[Path]:
    """The package's files of Python; what start-up reads is a program of its own."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "startup" not in path.parts]


def c_files() -> list[Path]:
    """The files of the shim."""
    return sorted(path for path in PACKAGE.rglob("*.[ch]") if path.name != "_cffi.c")


def module_name(path: Path) -> str:
    """The name below the package, '' for the package: ``_address.inet``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in python_files()}


def at_import(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The statements that import when a file is imported: in no function, and not for checkers."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from at_import(node.orelse)
        elif not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            for field in ("body", "orelse", "finalbody"):
                yield from at_import(getattr(node, field, []))


def uses(name: str) -> set[str]:
    """The modules of the package that the module ``name`` imports when it is imported."""
    path = MODULES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in at_import(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.Import):
            found |= {"" for alias in node.names if alias.name == "cffisock"}
        elif node.level:
            ups = package.split(".") if package else []
            base = [*ups[: len(ups) - node.level + 1], *filter(None, [node.module])]
            for alias in node.names:
                longer = ".".join([*base, alias.name])
                found.add(longer if longer in MODULES else ".".join(base))
    return found - {name}


def floor(name: str) -> int:
    top = name.partition(".")[0]
    (found,) = (number for number, names in enumerate(FLOORS) if top in names)
    return found


@pytest.mark.parametrize("name", MODULES)
def test_a_file_uses_what_is_below_it(name: str) -> None:
    assert {used: floor(used) for used in uses(name) if floor(used) > floor(name)} == {}


def test_there_are_no_circles() -> None:
    left = {name: uses(name) & set(MODULES) for name in MODULES}
    assert "_socket.base" in left["_install.tls"]
    assert "_edge.platform" in left["_edge.errors"]
    # A folder's own __init__ runs before its files, whoever imports them.
    while free := [name for name, used in left.items() if not used & set(left)]:
        for name in free:
            del left[name]
    assert left == {}


def long_functions(path: Path) -> list[str]:
    """The functions of a file of Python that do not fit a screen."""
    return [
        f"{path.name}: {node.name}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        if (node.end_lineno or 0) - node.lineno >= LINES_OF_A_FUNCTION
    ]


@pytest.mark.parametrize("path", [*python_files(), *c_files()], ids=lambda path: path.name)
def test_a_file_is_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LINES_OF_A_FILE or str(path.relative_to(PACKAGE)) in TABLES


@pytest.mark.parametrize("path", python_files(), ids=module_name)
def test_a_function_fits_a_screen(path: Path) -> None:
    assert long_functions(path) == []


def test_so_it_is_with_the_tests() -> None:
    files = [*sorted((ROOT / "tests").rglob("*.[ch]")), *sorted((ROOT / "tests").rglob("*.py"))]
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    long = {path.name for path, count in lines.items() if count > LINES_OF_A_FILE}
    assert long == TABLES_OF_TESTS
    assert [name for path in files if path.suffix == ".py" for name in long_functions(path)] == []


@pytest.mark.parametrize("path", c_files(), ids=lambda path: path.name)
def test_a_function_in_c_fits_a_screen(path: Path) -> None:
    """A function begins with a line that ends in '{' or is one, and ends with '}' alone."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"^\w[^;{}]*\([^;{}]*\)\n?\{\n(?:.*\n)*?\}$", text, flags=re.MULTILINE)
    long = [body.partition("\n")[0] for body in found if body.count("\n") >= LINES_OF_A_FUNCTION]
    assert long == []


# --- what a family has to have ----------------------------------------------------------------

OF_WINDOWS = {"hyperv", "rfcomm"}
FAMILIES = [
    name
    for name, value in CONSTANTS.items()
    if name.startswith("AF_") and value in {*_address.MODULES, *_address.CODECS}
    if name != "AF_ROUTE"  # another name of AF_NETLINK
]


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.rst").read_text(encoding="utf-8")


def test_the_families_are_found() -> None:
    assert {"AF_INET", "AF_UNIX", "AF_CAN", "AF_TIPC"} <= set(FAMILIES)
    files = {path.stem for path in (PACKAGE / "_address").glob("[a-z]*.py")}
    assert files == {*_address.MODULES.values(), "inet", "unix", "raw", *OF_WINDOWS}


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_has_a_file_of_tests(name: str) -> None:
    module = _address.MODULES.get(CONSTANTS[name]) or {"AF_UNIX": "unix"}.get(name, "inet")
    text = (ROOT / "tests" / f"test_address_{module}.py").read_text(encoding="utf-8")
    assert re.search(rf"\b{name}\b", text)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_has_its_sections_and_rows(name: str) -> None:
    text = page("addresses")
    # Its section begins with its name, and has an example.
    sections = re.split(r"^\S.*\n-{3,}\n", text, flags=re.MULTILINE)[1:]
    own = [section for section in sections if section.lstrip().startswith(f"``{name}``")]
    assert own
    # No kernel here can run that of Windows' family.
    example = ".. code-block:: python" if name == "AF_HYPERV" else ">>>"
    assert all(example in section for section in own)
    assert re.search(rf"^``{name}`` ", page("platforms"), flags=re.MULTILINE)
    assert [label for label, family, *_ in info.SOCKETS if family == name]
