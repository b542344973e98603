"""Descriptors sent to other processes and received from them: SCM_RIGHTS in unix(7)."""

from __future__ import annotations

from . import _types as t
from ._socket.ancillary import (
    CMSG_LEN,
    INT_SIZE,
    SCM_PIDFD,
    SCM_RIGHTS,
    SOL_SOCKET,
    close_descriptors,
    descriptors_in,
    drop_items,
)


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

    sent: int = sock.sendmsg(buffers, [(SOL_SOCKET, SCM_RIGHTS, array.array("i", fds))])
    return sent


def recv_fds(
    sock: t.Any, bufsize: int, maxfds: int, flags: int = 0
) -> tuple[bytes, list[int], int, t.Any]:
    """Receives up to ``bufsize`` bytes and ``maxfds`` descriptors: SCM_RIGHTS in unix(7).

    Returns the data, the descriptors, which programs that this one executes do not inherit, the
    ``MSG_`` flags and the sender's address.  ``flags`` is not used, as in the standard module.
    """
    items: list[t.ControlMessage] = []
    try:
        data, items, msg_flags, address = sock.recvmsg(bufsize, CMSG_LEN(maxfds * INT_SIZE))
        unwanted = descriptors_in(items, SCM_PIDFD)
        if unwanted:
            items = [item for item in items if item[1] != SCM_PIDFD]
            close_descriptors(unwanted)
        return data, descriptors_in(items, SCM_RIGHTS), msg_flags, address
    except BaseException:
        drop_items(items)
        raise
