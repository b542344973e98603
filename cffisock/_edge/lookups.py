"""Look-ups of hosts that end in time, also where a name server is silent."""

from __future__ import annotations

from .. import _types as t
from .._cffi import ffi, lib
from .errors import check, resume


def look_up(question: t.Question, wait: int, take: t.Callable[[t.Any], t.V]) -> t.V:
    """Asks what `lib.cs_getaddrinfo` is asked; returns what ``take`` makes of the ``cs_lookup *``.

    TimeoutError if there is no answer within ``wait``.  Signal handlers run meanwhile, and may
    raise.  A look-up that is given up goes on in its thread, and ends there.
    """
    # By the collector too, should a handler raise before the end here.
    started = ffi.gc(ffi.new("cs_lookup **"), lib.cs_lookup_end)
    try:
        check(lib.cs_lookup_start(*question, started))
        lookup = started[0]
        result = lib.cs_lookup_wait(lookup, wait)
        while result < 0:
            result = lib.cs_lookup_wait(lookup, resume(result, wait))
        return take(lookup)
    finally:
        lib.cs_lookup_end(started)
