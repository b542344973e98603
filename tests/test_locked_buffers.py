"""Buffers cannot be resized while they are filled or sent, and can be afterwards."""

from __future__ import annotations

from typing import Any, Callable

import pytest

import cffisock

from .methods_by_argument import DATA, ROOM
from .support import LONG, NOT_OPEN, later, signals, with_methods


def locks() -> bool:
    """Whether this interpreter can lock a bytearray at all: PyPy 7.3.11 cannot."""
    data = bytearray(1)
    view = memoryview(data)
    try:
        data.append(1)
    except BufferError:
        return True
    finally:
        view.release()
    return False


def attempt(change: Callable[[], Any]) -> list[BufferError]:
    """The error that the change is refused with, if it is."""
    try:
        change()
    except BufferError as error:
        return [error]
    return []


@pytest.mark.parametrize("name", ROOM)
def test_a_buffer_cannot_be_resized_while_it_is_filled(name: str, usable: Any) -> None:
    one, two = usable
    buffer = bytearray(10)
    refused: list[BufferError] = []

    def resize() -> None:
        refused.extend(attempt(lambda: buffer.extend(bytes(100_000))))
        two.send(b"x")

    with later(0.05, resize):
        ROOM[name](one, buffer)
    assert bool(refused) == locks()
    buffer.extend(bytes(100_000))


@pytest.mark.parametrize("name", ROOM)
def test_a_handler_cannot_resize_it_either(name: str, usable: Any) -> None:
    one, two = usable
    buffer = bytearray(10)
    refused: list[list[BufferError]] = []

    def handler() -> None:
        if not refused:
            refused.append(attempt(buffer.clear))
            two.send(b"x")

    with signals(handler):
        ROOM[name](one, buffer)
    assert bool(refused[0]) == locks()
    buffer.clear()


@pytest.mark.parametrize("name", with_methods({"send": 0, "sendall": 0, "sendmsg": 0}))
def test_a_buffer_cannot_be_resized_while_it_is_sent(name: str, usable: Any) -> None:
    one, two = usable
    data = bytearray(2_000_000)
    one.settimeout(0)
    with pytest.raises(BlockingIOError):
        while True:
            one.send(data)
    one.settimeout(LONG)
    refused: list[BufferError] = []

    def resize() -> None:
        refused.extend(attempt(data.clear))
        two.settimeout(0.2)
        with pytest.raises(TimeoutError):
            while True:
                two.recv(1_000_000)

    with later(0.05, resize):
        DATA[name](one, data)
    assert bool(refused) == locks()
    data.clear()


@pytest.mark.parametrize("name", [*ROOM, *DATA])
def test_a_buffer_is_free_after_a_failure(name: str) -> None:
    one, two = cffisock.socketpair()
    one.close()
    two.close()
    buffer = bytearray(10)
    with pytest.raises(OSError, match=NOT_OPEN):
        {**ROOM, **DATA}[name](one, buffer)
    buffer.append(1)
