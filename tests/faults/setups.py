"""The sockets that operations are about, and what is asked of them afterwards.

An expression of operations.txt sees `S`, the module; `s`, the socket; `p`, its peer, which has
sent b"abcdef", and where messages keep apart, b"ghi"; `a`, an address that somebody has, `b` one
to bind to, `d` a descriptor of its own, `f` a file of ten bytes; and the helpers at the end of this
file.
"""

from __future__ import annotations

import os
import select
import tempfile
from contextlib import ExitStack, suppress
from typing import Any, Callable

import cffisock

from ..support import LOCALHOST, rights, tcp_pair, udp_pair

# Seconds: what a timed socket waits at most, unless the fault lasts.
LIMIT = 2.0
SHORT_LIMIT = 0.03
# A deadline runs from the moment it is made, also where the machine is busy.
SHORT_DEADLINE = 0.2

Names = dict[str, Any]


def _ready(sock: Any) -> None:
    """Waits until what was sent has come."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    assert poll.poll(5000)


def _filled(pair: tuple[Any, Any], messages: tuple[bytes, ...], stack: ExitStack) -> Names:
    s, p = (stack.enter_context(sock) for sock in pair)
    for message in messages:
        p.send(message)
    _ready(s)
    fd = stack.enter_context(Owned(os.dup(s.fileno()))).fd
    return {"s": s, "p": p, "d": fd, "f": _file(stack)}


def _stream(make: Callable[[Any], tuple[Any, Any]]) -> Callable[[Any, ExitStack], Names]:
    return lambda module, stack: _filled(make(module), (b"abcdef",), stack)


def _messages(make: Callable[[Any], tuple[Any, Any]]) -> Callable[[Any, ExitStack], Names]:
    def build(module: Any, stack: ExitStack) -> Names:
        names = _filled(make(module), (b"abcdef", b"ghi"), stack)
        ttl = module.IPPROTO_IP, module.IP_TTL, b"\x09\0\0\0"
        is_udp = names["s"].family == module.AF_INET
        names["control"] = ttl if is_udp else rights(names["f"].fileno())
        return names

    return build


def _rights(module: Any, stack: ExitStack) -> Names:
    s, p = (stack.enter_context(sock) for sock in module.socketpair())
    file = _file(stack)
    p.sendmsg([b"abcdef"], [rights(file.fileno(), file.fileno())])
    return {"s": s, "p": p, "f": file, "rights": rights(file.fileno())}


def _file(stack: ExitStack) -> Any:
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the stack closes it)
    stack.enter_context(file)
    file.write(b"0123456789")
    file.seek(0)
    return file


def _listener(family: str) -> Callable[[Any, ExitStack], Names]:
    def build(module: Any, stack: ExitStack) -> Names:
        where = LOCALHOST if family == "AF_INET" else _path(stack)
        s = stack.enter_context(module.socket(getattr(module, family)))
        s.bind(where)
        s.listen()
        for _ in range(2):
            c = stack.enter_context(module.socket(getattr(module, family)))
            c.connect(s.getsockname())
            c.send(b"abcdef")
        _ready(s)
        return {"s": s}

    return build


def _idle(family: str, kind: str) -> Callable[[Any, ExitStack], Names]:
    def build(module: Any, stack: ExitStack) -> Names:
        domain, form = getattr(module, family), getattr(module, kind)
        there = stack.enter_context(module.socket(domain, form))
        there.bind(LOCALHOST if family == "AF_INET" else _path(stack))
        if kind == "SOCK_STREAM":
            there.listen()
        s = stack.enter_context(module.socket(domain, form))
        here = LOCALHOST if family == "AF_INET" else _path(stack)
        return {"s": s, "a": there.getsockname(), "b": here}

    return build


def _open(family: str) -> Callable[[Any, ExitStack], Names]:
    def build(module: Any, stack: ExitStack) -> Names:
        pair = []
        for _ in range(2):
            sock = stack.enter_context(module.socket(getattr(module, family), module.SOCK_DGRAM))
            sock.bind(LOCALHOST if family == "AF_INET" else _path(stack))
            pair.append(sock)
        s, p = pair
        for message in (b"abcdef", b"ghi"):
            p.sendto(message, s.getsockname())
        _ready(s)
        return {"s": s, "p": p, "a": p.getsockname()}

    return build


def _path(stack: ExitStack) -> str:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cs-", dir="/tmp"))
    return f"{folder}/s"


def _function(module: Any, stack: ExitStack) -> Names:
    there = stack.enter_context(module.create_server(LOCALHOST))
    fd = stack.enter_context(Owned(os.dup(there.fileno()))).fd
    return {"a": there.getsockname(), "b": LOCALHOST, "d": fd}


KINDS: dict[str, Callable[[Any, ExitStack], Names]] = {
    "tcp": _stream(tcp_pair),
    "unix": _stream(lambda module: module.socketpair()),
    "seqpacket": _messages(lambda module: module.socketpair(type=module.SOCK_SEQPACKET)),
    "udp": _messages(udp_pair),
    "dgram": _messages(lambda module: module.socketpair(type=module.SOCK_DGRAM)),
    "rights": _rights,
    "listener": _listener("AF_INET"),
    "unix-listener": _listener("AF_UNIX"),
    "idle-tcp": _idle("AF_INET", "SOCK_STREAM"),
    "idle-unix": _idle("AF_UNIX", "SOCK_STREAM"),
    "idle-udp": _idle("AF_INET", "SOCK_DGRAM"),
    "udp-open": _open("AF_INET"),
    "dgram-open": _open("AF_UNIX"),
    "function": _function,
}

# --- modes --------------------------------------------------------------------------------------

MODES = ("blocking", "timed", "nonblocking", "deadline")


def timeout_of(module: Any, mode: str, seconds: float) -> Any:
    """The timeout for a mode; the interpreter's own module has no deadlines."""
    if mode == "deadline" and module is cffisock:
        return cffisock.Deadline(max(seconds, SHORT_DEADLINE))
    return {"blocking": None, "nonblocking": 0.0}.get(mode, seconds)


