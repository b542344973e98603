"""Every public name, as jedi, pyright and mypy show it, against what is there at run time."""

from __future__ import annotations

import importlib
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

import jedi

import cffisock
from cffisock._command.info import missing_names

from ..support import ROOT
from .tools import Result, pyright, tool

BEYOND = [f"cffisock.{name}" for name in ("control", "multicast", "options", "sockaddr")]
IMPORTS = ["import cffisock", *(f"import {module}" for module in BEYOND)]
# What pyright takes for public although it is deleted: it has to have this name.
DELETED = {"TYPE_CHECKING"}


def public(names: Iterable[str]) -> set[str]:
    """Those that have no underscore; `annotations` is of a __future__."""
    return {name for name in names if not name.startswith("_")} - {"annotations"}


def members(kind: type) -> set[str]:
    """What a class has that is not of classes of other modules, such as OSError or int."""
    ours = [each for each in kind.__mro__ if each.__module__.startswith("cffisock")]
    return public(name for each in ours for name in vars(each))


def there() -> dict[str, set[str]]:
    """What is public at run time, by the module or class that it is in.

    The modules beyond have an ``__all__``; that of the package is the standard module's, which
    leaves names out.
    """
    places = {"cffisock": public(dir(cffisock))}
    places.update({name: {*importlib.import_module(name).__all__} for name in BEYOND})
    for module, names in [*places.items()]:
        for name in names:
            value = getattr(importlib.import_module(module), name)
            if isinstance(value, type) and value.__module__.startswith("cffisock"):
                places[f"{module}.{name}"] = members(value)
    return places


def completed() -> Result:
    """What jedi proposes in an editor, behind ``import cffisock`` and the dot."""
    project = jedi.Project(ROOT)
    problems = []
    places = there()
    for place, names in places.items():
        code = "\n".join([*IMPORTS, f"{place}."])
        shown = {each.name for each in jedi.Script(code, project=project).complete()}
        problems += [f"jedi does not show {place}.{name}" for name in sorted(names - shown)]
    return Result(f"{sum(map(len, places.values()))} names shown by jedi", problems)


def complete() -> Result:
    """pyright --verifytypes: the types of all that is public are known; and nothing is shown that
    is not there, but for constants that these headers lack."""
    report = json.loads(tool(*pyright("--verifytypes", "cffisock", "--outputjson")).stdout)
    found = report["typeCompleteness"]
    symbols = [each for each in found["symbols"] if each["isExported"]]
    unknown = [each for each in symbols if not each["isTypeKnown"] or each["isTypeAmbiguous"]]
    problems = [f"pyright does not know {each['name']}: {each['diagnostics']}" for each in unknown]
    shown = {each["name"].partition(".")[2] for each in symbols if each["name"].count(".") == 1}
    names = there()["cffisock"]
    problems += [f"pyright does not show {name}" for name in sorted(names - shown)]
    more = (
        {name for name in shown if not name.startswith("_")} - names - {*missing_names()} - DELETED
    )
    problems += [f"pyright shows {name}, which is not there" for name in sorted(more)]
    score = f"{found['completenessScore']:.1%} of {len(symbols)} exported symbols known to pyright"
    return Result(score, problems if found["completenessScore"] == 1 else [*problems, score])


def named() -> Result:
    """A program that has all names: mypy and pyright find what is not there for them."""
    names = [f"{place}.{name}" for place, found in there().items() for name in sorted(found)]
    lines = [*IMPORTS, *(f"print({name})" for name in names)]
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "named.py")
        program.write_text("\n".join(lines) + "\n", encoding="utf-8")
        by_mypy = tool("mypy", "--config-file=", str(program))
        by_pyright = tool(*pyright("--outputjson", str(program)))
    problems = by_mypy.stdout.splitlines() if by_mypy.returncode != 0 else []
    report = json.loads(by_pyright.stdout)["generalDiagnostics"]
    problems += [each["message"] for each in report if each["severity"] == "error"]
    return Result(f"{len(names)} names known to mypy and pyright", problems)
