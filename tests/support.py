"""What many tests need: connected sockets, other processes, signals."""

from __future__ import annotations

import array
import errno
import os
import re
import signal
import socket as own
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

import _cffi_backend
import pytest

import cffisock

__all__ = [
    "CPYTHON",
    "EBADF",
    "IMPORTABLE",
    "INT",
    "IP_FAMILIES",
    "IS_PYPY",
    "IS_WINDOWS",
    "LOCALHOST",
    "LONG",
    "NOT_A_SOCKET",
    "NOT_OPEN",
    "ROOT",
    "close_found",
    "data_of",
    "descriptors",
    "environ",
    "fds_in",
    "full_listener",
    "has_mode",
    "is_gnu",
    "is_inherited",
    "is_socket",
    "isolated",
    "later",
    "own",
    "python",
    "rights",
    "signals",
    "tcp_pair",
    "udp_pair",
    "with_methods",
]

IS_PYPY = sys.implementation.name == "pypy"
# The version of CPython, (0, 0) on others.
CPYTHON = (0, 0) if IS_PYPY else sys.version_info[:2]
IS_WINDOWS = sys.platform == "win32"
# What the system says of a socket that is closed, by number and text: Wine has only the number.
EBADF = errno.ENOTSOCK if IS_WINDOWS else errno.EBADF
NOT_OPEN = r"\[WinError 10038\]" if IS_WINDOWS else "Bad file descriptor"
NOT_A_SOCKET = NOT_OPEN if IS_WINDOWS else r"Socket operation on non-socket|Not a socket"
LOCALHOST = ("127.0.0.1", 0)
# The families of a test for both versions of IP.
IP_FAMILIES = [cffisock.AF_INET, pytest.param(cffisock.AF_INET6, marks=pytest.mark.ipv6)]
# Seconds: the timeout of a socket that is not expected to reach it.
LONG = 20.0
# The size of a C int, which is what a descriptor takes in a control message.
INT = array.array("i").itemsize

ROOT = Path(cffisock.__file__).resolve().parents[1]
# The folders of the package and of cffi's compiled module, which is a part of PyPy.
IMPORTABLE = [str(ROOT)]
if hasattr(_cffi_backend, "__file__"):
    IMPORTABLE.append(str(Path(_cffi_backend.__file__).parent))


def tcp_pair(module: Any = cffisock, family: int = cffisock.AF_INET) -> tuple[Any, Any]:
    """Two sockets of the module that are connected over the loopback interface."""
    host = "127.0.0.1" if family == cffisock.AF_INET else "::1"
    with module.socket(family) as listener:
        listener.bind((host, 0))
        listener.listen()
        client = module.socket(family)
        client.connect(listener.getsockname())
        server, _ = listener.accept()
    return client, server


def udp_pair(module: Any = cffisock, family: int = cffisock.AF_INET) -> tuple[Any, Any]:
    """Two datagram sockets of the module, each connected to the other."""
    host = "127.0.0.1" if family == cffisock.AF_INET else "::1"
    pair = [module.socket(family, module.SOCK_DGRAM) for _ in range(2)]
    for sock in pair:
        sock.bind((host, 0))
    for sock, peer in zip(pair, reversed(pair)):
        sock.connect(peer.getsockname())
    return pair[0], pair[1]


def rights(*fds: int) -> tuple[int, int, array.array[int]]:
    """The control message that sends descriptors."""
    return cffisock.SOL_SOCKET, cffisock.SCM_RIGHTS, array.array("i", fds)


def fds_in(items: Any) -> list[int]:
    """The descriptors that came in control messages, which are nothing else."""
    fds = array.array("i")
    for level, kind, data in items:
        assert (level, kind) == (cffisock.SOL_SOCKET, cffisock.SCM_RIGHTS)
        fds.frombytes(data)
    return list(fds)


def data_of(items: list[Any]) -> list[Any]:
    """What a batch's items begin with: data, or how many bytes of it."""
    return [item[0] for item in items]


def with_methods(calls: dict[str, Any]) -> dict[str, Any]:
    """Those whose names begin with a method that this system's sockets have."""
    methods = {name: re.split(r"\W", name)[0] for name in calls}
    return {
        name: calls[name] for name, method in methods.items() if hasattr(cffisock.socket, method)
    }


@contextmanager
def full_listener() -> Iterator[Any]:
    """A listener whose queue is full, so that the kernel drops what wants to connect."""
    waiting = []
    with cffisock.create_server(LOCALHOST, backlog=0) as listener:
        try:
            for _ in range(4):
                sock = cffisock.socket()
                waiting.append(sock)
                sock.settimeout(0)
                sock.connect_ex(listener.getsockname())
            yield listener
        finally:
            for sock in waiting:
                sock.close()


