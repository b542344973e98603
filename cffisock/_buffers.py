"""The memory that data is received into and sent from."""

from __future__ import annotations

from collections import deque

from ._arguments import kind_of
from ._cffi import ffi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

# The largest read that asyncio asks for.  Memory that is never touched costs nothing.
SCRATCH_SIZE = 256 * 1024

# Without clearing: on PyPy ffi.new() of 4 KiB costs more than receiving it.
allocate = ffi.new_allocator(should_clear_after_alloc=False)

# Buffers to receive into, with the view that bytes are cut from.  A call takes one out
# and puts it back: both steps are atomic, and a signal handler that receives in between
# takes another one, which it could not with one buffer for each thread.
_scratch: deque[tuple[Any, Any]] = deque(maxlen=16)
take_scratch = _scratch.pop  # IndexError: there is none, `new_scratch` makes one
give_scratch = _scratch.append


def new_scratch(size: int = SCRATCH_SIZE) -> tuple[Any, Any]:
    """A buffer of ``size`` bytes and its view; `give_scratch` is for the usual size alone."""
    memory = allocate("char[]", size)
    return memory, ffi.buffer(memory)


from_buffer, release = ffi.from_buffer, ffi.release
NOT_CONTIGUOUS = "memoryview: underlying buffer is not C-contiguous"


def readable(data: Any) -> Any:
    """The bytes of ``data`` for the shim to read; `ffi.release` them at once after use."""
    if type(data) is memoryview and not data.c_contiguous:
        # PyPy's from_buffer() would give the memory that the view is a part of.
        raise BufferError(NOT_CONTIGUOUS)
    try:
        return from_buffer(data)
    except (TypeError, ValueError, BufferError):
        _refuse(data, f"a bytes-like object is required, not {type(data).__name__!r}")


def writable(buffer: Any, wanted: str) -> Any:
    """The memory of ``buffer`` for the shim to fill; `ffi.release` it at once after use.

    ``wanted`` begins the TypeError's text, such as ``recv_into() argument 1 must be``.
    """
    try:
        # By position: a keyword would double what it costs on CPython.
        return from_buffer("char[]", buffer, True)
    except (TypeError, ValueError, BufferError):
        kind = kind_of(buffer)
        raise TypeError(f"{wanted} read-write bytes-like object, not {kind}") from None


def _refuse(data: Any, message: str) -> NoReturn:
    try:
        memoryview(data)
    except TypeError:
        raise TypeError(message) from None
    raise BufferError(NOT_CONTIGUOUS) from None
