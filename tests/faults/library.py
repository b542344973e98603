"""The library that injects the faults: compiled when it is first needed, preloaded, and told what
to do."""

from __future__ import annotations

import os
import shlex
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cffi import FFI

SOURCES = [str(Path(__file__).with_name(name)) for name in ("faults.c", "look_ups.c")]
DECLARATIONS = """
    extern const char faults_calls[];
    void faults_rule(uint64_t calls, int skip, int times, int kind, int value);
    void faults_begin(void);
    void faults_end(int *calls, int *hits);
"""
KINDS = ("fail", "after", "short", "length", "result")

# The interpreter's own module may do the same by another call of the same group.
GROUPS = (
    {"recv", "recvfrom", "recvmsg", "recvmmsg"},
    {"send", "sendto", "sendmsg", "sendmmsg"},
)


def build(folder: str) -> str:
    """Compiles the library into a folder."""
    library = str(Path(folder, "faults.so"))
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    flags = ["-Wall", "-Wextra", "-O1", "-shared", "-fPIC", "-o", library]
    subprocess.run([compiler, *flags, *SOURCES, "-ldl"], check=True, stdin=subprocess.DEVNULL)
    return library


class Rule(NamedTuple):
    """What happens to some of the calls of a name: see faults.c."""

    call: str
    kind: str
    value: int
    skip: int = 0
    times: int = 1


class Made(NamedTuple):
    """How often each call was made, and how often each rule did something."""

    calls: dict[str, int]
    hits: list[int]


class Faults:
    """The preloaded library."""

    def __init__(self, library: str) -> None:
        self.ffi = FFI()
        self.ffi.cdef(DECLARATIONS)
        self.lib: Any = self.ffi.dlopen(library)
        names = self.ffi.string(self.ffi.addressof(self.lib, "faults_calls"))
        self.names: list[str] = names.decode().split()
        self.calls = self.ffi.new("int[]", len(self.names))
        self.hits = self.ffi.new("int[]", 8)

    def bits(self, call: str, grouped: bool) -> int:
        """The bit of a call, and of those that do the same if they count too."""
        wanted = {call}.union(*(group for group in GROUPS if grouped and call in group))
        return sum(1 << i for i, name in enumerate(self.names) if name in wanted)

    @contextmanager
    def injected(self, rules: list[Rule], grouped: bool) -> Iterator[list[Made]]:
        """Applies the rules; what was made of them is in the list afterwards."""
        made: list[Made] = []
        for rule in rules:
            kind = KINDS.index(rule.kind)
            # A batch with fewer messages is nothing that the calls for one message know.
            alike = grouped and not (rule.kind == "short" and rule.call.endswith("mmsg"))
            bits = self.bits(rule.call, alike)
            self.lib.faults_rule(bits, rule.skip, rule.times, kind, rule.value)
        begin, end = self.lib.faults_begin, self.lib.faults_end
        try:
            begin()
            try:
                yield made
            finally:
                end(self.calls, self.hits)
        finally:
            calls = dict(zip(self.names, self.calls))
            made.append(Made(calls, list(self.hits[0 : len(rules)])))
