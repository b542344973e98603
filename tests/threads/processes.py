"""What takes a process of its own: 32 threads in the resolver, an interpreter that ends while
threads are inside of calls."""

from __future__ import annotations

import tempfile
from itertools import product
from pathlib import Path
from typing import Any

from ..name_server import in_a_namespace
from ..support import python
from .crew import Failure

# --- the resolver ---------------------------------------------------------------------------------

LOOK_UPS = """
import os, random, sys, threading
sys.path.insert(0, "")
import cffisock
from tests.name_server import name_server
from tests.threads.crew import Crew

hosts = {f"host{n}.example": [f"192.0.2.{n}", f"2001:db8::{n}"] for n in range(1, 65)}
hosts["empty.example"] = []
each, crew, counts = int(sys.argv[1]), Crew(), [0, 0, 0]

def asked(name, timeout):
    arguments = {} if timeout is None else {"timeout": timeout}
    return {item[4][0] for item in cffisock.getaddrinfo(name, 1, type=1, **arguments)}

def work():
    for _ in range(each):
        name, timeout = random.choice([*hosts]), random.choice((None, 40, cffisock.Deadline(40)))
        counts[0] += 1
        try:
            assert asked(name, timeout) == set(hosts[name]), name
        except cffisock.gaierror:
            assert not hosts[name], name
            counts[1] += 1

def silent():
    for _ in range(3):
        try:
            asked("silent.example", 0.1)
            assert False
        except TimeoutError:
            counts[2] += 1

before = len(os.listdir("/proc/self/fd"))
with name_server(hosts):
    for _ in range(32):
        crew.start(work)
    crew.join()
    after = len(os.listdir("/proc/self/fd"))
    for _ in range(8):
        crew.start(silent)
    crew.join()
assert (after - 1, counts[2]) == (before, 24), (before, after, counts)
print(*counts)
"""


def resolver(rounds: int) -> str:
    """So many look-ups by 32 threads, with and without a timeout, of a name server of our own; and
    some that it does not answer."""
    with tempfile.TemporaryDirectory() as folder:
        done = in_a_namespace(Path(folder), LOOK_UPS, str(rounds // 32))
    if (done.returncode, done.stderr) != (0, ""):
        raise Failure(f"status {done.returncode}: {done.stderr}")
    asked, empty, silent = done.stdout.split()
    return f"{asked} look-ups by 32 threads, {empty} of a name without address, {silent} in vain"


# --- the end of the interpreter -------------------------------------------------------------------

ENDING = """
import sys, threading
sys.path.insert(0, "")
import cffisock
from tests.support import full_listener
from tests.waiting import Call

one, two = cffisock.socketpair()
dgram, other = cffisock.socketpair(cffisock.AF_UNIX, cffisock.SOCK_DGRAM)
listener = cffisock.create_server(("127.0.0.1", 0))
room = full_listener()
full = room.__enter__()
name, timeout = sys.argv[1], eval(sys.argv[2])
for sock in (one, two, dgram, listener):
    sock.settimeout(timeout)

silent = cffisock.socket(type=cffisock.SOCK_DGRAM)

def look_up():
    cffisock.getaddrinfo("silent.example", 1, timeout=100)

def connect():
    with cffisock.socket() as sock:
        sock.settimeout(timeout)
        sock.connect(full.getsockname())

def busy():
    while True:
        dgram.send(b"x")
        other.recvmmsg(3, 9)

CALLS = {
    "recv": lambda: one.recv(9),
    "recv_into": lambda: one.recv_into(bytearray(9)),
    "recvmsg": lambda: one.recvmsg(9, 99),
    "recvmmsg": lambda: dgram.recvmmsg(3, 9),
    "accept": listener.accept,
    "sendall": lambda: one.sendall(bytes(10**7)),
    "connect": connect,
    "getaddrinfo": look_up,
    "busy": busy,
}
if name == "getaddrinfo":
    silent.bind(("127.0.0.1", 53))  # the name server
calls = [Call(CALLS[name]) for _ in range(4)]
for call in calls:
    if name != "busy":
        call.until_it_waits()
assert all(call.waits() for call in calls)
print("waits")
"""
WAITING = [
    "recv", "recv_into", "recvmsg", "recvmmsg", "accept", "sendall", "connect", "busy",
]  # fmt: skip


def ends(rounds: int) -> str:
    """So often ends an interpreter while four threads are inside of each call: in time, with
    status 0, without a word."""
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for name, timeout in product(WAITING, ("None", "99")):
                ended(name, python("-c", ENDING, name, timeout))
            ended("getaddrinfo", in_a_namespace(Path(folder), ENDING, "getaddrinfo", "None"))
            count += 2 * len(WAITING) + 1
    return f"{count:,} interpreters ended with threads in {len(WAITING) + 1} calls"


def ended(name: str, done: Any) -> None:
    said = (done.returncode, done.stdout, done.stderr)
    if said != (0, "waits\n", ""):
        raise Failure(f"{name}: {said}")