# --- what is asked afterwards ---------------------------------------------------------------------


def _told(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except OSError as error:
        return f"{type(error).__name__} {error.errno}"


def _all_of(sock: Any) -> Any:
    """What can be received up to a b"!"."""
    got = []
    while not got or got[-1][-1:] not in (b"!", b""):
        got.append(sock.recv(4096))
    return got if sock.type != cffisock.SOCK_STREAM else b"".join(got)


def _talk(sock: Any, peer: Any) -> list[Any]:
    """A byte each way, behind all that is on its way."""
    both = []
    for sender, receiver in ((sock, peer), (peer, sock)):
        sender.settimeout(LIMIT)
        receiver.settimeout(LIMIT)
        both.append(_told(lambda sender=sender: sender.send(b"!")))
        # If the mark could not be sent, what came before it counts all the same.
        if both[-1] != 1:
            receiver.settimeout(0)
        both.append(_told(lambda receiver=receiver: _all_of(receiver)))
    return both


def usable(kind: str, names: Names) -> Any:
    """What the socket is good for: comparable, and the same after the same."""
    s = names.get("s")
    if s is None or s.fileno() < 0:
        return None
    if "p" in names:
        if kind.endswith("-open"):
            s.settimeout(LIMIT)
            _told(lambda: s.connect(names["a"]))
            names["p"].connect(s.getsockname())
        return _talk(s, names["p"])
    if "listener" in kind:
        s.settimeout(0)
        return [_told(lambda: _accepted(s)) for _ in range(3)]
    s.settimeout(LIMIT)
    return _told(lambda: s.connect(names["a"]))


def _accepted(listener: Any) -> Any:
    sock, _ = listener.accept()
    with sock:
        return sock.recv(16)


# --- what expressions use -------------------------------------------------------------------------


class Owned:
    """A descriptor that is closed at the end, unless the operation has done so."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def __enter__(self) -> Owned:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            os.close(self.fd)


def filled(receive: Callable[[bytearray], Any]) -> Any:
    """The result, and what came into a buffer."""
    buffer = bytearray(16)
    return receive(buffer), bytes(buffer)


def gathered(receive: Callable[[list[bytearray]], Any]) -> Any:
    """The result, and what came into two buffers."""
    buffers = [bytearray(4), bytearray(12)]
    return receive(buffers), [bytes(buffer) for buffer in buffers]


def using(file: Any, call: Callable[[Any], Any]) -> Any:
    """What comes of a call with a file, which is closed then."""
    with file:
        return call(file)


class Descriptors(tuple[Any, ...]):
    """A result with descriptors in it, which whoever looks at it closes."""

    __slots__ = ()


def dropped(result: tuple[Any, ...]) -> Any:
    """A result that begins with a descriptor."""
    return Descriptors(((result[0],), *result[1:]))


def taken(result: tuple[Any, ...]) -> Any:
    """A received message whose second part has descriptors, in control messages or as they are."""
    fds: list[int] = []
    for item in result[1]:
        if isinstance(item, int):
            fds.append(item)
        else:
            data = memoryview(item[2])
            fds += data[: len(data) // 4 * 4].cast("i").tolist()
    return Descriptors((fds, result[0], *result[2:]))
