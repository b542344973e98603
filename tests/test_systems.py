"""The package on systems that are not here: with the names that each of them has, on this kernel.

tests/systems has the names of the constants, as `python -m tests.foreign` has found them in the
systems' headers.  The values stay this kernel's, so that sockets work.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import cffisock
from cffisock import _constants as table

from .support import ROOT, python

SYSTEMS = ("freebsd", "macos", "netbsd", "openbsd")
FOLDER = Path(__file__).parent / "systems"
ON_LINUX = ROOT / "cffisock" / "_shim" / "linux" / "linux.h"

# Puts a compiled module without the names of the others in the place of the real one, before the
# package is imported.
LACKING = """
import importlib, sys, types

root, names, absent = sys.argv[1], set(sys.argv[2].split()), set(sys.argv[3].split())
package = sys.modules["cffisock"] = types.ModuleType("cffisock")
package.__path__ = [root + "/cffisock"]
real = importlib.import_module("cffisock._cffi")
ffi, lib = real.ffi, real.lib
here = ffi.string(lib.cs_constant_names()).decode().split()
values = ffi.unpack(lib.cs_constant_values(), len(here))
kept = {name: value for name, value in zip(here, values) if name in names}
text = ffi.new("char[]", " ".join(kept).encode())
numbers = ffi.new("int64_t[]", list(kept.values()))

class Lib:
    cs_constant_names = staticmethod(lambda: text)
    cs_constant_values = staticmethod(lambda: numbers)

for name in dir(lib):
    if name not in absent and not hasattr(Lib, name):
        setattr(Lib, name, staticmethod(getattr(lib, name)) if callable(getattr(lib, name))
                else getattr(lib, name))
replaced = types.ModuleType("cffisock._cffi")
replaced.ffi, replaced.lib = ffi, Lib
del sys.modules["cffisock"]
sys.modules["cffisock._cffi"] = replaced
sys.path.insert(0, root)
import cffisock as S
"""


def names(system: str) -> set[str]:
    return set((FOLDER / f"{system}.txt").read_text(encoding="utf-8").split())


def on(system: str, code: str) -> subprocess.CompletedProcess[str]:
    """Runs the code, to which the package is S, as it would be on the system."""
    absent = re.findall(r"\b(cs_\w+)\(", ON_LINUX.read_text(encoding="utf-8"))
    assert "cs_put_can" in absent
    arguments = str(ROOT), " ".join(names(system)), " ".join(absent)
    return python("-W", "error", "-c", f"{LACKING}\n{code}", *arguments)


def shown(system: str, code: str) -> str:
    run = on(system, code)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_kept_names_are_from_the_table() -> None:
    words = " ".join([*table.CONSTANTS.values(), table.ASM_GENERIC, table.ELSEWHERE]).split()
    known = {word.partition("=")[0] for word in words}
    for system in SYSTEMS:
        assert names(system) <= known
        assert {"AF_INET6", "SOCK_STREAM", "SCM_RIGHTS", "EAI_SYSTEM"} <= names(system)
    assert {"AF_ALG", "SO_DOMAIN", "MSG_ERRQUEUE", "TIPC_NODE_SCOPE"} & names("macos") == set()
    assert {"AF_LINK", "AF_SYSTEM", "TCP_KEEPALIVE", "IP_RECVDSTADDR"} <= names("macos")
    here = {name for name in table.ELSEWHERE.split() if hasattr(cffisock, name)}
    assert here <= {"IPPROTO_MAX"}  # which musl has


@pytest.mark.parametrize("system", SYSTEMS)
def test_names_that_are_there(system: str) -> None:
    code = "print(*(name for name in dir(S) if name[0] != '_'), *S.__all__)"
    there = set(shown(system, code).split())
    everywhere = {"EAGAIN", "EBADF", "EWOULDBLOCK", "CMSG_LEN", "CMSG_SPACE"}
    texts = {"BDADDR_ANY", "BDADDR_LOCAL"}
    assert {name for name in there if name.isupper()} - everywhere - texts <= names(system)
    assert {"AF_INET6", "AF_UNIX", "SO_REUSEPORT", "socketpair", "send_fds"} <= there


MODULES = """
import pkgutil
absent = {"_command.startup.sitecustomize", "__main__", "_socket.windows"}
for found in pkgutil.walk_packages(S.__path__, "cffisock."):
    short = found.name.partition(".")[2]
    # The families of Linux, which no socket there asks for.
    if short.startswith("_address.") and found.name.rpartition(".")[2] in LINUX:
        continue
    if short not in absent:
        importlib.import_module(found.name)
        print(short)
