"""Names of hosts, services and protocols, and this host's own: getaddrinfo(3) and its kin."""

from __future__ import annotations

import errno
import os
import sys
from operator import index

from .. import _types as t
from .._address import unpack
from .._address.inet import host_address, look_up, unpack_inet
from .._cffi import ffi, lib
from .._edge.arguments import (
    UINT_MAX,
    c_int,
    c_path,
    c_text,
    exact_bytes,
    exact_str,
    exact_tuple,
    type_name,
    without_nul,
)
from .._edge.errors import check, error_for, gai_error, herror_for
from .._edge.memory import allocate
from .._edge.platform import CONSTANTS
from .._edge.tables import remember
from .._edge.timeouts import wait_for
from .inet import inet_ntop

AF_UNSPEC = CONSTANTS["AF_UNSPEC"]
AF_INET = CONSTANTS["AF_INET"]

# The memory that a look-up may take, in bytes: a host can have any number of names.
_SIZES = tuple(1024 * 4**n for n in range(8))
_HOST_NAME_SIZE = 256
_LONGEST_NUMBER = 45  # of an IPv6 address
_LONGEST_PORT = 5
_ANSWER_SIZE = ffi.sizeof("cs_answer")

# The default of `timeout`: the C library decides how long a look-up may take, and nothing ends it.
NO_TIMEOUT: t.Any = object()

# The answers for hosts and services that are numbers, which are the same at any time, by what
# the shim is given.  A look-up costs a tenth of asking the C library and reading its answer.
_numeric: dict[tuple[t.Any, ...], list[t.Answer]] = {}


# --- addresses and names -----------------------------------------------------------------


def getaddrinfo(
    host: t.Union[str, bytes, None],
    port: t.Union[t.SupportsIndex, str, bytes, None],
    family: t.SupportsIndex = 0,
    type: t.SupportsIndex = 0,
    proto: t.SupportsIndex = 0,
    flags: t.SupportsIndex = 0,
    *,
    timeout: t.Seconds = NO_TIMEOUT,
) -> list[t.Answer]:
    """Returns the addresses of ``host`` and the service ``port``: getaddrinfo(3).

    Each as ``(family, type, proto, canonname, address)``, plain ints, as `socket` and
    `connect` take them.  Raises gaierror, or TimeoutError after ``timeout`` seconds: with it,
    None too, signal handlers run while the C library waits.
    """
    wait = -1 if timeout is NO_TIMEOUT else wait_for(timeout)
    hints = c_int(family), c_int(type), c_int(proto)
    flags = c_int(flags)
    name, service = _node(host), _service(port)
    sys.audit("socket.getaddrinfo", host, port, *hints)
    question = name, service, *hints, flags
    try:
        return _numeric[question].copy()
    except KeyError:
        pass
    is_numeric = _is_numeric(name, service)
    if timeout is NO_TIMEOUT or is_numeric:
        count, memory = _with_room(lib.cs_getaddrinfo, *question)
    else:
        count, memory = look_up(
            question, wait, lambda lookup: _with_room(lib.cs_lookup_take, lookup)
        )
    if count < 0:
        raise gai_error(count)
    answers = _answers(count, memory)
    if flags == 0 and is_numeric:
        remember(_numeric, question, answers.copy())
    return answers


def getnameinfo(sockaddr: tuple[t.Any, ...], flags: t.SupportsIndex, /) -> tuple[str, str]:
    """Returns the names of the host and the service at an address: getnameinfo(3).

    ``sockaddr`` is one of AF_INET or AF_INET6 with a numeric host.  Raises gaierror.
    """
    flags = c_int(flags)
    if not isinstance(sockaddr, tuple):
        del sockaddr  # the traceback keeps this frame, which need not keep the argument
        raise TypeError("getnameinfo() argument 1 must be a tuple")
    parts = exact_tuple(sockaddr)
    if not 2 <= len(parts) <= 4 or not isinstance(parts[0], str):
        raise TypeError("getnameinfo(): illegal sockaddr argument")
    host = c_text(parts[0], "host")
    port = b"%d" % c_int(parts[1])
    flowinfo = index(parts[2]) & UINT_MAX if len(parts) > 2 else 0
    scope = index(parts[3]) & UINT_MAX if len(parts) > 3 else 0
    if flowinfo > 0xFFFFF:
        raise OverflowError("getnameinfo(): flowinfo must be 0-1048575.")
    sys.audit("socket.getnameinfo", sockaddr)
    names = ffi.new("cs_names *")
    code = lib.cs_getnameinfo(host, port, len(parts) > 2, flowinfo, scope, flags, names)
    if code == -errno.EMLINK:
        raise OSError("sockaddr resolved to multiple addresses")
    if code == lib.CS_NO_IPV6:
        raise OSError("IPv4 sockaddr must be 2 tuple")
    if code != 0:
        raise gai_error(code)
    return os.fsdecode(ffi.string(names.host)), ffi.string(names.service).decode()


