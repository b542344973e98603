"""asyncio's streams: a server that echoes, and 50 clients, in one loop.

Arguments: seconds to warm up, and to count; prints the nanoseconds for each message.
"""

from __future__ import annotations

import asyncio
import sys
import time

CLIENTS = 50
DATA = b"x" * 64


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        data = await reader.read(4096)
        if not data:
            break
        writer.write(data)
        await writer.drain()
    writer.close()


async def talk(port: int, stop: asyncio.Event, counter: list[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while not stop.is_set():
        writer.write(DATA)
        await writer.drain()
        await reader.readexactly(len(DATA))
        counter[0] += 1
    writer.close()
    await writer.wait_closed()


async def main(warm_up: float, seconds: float) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    stop = asyncio.Event()
    counter = [0]
    clients = [asyncio.ensure_future(talk(port, stop, counter)) for _ in range(CLIENTS)]
    await asyncio.sleep(warm_up)
    start, before = time.perf_counter_ns(), counter[0]
    await asyncio.sleep(seconds)
    end, after = time.perf_counter_ns(), counter[0]
    stop.set()
    await asyncio.gather(*clients)
    server.close()
    await server.wait_closed()
    print((end - start) / (after - before))


asyncio.run(main(float(sys.argv[1]), float(sys.argv[2])))
