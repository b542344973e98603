"""Signals that come all the time: every byte arrives, and no call takes a signal for an error."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

import cffisock

from . import signals as storms
from .support import LONG, signals


@pytest.mark.parametrize("mode", storms.MODES)
@pytest.mark.parametrize("kind", ["TCP", "AF_UNIX", "records"])
def test_every_byte_arrives(kind: str, mode: str) -> None:
    family = "TCP" if kind == "TCP" else "AF_UNIX"
    done = storms.storm(family, mode, "records" if kind == "records" else "streams", 600_000)
    assert all(count > 0 for count, _ in done.came)


def test_timed_calls_keep_their_time() -> None:
    # Not by the timer, which pytest-timeout has.
    assert storms.lateness(3, signals) < LONG


def test_a_batch_that_a_signal_interrupts(records: tuple[Any, Any]) -> None:
    """Linux keeps ERESTARTSYS for the next call if recvmmsg(2) has a part by then."""
    one, two = records
    two.settimeout(None)

    def send() -> None:
        for number in range(4):
            one.send(b"%d" % number)
            time.sleep(0.1)

    sender = threading.Thread(target=send)
    with signals(lambda: None):
        sender.start()
        items: list[Any] = []
        while len(items) < 4:  # a signal ends a batch that has a part
            items += two.recvmmsg(4 - len(items), 10)
        sender.join()
    assert [item[0] for item in items] == [b"0", b"1", b"2", b"3"]
    assert two.getsockopt(cffisock.SOL_SOCKET, cffisock.SO_ERROR) == 0
