"""One run of a test module, in a process of its own, whose argument is a JSON object:

``which``     ``cffisock`` or ``own``
``module``    the module
``report``    a file, in which each outcome becomes a line as soon as it is known, so that the
              parent sees which test hangs
``only``      patterns for the names of the tests to run
``left_out``  names or patterns of tests not to run
``network``   whether tests may look up names and connect to them: namespace.py answers
"""

from __future__ import annotations

import json
import sys
from fnmatch import fnmatchcase
from typing import Any, TextIO

# What tests may use.
RESOURCES = ("cpu", "subprocess", "tzdata", "walltime")


def main() -> None:
    wanted = json.loads(sys.argv[1])
    if wanted["which"] == "cffisock":
        import cffisock

        # Before unittest: on Python 3.9 that imports asyncio, and so socket.
        cffisock.install()
    if sys.implementation.name == "pypy":
        # Debian's PyPy lacks a file that importing this compiles; the tests can do without.
        sys.modules["_testcapi"] = None  # type: ignore[assignment]
    import unittest

    from test import support

    support.use_resources = RESOURCES + ("network",) * wanted["network"]
    with open(wanted["report"], "a", encoding="utf-8") as file:
        suite = unittest.defaultTestLoader.loadTestsFromName(wanted["module"])
        choose(suite, wanted["only"], wanted["left_out"])
        unittest.TextTestRunner(
            stream=sys.stdout,
            buffer=True,
            resultclass=lambda *args, **kwargs: result_class()(file, *args, **kwargs),
        ).run(suite)


def choose(suite: Any, only: list[str], left_out: list[str]) -> None:
    """Takes the tests out of ``suite`` that are not wanted."""
    for test in list(suite):
        if hasattr(test, "__iter__"):
            choose(test, only, left_out)
        elif not matches(test, only) or matches(test, left_out):
            suite._tests.remove(test)


def matches(test: Any, patterns: list[str]) -> bool:
    """Whether one of the ``patterns`` is for the test's name."""
    return any(fnmatchcase(test.id(), pattern) for pattern in patterns)


def result_class() -> Any:  # noqa: C901  (it holds a whole class)
    """A test result that writes each outcome to a file; made once unittest is imported."""
    import unittest

    class Report(unittest.TextTestResult):
        def __init__(self, file: TextIO, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.file = file

        def note(self, test: Any, outcome: str, text: str = "") -> None:
            self.file.write(json.dumps([test.id(), outcome, text]) + "\n")
            self.file.flush()

        def startTest(self, test: Any) -> None:
            super().startTest(test)
            self.note(test, "started")

        def addSuccess(self, test: Any) -> None:
            super().addSuccess(test)
            self.note(test, "passed")

        def addFailure(self, test: Any, err: Any) -> None:
            super().addFailure(test, err)
            self.note(test, "failed", self.failures[-1][1])

        def addError(self, test: Any, err: Any) -> None:
            super().addError(test, err)
            self.note(test, "error", self.errors[-1][1])

        def addSkip(self, test: Any, reason: str) -> None:
            super().addSkip(test, reason)
            self.note(test, "skipped", reason)

        def addExpectedFailure(self, test: Any, err: Any) -> None:
            super().addExpectedFailure(test, err)
            self.note(test, "passed")

        def addUnexpectedSuccess(self, test: Any) -> None:
            super().addUnexpectedSuccess(test)
            self.note(test, "failed", "unexpected success")

        def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
            super().addSubTest(test, subtest, err)
            if err is not None:
                failed = issubclass(err[0], test.failureException)
                text = (self.failures if failed else self.errors)[-1][1]
                self.note(test, "failed" if failed else "error", text)

    return Report


if __name__ == "__main__":
    main()
