"""The constants: the interpreter's own modules and the kernel's headers are the referees."""

from __future__ import annotations

import _socket as low_standard
import re
import shutil
import socket as standard
import struct
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import cffisock
import cffisock._socket
from cffisock import _constants as table
from cffisock._edge.platform import TEXTS

LAYERS = [
    pytest.param(cffisock, standard, id="socket"),
    pytest.param(cffisock._socket, low_standard, id="_socket"),
]
WORDS = [word for text in table.CONSTANTS.values() for word in text.split()]
GENERIC = table.ASM_GENERIC.split()
LONG_MAX = 2 ** (8 * struct.calcsize("l") - 1) - 1
# Codes of ioctl(), which CPython has as they are.
UNSIGNED = {"SIO_RCVALL", "SIO_KEEPALIVE_VALS", "SIO_LOOPBACK_FAST_PATH"}
ABSENT = ["AF_LOCAL", "AF_MAX", "SO_USELOOPBACK", "AF_LINK", "SO_EXCLUSIVEADDRUSE"]
if sys.platform == "win32":
    ABSENT = ["AF_LOCAL", "AF_MAX", "AF_UNIX", "SO_REUSEPORT", "MSG_DONTWAIT"]


def fixed(words: list[str]) -> dict[str, int]:
    """The constants whose value the table itself states."""
    pairs = (word.split("=") for word in words if "=" in word)
    return {name: int(value, 0) for name, value in pairs}


def plain(module: ModuleType) -> dict[str, int | str]:
    """A module's public numbers and texts, without those that PyPy's ssl puts into it."""
    names = [name for name in dir(module) if not name.startswith(("_", "SSL_ERROR_"))]
    values = {name: getattr(module, name) for name in names}
    return {name: value for name, value in values.items() if isinstance(value, (int, str))}


def as_long(value: int | str | None) -> int | str | None:
    """The number as CPython has it, which keeps constants in a C long: -1 where that is short."""
    large = isinstance(value, int) and value > LONG_MAX
    return value - 2 * (LONG_MAX + 1) if large else value


@pytest.mark.parametrize(("ours", "theirs"), LAYERS)
def test_the_interpreters_constants_are_there(ours: ModuleType, theirs: ModuleType) -> None:
    mine = plain(ours)
    wanted = plain(theirs)
    assert len(wanted) > 150
    mine = {name: mine.get(name) for name in wanted}
    kept = {name: each if name in UNSIGNED else as_long(each) for name, each in mine.items()}
    assert kept == wanted


@pytest.mark.parametrize(("ours", "theirs"), LAYERS)
def test_the_interpreters_constants_have_the_same_types(
    ours: ModuleType, theirs: ModuleType
) -> None:
    kinds = {name: type(value).__name__ for name, value in plain(theirs).items()}
    assert {name: type(getattr(ours, name)).__name__ for name in kinds} == kinds


@pytest.mark.parametrize(("ours", "_theirs"), LAYERS)
def test_what_the_kernel_fixes_is_there(ours: ModuleType, _theirs: ModuleType) -> None:
    """Also where a header's macro came before the table's value: the two agree."""
    wanted = fixed(WORDS)
    if low_standard.SOL_SOCKET == 1:
        wanted.update(fixed(GENERIC))
    assert {name: getattr(ours, name, None) for name in wanted} == wanted


def test_texts() -> None:
    for name, value in TEXTS.items():
        assert getattr(cffisock, name) == getattr(cffisock._socket, name) == value


def test_the_table_is_well_formed() -> None:
    words = [*WORDS, *GENERIC]
    pattern = re.compile(r"[A-Z][A-Za-z0-9_]+(=(-?\d+|0x[0-9a-f]+))?")
    assert [word for word in words if not pattern.fullmatch(word)] == []
    assert [word for word in GENERIC if "=" not in word] == []
    names = [word.partition("=")[0] for word in words] + list(TEXTS)
    assert sorted(names) == sorted(set(names))


def test_nothing_stands_for_an_absent_constant() -> None:
    """The numbers that the headers give are there because a header gives them."""
    for name in ABSENT:
        assert not hasattr(cffisock, name)
        assert not hasattr(cffisock._socket, name)


# The kernel's own headers; the C library's, which clash with some of them, are not needed here.
# fmt: off
HEADERS = [
    "sys/socket.h", "linux/can.h", "linux/can/bcm.h", "linux/can/isotp.h", "linux/can/j1939.h",
    "linux/can/raw.h", "linux/errqueue.h", "linux/if_alg.h", "linux/if_packet.h", "linux/in.h",
    "linux/in6.h", "linux/net_tstamp.h", "linux/netlink.h", "linux/qrtr.h", "linux/rds.h",
    "linux/tcp.h", "linux/tipc.h", "linux/udp.h", "linux/vm_sockets.h",
]
# fmt: on
# The headers have these names without the prefix.
CAN_BCM = "CAN_BCM_"


def test_values_agree_with_the_kernels_headers(tmp_path: Path) -> None:
    """Enumerators included: those the compiler knows and the builder's #ifdef does not."""
    lines = ["#define _GNU_SOURCE"]
    for header in HEADERS:
        lines += [f"#if __has_include(<{header}>)", f"#include <{header}>", "#endif"]
    numbers = {**fixed(WORDS), **fixed(GENERIC)}
    for name, value in numbers.items():
        c_name = name[len(CAN_BCM) :] if name.startswith(CAN_BCM) else name
        lines.append(f'_Static_assert((long long)({c_name}) == {value}, "differs: {name}");')
    source = tmp_path / "values.c"
    source.write_text("\n".join([*lines, ""]), encoding="utf-8")
    compiler = shutil.which("cc") or "gcc"
    run = subprocess.run(
        [compiler, "-fsyntax-only", "-fmax-errors=0", str(source)],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env={"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )
    assert re.findall(r"static assertion failed.*differs: (\w+)", run.stderr) == []
    # Bluetooth's headers come with a library, and some names are newer than these headers may be;
    # the rest was compared, or the run above told nothing.
    unknown = set(re.findall(r"error: .(\w+). undeclared", run.stderr))
    assert len(unknown) < len(numbers) / 2
    compared = {"CAN_RAW_FILTER", "TX_SETUP", "TIPC_NODE_SCOPE", "ALG_SET_KEY", "J1939_NLA_PAD"}
    assert not unknown & compared