def _node(host: object) -> t.Any:
    if host is None:
        return ffi.NULL
    if isinstance(host, str):
        return without_nul(_idna(host), "character")
    if isinstance(host, bytes):
        return without_nul(exact_bytes(host), "byte")
    raise TypeError("getaddrinfo() argument 1 must be string or None")


def _idna(name: str) -> bytes:
    name = exact_str(name)
    # The codec is slow to find out that an ASCII name has no label that is empty or longer than 63.
    if name.isascii() and len(name) < 64 and ".." not in name and name[:1] != ".":
        return name.encode()
    return name.encode("idna")


def _service(port: t.Any) -> t.Any:
    if type(port) is int:
        return b"%d" % port
    if port is None:
        return ffi.NULL
    if isinstance(port, str):
        return without_nul(exact_str(port).encode(), "character")
    if isinstance(port, bytes):
        return without_nul(exact_bytes(port), "byte")
    try:
        return b"%d" % index(port)
    except TypeError:
        raise OSError("Int or String expected") from None


def _is_numeric(name: t.Any, service: t.Any) -> bool:
    """Returns whether both are numbers, no longer than they need to be."""
    if not (isinstance(name, bytes) and isinstance(service, bytes)):
        return False
    if len(name) > _LONGEST_NUMBER or len(service) > _LONGEST_PORT or not service.isdigit():
        return False
    return bool(lib.cs_put_host(ffi.new("cs_addr *"), AF_UNSPEC, name))


def _answers(count: int, memory: t.Any) -> list[t.Answer]:
    end = count * _ANSWER_SIZE
    canonname = ffi.string(memory + end).decode()
    return [_answer(memory + at, canonname) for at in range(0, end, _ANSWER_SIZE)]


def _answer(record: t.Any, canonname: str) -> t.Answer:
    answer = ffi.cast("cs_answer *", record)
    addr = ffi.addressof(answer, "addr")
    address = unpack((addr, ffi.buffer(addr)), None)
    # The first one has it, or with some C libraries each: getaddrinfo(3).
    name = canonname if answer.named else ""
    return answer.family, answer.type, answer.proto, name, address


# --- hosts ---------------------------------------------------------------------------------


def gethostbyname(hostname: t.Host, /) -> str:
    """Returns the first IPv4 address of ``hostname``, as text.  Raises gaierror."""
    name = _host(hostname, "gethostbyname")
    sys.audit("socket.gethostbyname", hostname)
    addr = ffi.new("cs_addr *")
    host_address(addr, AF_INET, name)
    return unpack_inet(addr, None)[0]


def gethostbyname_ex(hostname: t.Host, /) -> t.HostEntry:
    """Returns ``(name, aliases, addresses)`` of ``hostname``, IPv4 only: gethostbyname_r(3).

    Raises gaierror or herror.
    """
    name = _host(hostname, "gethostbyname_ex")
    sys.audit("socket.gethostbyname", hostname)
    host_address(ffi.new("cs_addr *"), AF_INET, name)
    return _host_entry(lib.cs_gethostbyname, name)


def gethostbyaddr(ip_address: t.Host, /) -> t.HostEntry:
    """Returns ``(name, aliases, addresses)`` of the host at an address: gethostbyaddr_r(3).

    ``ip_address`` may be a name, too.  Raises gaierror or herror.
    """
    name = _host(ip_address, "gethostbyaddr")
    sys.audit("socket.gethostbyaddr", ip_address)
    if not name:
        raise OSError("wildcard resolved to multiple address")
    addr = ffi.new("cs_addr *")
    host_address(addr, AF_UNSPEC, name)
    return _host_entry(lib.cs_gethostbyaddr, addr)


