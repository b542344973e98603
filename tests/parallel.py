"""The tests, each by several threads at once: ``python -m tests.parallel [ARGUMENT-OF-PYTEST...]``.

pytest-run-parallel, of the extra ``parallel``, calls a test's function in four threads that begin
together.  Here each of them gets fixtures of its own, so that they share the package and nothing
else.  What else they may not share, and why, is in parallel.txt: those tests run in one thread.
"""

from __future__ import annotations

import functools
import inspect
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable

import pytest

ROWS = Path(__file__).with_suffix(".txt")
OPTIONS = ["-p", "tests.parallel", "--parallel-threads=4"]


@functools.cache
def rows() -> tuple[tuple[str, str], ...]:
    """What parallel.txt lists, and why."""
    lines = ROWS.read_text(encoding="utf-8").splitlines()
    parts = (line.partition("  ") for line in lines if line and not line.startswith("#"))
    return tuple((what, reason.strip()) for what, _, reason in parts)


def words(function: Any, seen: set[Any]) -> Iterator[str]:
    """The names in a function's code, and in that of the tests' functions and classes there."""
    code = [getattr(function, "__code__", None)]
    while code:
        part = code.pop()
        if part is None or part in seen:
            continue
        seen.add(part)
        code += [constant for constant in part.co_consts if inspect.iscode(constant)]
        for name in part.co_names:
            yield name
            for helper in helpers(function.__globals__.get(name)):
                yield from words(helper, seen)


def helpers(value: Any) -> Iterator[Any]:
    """A function of the tests, or the methods of a class of theirs."""
    value = inspect.unwrap(value)
    if (getattr(value, "__module__", None) or "").startswith("tests."):
        if inspect.isclass(value):
            yield from map(inspect.unwrap, vars(value).values())
        else:
            yield value


def why_alone(item: Any) -> dict[str, str]:
    """The rows that are about a test."""
    names = {item.nodeid.partition("/")[2], *item.fixturenames}
    names.update(words(inspect.unwrap(item.obj), set()))
    return {what: why for what, why in rows() if any(fnmatchcase(name, what) for name in names)}


# --- fixtures -------------------------------------------------------------------------------------


class Own:
    """The fixtures of one thread in a test, made when they are asked for."""

    def __init__(self, item: Any, exits: ExitStack, values: dict[str, Any]) -> None:
        self.item, self.exits = item, exits
        # The plugin gives each thread a directory of its own.
        self.made = {name: values[name] for name in ("tmp_path",) if name in values}

    def __getitem__(self, name: str) -> Any:
        if name not in self.made:
            self.made[name] = self.make(name)
        return self.made[name]

    def make(self, name: str) -> Any:
        if name == "tmp_path":
            return Path(tempfile.mkdtemp(dir=self.item.funcargs[name]))
        definitions = self.item._fixtureinfo.name2fixturedefs.get(name)
        if not definitions or definitions[-1].scope != "function":
            return self.item.funcargs[name]
        function = definitions[-1].func
        if function.__module__.startswith("_pytest"):
            return self.item.funcargs[name]
        arguments = {
            argument: self.request(name) if argument == "request" else self[argument]
            for argument in definitions[-1].argnames
        }
        if inspect.isgeneratorfunction(function):
            return self.exits.enter_context(contextmanager(function)(**arguments))
        return function(**arguments)

    def request(self, name: str) -> Any:
        """What a fixture with parameters wants to know."""
        return SimpleNamespace(param=self.item.callspec.params[name])


def with_fixtures_of_its_own(item: Any) -> Callable[..., None]:
    """The function of a test, whose first call has the fixtures of pytest, and others their own."""
    function = item.obj
    given = iter([True])

    @functools.wraps(function)
    def call(**values: Any) -> None:
        with ExitStack() as exits:
            if not next(given, False):
                own = Own(item, exits, values)
                for name in item._fixtureinfo.name2fixturedefs.keys() & values.keys():
                    values[name] = own[name]
            function(**values)

    return call


# --- the plugin -----------------------------------------------------------------------------------


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    used = set()
    for item in items:
        if found := why_alone(item):
            used.update(found)
            item.add_marker(pytest.mark.thread_unsafe(reason=", ".join(found.values())))
        else:
            item.obj = with_fixtures_of_its_own(item)
    unused = [what for what, _ in rows() if what not in used]
    if unused and len(config.invocation_params.args) == len(OPTIONS):
        raise pytest.UsageError(f"{ROWS.name}: no test is found by {', '.join(unused)}")


if __name__ == "__main__":
    sys.exit(pytest.main([*OPTIONS, *sys.argv[1:]]))
