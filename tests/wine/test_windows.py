"""What there is on Windows alone, on the interpreter's own module and on cffisock.

What is Wine's is told from what is cffisock's by the own module, which runs in the same process.
"""

from __future__ import annotations

import asyncio
import ctypes
import importlib
import os
import threading
from pathlib import Path
from typing import Any

import pytest

import cffisock

from ..differential import run
from ..support import LONG, own, python, tcp_pair

# A kind of socket, and expressions on a new one, `s`.
CASES = """
    tcp: s.ioctl(0, 1)
    tcp: s.ioctl(-1, 1)
    tcp: s.ioctl('x', 1)
    tcp: s.ioctl(2**40, 1)
    tcp: s.ioctl(S.SIO_RCVALL, S.RCVALL_ON)
    tcp: s.ioctl(S.SIO_RCVALL, -1)
    tcp: s.ioctl(S.SIO_RCVALL, 2**40)
    tcp: s.ioctl(S.SIO_RCVALL, None)
    tcp: s.ioctl(S.SIO_RCVALL, 1.0)
    tcp: s.ioctl(S.SIO_RCVALL, (1, 2, 3))
    tcp: s.ioctl(S.SIO_KEEPALIVE_VALS, (1, 100, 100))
    tcp: s.ioctl(S.SIO_KEEPALIVE_VALS, [1, 100, 100])
    tcp: s.ioctl(S.SIO_KEEPALIVE_VALS, (1, 100))
    tcp: s.ioctl(S.SIO_KEEPALIVE_VALS, (1, 100, 100, 4))
    tcp: s.ioctl(S.SIO_KEEPALIVE_VALS, 1)
    tcp: s.ioctl(S.SIO_KEEPALIVE_VALS, ('x', 100, 100))
    tcp: s.ioctl(S.SIO_KEEPALIVE_VALS, (-1, 100, 2**70))
    tcp: s.ioctl(S.SIO_LOOPBACK_FAST_PATH, True)
    tcp: s.ioctl(S.SIO_LOOPBACK_FAST_PATH, 'x')
    udp: s.ioctl(S.SIO_KEEPALIVE_VALS, (1, 100, 100))
    udp: s.ioctl(S.SIO_LOOPBACK_FAST_PATH, 1)
    closed: s.ioctl(S.SIO_KEEPALIVE_VALS, (1, 100, 100))
    closed: s.ioctl(S.SIO_RCVALL, 1)
    closed: s.share(1)
    tcp: s.share('x')
    tcp: s.share(-1)
    tcp: s.share(2**33)
    tcp: s.share(1)
    tcp: len(s.share(os.getpid()))
    tcp: S.fromshare(s.share(os.getpid()))
    udp6: S.fromshare(s.share(os.getpid()))
    tcp: S.fromshare(b'x')
    tcp: S.fromshare('x')
    tcp: S.fromshare(bytearray(s.share(os.getpid())))
    tcp: S.fromshare(bytes(372))
    tcp: S.fromshare(bytes(628))
    function: S.socket(fileno=-1)
    function: S.socket(fileno=2**31)
    function: S.socket(fileno=b'x')
    function: S.socketpair(1)
    function: S.socketpair(S.AF_INET6)
    function: S.socketpair(S.AF_INET, S.SOCK_DGRAM)
    function: S.create_server(('127.0.0.1', 0), reuse_port=True)
    function: S.if_nametoindex('no such')
    function: S.if_nameindex()
    function: [S.if_nametoindex(name) for _, name in S.if_nameindex()]
    function: [S.if_indextoname(index) for index, _ in S.if_nameindex()]
    function: S.gethostname()
    function: S.gethostbyname('no such host.invalid')
    function: S.gethostbyname_ex('localhost')
    function: S.getservbyname('http')
    function: S.getservbyname('no such')
    function: S.getservbyport(80)
    function: S.getprotobyname('tcp')
    function: S.getnameinfo(('127.0.0.1', 80), S.NI_NUMERICHOST)
    function: S.getnameinfo(('::1', 80, 0, 0), S.NI_NUMERICHOST)
    function: S.getnameinfo(('127.0.0.1', 80, 0, 0), 0)
    function: S.getaddrinfo('localhost', 80)
    function: S.getaddrinfo('localhost', 'http', 0, 1)
    function: S.getaddrinfo(None, 0)
    function: S.getaddrinfo(None, 80, 0, 1, 0, S.AI_PASSIVE)
    function: S.getaddrinfo('127.0.0.1', -1)
    function: S.getaddrinfo('127.0.0.1', 80, 999)
    function: S.inet_aton('127.1')
    function: S.inet_aton('')
    function: S.inet_aton('255.255.255.255')
    function: S.inet_pton(S.AF_INET6, '::1')
    function: S.dup(-1)
    function: S.dup(2**40)
    function: S.close(2**40)
    tcp: s.get_inheritable()
    tcp: (s.set_inheritable(True), s.get_inheritable())
    tcp: [d := s.dup(), d.get_inheritable(), d.close()][1:]
    tcp: s.connect_ex(('127.0.0.1', 1))
    tcp: s.connect(('127.0.0.1', 1))
    tcp: (s.settimeout(5), s.connect_ex(('127.0.0.1', 1)))
    tcp: (s.settimeout(0), s.connect_ex(('127.0.0.1', 1)))
    tcp: (s.settimeout(5), s.connect(('127.0.0.1', 1)))
    tcp: s.setsockopt(S.SOL_SOCKET, S.SO_EXCLUSIVEADDRUSE, 1)
    tcp: s.getsockopt(S.SOL_SOCKET, S.SO_EXCLUSIVEADDRUSE)
    function: sorted(S.errorTab)
    tcp pair: (s.sendto(b'hi', p.getsockname()), p.recvfrom(10))
    udp pair: (s.send(b'hello'), p.recv(2))
"""


