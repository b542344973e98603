"""Multicast by interface: who receives what, on both IP versions and both modules' sockets."""

from __future__ import annotations

import json
from typing import Any

import pytest

import cffisock
from cffisock import multicast

from .support import IP_FAMILIES, by, own

# Two interfaces that are each other's ends, and what goes out by one comes in by the other.
PROGRAM = """
import importlib, json, subprocess, sys, time
import cffisock
from cffisock import multicast

module = importlib.import_module(sys.argv[1])
six = sys.argv[2] == "6"
family = module.AF_INET6 if six else module.AF_INET
group, other = ("ff15::7", "ff15::8") if six else ("239.1.2.3", "239.1.2.4")
near, far = ("fd00::1", "fd01::1") if six else ("10.1.0.1", "10.2.0.1")

def ip(*words):
    subprocess.run(["ip", *words], check=True)

ip("link", "set", "lo", "up")
ip("link", "add", "near", "type", "veth", "peer", "name", "far")
for name, address in (("near", near), ("far", far)):
    ip("addr", "add", address + ("/64" if six else "/24"), "dev", name, *["nodad"] * six)
    ip("link", "set", name, "up")
for key in ("all", "far", "near"):
    with open(f"/proc/sys/net/ipv4/conf/{key}/rp_filter", "w") as file:
        file.write("0")
    with open(f"/proc/sys/net/ipv4/conf/{key}/accept_local", "w") as file:
        file.write("1")

found = {}
receiver = module.socket(family, module.SOCK_DGRAM)
sender = module.socket(family, module.SOCK_DGRAM)
with receiver, sender:
    receiver.bind(("::" if six else "0.0.0.0", 0))
    port = receiver.getsockname()[1]
    sender.bind((near, 0))
    multicast.set_interface(sender, "near")
    multicast.set_loopback(sender, False)
    multicast.set_hops(sender, 3)
    end = time.monotonic() + 10
    while True:  # until the interfaces are up, which takes a moment
        try:
            sender.sendto(b"x", (group, port))
            break
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)

    def comes(to=group):
        sender.sendto(b"x", (to, port))
        # What came before it is all there, since this is one machine.
        receiver.settimeout(0.3)
        try:
            return receiver.recvfrom(10)[1][0] == near
        except (TimeoutError, module.timeout):
            return False

    found["before"] = comes()
    multicast.join(receiver, group, "far")
    found["joined"] = comes()
    found["other group"] = comes(other)
    multicast.block_source(receiver, group, near, "far")
    found["blocked"] = comes()
    multicast.unblock_source(receiver, group, near, b"far")
    found["unblocked"] = comes()
    multicast.leave(receiver, group, cffisock.if_nametoindex("far"))
    found["left"] = comes()
    multicast.join(receiver, group, "far", source=near)
    found["source"] = comes()
    multicast.leave(receiver, group, "far", source=near)
    multicast.join(receiver, group, "far", source=far)
    found["other source"] = comes()
    multicast.leave(receiver, group, "far", source=far)
    # Where it comes in by another interface.
    multicast.join(receiver, group, "near")
    found["other interface"] = comes() if not six else False
    multicast.set_loopback(sender, True)
    multicast.set_interface(sender, None if not six else "near")
    option = (41, cffisock.IPV6_MULTICAST_HOPS) if six else (0, cffisock.IP_MULTICAST_TTL)
    found["hops"] = sender.getsockopt(*option)
print(json.dumps(found))
"""


@pytest.mark.root
@pytest.mark.netns
@pytest.mark.native("it knows nothing of veth")
@pytest.mark.parametrize("module", ["cffisock", "socket"])
@pytest.mark.parametrize("version", ["4", pytest.param("6", marks=pytest.mark.ipv6)])
def test_who_receives_what(module: str, version: str) -> None:
    run = by(["unshare", "--net"], PROGRAM, module, version)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found.pop("hops") == 3
    received = {name for name, came in found.items() if came}
    assert received == {"joined", "unblocked", "source"}


@pytest.mark.parametrize("module", [cffisock, own])
@pytest.mark.parametrize("family", IP_FAMILIES)
def test_what_is_refused(module: Any, family: int) -> None:
    group = "ff15::7" if family == cffisock.AF_INET6 else "239.1.2.3"
    with module.socket(family, module.SOCK_DGRAM) as sock:
        with pytest.raises(OSError, match="No such device"):
            multicast.join(sock, group, "no-such-thing")
        with pytest.raises(OSError, match=r"Invalid argument|Cannot assign|not available"):
            multicast.join(sock, "::1" if family == cffisock.AF_INET6 else "127.0.0.1", "lo")
        with pytest.raises(OSError, match=r"Cannot assign|not available"):
            multicast.leave(sock, group, "lo")
        with pytest.raises(TypeError):
            multicast.join(sock, group, 1.5)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            multicast.join(sock, 5, "lo")  # type: ignore[arg-type]
