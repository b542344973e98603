"""Memory of Python objects for the shim to read and write, and memory of our own."""

from __future__ import annotations

from collections import deque

from .. import _types as t
from .._cffi import ffi

# Without clearing: on PyPy ffi.new() of 4 KiB costs more than receiving it.
allocate = ffi.new_allocator(should_clear_after_alloc=False)


CS_SOCKET = ffi.typeof("cs_socket[1]")


def new_socket(fd: int) -> t.Any:
    """Returns the memory of a socket with the descriptor ``fd``: a ``cs_socket *``.

    No other object has the same one, nor gets it later: who still uses it finds -1 there.
    """
    memory = ffi.new(CS_SOCKET)
    memory[0] = fd
    return memory


# What an object has that never had a descriptor.
NO_SOCKET = new_socket(-1)


def new_memory(size: int) -> tuple[t.Any, t.Any]:
    """Returns ``size`` bytes of memory, and a view that cuts bytes from it."""
    memory = allocate("char[]", size)
    return memory, ffi.buffer(memory)


def cleared(size: int) -> t.Any:
    """Returns a buffer of ``size`` zeros.  What nobody writes to takes no memory."""
    return ffi.buffer(ffi.new("char[]", size))


# Blocks for large reads.  With new memory each time the kernel would clear every page of it, which
# takes several times as long as receiving into it.
BLOCK_MAX = 16 * 1024 * 1024
_blocks: deque[tuple[t.Any, t.Any]] = deque(maxlen=4)


def take_block(size: int) -> tuple[t.Any, t.Any]:
    """Takes out memory of ``size`` bytes or more, and a view that cuts bytes from it."""
    try:
        block = _blocks.pop()
    except IndexError:
        pass
    else:
        if len(block[1]) >= size:
            return block
    return new_memory(1 << (size - 1).bit_length() if size <= BLOCK_MAX else size)


def give_block(block: tuple[t.Any, t.Any]) -> None:
    """Keeps a block for the next large read, unless it is larger than any that is kept."""
    if len(block[1]) <= BLOCK_MAX:
        _blocks.append(block)


from_buffer, release = ffi.from_buffer, ffi.release
NOT_CONTIGUOUS = "memoryview: underlying buffer is not C-contiguous"


def readable(data: t.Any) -> t.Any:
    """Returns the bytes of ``data`` for the shim to read; `release` them at once after use."""
    if type(data) is memoryview and not data.c_contiguous:
        # PyPy's from_buffer() would give the memory that the view is a part of.
        raise BufferError(NOT_CONTIGUOUS)
    try:
        return from_buffer(data)
    except (TypeError, ValueError, BufferError):
        # On PyPy memory that its interpreter keeps has no address: BytesIO().getbuffer().
        return from_buffer(bytes_of(data))


def bytes_of(data: t.Any) -> bytes:
    """Returns a copy of what is bytes-like; bytes as they are.  TypeError for anything else."""
    if type(data) is bytes:
        return data
    try:
        view = memoryview(data)
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not {type(data).__name__!r}") from None
    try:  # which is less than `with`
        if not view.c_contiguous:
            raise BufferError(NOT_CONTIGUOUS)
        return view.tobytes()
    finally:
        view.release()


def through_copy(buffer: t.Any, complaint: str, receive: t.Callable[[bytearray], t.V]) -> t.V:
    """Calls ``receive`` with a copy of ``buffer``, whose memory has no address.

    TypeError with ``complaint`` for what cannot be written to.
    """
    try:
        view = memoryview(buffer)
    except (TypeError, ValueError, BufferError):
        raise TypeError(complaint) from None
    with view:
        if view.readonly or not view.c_contiguous:
            raise TypeError(complaint)
        with view.cast("B") as data:
            copy = bytearray(data)
            result = receive(copy)
            data[:] = copy
    return result
