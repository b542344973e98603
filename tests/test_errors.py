"""The exceptions, and what results of the shim become."""

from __future__ import annotations

import ctypes
import errno
import os
import pickle
import sys

import pytest

import cffisock
from cffisock import _socket
from cffisock._edge import errors

from .support import IS_WINDOWS, own


def test_the_exceptions() -> None:
    assert cffisock.error is OSError
    for kind in (cffisock.gaierror, cffisock.herror):
        assert kind.__bases__ == (OSError,)
        assert getattr(_socket, kind.__name__) is kind
        # As which it can be pickled, also beside the interpreter's own.
        assert pickle.loads(pickle.dumps(kind(1, "x"))).args == (1, "x")
    error = cffisock.gaierror(-2, "text")
    assert (error.errno, error.strerror, str(error)) == (-2, "text", "[Errno -2] text")


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_errno(number: int) -> None:
    error = errors.error_for(-number)
    if IS_WINDOWS:
        expected = ctypes.WinError(number)  # type: ignore[attr-defined]
        text = expected.strerror.replace("<no description>", f"Windows Error 0x{number:x}")
        text = text.rstrip(".")  # which the interpreter takes away
        assert (error.winerror, expected.winerror) == (number, number)  # type: ignore[attr-defined]
    else:
        expected, text = OSError(number, ""), os.strerror(number)
    assert type(error) is type(expected)
    assert (error.errno, error.strerror) == (expected.errno, text)


def test_a_timeout_has_no_errno() -> None:
    error = errors.error_for(errors.TIMED_OUT)
    assert isinstance(error, cffisock.timeout)
    assert isinstance(error, TimeoutError)
    assert (error.args, error.errno) == (("timed out",), None)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.args) == (type(error), error.args)


@pytest.mark.differs("timeout-class")
def test_the_timeout_of_this_interpreter() -> None:
    """On Python 3.9 `_ssl` raises the interpreter's own, which is not TimeoutError there."""
    if sys.version_info < (3, 10):
        assert cffisock.timeout is own.timeout
    else:
        assert cffisock.timeout is TimeoutError


def test_check() -> None:
    assert errors.check(0) == 0
    assert errors.check(5) == 5
    with pytest.raises(ConnectionAbortedError if IS_WINDOWS else BrokenPipeError):
        errors.check(-errno.ECONNABORTED if IS_WINDOWS else -errno.EPIPE)


def test_resume() -> None:
    """Only an interrupted operation goes on."""
    deadline = errors.TIMED_OUT - 12345
    interrupted: int = -getattr(errno, "WSAEINTR", errno.EINTR)
    assert errors.resume(deadline, -1) == deadline
    for wait in (-1, 0):
        assert errors.resume(interrupted, wait) == wait
    with pytest.raises(TimeoutError):
        errors.resume(errors.TIMED_OUT, 5)
    with pytest.raises(ConnectionResetError):
        errors.resume(-errno.ECONNRESET, 5)
    assert [errors.is_interrupted(n) for n in (deadline, interrupted, errors.TIMED_OUT, -1)] == [
        True,
        True,
        False,
        False,
    ]


def test_names_that_cannot_be_resolved() -> None:
    with pytest.raises(cffisock.gaierror) as ours:
        cffisock.getaddrinfo("no-such-host.invalid", 1)
    with pytest.raises(own.gaierror) as theirs:
        own.getaddrinfo("no-such-host.invalid", 1)
    assert ours.value.args == theirs.value.args