@pytest.mark.parametrize("case", [line.strip() for line in CASES.splitlines() if line.strip()])
def test_same(case: str) -> None:
    kind, _, expression = case.partition(": ")
    assert run(cffisock, kind, expression) == run(own, kind, expression)


def test_the_constants() -> None:
    theirs = {name: value for name, value in vars(own).items() if name.isupper()}
    values = {name: value for name, value in theirs.items() if isinstance(value, (int, str))}
    assert len(values) > 150
    assert {name: getattr(cffisock, name, None) for name in values} == values


def test_the_names() -> None:
    """What Windows lacks is not there, and what it has is."""
    missing = {name for name in own.__all__ if not hasattr(cffisock, name)} - {"CAPI"}
    assert missing == set()
    assert {name for name in dir(own.socket) if not hasattr(cffisock.socket, name)} <= {
        "__static_attributes__",
        "__firstlineno__",
    }
    for name in ("AF_UNIX", "CMSG_LEN", "recv_fds", "sethostname", "getifaddrs"):
        assert not hasattr(cffisock, name)
    for name in ("aio", "control", "options"):
        assert not hasattr(cffisock, name)
        with pytest.raises(ImportError):
            importlib.import_module(f"cffisock.{name}")
    assert not hasattr(cffisock._socket, "socketpair")
    assert not hasattr(cffisock.socket, "sendmsg")


def handles() -> int:
    """How many handles this process has."""
    count = ctypes.c_uint32()
    kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]
    kernel.GetProcessHandleCount(ctypes.c_void_p(-1), ctypes.byref(count))
    return count.value


def everything(module: Any) -> None:
    """Opens sockets in each way that there is, and some that fail."""
    one, two = module.socketpair()
    with one, two, one.dup(), module.fromfd(one.fileno(), module.AF_INET, module.SOCK_STREAM):
        with module.fromshare(one.share(os.getpid())) as third:
            third.sendall(b"x")
        assert two.recv(1) == b"x"
    for bad in (b"x", bytes(628), 2**40):
        with pytest.raises((OSError, ValueError)):
            module.socket(fileno=bad)
    with module.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.01)
        with pytest.raises(TimeoutError):
            listener.accept()
        with module.create_connection(listener.getsockname()):
            listener.settimeout(LONG)
            listener.accept()[0].close()
    with pytest.raises(OSError, match="10061"):
        module.create_connection(("127.0.0.1", 1), timeout=LONG)


def test_no_handle_is_left_open() -> None:
    everything(cffisock)
    before = handles()
    for _ in range(20):
        everything(cffisock)
    assert handles() - before < 10


def test_nothing_is_inherited() -> None:
    """However a socket was made."""
    one, two = cffisock.socketpair()
    with one, two, cffisock.create_server(("127.0.0.1", 0)) as listener:
        client = cffisock.create_connection(listener.getsockname())
        made = [one, two, listener, client, listener.accept()[0], one.dup()]
        made += [cffisock.fromfd(one.fileno(), cffisock.AF_INET, cffisock.SOCK_STREAM)]
        made += [cffisock.fromshare(one.share(os.getpid()))]
        for sock in made:
            with sock:
                assert not os.get_handle_inheritable(sock.fileno())  # type: ignore[attr-defined]


def test_look_ups_in_time() -> None:
    before = cffisock.getaddrinfo("localhost", 80, timeout=LONG)
    assert before == cffisock.getaddrinfo("localhost", 80)
    opened = handles()
    for _ in range(20):
        cffisock.getaddrinfo("localhost", 80, timeout=LONG)
    assert handles() - opened < 10


