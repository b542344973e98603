"""AF_BLUETOOTH, in the form that the socket's protocol has:

- BTPROTO_L2CAP: ``(bdaddr, psm[, cid[, bdaddr_type]])``, in what comes from the kernel as short
  as a cid of 0 and a type of BDADDR_BREDR allow;
- BTPROTO_RFCOMM: ``(bdaddr, channel)``;
- BTPROTO_HCI: ``device_id``, or ``(device_id[, channel])``; from the kernel the number alone
  where the channel is HCI_CHANNEL_RAW;
- BTPROTO_SCO: ``bdaddr``, which may be bytes here;
- any other: ``(AF_BLUETOOTH, bytes)``, as for a family without a codec.

``bdaddr`` is the address of a device, a str "XX:XX:XX:XX:XX:XX".
"""

from __future__ import annotations

from .. import _types as t
from .._cffi import lib
from .._edge.arguments import exact_bytes, exact_tuple, without_nul
from .._edge.platform import CONSTANTS
from . import raw
from ._codec import (
    Codec,
    completed,
    put,
    require_items,
    take,
    text,
    utf8,
    wrapped,
    wrong_format,
)

AF_BLUETOOTH = CONSTANTS["AF_BLUETOOTH"]
BDADDR_BREDR = CONSTANTS["BDADDR_BREDR"]
HCI_CHANNEL_RAW = CONSTANTS["HCI_CHANNEL_RAW"]


def pack(address: t.Any, caller: str, sock: t.Any) -> t.Any:
    """Returns the address of ``sock`` in its protocol's form, as a ``cs_addr *``."""
    form = FORMS.get(sock._cs_kind[2])
    if form is not None:
        return form[0](address, caller)
    if isinstance(address, tuple) and exact_tuple(address)[:1] == (AF_BLUETOOTH,):
        return raw.pack(address, caller, sock)
    raise OSError(f"{caller}(): unknown Bluetooth protocol")


def unpack(addr: t.Any, sock: t.Any) -> t.Any:
    """Returns the address of a ``cs_addr *`` in the form of the protocol that ``sock`` has."""
    form = FORMS.get(sock._cs_kind[2])
    return raw.unpack(addr, sock) if form is None else form[1](addr)


def pack_l2cap(address: t.Any, caller: str) -> t.Any:
    """Returns ``(bdaddr, psm[, cid[, bdaddr_type]])`` as a ``cs_addr *``."""
    try:
        parts = require_items(address, 2, 4)
        bdaddr, psm, cid, bdaddr_type = completed(parts, 4, 0, BDADDR_BREDR)
        numbers = wrapped(psm, 16), wrapped(cid, 16), wrapped(bdaddr_type, 8)
        name = utf8(bdaddr, "")
    except (TypeError, ValueError):
        raise wrong_format(caller) from None
    return put_device(lib.cs_put_l2cap, name, *numbers)


def unpack_l2cap(addr: t.Any) -> tuple[t.Any, ...]:
    """Returns ``(bdaddr, psm[, cid[, bdaddr_type]])`` of a ``cs_addr *``."""
    fields = take(lib.cs_take_l2cap, addr)
    psm, cid, bdaddr_type, *_ = fields.number
    parts = (text(fields).decode(), psm, cid, bdaddr_type)
    if bdaddr_type != BDADDR_BREDR:
        return parts
    return parts[:3] if cid else parts[:2]


def pack_rfcomm(address: t.Any, caller: str) -> t.Any:
    """Returns ``(bdaddr, channel)`` as a ``cs_addr *``."""
    try:
        bdaddr, channel = require_items(address, 2, 2)
        name, number = utf8(bdaddr, ""), wrapped(channel, 8)
    except (TypeError, ValueError):
        raise wrong_format(caller) from None
    return put_device(lib.cs_put_rfcomm, name, number)


def unpack_rfcomm(addr: t.Any) -> tuple[str, int]:
    """Returns ``(bdaddr, channel)`` of a ``cs_addr *``."""
    fields = take(lib.cs_take_rfcomm, addr)
    return text(fields).decode(), fields.number[0]


def pack_hci(address: t.Any, caller: str) -> t.Any:
    """Returns ``device_id`` or ``(device_id[, channel])`` as a ``cs_addr *``."""
    try:
        parts = (address,) if hasattr(type(address), "__index__") else require_items(address, 1, 2)
        device, channel = completed(parts, 2, HCI_CHANNEL_RAW)
        numbers = wrapped(device, 16), wrapped(channel, 16)
    except (TypeError, ValueError):
        raise wrong_format(caller) from None
    return put(lib.cs_put_hci, *numbers)


def unpack_hci(addr: t.Any) -> t.Union[int, tuple[int, int]]:
    """Returns ``device_id`` or ``(device_id, channel)`` of a ``cs_addr *``."""
    fields = take(lib.cs_take_hci, addr)
    device, channel, *_ = fields.number
    return device if channel == HCI_CHANNEL_RAW else (device, channel)


def pack_sco(address: t.Any, caller: str) -> t.Any:
    """Returns ``bdaddr``, a str or bytes, as a ``cs_addr *``."""
    if isinstance(address, bytes):
        return put_device(lib.cs_put_sco, without_nul(exact_bytes(address), "byte"))
    if isinstance(address, str):
        return put_device(lib.cs_put_sco, utf8(address, ""))
    raise wrong_format(caller)


def unpack_sco(addr: t.Any) -> str:
    """Returns ``bdaddr`` of a ``cs_addr *``."""
    return text(take(lib.cs_take_sco, addr)).decode()


def put_device(put_address: t.Callable[..., int], name: bytes, *numbers: int) -> t.Any:
    """Does as `put`, where nothing but the device's ``name`` can be wrong."""
    try:
        return put(put_address, name, *numbers)
    except OSError:
        raise OSError("bad bluetooth address") from None


FORMS: dict[int, t.Form] = {
    CONSTANTS["BTPROTO_L2CAP"]: (pack_l2cap, unpack_l2cap),
    CONSTANTS["BTPROTO_RFCOMM"]: (pack_rfcomm, unpack_rfcomm),
    CONSTANTS["BTPROTO_HCI"]: (pack_hci, unpack_hci),
    CONSTANTS["BTPROTO_SCO"]: (pack_sco, unpack_sco),
}

CODEC = Codec(pack, unpack, stable=False)
