"""Works with a Redis server: PORT PATH."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
import redis.asyncio
from common import count, digest, in_threads, is_ours, noise, tell

PORT, PATH = int(sys.argv[1]), sys.argv[2]


@contextmanager
def connected(unix: bool, **options: Any) -> Iterator[Any]:
    """A client, over AF_UNIX or TCP, with a connection of cffisock."""
    where = {"unix_socket_path": PATH} if unix else {"host": "127.0.0.1", "port": PORT}
    with redis.Redis(**where, **{"socket_timeout": 20, **options}) as client:
        pool = client.connection_pool
        connection = pool.get_connection()
        assert is_ours(connection._sock), connection._sock
        pool.release(connection)
        yield client
        pool.disconnect()


def values(client: Any, rounds: int) -> None:
    """Each value comes back as it was."""
    for index in range(rounds):
        data = noise(index * 7 % 5000, index)
        client.set(f"value:{index % 100}", data)
        assert client.get(f"value:{index % 100}") == data
        count(2, 2 * len(data))


def big_values(client: Any) -> None:
    for size in (1_000_000, 16_000_000):
        data = noise(size)
        client.set("big", data)
        back = client.get("big")
        assert digest(back) == digest(data)
        assert client.getrange("big", size // 2, size // 2 + 9) == data[size // 2 : size // 2 + 10]
        count(3, 2 * size)
    client.delete("big")


def pipelines(client: Any) -> None:
    """Hundreds of commands at once, with their answers in order."""
    client.delete("counter")
    for index in range(100):
        with client.pipeline(transaction=index % 2 == 0) as pipe:
            for number in range(100):
                pipe.set(f"p:{number}", f"{index} {number}")
                pipe.get(f"p:{number}")
                pipe.incr("counter")
            answers = pipe.execute()
        assert answers[0::3] == [True] * 100
        assert answers[1::3] == [f"{index} {number}".encode() for number in range(100)]
        assert answers[2::3] == list(range(100 * index + 1, 100 * index + 101))
        count(300)


def published(client: Any, unix: bool) -> None:
    """What one thread publishes arrives at others, all of it and in order."""
    total = 2000

    def subscribe(index: int) -> None:
        if index == 0:
            while client.pubsub_numsub("news")[0][1] < 2:
                pass
            for number in range(total):
                assert client.publish("news", b"%d " % number + noise(number % 500)) == 2
            count(total)
            return
        with connected(unix) as mine, mine.pubsub() as news:
            news.subscribe("news")
            messages = (item for item in news.listen() if item["type"] == "message")
            for number in range(total):
                data = next(messages)["data"]
                assert data == b"%d " % number + noise(number % 500)
                count(1, len(data))

    in_threads(3, subscribe)


def queues(client: Any, unix: bool) -> None:
    """Blocking pops: each item goes to one consumer, and those who wait in vain are told."""
    total, consumers = 2000, 4
    client.delete("queue")
    got: list[bytes] = []

    def work(index: int) -> None:
        if index == consumers:
            for number in range(total):
                client.rpush("queue", number)
            client.rpush("queue", *["end"] * consumers)
            count(total)
            return
        with connected(unix) as mine:
            while True:
                _, item = mine.blpop("queue", timeout=20)
                count(1)
                if item == b"end":
                    return
                got.append(item)

    in_threads(consumers + 1, work)
    assert sorted(map(int, got)) == list(range(total))

    assert client.blpop("nothing", timeout=1) is None
    with connected(unix, socket_timeout=2, retry=None) as impatient:
        for _ in range(3):
            try:
                impatient.blpop("nothing", timeout=10)
            except redis.TimeoutError:
                assert impatient.ping()
                count(2)
            else:
                raise AssertionError("the socket's timeout passed unnoticed")


async def at_once() -> None:
    """asyncio's client, many requests in flight over a few connections."""
    pool = redis.asyncio.BlockingConnectionPool(host="127.0.0.1", port=PORT, max_connections=20)
    client = redis.asyncio.Redis(connection_pool=pool)

    async def one(index: int) -> None:
        data = noise(index % 3000, index)
        await client.set(f"a:{index}", data)
        assert await client.get(f"a:{index}") == data
        count(2, 2 * len(data))

    await asyncio.gather(*(one(index) for index in range(1000)))
    await client.aclose()
    await pool.disconnect()


for over_unix in (False, True):
    with connected(over_unix) as the_client:
        values(the_client, 2000)
        big_values(the_client)
        pipelines(the_client)
        published(the_client, over_unix)
        queues(the_client, over_unix)
asyncio.run(at_once())
tell()