"""
LINUX = "alg bluetooth can netlink packet qipcrtr rds tipc vsock".split()  # noqa: SIM905


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_module_can_be_imported(system: str) -> None:
    imported = shown(system, f"LINUX = {LINUX}\n{MODULES}").split()
    wanted = {"control", "options", "multicast", "sockaddr", "_install.tls", "_command.info"}
    assert wanted <= set(imported)


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_demo(system: str) -> None:
    """TCP, UDP, AF_UNIX and descriptors, between cffisock and the interpreter's own module."""
    code = "from cffisock._command import demo\nsys.exit(demo.main())"
    assert shown(system, code).splitlines()[-1] == "all bytes came back right"


INFO = """
from cffisock._command import info
sys.exit(info.main(as_json=False))
"""


@pytest.mark.parametrize("system", SYSTEMS)
def test_info(system: str) -> None:
    """It says which families are not there, and does not fail over them."""
    lines = shown(system, INFO).splitlines()
    assert [line for line in lines if line.startswith("AF_ALG")]
    assert [line for line in lines if line.startswith("AF_UNIX") and "yes" in line]


WORKS = """
import errno, os, tempfile

# The methods and names of Linux alone.
assert not hasattr(S.socket, "sendmsg_afalg")
assert not hasattr(S, "AF_ALG")

one, other = S.socketpair()
with one, other:
    one.settimeout(0.01)
    try:
        one.recv(1)
    except TimeoutError:
        print("timeout")
    with other.makefile("rwb") as file:
        file.write(b"line" + bytes([10]))
        file.flush()
        assert one.recv(9) == b"line" + bytes([10])
        print("makefile")
    S.send_fds(one, [b"x"], [0])
    _, fds, _, _ = S.recv_fds(other, 1, 1)
    os.close(fds[0])
    print("descriptors")

with S.create_server(("127.0.0.1", 0)) as listener:
    with S.create_connection(listener.getsockname(), timeout=5) as client:
        server, _ = listener.accept()
        with server, tempfile.TemporaryFile() as file:
            file.write(b"x" * 100_000)
            file.seek(0)
            assert client.sendfile(file) == 100_000
            client.shutdown(S.SHUT_WR)
            assert sum(map(len, iter(lambda: server.recv(65536), b""))) == 100_000
            print("sendfile")

with S.socket(S.AF_INET, S.SOCK_DGRAM) as receiver, S.socket(S.AF_INET, S.SOCK_DGRAM) as sender:
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(5)
    assert sender.sendmmsg([(b"1", receiver.getsockname()), (b"2", receiver.getsockname())]) == 2
    assert [item[0] for item in receiver.recvmmsg(2, 10)] == [b"1", b"2"]
    from cffisock import control
    control.enable(receiver, control.HopLimit)
    sender.sendto(b"3", receiver.getsockname())
    message = control.receive(receiver, 10)
    assert message.data == b"3"
    print("messages")

assert S.getaddrinfo("127.0.0.1", 80, 0, S.SOCK_STREAM)[0][4] == ("127.0.0.1", 80)
assert S.getaddrinfo("localhost", 80, S.AF_INET, S.SOCK_STREAM, timeout=5)
try:
    S.getaddrinfo("no such host.invalid", 80)
except S.gaierror:
    print("names")
assert any(record.address == "127.0.0.1" for record in S.getifaddrs())

from cffisock import options
with S.socket() as sock:
    options.set_linger(sock, 1)
    assert options.get_linger(sock) == 1
    for absent in (options.tcp_info, options.peer_pidfd):
        try:
            absent(sock)
        except OSError as error:
            assert error.errno == errno.ENOPROTOOPT
            print("no option")
"""


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_every_system_has_works(system: str) -> None:
    wanted = "timeout makefile descriptors sendfile messages names no option no option"
    assert " ".join(shown(system, WORKS).split()) == wanted
