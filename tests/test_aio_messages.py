"""cffisock.aio: recvmsg(2), sendmsg(2) and their kin as coroutines."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
from collections.abc import Awaitable, Iterator
from typing import Any, Callable

import pytest

import cffisock
from cffisock import aio
from cffisock.aio import _messages

from .support import LOCALHOST, LONG, fds_in, own, rights

MODULES = [cffisock, own]


@pytest.fixture(params=MODULES, ids=lambda module: module.__name__)
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Any]]:
    """Two datagram sockets of AF_UNIX of a module, non-blocking and connected to each other."""
    one, two = request.param.socketpair(own.AF_UNIX, own.SOCK_DGRAM)
    with one, two:
        one.setblocking(False)
        two.setblocking(False)
        yield one, two


def run(main: Awaitable[Any]) -> Any:
    async def limited() -> Any:
        result = await asyncio.wait_for(main, LONG)
        assert not _messages._turns
        return result

    return asyncio.run(limited())


async def waiting(coroutine: Any) -> asyncio.Task[Any]:
    """A task that has come to its wait."""
    task = asyncio.ensure_future(coroutine)
    for _ in range(3):
        await asyncio.sleep(0)
    assert not task.done()
    return task


def fill(sock: Any) -> int:
    """Sends until there is no room: how many messages."""
    count = 0
    while True:
        try:
            sock.send(b"full")
        except BlockingIOError:
            return count
        count += 1


Receive = Callable[[Any], Awaitable[Any]]
# How to receive a message, and what its data is in the result.
WAYS: list[tuple[str, Receive, Callable[[Any], Any]]] = [
    ("recvmsg", lambda sock: aio.recvmsg(sock, 10, 100), lambda result: result[0]),
    ("recvmsg_into", lambda sock: aio.recvmsg_into(sock, [bytearray(10)]), lambda result: result),
    ("recvmmsg", lambda sock: aio.recvmmsg(sock, 1, 10), lambda result: result[0][0]),
    ("recv_fds", lambda sock: aio.recv_fds(sock, 10, 2), lambda result: result[0]),
]
RECEIVE = pytest.mark.parametrize(
    ("receive", "data"), [way[1:] for way in WAYS], ids=[way[0] for way in WAYS]
)


@RECEIVE
@pytest.mark.parametrize("early", [True, False], ids=["there", "awaited"])
def test_receiving(pair: Any, receive: Receive, data: Any, early: bool) -> None:
    one, two = pair

    async def main() -> None:
        if early:
            one.send(b"data")
            result = await receive(two)
        else:
            task = await waiting(receive(two))
            one.send(b"data")
            result = await task
        expected = (4, [], 0, None) if receive is WAYS[1][1] else b"data"
        assert data(result) == expected
        with pytest.raises(BlockingIOError):
            two.recv(10)

    run(main())


Send = Callable[[Any], Awaitable[Any]]
SENDS: list[tuple[str, Send, Any]] = [
    ("sendmsg", lambda sock: aio.sendmsg(sock, iter([b"da", b"ta"])), 4),
    ("sendmmsg", lambda sock: aio.sendmmsg(sock, iter([b"data"])), 1),
    ("send_fds", lambda sock: aio.send_fds(sock, iter([b"data"]), iter([0])), 4),
]


@pytest.mark.parametrize(
    ("send", "result"), [way[1:] for way in SENDS], ids=[way[0] for way in SENDS]
)
@pytest.mark.parametrize("early", [True, False], ids=["room", "awaited"])
def test_sending(pair: Any, send: Send, result: Any, early: bool) -> None:
    one, two = pair

    async def main() -> None:
        count = 0
        if early:
            assert await send(one) == result
        else:
            count = fill(one)
            task = await waiting(send(one))
            for _ in range(count):
                two.recv(10)
            count = 0
            assert await task == result
        data, items, *_ = two.recvmsg(10, 100)
        assert data == b"data"
        for fd in fds_in(items):
            os.close(fd)

    run(main())


def test_descriptors_both_ways(pair: Any) -> None:
    one, two = pair

    async def main() -> None:
        await aio.sendmsg(one, [b"x"], [rights(0, 1)])
        data, fds, _, _ = await aio.recv_fds(two, 10, 2)
        assert (data, len(fds)) == (b"x", 2)
        for fd in fds:
            os.close(fd)
        await aio.send_fds(one, [b"y"], [0])
        data, items, _, _ = await aio.recvmsg(two, 10, 100)
        assert data == b"y"
        for fd in fds_in(items):
            os.close(fd)

    run(main())


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_batches_and_addresses(module: Any) -> None:
    with module.socket(type=own.SOCK_DGRAM) as one, module.socket(type=own.SOCK_DGRAM) as two:
        two.bind(LOCALHOST)
        one.bind(LOCALHOST)
        one.setblocking(False)
        two.setblocking(False)

        async def main() -> None:
            there = two.getsockname()
            messages = [(b"1", there), ([b"2", b"2"], there)]
            assert await aio.sendmmsg(one, messages) == 2
            assert await aio.sendmmsg(one, [(b"334", there)], segment=2) == 2
            assert await aio.sendmsg(one, [b"5"], (), 0, there) == 1
            here = one.getsockname()
            items = await aio.recvmmsg(two, 10, 100, 0)
            assert items == [(data, [], 0, here) for data in (b"1", b"22", b"33", b"4", b"5")]

        run(main())


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_accept(module: Any) -> None:
    with module.socket() as listener:
        listener.bind(LOCALHOST)
        listener.listen()
        listener.setblocking(False)

        async def main() -> None:
            task = await waiting(aio.accept(listener))
            with module.socket() as client:
                client.connect(listener.getsockname())
                connection, address = await task
                with connection:
                    assert address == client.getsockname()
                    assert connection.gettimeout() == 0

        run(main())


# --- what goes wrong ------------------------------------------------------------------------


@RECEIVE
def test_cancelled_before_anything_came(pair: Any, receive: Receive, data: Any) -> None:
    """Nothing is taken from the socket, and the loop watches it no more."""
    one, two = pair

    async def main() -> None:
        task = await waiting(receive(two))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        one.send(b"kept")
        await asyncio.sleep(0.01)
        assert not asyncio.get_running_loop().remove_reader(two.fileno())
        assert two.recv(10) == b"kept"

    run(main())


@RECEIVE
def test_cancelled_when_something_has_come(pair: Any, receive: Receive, data: Any) -> None:
    """Whenever that is between the arrival and the task's next step, nothing is lost."""
    one, two = pair

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for steps in range(6):
            task = await waiting(receive(two))
            one.send(b"data")

            def later(left: int, task: Any = task) -> None:
                loop.call_soon(later, left - 1) if left else task.cancel()

            later(steps)
            try:
                await task
            except asyncio.CancelledError:
                assert two.recv(10) == b"data"

    run(main())


