"""Runs a task, on the module that is asked for."""

from __future__ import annotations

import sys

if sys.argv[1] == "cffisock":
    import cffisock

    cffisock.install()

import gc
import json
import socket

from ..support import descriptors
from . import data, ends, identity, library, timeouts

TASKS = {
    name: value
    for module in (data, timeouts, ends, identity, library)
    for name, value in vars(module).items()
    if getattr(value, "__module__", None) == module.__name__  # and not what it imports
}


def main() -> None:
    _which, name, _folder, number = sys.argv[1:]
    assert (socket.__name__ == "cffisock") == (sys.argv[1] == "cffisock")
    before = None if name in ("echo_server", "both_known") else len(descriptors())
    result = TASKS[name](int(number))
    for _ in range(4):
        gc.collect()
    if before is not None:
        assert len(descriptors()) == before, descriptors()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
