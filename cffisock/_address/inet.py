"""AF_INET ``(host, port)`` and AF_INET6 ``(host, port[, flowinfo[, scope_id]])``.

``scope_id`` may be the name of an interface.  ip(7), ipv6(7).
"""

from __future__ import annotations

from operator import index

from .. import _types as t
from .._cffi import ffi, lib
from .._edge.arguments import host_bytes, port_number
from .._edge.errors import TIMED_OUT, check, gai_error, resume
from .._edge.platform import CONSTANTS
from .._edge.tables import remember
from ._codec import Codec, keep, require_tuple, take, text, utf8, wrapped

AF_INET = CONSTANTS["AF_INET"]
AF_INET6 = CONSTANTS["AF_INET6"]
# One answer for each address, not for each type.
SOCK_DGRAM = CONSTANTS["SOCK_DGRAM"]

# Numeric addresses ready for the kernel, for programs that make the same tuple again and again; of
# exact types, since ``1``, ``1.0`` and ``True`` are equal.
_packed: dict[tuple[str, int], t.Any] = {}
_packed6: dict[tuple[t.Any, ...], t.Any] = {}
# The hosts of IPv4 addresses, by their 32 bits.
_texts: dict[int, str] = {}


def pack_inet(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(host, port)`` as a ``cs_addr *``."""
    exact = (
        type(address) is tuple
        and len(address) == 2
        and type(address[0]) is str
        and type(address[1]) is int
    )
    known = _packed.get(address) if exact else None
    if known is not None:
        return known
    pair = require_tuple(address, "AF_INET", caller)
    if len(pair) != 2:
        raise TypeError("AF_INET address must be a pair (host, port)")
    name = host_bytes(pair[0])
    port = index(pair[1])
    addr = ffi.new("cs_addr *")
    numeric = host_address(addr, AF_INET, name, sock._cs_wait)
    lib.cs_put_inet(addr, port_number(port, caller))
    if exact and numeric:
        remember(_packed, address, addr)
        keep(AF_INET, address, addr)
    return addr


def pack_inet6(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns ``(host, port[, flowinfo[, scope_id]])`` as a ``cs_addr *``."""
    parts = require_tuple(address, "AF_INET6", caller)
    if not 2 <= len(parts) <= 4:
        raise TypeError("AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])")
    types = str, int, int, int
    exact = type(address) is tuple and tuple(map(type, address)) == types[: len(address)]
    known = _packed6.get(address) if exact else None
    if known is not None:
        return known
    name = host_bytes(parts[0])
    port = index(parts[1])
    flowinfo = wrapped(parts[2], 32) if len(parts) > 2 else 0
    scope = _scope(parts[3], sock) if len(parts) > 3 else 0
    addr = ffi.new("cs_addr *")
    numeric = host_address(addr, AF_INET6, name, sock._cs_wait)
    port = port_number(port, caller)
    if flowinfo > 0xFFFFF:
        raise OverflowError(f"{caller}(): flowinfo must be 0-1048575.")
    lib.cs_put_inet6(addr, port, flowinfo, scope)
    # A number that was cut to 32 bits has its warning each time.
    if exact and numeric and parts[2:] == (flowinfo, scope)[: len(parts) - 2]:
        remember(_packed6, address, addr)
        keep(AF_INET6, address, addr)
    return addr


def _scope(scope: t.Any, sock: t.Any) -> int:
    """Returns the number of a scope, which may be an interface by name; OSError for none."""
    if not isinstance(scope, str):
        return wrapped(scope, 32)
    name = utf8(scope, "")
    return check(lib.cs_interface_index(sock._cs_socket, name, len(name)))


def host_address(addr: t.Any, family: int, name: bytes, wait: int = -1) -> bool:
    """Puts the address of the host ``name`` into the ``cs_addr *``; whether it was a number.

    ``family`` may be AF_UNSPEC.  b'' is any address.  Raises gaierror for a name that is
    not known; TimeoutError if ``wait`` is a deadline and there is no answer before it.
    """
    if name in (b"<broadcast>", b"255.255.255.255"):
        if family == AF_INET6:
            raise OSError("address family mismatched")
        name = b"255.255.255.255"
    if lib.cs_put_host(addr, family, name):
        return True
    if wait < TIMED_OUT and name:
        question = name, ffi.NULL, family, SOCK_DGRAM, 0, 0
        error = look_up(question, wait, lambda lookup: lib.cs_lookup_take_first(lookup, addr))
    else:
        error = lib.cs_resolve(addr, family, name or ffi.NULL)
    if error != 0:
        raise gai_error(error)
    return False


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


def unpack_inet(addr: t.Any, sock: t.Any) -> tuple[str, int]:
    """Returns ``(host, port)`` of a ``cs_addr *``."""
    return host_and_port(lib.cs_inet_number(addr))


def host_and_port(number: int) -> tuple[str, int]:
    """Returns ``(host, port)`` of the shim's number for both."""
    host, port = number >> 16, number & 0xFFFF
    try:
        return _texts[host], port
    except KeyError:
        return remember(_texts, host, ".".join(map(str, host.to_bytes(4, "big")))), port


def unpack_inet6(addr: t.Any, sock: t.Any) -> tuple[str, int, int, int]:
    """Returns ``(host, port, flowinfo, scope_id)`` of a ``cs_addr *``."""
    fields = take(lib.cs_take_inet6, addr)
    return (text(fields).decode(), *fields.number[0:3])


INET = Codec(pack_inet, unpack_inet, stable=True)
INET6 = Codec(pack_inet6, unpack_inet6, stable=True)
