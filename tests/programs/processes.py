"""multiprocessing: connections, sockets sent to processes that were forked, spawned, served."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import multiprocessing.managers
import multiprocessing.reduction
import os
import socket
import subprocess
import sys
import tempfile
import threading
from multiprocessing.connection import Client, Listener
from typing import Any

DATA = bytes(range(256)) * 4000
WINDOWS = sys.platform == "win32"


def connections(folder: str) -> None:
    local = rf"\\.\pipe\cffisock-{os.getpid()}" if WINDOWS else f"{folder}/s"
    for address in (("127.0.0.1", 0), local):
        with Listener(address, authkey=b"secret") as listener:
            got: list[Any] = []

            def talk(listener: Any = listener, got: Any = got) -> None:
                with Client(listener.address, authkey=b"secret") as client:
                    client.send({"data": DATA})
                    got.append(client.recv())

            thread = threading.Thread(target=talk)
            thread.start()
            with listener.accept() as connection:
                assert connection.recv() == {"data": DATA}
                connection.send([1, 2, 3])
            thread.join()
            assert got == [[1, 2, 3]]

            def guess(listener: Any = listener, got: Any = got) -> None:
                try:
                    Client(listener.address, authkey=b"wrong")
                except multiprocessing.AuthenticationError as error:
                    got.append(error)

            thread = threading.Thread(target=guess)
            thread.start()
            try:
                listener.accept()
            except multiprocessing.AuthenticationError:
                pass
            else:
                raise AssertionError("let in with a wrong key")
            thread.join()
            assert len(got) == 2


def child(sock: Any, queue: Any, back: Any) -> None:
    """Gets a socket as an argument, another one out of a queue, and puts a third into one."""
    with sock:
        sock.sendall(b"from the child")
    with queue.get(timeout=20) as another:
        another.settimeout(20)
        with another.makefile("rb") as file:
            assert file.read(len(DATA)) == DATA
        another.sendall(b"all there")
    one, two = socket.socketpair()
    back.put(one)
    two.settimeout(20)
    assert two.recv(100) == b"over"
    two.sendall(b"out")
    one.close()
    two.close()


def sent(method: str) -> None:
    context: Any = multiprocessing.get_context(method)
    queue, back = context.Queue(), context.Queue()
    one, two = socket.socketpair()
    listener = socket.create_server(("127.0.0.1", 0))
    with one, listener, socket.create_connection(listener.getsockname()) as client:
        process = context.Process(target=child, args=(two, queue, back))
        process.start()
        two.close()
        one.settimeout(20)
        assert one.recv(100) == b"from the child"
        accepted, _ = listener.accept()
        queue.put(accepted)
        client.settimeout(20)
        client.sendall(DATA)
        assert client.recv(100) == b"all there"
        with back.get(timeout=20) as third:
            assert type(third) is socket.socket
            assert third.family == (socket.AF_INET if WINDOWS else socket.AF_UNIX)
            third.settimeout(20)
            third.sendall(b"over")
            assert third.recv(100) == b"out"
        process.join(20)
        assert process.exitcode == 0
        accepted.close()
    for each in (queue, back):
        each.close()
        each.join_thread()


def handed(pipe: Any) -> None:
    with pipe, socket.socket(fileno=multiprocessing.reduction.recv_handle(pipe)) as sock:
        sock.sendall(b"handed")


def handles() -> None:
    ours, theirs = multiprocessing.Pipe()
    one, two = socket.socketpair()
    with ours, one:
        process = multiprocessing.get_context("fork").Process(target=handed, args=(theirs,))
        process.start()
        theirs.close()
        multiprocessing.reduction.send_handle(ours, two.fileno(), process.pid)
        two.close()
        one.settimeout(20)
        assert one.recv(100) == b"handed"
        process.join(20)
        assert process.exitcode == 0


SHARED = {"a": 1}


def shared() -> dict[str, int]:
    return SHARED


class Manager(multiprocessing.managers.BaseManager):
    pass


def managed() -> None:
    """Objects that another process asks for over TCP."""
    Manager.register("shared", callable=shared, exposed=["get", "update"])
    context = multiprocessing.get_context("spawn" if WINDOWS else "fork")
    manager = Manager(("127.0.0.1", 0), b"secret", ctx=context)
    with manager:
        proxy = manager.shared()  # type: ignore[attr-defined]
        for index in range(100):
            proxy.update({f"k{index}": index})
        assert proxy.get("k99") == 99


def square(number: int) -> int:
    return number * number


def pooled() -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        assert pool.map(square, range(50)) == [number * number for number in range(50)]
        pool.close()
        pool.join()


def inherited() -> None:
    one, two = socket.socketpair()
    with one, two:
        two.set_inheritable(True)
        code = f"import os; os.write({two.fileno()}, b'inherited')"
        subprocess.run([sys.executable, "-c", code], check=True, close_fds=False, timeout=20)
        one.settimeout(20)
        assert one.recv(100) == b"inherited"


if __name__ == "__main__":
    print("on", socket.__name__, flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        connections(temporary)
    for start_method in ("spawn",) if WINDOWS else ("fork", "spawn", "forkserver"):
        sent(start_method)
    if not WINDOWS:
        handles()
    managed()
    pooled()
    if not WINDOWS:
        inherited()
    print("done")
