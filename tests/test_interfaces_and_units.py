"""Addresses of interfaces, sockets from the service manager, addresses as bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cffisock
from cffisock import sockaddr

from .support import LOCALHOST, ROOT, by, descriptors

# --- interfaces -------------------------------------------------------------------------------

ADDRESSES = """
import json, subprocess
import cffisock

def ip(*words):
    subprocess.run(["ip", *words], check=True)

ip("link", "set", "lo", "up")
ip("link", "add", "one", "address", "02:00:00:00:00:01", "type", "veth", "peer", "name", "bare")
ip("addr", "add", "10.1.0.1/24", "broadcast", "10.1.0.255", "dev", "one")
ip("addr", "add", "10.1.0.2/24", "dev", "one")
ip("addr", "add", "10.3.0.1", "peer", "10.4.0.1/32", "dev", "one")
ip("link", "set", "one", "up")
for number in range(40):
    ip("addr", "add", f"10.9.{number}.1/32", "dev", "bare")
    ip("addr", "add", f"10.8.{number}.1/32", "dev", "bare")
found = [tuple(record) for record in cffisock.getifaddrs()]
shown = json.loads(subprocess.run(["ip", "-json", "addr"], stdout=subprocess.PIPE).stdout)
print(json.dumps([found, shown]))
"""


@pytest.mark.netns
@pytest.mark.native("it knows nothing of veth")
def test_addresses_of_interfaces() -> None:
    run = by(["unshare", "--net"], ADDRESSES)
    assert run.returncode == 0, run.stderr
    found, shown = json.loads(run.stdout)
    assert len(found) >= 84
    for link in shown:
        ours = [record for record in found if record[0] == link["ifname"]]
        theirs = {(each["local"], each.get("broadcast")) for each in link["addr_info"]}
        assert {(record[4], record[6]) for record in ours if record[4]} == theirs
        assert {record[1] for record in ours} == {link["ifindex"]}
        assert {record[8] for record in ours} == {link["address"]}
        if not theirs:
            assert [record[3:8] for record in ours] == [[0, None, None, None, None]]
    assert {record[4]: record[7] for record in found if record[7]} == {"10.3.0.1": "10.4.0.1"}
    (one,) = (record for record in found if record[4] == "10.1.0.1")
    assert one[2] & cffisock.IFF_BROADCAST
    assert (one[3], one[5], one[9]) == (2, "255.255.255.0", 0)


def test_this_machines_addresses() -> None:
    found = cffisock.getifaddrs()
    (lo,) = (record for record in found if record.address == "127.0.0.1")
    assert (lo.name, lo.index, lo.netmask) == ("lo", 1, "255.0.0.0")
    assert lo.flags & cffisock.IFF_LOOPBACK
    assert (lo.family, lo.broadcast, lo.peer, lo.scope) == (cffisock.AF_INET, None, None, 0)
    for record in found:
        if record.address and record.address.startswith("fe80:"):
            assert record.scope == record.index


# --- the service manager ------------------------------------------------------------------------

UNIT = """
import json, os, sys
import cffisock
os.environ["LISTEN_PID"] = sys.argv[1] or str(os.getpid())
taken = cffisock.listen_fds()
print(json.dumps([
    [[name, type(sock).__name__, sock.family, sock.type, sock.fileno(), sock.get_inheritable(),
      sock.gettimeout()] for name, sock in taken],
    cffisock.listen_fds() == [],
    "LISTEN_FDS" in os.environ,
]))
for _, sock in taken:
    sock.close()
