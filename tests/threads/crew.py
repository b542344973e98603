"""Threads whose exceptions count."""

from __future__ import annotations

import threading
from typing import Any, Callable

# Seconds for what takes none, and for a whole trial on a busy machine.
PATIENCE = 60.0
LONGEST = 1800.0


class Failure(Exception):
    """What may not happen, did."""


class Crew:
    """Threads that are started one by one; `join` raises what the first of them raised."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []

    def start(self, function: Callable[..., Any], *arguments: Any) -> None:
        # A daemon, so that one which hangs fails its trial and not the whole run.
        thread = threading.Thread(target=self._run, args=(function, *arguments), daemon=True)
        self.threads.append(thread)
        thread.start()

    def _run(self, function: Callable[..., Any], *arguments: Any) -> None:
        try:
            function(*arguments)
        except BaseException as error:  # noqa: BLE001  (whatever it is, it fails the trial)
            self.errors.append(error)

    def check(self) -> None:
        """Raises what a thread has raised so far."""
        if self.errors:
            raise self.errors[0]

    def join(self) -> None:
        for thread in self.threads:
            thread.join(LONGEST)
            self.check()
            if thread.is_alive():
                raise Failure("a thread hangs")