def lacks(major: int, minor: int, call: Callable[[], Any]) -> None:
    """Ends a test where the kernel is older and says that it lacks the option."""
    if tuple(map(int, os.uname().release.split(".")[:2])) < (major, minor):
        with pytest.raises(OSError, match="Protocol not available"):
            call()
        pytest.skip(f"Linux {major}.{minor}")


def descriptors() -> dict[int, str]:
    """What this process has open: descriptors, and what each is; on Windows sockets alone."""
    if sys.platform == "win32":
        return sockets_of_windows()
    found: dict[int, str] = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:  # the one that listed them
            continue
    return found


def sockets_of_windows() -> dict[int, str]:
    """Those that have a type, among the handles: these are numbered in fours, the lowest first."""
    import ctypes

    getsockopt = ctypes.WinDLL("ws2_32").getsockopt  # type: ignore[attr-defined]
    kind, size = ctypes.c_int(), ctypes.c_int(4)
    found = {}
    for fd in range(4, 8192, 4):
        arguments = own.SOL_SOCKET, own.SO_TYPE, ctypes.byref(kind), ctypes.byref(size)
        if getsockopt(ctypes.c_size_t(fd), *arguments) == 0:
            found[fd] = f"socket:{kind.value}"
    return found


# Closes one of them.
close_found = own.close if sys.platform == "win32" else os.close


def is_socket(fd: int) -> bool:
    """Whether the descriptor is open, and a socket's."""
    return descriptors().get(fd, "").startswith("socket:")


def has_mode(sock: Any, blocking: bool) -> bool:
    """Whether the descriptor is in this mode; Windows tells nobody."""
    return IS_WINDOWS or os.get_blocking(sock.fileno()) == blocking


def is_inherited(fd: int) -> bool:
    """Whether a program that is started here would have the socket too, as the system has it."""
    if sys.platform == "win32":
        return os.get_handle_inheritable(fd)
    import fcntl

    return not fcntl.fcntl(fd, fcntl.F_GETFD) & fcntl.FD_CLOEXEC


def is_gnu() -> bool:
    """Whether the C library is GNU's."""
    try:
        return bool(os.confstr("CS_GNU_LIBC_VERSION"))
    except (AttributeError, ValueError, OSError):
        return False


def environ(**more: str) -> dict[str, str]:
    """This process's environment, with the tested package on the path of Python, and more."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, **more}


def python(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs this interpreter with the tested package on its path, to its end."""
    env = environ(**options.pop("env", {}))
    if "input" not in options:
        options["stdin"] = subprocess.DEVNULL
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=50,
        **options,
    )


def by(command: list[str], code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the code as `python` does, by a command such as ``unshare --net``."""
    starter = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"
    return python("-c", starter, *command, sys.executable, "-c", code, *arguments)


def isolated(code: str) -> subprocess.CompletedProcess[str]:
    """Runs the code in this interpreter as it would start if only cffisock were installed.

    It has the modules that `site` imports, but not what .pth files do: that of an editable
    install needs typing, re and pathlib, and would hide who else imports them.
    """
    return python("-I", "-S", "-c", f"import sys, site; sys.path += {IMPORTABLE}\n{code}")


def received_while(sock: Any, send: Callable[[], Any], size: int = 100_000) -> tuple[bytes, Any]:
    """All that comes out of the socket, in parts of up to ``size``, while something is sent into
    its peer, which that ends; and what came of sending."""
    received = bytearray()

    def receive() -> None:
        while True:
            part = sock.recv(size)
            if not part:
                return
            received.extend(part)

    thread = threading.Thread(target=receive)
    thread.start()
    try:
        result = send()
    finally:
        thread.join(LONG)
    return bytes(received), result


@contextmanager
def later(seconds: float, call: Any, *args: Any) -> Iterator[None]:
    """Calls something in another thread, that much later, and waits for it at the end."""
    timer = threading.Timer(seconds, call, args)
    timer.start()
    try:
        yield
    finally:
        timer.join()


@contextmanager
def signals(handler: Any, every: float = 0.02) -> Iterator[None]:
    """Sends this thread, the main one, a signal again and again and lets ``handler`` run.

    It may raise, once.  Not by an interval timer, whose signal pytest-timeout uses.
    """
    stop = threading.Event()
    main = threading.get_ident()
    armed: list[bool] = []  # a handler that raises must not do so where this function would end

    def send() -> None:
        while not stop.wait(every):
            signal.pthread_kill(main, signal.SIGUSR1)

    def handle(*_: object) -> None:
        if armed:
            handler()

    previous = signal.signal(signal.SIGUSR1, handle)
    thread = threading.Thread(target=send)
    try:
        thread.start()
        try:
            armed.append(True)
            yield
        finally:
            armed.clear()
    finally:
        stop.set()
        thread.join()
        signal.signal(signal.SIGUSR1, previous)
