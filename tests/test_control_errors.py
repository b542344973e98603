"""The error queue: ICMP's errors, local ones, what went without copies, and when."""

from __future__ import annotations

import errno
import json
import time
from typing import Any

import pytest

import cffisock
from cffisock import control
from cffisock.control import Origin

from .support import IP_FAMILIES, LONG, by, tcp_pair, udp_pair

UDP = cffisock.SOCK_DGRAM
SOL_SOCKET = cffisock.SOL_SOCKET


def soon(sock: Any) -> list[Any]:
    """What comes into the queue, as soon as something does."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        if found := control.errors(sock):
            return found
        time.sleep(0.001)
    raise AssertionError("nothing came")


def nowhere(family: int) -> Any:
    """An address where nobody listens."""
    with cffisock.socket(family, UDP) as sock:
        sock.bind(("::1" if family == cffisock.AF_INET6 else "127.0.0.1", 0))
        return sock.getsockname()


@pytest.mark.parametrize("timeout", [None, 0, LONG])
@pytest.mark.parametrize("family", IP_FAMILIES)
def test_where_nobody_listens(family: int, timeout: float | None) -> None:
    peer = nowhere(family)
    with cffisock.socket(family, UDP) as sock:
        control.enable_errors(sock)
        sock.settimeout(timeout)
        assert control.errors(sock) == []
        sock.sendto(b"payload", peer)
        (error,) = soon(sock)
        assert isinstance(error, control.NetworkError)
        is_six = family == cffisock.AF_INET6
        assert error.origin is (Origin.ICMP6 if is_six else Origin.ICMP)
        assert (error.type, error.code) == ((1, 4) if is_six else (3, 3))
        assert (error.errno, error.peer, error.payload) == (errno.ECONNREFUSED, peer, b"payload")
        assert error.offender[0] == peer[0]
        assert isinstance(error.exception(), ConnectionRefusedError)
        assert control.errors(sock) == []
        control.enable_errors(sock, on=False)


def test_a_packet_that_is_too_large() -> None:
    one, two = udp_pair()
    with one, two:
        control.enable_errors(one)
        one.setsockopt(cffisock.IPPROTO_IP, cffisock.IP_MTU_DISCOVER, cffisock.IP_PMTUDISC_DO)
        with pytest.raises(OSError, match=r"Message too (long|large)"):
            one.send(b"x" * 65507 + b"x")
        found = control.errors(one)
        assert [error.errno for error in found] == [errno.EMSGSIZE] * len(found)
        assert all(error.origin is Origin.LOCAL for error in found)


def test_no_more_than_asked_for() -> None:
    peer = nowhere(cffisock.AF_INET)
    with cffisock.socket(cffisock.AF_INET, UDP) as sock:
        control.enable_errors(sock)
        sent = 0
        while sent < 3:
            try:
                sock.sendto(b"x", peer)
                sent += 1
            except ConnectionRefusedError:  # of the one before
                continue
        assert len(control.errors(sock, limit=2)) == 2
        assert len(control.errors(sock, limit=0)) == 0
        assert len(control.errors(sock)) == 1


def test_in_batches() -> None:
    peer = nowhere(cffisock.AF_INET)
    with cffisock.socket(cffisock.AF_INET, UDP) as sock:
        control.enable_errors(sock)
        sock.settimeout(LONG)
        for _ in range(2):
            try:
                sock.sendto(b"x", peer)
            except ConnectionRefusedError:
                sock.sendto(b"x", peer)
        sock.settimeout(0)
        flags = cffisock.MSG_ERRQUEUE
        messages = control.receive_many(sock, 10, 100, flags)
        assert len(messages) == 2
        for message in messages:
            assert message.get(control.ExtendedError).errno == errno.ECONNREFUSED
            assert (message.data, message.address) == (b"x", peer)


@pytest.mark.parametrize("kind", ["UDP", "TCP"])
def test_memory_that_was_not_copied(kind: str) -> None:
    one, two = udp_pair() if kind == "UDP" else tcp_pair()
    with one, two:
        one.setsockopt(SOL_SOCKET, cffisock.SO_ZEROCOPY, 1)
        two.settimeout(LONG)
        for _ in range(3):
            one.send(b"x" * 20000, cffisock.MSG_ZEROCOPY)
        received = 0
        while received < 60000:
            received += len(two.recv(65536))
        done: list[Any] = []
        while not done or done[-1].last < 2:
            done += soon(one)
        assert all(isinstance(each, control.ZeroCopied) for each in done)
        assert done[0].first == 0
        # Over loopback somebody has to copy.
        assert {each.copied for each in done} == {True}


@pytest.mark.parametrize("by_message", [False, True])
def test_when_messages_went(by_message: bool) -> None:
    one, two = udp_pair()
    with one, two:
        flags = cffisock.SOF_TIMESTAMPING_SOFTWARE | cffisock.SOF_TIMESTAMPING_OPT_ID
        sending = cffisock.SOF_TIMESTAMPING_TX_SOFTWARE
        whole = flags if by_message else flags | sending
        one.setsockopt(SOL_SOCKET, cffisock.SO_TIMESTAMPING, whole)
        start = time.time_ns()
        for number in range(2):
            one.sendmsg([b"data"], [control.timestamping(sending)] if by_message else [])
            (sent,) = soon(one)
            assert isinstance(sent, control.Sent)
            assert (sent.kind, sent.key) == (cffisock.SCM_TSTAMP_SND, number)
            assert start - 10**9 < (sent.times.software or 0) <= time.time_ns() + 10**9
            assert sent.payload.endswith(b"data")


# --- a way through a router -------------------------------------------------------------------

TRACEROUTE = """
import json, os, subprocess, sys, time
import cffisock
from cffisock import control