"""


def unit(files: list[int], pid: str = "", **environment: str) -> Any:
    """What a process finds that has these descriptors from 3 on."""
    shell = "".join(f"exec {3 + i}<&{fd}; " for i, fd in enumerate(files))
    moved = [os.dup(fd) for fd in files]
    try:
        high = [fd + 20 for fd in moved]
        for fd, to in zip(moved, high):
            os.dup2(fd, to)
        shell = "".join(f"exec {3 + i}<&{fd} {fd}<&-; " for i, fd in enumerate(high))
        done = subprocess.run(
            ["bash", "-c", f'{shell}exec "$@"', "bash", sys.executable, "-c", UNIT, pid],
            check=False,
            pass_fds=high,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )
    finally:
        for fd in [*moved, *high]:
            os.close(fd)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_sockets_of_a_unit() -> None:
    with (
        cffisock.create_server(LOCALHOST) as tcp,
        cffisock.socket(cffisock.AF_UNIX, cffisock.SOCK_DGRAM) as unix,
        open(os.devnull, "rb") as file,
    ):
        fds = [tcp.fileno(), unix.fileno(), file.fileno()]
        sockets, gone, left = unit(fds, LISTEN_FDS="3", LISTEN_FDNAMES="web:log:file")
        assert sockets == [
            ["web", "socket", cffisock.AF_INET, cffisock.SOCK_STREAM, 3, False, None],
            ["log", "socket", cffisock.AF_UNIX, cffisock.SOCK_DGRAM, 4, False, None],
        ]
        assert (gone, left) == (True, False)
        for names in ("", "only one", "a:b:c:d"):
            sockets, *_ = unit(fds, LISTEN_FDS="3", LISTEN_FDNAMES=names)
            assert [each[0] for each in sockets] == ["unknown", "unknown"]
        assert unit(fds, pid="1", LISTEN_FDS="3")[0] == []
        for number in ("", "x", "0", "-1", "1.5", "٣"):
            assert unit(fds, LISTEN_FDS=number)[0] == []


def test_without_a_service_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LISTEN_FDS", raising=False)
    assert cffisock.listen_fds() == []


def test_descriptors_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    before = descriptors()
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    monkeypatch.setenv("LISTEN_FDS", str(10**5))
    with pytest.raises(OSError, match="Bad file descriptor"):
        cffisock.listen_fds(unset_environment=False)
    assert descriptors() == before
    assert os.environ["LISTEN_FDS"] == str(10**5)


# --- bytes ------------------------------------------------------------------------------------

THERE_AND_BACK = [
    (cffisock.AF_INET, 0, ("192.0.2.1", 80)),
    (cffisock.AF_INET6, 0, ("2001:db8::1", 80, 5, 7)),
    (cffisock.AF_UNIX, 0, "/a/path"),
    (cffisock.AF_UNIX, 0, b"\0abstract"),
    (cffisock.AF_UNIX, 0, ""),
    (cffisock.AF_NETLINK, 0, (5, 6)),
    (cffisock.AF_VSOCK, 0, (3, 1024)),
    (cffisock.AF_QIPCRTR, 0, (1, 2)),
    (cffisock.AF_PACKET, 0, ("lo", 0x800, 0, 1, b"\1\2\3\4\5\6")),
    (cffisock.AF_CAN, cffisock.CAN_RAW, ("lo",)),
    (cffisock.AF_BLUETOOTH, cffisock.BTPROTO_RFCOMM, ("01:02:03:04:05:06", 9)),
    (200, 0, (200, b"anything")),
]


@pytest.mark.parametrize(("family", "proto", "address"), THERE_AND_BACK)
def test_there_and_back(family: int, proto: int, address: Any) -> None:
    before = descriptors()
    data = sockaddr.pack(address, family, proto)
    assert data[:2] == int.to_bytes(family, 2, sys.byteorder)
    assert sockaddr.unpack(data, proto) == address
    assert sockaddr.unpack(bytearray(data), proto) == address
    assert descriptors() == before


def test_as_the_kernel_has_them() -> None:
    with cffisock.socket() as sock:
        sock.bind(LOCALHOST)
        data = sockaddr.pack(sock.getsockname(), cffisock.AF_INET)
        assert len(data) == 16
        assert data[4:8] == bytes([127, 0, 0, 1])


@given(st.binary(max_size=128), st.sampled_from([0, 1, 3, 6, 7]))
def test_any_bytes(data: bytes, proto: int) -> None:
    try:
        sockaddr.unpack(data, proto)
    except (OSError, ValueError):
        return


def test_bad_bytes() -> None:
    assert sockaddr.unpack(b"") is None
    with pytest.raises(OSError, match="Invalid argument"):
        sockaddr.unpack(bytes(129))
    for bad in ("x", None, 5):
        with pytest.raises(TypeError):
            sockaddr.unpack(bad)
    with pytest.raises(TypeError, match="pair"):
        sockaddr.pack(("127.0.0.1",), cffisock.AF_INET)
    with pytest.raises(OverflowError, match="pack"):
        sockaddr.pack(("127.0.0.1", 65536), cffisock.AF_INET)


# --- more kinds of addresses --------------------------------------------------------------------


@pytest.mark.differs("more-addresses")
def test_a_path_object(unix_path: str) -> None:
    with cffisock.socket(cffisock.AF_UNIX) as server, cffisock.socket(cffisock.AF_UNIX) as client:
        server.bind(Path(unix_path))
        server.listen()
        assert server.getsockname() == unix_path
        client.connect(Path(unix_path))
        assert client.getpeername() == unix_path

    class Bytes:
        def __fspath__(self) -> bytes:
            return b"\0cffisock-test-%d" % os.getpid()

    with cffisock.socket(cffisock.AF_UNIX) as sock:
        sock.bind(Bytes())
        assert sock.getsockname() == Bytes().__fspath__()


@pytest.mark.ipv6
@pytest.mark.differs("more-addresses")
def test_a_scope_by_the_interfaces_name() -> None:
    with cffisock.socket(cffisock.AF_INET6, cffisock.SOCK_DGRAM) as sock:
        with pytest.raises(OSError, match="No such device"):
            sock.bind(("fe80::1", 0, 0, "no-such-thing"))
    lo = cffisock.if_nametoindex("lo")
    by_name = sockaddr.pack(("fe80::1", 5, 0, "lo"), cffisock.AF_INET6)
    assert by_name == sockaddr.pack(("fe80::1", 5, 0, lo), cffisock.AF_INET6)
    assert sockaddr.unpack(by_name) == ("fe80::1", 5, 0, lo)
