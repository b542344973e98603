"""Types of arguments and results, method by method: mypy takes one for the other."""

from __future__ import annotations

import inspect
import re
import tempfile
from pathlib import Path
from typing import Any

import cffisock
from cffisock import _socket

from ..support import own
from .tools import Result, tool

# Where mypy cannot take one module's for the other's, and the reasons.
OWN_CLASSES = "gives sockets, files or enums of cffisock"
MORE_ADDRESSES = "takes path objects, too"
DIFFERENCES = {
    "Derived.accept": OWN_CLASSES,
    "Derived.makefile": OWN_CLASSES,
    "Derived.bind": MORE_ADDRESSES,
    "Derived.connect": MORE_ADDRESSES,
    "Derived.connect_ex": MORE_ADDRESSES,
    "Derived.sendmsg": MORE_ADDRESSES,
    "Derived.sendto": MORE_ADDRESSES,
    "Called.accept": OWN_CLASSES,
    "Called.makefile": OWN_CLASSES,
    "Called.create_connection": OWN_CLASSES,
    "Called.create_server": OWN_CLASSES,
    "Called.fromfd": OWN_CLASSES,
    "Called.getaddrinfo": OWN_CLASSES,
    "Called.socketpair": OWN_CLASSES,
}


def standard() -> Result:
    """The methods of the standard module's stub, as a program's class derived from ours has them;
    ours, as a program calls them that is annotated for the standard module; and so functions."""
    methods = public(own.socket, callable)
    # Each line with what it is about.
    lines = {"import cffisock, socket as own": "", "class Derived(cffisock.socket):": ""}
    lines |= {f"    {name} = own.socket.{name}": f"Derived.{name}" for name in methods}
    lines["class Called(own.socket):"] = ""
    lines |= {f"    {name} = cffisock.socket.{name}": f"Called.{name}" for name in methods}
    functions = public(own, inspect.isroutine)
    for name in functions:
        lines |= {f"{name} = own.{name}": "", f"{name} = cffisock.{name}": f"Called.{name}"}
    wrong = rejected(list(lines))
    about = [*lines.values()]
    found = {about[number]: message for number, message in wrong.items()}
    problems = [f"{name}: {found[name]}" for name in found if name not in DIFFERENCES]
    problems += [f"{name} differs no more" for name in DIFFERENCES if name not in found]
    count = 2 * len(methods) + len(functions)
    return Result(f"{count} signatures compared, {len(DIFFERENCES)} differ", problems)


def declared() -> Result:
    """The functions of other files, as what _methods.pyi declares of them."""
    lines = ["import cffisock._files, cffisock._methods, cffisock._sendfile"]
    count = 0
    for kind, name in ((_socket.socket, "Methods"), (cffisock.socket, "PublicMethods")):
        lines.append(f"class {name}(cffisock._methods.{name}):")
        home = module_of(kind.__init__)
        for method in public(kind, inspect.isfunction):
            module = module_of(getattr(kind, method))
            if method in vars(kind) and module != home:
                lines.insert(0, f"import {module}")
                # One function has the results of all overloads.
                comment = "  # type: ignore[assignment]" if method == "getsockopt" else ""
                lines.append(f"    {method} = {module}.{method}{comment}")
                count += 1
    wrong = rejected(lines)
    problems = [f"{lines[number].strip()}: {message}" for number, message in wrong.items()]
    return Result(f"{count} methods declared as their functions are", problems)


def public(of: Any, kind: Any) -> list[str]:
    """The names of what is of that kind, and public."""
    return [name for name in dir(of) if not name.startswith("_") and kind(getattr(of, name))]


def module_of(function: Any) -> str:
    """The name of the module that a function is from, also where it is a method by now."""
    path = Path(function.__code__.co_filename).with_suffix("")
    return ".".join(path.parts[path.parts.index("cffisock") :])


def rejected(lines: list[str]) -> dict[int, str]:
    """What mypy says to a program, by the indexes of its lines."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "program.py")
        program.write_text("\n".join(lines), encoding="utf-8")
        done = tool("mypy", "--config-file=", "--strict", "--hide-error-context", str(program))
    found = re.findall(r"^\S+program\.py:(\d+): error: (.*)$", done.stdout, flags=re.MULTILINE)
    # A file that mypy cannot read at all has another status.
    assert done.returncode == bool(found), done.stdout
    return {int(number) - 1: message for number, message in found}
