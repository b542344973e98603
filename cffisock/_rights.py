"""Descriptors sent to other processes and received from them: SCM_RIGHTS in unix(7)."""

from __future__ import annotations

from . import _types as t
from ._cffi import ffi
from ._edge.platform import CONSTANTS
from ._socket import close
from ._socket.ancillary import CMSG_LEN

SOL_SOCKET, SCM_RIGHTS = CONSTANTS["SOL_SOCKET"], CONSTANTS["SCM_RIGHTS"]
INT_SIZE: int = ffi.sizeof("int")


def send_fds(
    sock: t.Any,
    buffers: t.Iterable[t.Buffer],
    fds: t.Iterable[int],
    flags: object = 0,
    address: object = None,
) -> int:
    """Sends the descriptors ``fds`` along with the data ``buffers``: SCM_RIGHTS in unix(7).

    Returns how many bytes of the data were sent.  ``flags`` and ``address`` are not used, as in
    the standard module.
    """
    import array  # noqa: PLC0415  (few programs need it)

    rights = SOL_SOCKET, SCM_RIGHTS, array.array("i", fds)
    sent: int = sock.sendmsg(buffers, [rights])
    return sent


def recv_fds(
    sock: t.Any, bufsize: int, maxfds: int, flags: int = 0
) -> tuple[bytes, list[int], int, t.Any]:
    """Receives up to ``bufsize`` bytes and ``maxfds`` descriptors: SCM_RIGHTS in unix(7).

    Returns the data, the descriptors, the ``MSG_`` flags and the sender's address.  ``flags`` is
    not used, as in the standard module.
    """
    items: list[t.ControlMessage] = []
    try:
        data, items, msg_flags, address = sock.recvmsg(bufsize, CMSG_LEN(maxfds * INT_SIZE))
        return data, _rights_in(items), msg_flags, address
    except BaseException:
        for fd in _rights_in(items):
            close(fd)
        raise


def _rights_in(items: list[t.ControlMessage]) -> list[int]:
    """Returns the descriptors in control messages."""
    import array  # noqa: PLC0415  (few programs need it)

    fds = array.array("i")
    for level, kind, payload in items:
        if (level, kind) == (SOL_SOCKET, SCM_RIGHTS):
            fds.frombytes(payload[: len(payload) - len(payload) % INT_SIZE])
    return list(fds)