def test_timeouts() -> None:
    one, two = tcp_pair()
    with one, two:
        one.settimeout(0.05)
        with pytest.raises(TimeoutError, match="timed out"):
            one.recv(1)
        with pytest.raises(TimeoutError, match="timed out"):
            while True:
                one.send(bytes(1 << 20))
        one.setblocking(False)
        with pytest.raises(BlockingIOError) as caught:
            one.recv(1)
        assert caught.value.winerror == 10035  # type: ignore[attr-defined]


def test_a_large_stream_and_a_file() -> None:
    data = os.urandom(1 << 20)
    one, two = tcp_pair()
    received: list[bytes] = []
    with one, two:
        two.settimeout(LONG)
        with two.makefile("rb") as file:
            reader = threading.Thread(target=lambda: received.append(file.read()))
            reader.start()
            one.sendall(data)
            one.shutdown(cffisock.SHUT_WR)
            reader.join()
    assert received == [data]


def test_detach() -> None:
    with cffisock.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        handle = sock.detach()
        assert sock.fileno() == -1
        with own.socket(fileno=handle) as theirs:
            assert theirs.fileno() == handle


ECHO = """
import cffisock
cffisock.install()
import asyncio, socket, sys
assert socket is cffisock
async def serve(reader, writer):
    writer.write(await reader.read(100000))
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"x" * 1000)
    await writer.drain()
    print(len(await reader.readexactly(1000)))
    writer.close()
    server.close()
loop = getattr(asyncio, sys.argv[1])()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
"""


@pytest.mark.parametrize("loop", ["ProactorEventLoop", "SelectorEventLoop"])
def test_asyncio(loop: str) -> None:
    assert hasattr(asyncio, loop)
    assert output("-c", ECHO, loop) == ["1000"]


# --- programs -----------------------------------------------------------------------------------


def output(*arguments: str) -> list[str]:
    """The lines that python.exe prints."""
    done = python(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_info() -> None:
    lines = output("-m", "cffisock", "info")
    assert [line.split()[2] for line in lines if line.startswith("AF_INET, ")] == ["yes"] * 3
    assert any(line.startswith("AF_HYPERV ") for line in lines)


UNCHANGED = """
import socket, subprocess, sys
print(socket.socket.__module__, *sys.argv[1:], flush=True)
if sys.argv[1:]:
    subprocess.run([sys.executable, __file__], check=True)
"""


def test_run(tmp_path: Path) -> None:
    """A program and its children are on cffisock, which they know nothing of."""
    program = tmp_path / "program.py"
    program.write_text(UNCHANGED)
    assert output(str(program), "own") == ["socket own", "socket"]
    assert output("-m", "cffisock", "run", str(program), "ours") == ["cffisock ours", "cffisock"]


TLS = """
import sys
if sys.argv[1] == "cffisock":
    import cffisock
    cffisock.install()
import socket, ssl, threading
def serve():
    with context.wrap_socket(listener.accept()[0], server_side=True) as peer:
        peer.sendall(peer.recv(100).upper())
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2])
listener = socket.create_server(("127.0.0.1", 0))
thread = threading.Thread(target=serve)
thread.start()
client = ssl.create_default_context(cafile=sys.argv[2])
connection = socket.create_connection(listener.getsockname(), timeout=20)
with client.wrap_socket(connection, server_hostname="localhost") as sock:
    sock.sendall(b"hello")
    print(ssl.SSLSocket.__base__.__module__, sock.version(), sock.recv(100).decode())
thread.join()
listener.close()
"""


@pytest.mark.parametrize("module", ["socket", "cffisock"])
def test_tls(module: str) -> None:
    # The certificate is the one of the interpreter's own tests.
    (library,) = importlib.import_module("test").__path__
    certificate = str(Path(library, "certdata", "keycert.pem"))
    assert output("-c", TLS, module, certificate) == [f"{module} TLSv1.3 HELLO"]


SHARED = """
import sys
if sys.argv[1] == "cffisock":
    import cffisock
    cffisock.install()
import multiprocessing, socket
def child(pipe):
    with socket.fromshare(pipe.recv_bytes()) as sock:
        sock.sendall(f"{type(sock).__module__} got ".encode() + sock.recv(100))
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=child, args=(there,))
    process.start()
    one, two = socket.socketpair()
    with one, two:
        here.send_bytes(two.share(process.pid))
        one.sendall(b"this")
        one.settimeout(20)
        print(one.recv(100).decode())
    process.join(20)
    print(process.exitcode)
"""


@pytest.mark.parametrize("module", ["socket", "cffisock"])
def test_another_process_shares_a_socket(module: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(SHARED)
    assert output(str(program), module) == [f"{module} got this", "0"]
