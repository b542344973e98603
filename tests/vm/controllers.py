"""Two Bluetooth controllers within reach of each other, for the kernel's hci_vhci driver.

Each is an open /dev/vhci, through which the kernel sends commands and data to the controller and
gets events and data from it; the first byte of what is read or written says which.  These two are
as simple as Bluetooth 1.1 allows: BR/EDR without security, links of ACL and SCO.  What matters
here of Bluetooth's "Host Controller Interface functional specification":

    command     opcode:2 length:1 parameters
    event       code:1 length:1 parameters
    ACL data    handle and flags:2 length:2 data
    SCO data    handle and flags:2 length:1 data
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import struct
import threading
from typing import Any

import cffisock

HCIDEVUP, HCIDEVDOWN = 0x400448C9, 0x400448CA  # ioctl(2) of <bluetooth/hci.h>

COMMAND, ACL_DATA, SCO_DATA, EVENT, VENDOR = 1, 2, 3, 4, 0xFF

CONNECTION_COMPLETE, CONNECTION_REQUEST, DISCONNECTION_COMPLETE = 0x03, 0x04, 0x05
REMOTE_NAME, REMOTE_FEATURES, REMOTE_VERSION = 0x07, 0x0B, 0x0C
COMMAND_COMPLETE, COMMAND_STATUS, PACKETS_COMPLETED, PACKET_TYPE = 0x0E, 0x0F, 0x13, 0x1D

SCO_LINK, ACL_LINK = 0, 1
# A packet that begins a message: as the host sends it, as the other one receives it.
FIRST_SENT, FIRST_RECEIVED = 0 << 12, 2 << 12


class Controller:
    """One of the two, with the device address ``address``, a bytes of 6 as the kernel has it."""

    def __init__(self, address: bytes) -> None:
        self.address = address
        self.fd = os.open("/dev/vhci", os.O_RDWR | os.O_CLOEXEC)
        os.write(self.fd, bytes([VENDOR, 0]))
        kind, _, self.index = struct.unpack("<BBH", os.read(self.fd, 4))
        assert kind == VENDOR

    @property
    def name(self) -> str:
        """The address as people write it."""
        return ":".join(f"{byte:02X}" for byte in reversed(self.address))

    def switch(self, request: int) -> None:
        """Has the kernel start to use the controller, or stop it: HCIDEVUP, HCIDEVDOWN."""
        with cffisock.socket(
            cffisock.AF_BLUETOOTH, cffisock.SOCK_RAW, cffisock.BTPROTO_HCI
        ) as sock:
            try:
                fcntl.ioctl(sock.fileno(), request, self.index)
            except OSError as error:
                # It has been started when it appeared, but only for a moment without this.
                if error.errno != errno.EALREADY:
                    raise

    def event(self, code: int, form: str, *values: Any) -> None:
        parameters = struct.pack("<" + form, *values)
        os.write(self.fd, bytes([EVENT, code, len(parameters)]) + parameters)

    def answer(self, opcode: int) -> bytes:
        """What the parameters of Command Complete are, after the status, if they matter."""
        local = {
            0x1001: struct.pack("<BHBHH", 1, 0, 1, 0xFFFF, 0),  # version: 1.1
            0x1003: bytes([0x00, 0x08]) + bytes(6),  # features: SCO
            0x1005: struct.pack("<HBHH", 1021, 240, 8, 8),  # buffers of ACL and SCO
            0x1009: self.address,
            0x0C14: b"virtual".ljust(248, b"\0"),
        }
        return local.get(opcode, bytes(64))


class Air(threading.Thread):
    """Two controllers and what is between them; a context manager."""

    def __init__(self) -> None:
        super().__init__(name="air", daemon=True)
        self.one = Controller(bytes([0x01, 0, 0, 0, 0xAA, 0x02]))
        self.two = Controller(bytes([0x02, 0, 0, 0, 0xAA, 0x02]))
        self.kinds: dict[int, int] = {}  # the links by their handles
        self.handle = 0x20  # of the last link
        self.asked = ACL_LINK  # the kind of link that is being made
        self.error: BaseException | None = None
        self.stop_read, self.stop_write = os.pipe()

    def __enter__(self) -> Air:
        self.start()
        for controller in (self.one, self.two):
            controller.switch(HCIDEVUP)
        return self

    def __exit__(self, *exception: object) -> None:
        os.write(self.stop_write, b"x")
        self.join()
        for fd in (self.one.fd, self.two.fd, self.stop_read, self.stop_write):
            os.close(fd)
        if self.error is not None:
            raise self.error

    def run(self) -> None:
        controllers = {self.one.fd: self.one, self.two.fd: self.two}
        try:
            while True:
                ready, _, _ = select.select([self.stop_read, *controllers], [], [])
                if self.stop_read in ready:
                    return
                for fd in ready:
                    self.packet(controllers[fd], os.read(fd, 4096))
        except BaseException as error:  # noqa: BLE001  # shown where the context ends
            self.error = error

    def other(self, controller: Controller) -> Controller:
        return self.two if controller is self.one else self.one

    def packet(self, sender: Controller, data: bytes) -> None:
        if data[0] == COMMAND:
            (opcode,) = struct.unpack_from("<H", data, 1)
            self.command(sender, opcode, data[4:])
        elif data[0] in (ACL_DATA, SCO_DATA):
            self.data(sender, data)

    def data(self, sender: Controller, data: bytes) -> None:
        (word,) = struct.unpack_from("<H", data, 1)
        handle, flags = word & 0x0FFF, word & 0xF000
        if data[0] == ACL_DATA:
            flags = FIRST_RECEIVED if flags == FIRST_SENT else flags
            sender.event(PACKETS_COMPLETED, "BHH", 1, handle, 1)
        if handle in self.kinds:
            head = data[:1] + struct.pack("<H", handle | flags)
            os.write(self.other(sender).fd, head + data[3:])

    def command(self, sender: Controller, opcode: int, parameters: bytes) -> None:
        """Does one command: all of OGF 1 begin with a Command Status, the others are done."""
        if opcode >> 10 != 1:
            answer = b"\0" + sender.answer(opcode)
            sender.event(COMMAND_COMPLETE, f"BH{len(answer)}s", 1, opcode, answer)
            return
        actions = {
            0x0405: self.create_connection,
            0x0406: self.disconnect,
            0x0407: self.add_sco_connection,
            0x0409: self.accept_connection,
            0x040F: self.change_packet_type,
            0x0419: self.remote_name,
            0x041B: self.remote_features,
            0x041D: self.remote_version,
        }
        known = opcode in actions
        sender.event(COMMAND_STATUS, "BBH", 0 if known else 1, 1, opcode)
        if known:
            actions[opcode](sender, parameters)

    def create_connection(self, sender: Controller, parameters: bytes) -> None:
        other = self.other(sender)
        assert parameters[:6] == other.address
        other.event(CONNECTION_REQUEST, "6s3sB", sender.address, bytes(3), ACL_LINK)
        self.asked = ACL_LINK

    def add_sco_connection(self, sender: Controller, parameters: bytes) -> None:
        other = self.other(sender)
        other.event(CONNECTION_REQUEST, "6s3sB", sender.address, bytes(3), SCO_LINK)
        self.asked = SCO_LINK

    def accept_connection(self, sender: Controller, parameters: bytes) -> None:
        self.handle += 1
        self.kinds[self.handle] = self.asked
        for end in (sender, self.other(sender)):
            peer = self.other(end).address
            end.event(CONNECTION_COMPLETE, "BH6sBB", 0, self.handle, peer, self.asked, 0)

    def disconnect(self, sender: Controller, parameters: bytes) -> None:
        handle, reason = struct.unpack_from("<HB", parameters)
        if self.kinds.pop(handle, None) is not None:
            sender.event(DISCONNECTION_COMPLETE, "BHB", 0, handle, 0x16)
            self.other(sender).event(DISCONNECTION_COMPLETE, "BHB", 0, handle, reason)

    def change_packet_type(self, sender: Controller, parameters: bytes) -> None:
        sender.event(PACKET_TYPE, "B4s", 0, parameters[:4])

    def remote_name(self, sender: Controller, parameters: bytes) -> None:
        sender.event(REMOTE_NAME, "B6s248s", 0, parameters[:6], b"virtual")

    def remote_features(self, sender: Controller, parameters: bytes) -> None:
        sender.event(REMOTE_FEATURES, "B2s8s", 0, parameters[:2], sender.answer(0x1003))

    def remote_version(self, sender: Controller, parameters: bytes) -> None:
        sender.event(REMOTE_VERSION, "B2sBHH", 0, parameters[:2], 1, 0xFFFF, 0)