def test_tasks_take_turns(pair: Any) -> None:
    """In the order in which they came; one that is cancelled leaves its turn to the next."""
    one, two = pair

    async def main() -> None:
        tasks = [await waiting(aio.recvmsg(two, 10)) for _ in range(5)]
        tasks[0].cancel()
        tasks[2].cancel()
        for number in range(3):
            one.send(b"%d" % number)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        kept = [result[0] for result in results if isinstance(result, tuple)]
        assert kept == [b"0", b"1", b"2"]
        assert [type(results[i]) for i in (0, 2)] == [asyncio.CancelledError] * 2

    run(main())


def test_both_directions_at_once(pair: Any) -> None:
    one, two = pair

    async def main() -> None:
        count = fill(one)
        receiving = await waiting(aio.recvmsg(one, 10))
        sending = await waiting(aio.sendmsg(one, [b"out"]))
        two.send(b"in")
        assert (await receiving)[0] == b"in"
        for _ in range(count):
            two.recv(10)
        assert await sending == 3

    run(main())


def test_a_late_comer_does_not_go_first(pair: Any) -> None:
    """One who comes when something is there, and another waits for it, is the second."""
    one, two = pair

    async def main() -> None:
        first = await waiting(aio.recvmsg(two, 10))
        one.send(b"1")
        second = asyncio.ensure_future(aio.recvmsg(two, 10))
        await asyncio.sleep(0)
        one.send(b"2")
        assert (await first)[0] == b"1"
        assert (await second)[0] == b"2"

    run(main())


def test_closing_while_tasks_wait(pair: Any) -> None:
    """All of them are told, and the number may be somebody else's at once."""
    one, two = pair

    async def main() -> None:
        loop = asyncio.get_running_loop()
        fill(two)
        fd = two.fileno()
        tasks = [await waiting(aio.recvmsg(two, 10)) for _ in range(3)]
        tasks.append(await waiting(aio.sendmsg(two, [b"x"])))
        aio.close(two)
        assert two.fileno() == -1
        with cffisock.socket(type=cffisock.SOCK_DGRAM) as other:
            other.bind(LOCALHOST)
            other.setblocking(False)
            assert other.fileno() == fd
            found = loop.create_future()
            loop.add_reader(other, found.set_result, None)
            for task in tasks:
                with pytest.raises(OSError) as caught:
                    await task
                assert caught.value.errno == errno.EBADF
            other.sendto(b"x", other.getsockname())
            await found
            assert loop.remove_reader(other)
        aio.close(one)
        assert one.fileno() == -1
        with pytest.raises(OSError):
            await aio.recvmsg(one, 1)

    run(main())


def test_an_error_of_the_call() -> None:
    with cffisock.socket(type=cffisock.SOCK_DGRAM) as sock:
        with cffisock.socket(type=cffisock.SOCK_DGRAM) as gone:
            gone.bind(LOCALHOST)
            sock.connect(gone.getsockname())
        sock.setblocking(False)

        async def main() -> None:
            task = await waiting(aio.recvmsg(sock, 10))
            sock.send(b"x")
            with pytest.raises(ConnectionRefusedError):
                await task
            with pytest.raises(ValueError):
                await aio.recvmsg(sock, -1)
            with pytest.raises(TypeError):
                await aio.sendmsg(sock, ["text"])

        run(main())


def test_sockets_that_would_block_the_loop() -> None:
    with cffisock.socket(type=cffisock.SOCK_DGRAM) as sock:
        for timeout in (None, 1.0):
            sock.settimeout(timeout)
            with pytest.raises(ValueError):
                run(aio.recvmsg(sock, 10))


def test_tls_has_none_of_this() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    with context.wrap_socket(own.socket(), do_handshake_on_connect=False) as sock:
        sock.setblocking(False)
        with pytest.raises(TypeError):
            run(aio.recvmsg(sock, 10))
