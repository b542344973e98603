"""What is done, and which faults there are for it: out of operations.txt and errnos.txt."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cffisock

from .library import Rule
from .setups import MODES

HERE = Path(__file__).parent

TIMED = ("timed", "deadline")
DATA = ("recv", "recvfrom", "recvmsg", "recvmmsg", "send", "sendto", "sendmsg", "sendmmsg")
# Calls that take or give a part, and those that tell a length; and the parts and lengths.
SHORT = dict.fromkeys((*DATA, "sendfile", "pread"), (1, 2))
LENGTHS = {
    "accept": (0, 2, 8),
    "getsockname": (0, 2, 8),
    "getpeername": (0, 2, 8),
    "recvfrom": (0, 2, 8),
    "recvmsg": (0, 2, 8),
    "recvmmsg": (0, 2, 8),
    "getsockopt": (0, 1, 2),
}
# How often it happens that a call is interrupted, or that there is nothing though poll(2) said so.
STORMS = (2, 3, 30)
# So many of the calls of one name get each fault, one after the other.
NTH = 3
# Calls that the kernel has begun when it reports these; AF_UNIX connects at once or not at all.
AFTER = {("connect", "EINTR"), ("connect", "EINPROGRESS")}
# What keeps an operation waiting though nothing has to be waited for.
WAITING = dict.fromkeys((*DATA, "accept", "sendfile"), ("fail", "EAGAIN"))
WAITING["connect"] = ("after", "EINPROGRESS")
# Of netdb.h.
H_ERRNOS = {"HOST_NOT_FOUND": 1, "TRY_AGAIN": 2, "NO_RECOVERY": 3, "NO_DATA": 4}
LOOK_UPS = {"getaddrinfo", "getnameinfo", "gethostbyname", "gethostbyaddr"}


class Operation(NamedTuple):
    """An expression for a kind of sockets, in a mode; `own` for the interpreter's own module."""

    kind: str
    name: str
    expression: str
    own: str
    mode: str
    waits: bool = False
    nth: int = NTH
    storms: tuple[int, ...] = STORMS

    @property
    def title(self) -> str:
        return f"{self.kind} {self.name} {self.mode}{'+' if self.waits else ''}"


class Case(NamedTuple):
    """An operation with a fault, whose rule is the last one."""

    operation: Operation
    fault: str
    rules: list[Rule]
    lasts: bool = False  # until the time is up


# --- the tables ---------------------------------------------------------------------------------


def lines(name: str) -> Iterator[str]:
    """The lines of a table, without comments and empty ones."""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def operations(quick: bool = False) -> list[Operation]:
    """All operations, in all modes; if it has to be quick, in those that both modules have."""
    found: list[Operation] = []
    for line in lines("operations.txt"):
        if line.startswith("["):
            kinds = line.strip("[]")
        elif line.startswith(" "):
            label, text = line.strip().split(": ", 1)
            found[-1] = found[-1]._replace(**{label: int(text) if label == "nth" else text})
        else:
            name, expression = line.split(" = ", 1)
            found.append(Operation(kinds, name, expression, expression, ""))
    limits = {"storms": STORMS[1:2]} if quick else {}
    return [
        operation._replace(kind=kind, mode=mode, waits=waits, **limits)
        for operation in found
        for kind in operation.kind.split()
        for mode in (MODES[:3] if quick else MODES)
        for waits in (False, True)
        if not waits or mode in TIMED
    ]


@cache
def errnos() -> dict[str, list[str]]:
    """The names of what may go wrong with each call."""
    table: dict[str, list[str]] = {}
    call = ""
    for line in lines("errnos.txt"):
        words = line.split()
        if not line.startswith(" "):
            call = words.pop(0)
            table[call] = []
        table[call] += table[words[1]] if words[0] == "as" else words
    return table


# --- the faults ---------------------------------------------------------------------------------


def standing(operation: Operation, calls: dict[str, int]) -> list[Rule]:
    """The rules that keep an operation waiting; none where it makes no such call."""
    for call, (kind, name) in WAITING.items():
        if calls[call] > 0 and (call, operation.kind) != ("connect", "idle-unix"):
            return [Rule(call, kind, getattr(errno, name))]
    return []


def cases(operation: Operation, calls: dict[str, int], before: list[Rule]) -> Iterator[Case]:
    """The cases of an operation that makes these `calls`, with rules that hold `before`."""
    for call, count in calls.items():
        if operation.waits and call != "poll" and calls["poll"] == 0:
            continue
        for nth in range(min(count, operation.nth)):
            # What waits has had its first failure: that one comes from the standing rule.
            if any(rule.call == call for rule in before) and nth == 0:
                continue
            skip = nth - sum(rule.call == call for rule in before)
            for fault, rule, lasts in faults(operation, call, skip):
                yield Case(operation, f"{call}#{nth + 1}{fault}", [*before, rule], lasts)


def faults(operation: Operation, call: str, skip: int) -> Iterator[tuple[str, Rule, bool]]:
    """The faults of one call: how each is called, its rule, and whether it lasts."""
    names = errnos().get(call, [])
    for name in names:
        yield (f"={name}", failing(operation, call, name, skip, 1), False)
    for times in operation.storms:
        for name in sorted({"EINTR", "EAGAIN"} & set(names)):
            if call not in ("connect", "close", "dup", *LOOK_UPS):
                yield (f"={name}*{times}", failing(operation, call, name, skip, times), False)
    if operation.mode in TIMED and call in WAITING and call != "connect":
        yield ("=EAGAIN*", failing(operation, call, "EAGAIN", skip, -1), True)
    for size in SHORT.get(call, ()):
        yield (f"<{size}", Rule(call, "short", size, skip), False)
    for size in LENGTHS.get(call, ()):
        yield (f"~{size}", Rule(call, "length", size, skip), False)


def failing(operation: Operation, call: str, name: str, skip: int, times: int) -> Rule:
    """The rule for a call that fails by an errno, or a look-up by a code of its own."""
    if name.startswith("EAI_"):
        return Rule(call, "result", getattr(cffisock, name), skip, times)
    if name in H_ERRNOS:
        return Rule(call, "result", H_ERRNOS[name], skip, times)
    # Linux has let go of the descriptor whatever close(2) says, but for one that is none.
    is_done = call == "close" or ((call, name) in AFTER and operation.kind != "idle-unix")
    return Rule(call, "after" if is_done else "fail", getattr(errno, name), skip, times)