def _host(hostname: object, caller: str) -> bytes:
    if isinstance(hostname, str):
        name = _idna(hostname)
    elif isinstance(hostname, (bytes, bytearray)):
        name = exact_bytes(hostname)
    else:
        given = type_name(hostname)
        raise TypeError(f"{caller}() argument 1 must be str, bytes or bytearray, not {given}")
    if b"\0" in name:
        wanted = "encoded string without null bytes"
        raise TypeError(f"{caller}() argument 1 must be {wanted}, not {type_name(hostname)}")
    return name


def _host_entry(look_up: t.Callable[..., int], key: t.Any) -> t.HostEntry:
    host = ffi.new("cs_host *")
    # The members of `host` point into the memory.
    code, _memory = _with_room(look_up, key, host)
    if code != 0:
        raise herror_for(code)
    addresses = [ffi.unpack(packed, host.length) for packed in _listed(host.addresses)]
    return (
        os.fsdecode(ffi.string(host.name)),
        [os.fsdecode(ffi.string(alias)) for alias in _listed(host.aliases)],
        [inet_ntop(host.family, packed) for packed in addresses],
    )


def _listed(pointers: t.Any) -> list[t.Any]:
    """Returns the pointers of a C list, up to the NULL that ends it."""
    count = 0
    while pointers[count] != ffi.NULL:
        count += 1
    return [pointers[i] for i in range(count)]


def gethostname() -> str:
    """Returns the name of this host: gethostname(2)."""
    sys.audit("socket.gethostname")
    name = ffi.new("char[]", _HOST_NAME_SIZE)
    check(lib.cs_gethostname(name, _HOST_NAME_SIZE))
    return os.fsdecode(ffi.string(name))


def sethostname(name: t.PathLike, /) -> None:
    """Gives this host a name, which takes privileges: sethostname(2)."""
    text = c_path(name)
    sys.audit("socket.sethostname", text)
    check(lib.cs_sethostname(text, len(text)))


# --- services and protocols ------------------------------------------------------------------

_ANY_PROTOCOL: t.Any = object()


def getservbyname(servicename: str, protocolname: str = _ANY_PROTOCOL, /) -> int:
    """Returns the port of a service, for any protocol or for one: getservbyname_r(3)."""
    name = c_text(servicename, "getservbyname() argument 1")
    audited, protocol = _protocol(protocolname, "getservbyname")
    sys.audit("socket.getservbyname", servicename, audited)
    port, _ = _with_room(lib.cs_getservbyname, name, protocol)
    return _found(port, "service/proto not found")


def getservbyport(port: t.SupportsIndex, protocolname: str = _ANY_PROTOCOL, /) -> str:
    """Returns the name of the service at a port, of any protocol or of one: getservbyport_r(3)."""
    number = c_int(port)
    audited, protocol = _protocol(protocolname, "getservbyport")
    if not 0 <= number <= 0xFFFF:
        raise OverflowError("getservbyport: port must be 0-65535.")
    sys.audit("socket.getservbyport", number, audited)
    size, memory = _with_room(lib.cs_getservbyport, number, protocol)
    name: bytes = ffi.unpack(memory, _found(size, "port/proto not found"))
    return name.decode()


def getprotobyname(protocolname: str, /) -> int:
    """Returns the number of a protocol, for the third argument of `socket`: getprotobyname_r(3)."""
    name = c_text(protocolname, "getprotobyname() argument 1")
    number, _ = _with_room(lib.cs_getprotobyname, name)
    return _found(number, "protocol not found")


def _protocol(name: str, caller: str) -> tuple[t.Optional[str], t.Any]:
    """Returns the protocol ``name`` for the audit event, and for the shim."""
    if name is _ANY_PROTOCOL:
        return None, ffi.NULL
    return name, c_text(name, f"{caller}() argument 2")


def _found(result: int, complaint: str) -> int:
    if result < 0:
        raise OSError(complaint)
    return result


def _with_room(look_up: t.Callable[..., int], *arguments: t.Any) -> tuple[int, t.Any]:
    """Returns the result of the shim's ``look_up``, and the memory that it put its data into."""
    for size in _SIZES:
        memory = allocate("char[]", size)
        result = look_up(*arguments, memory, size)
        if result != -errno.ERANGE:
            return result, memory
    raise error_for(-errno.ERANGE)