def ip(*words):
    subprocess.run(["ip", *words], check=True)

# A namespace for the router, held by a process.
code = "import sys; print(flush=True); sys.stdin.read()"
router = subprocess.Popen(["unshare", "--net", sys.executable, "-c", code],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE)
router.stdout.readline()

def inside(*words):
    subprocess.run(["nsenter", f"--net=/proc/{router.pid}/ns/net", *words], check=True)

ip("link", "set", "lo", "up")
ip("link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(router.pid))
ip("addr", "add", "10.7.0.1/24", "dev", "near")
ip("link", "set", "near", "up")
inside("ip", "link", "set", "lo", "up")
inside("ip", "addr", "add", "10.7.0.2/24", "dev", "far")
inside("ip", "link", "set", "far", "up")
inside("ip", "link", "add", "behind", "type", "veth", "peer", "name", "nobody")
inside("ip", "addr", "add", "10.8.0.1/24", "dev", "behind")
for name in ("behind", "nobody"):
    inside("ip", "link", "set", name, "up")
inside("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
ip("route", "add", "default", "via", "10.7.0.2")

found = []
with cffisock.socket(cffisock.AF_INET, cffisock.SOCK_DGRAM) as sock:
    control.enable_errors(sock)
    for hops in (1, 2):
        for attempt in range(100):
            try:
                sock.sendmsg([b"probe"], [control.hop_limit(hops)], 0, ("10.8.0.9", 33434))
            except OSError:
                pass
            for _ in range(100):
                if errors := control.errors(sock):
                    break
                time.sleep(0.01)
            if errors:
                break
        error = errors[-1]
        found.append([error.errno, int(error.origin), error.type, error.code,
                      error.offender[0], error.peer, error.payload.decode()])
router.stdin.close()
router.wait()
router.stdout.close()
print(json.dumps(found))
"""


@pytest.mark.root
@pytest.mark.netns
@pytest.mark.native("it knows nothing of veth")
def test_a_traceroute() -> None:
    run = by(["unshare", "--net"], TRACEROUTE)
    assert run.returncode == 0, run.stderr
    exceeded, unreachable = json.loads(run.stdout)
    icmp, peer = int(Origin.ICMP), ["10.8.0.9", 33434]
    assert exceeded == [errno.EHOSTUNREACH, icmp, 11, 0, "10.7.0.2", peer, "probe"]
    assert unreachable == [errno.EHOSTUNREACH, icmp, 3, 1, "10.7.0.2", peer, "probe"]
